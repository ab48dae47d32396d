import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  deviations,
  headerRules,
  knownCauses,
  malformedRules,
  reasons,
  type Tolerance,
  tolerances,
} from '@peercert/core';
import { describe, expect, it } from 'vitest';
import { type Divergence, divergences } from '../conformance/divergences.ts';
import { askedVersions } from '../validators/versions.ts';

/** A page of the documentation that is written from tables of the code. */
function expectPage(name: string, lines: readonly string[]): void {
  const page = join(import.meta.dirname, '..', '..', 'docs', name);
  const expected = `${lines.join('\n')}\n`;
  if (process.env['PEERCERT_WRITE'] === 'docs') writeFileSync(page, expected);
  expect(readFileSync(page, 'utf8'), 'write it anew: PEERCERT_WRITE=docs npx vitest run --project boundaries').toBe(
    expected,
  );
}

/** The end of a page that is written by hand, from a heading on. */
function expectEndOfPage(name: string, heading: string, lines: readonly string[]): void {
  const page = join(import.meta.dirname, '..', '..', 'docs', name);
  const [start = ''] = readFileSync(page, 'utf8').split(`\n${heading}\n`);
  expectPage(name, [start, heading, ...lines]);
}

const tableRow = (rule: string, ...cells: readonly string[]): string => `| ${[`\`${rule}\``, ...cells].join(' | ')} |`;

const sentenceOf = (section: string, text: string): string => (section === '' ? text : `${section}: ${text}`);

describe('the pages written from tables', () => {
  it('list the reasons', () => {
    expectPage('reasons.md', [
      '# Reasons',
      '',
      'Why a request is refused: the code of the problem document, its status, the stage that gives it, the section of the',
      'standard, and what the client reads. Generated from `packages/core/src/reasons.ts`.',
      '',
      '400: what was presented cannot be read, or was built to exhaust the server. 401: it was read and does not',
      'authenticate. 403: it is known who it is, and the answer is no. 421: it came over a connection for another host. 429:',
      'too many. 503: it cannot be decided now.',
      ...Object.entries(reasons).flatMap(([code, { hint, section, stage, status, title }]) => [
        '',
        `### ${code}`,
        '',
        `${status}, ${stage}${section === '' ? '' : `, ${section}`}. **${title}.** ${hint}`,
      ]),
    ]);
  });

  it('list the rules of form', () => {
    const because = new Map<string, string>(tolerances.map((one) => [one.deviation, one.because]));
    const causes = new Map(Object.entries(knownCauses));
    expectEndOfPage('refused.md', '## By rule', [
      '',
      'What `detail.rule` says, and what is known of it. Generated from the tables in `packages/core/src`.',
      '',
      '### certificate_malformed, under every profile',
      '',
      'Only a certificate that is written otherwise helps: the authority has to issue it, unless a file was damaged.',
      '',
      '| `rule` | | |',
      '|---|---|---|',
      ...Object.entries(malformedRules).map(([rule, { explanation, section }]) =>
        tableRow(rule, sentenceOf(section, explanation), causes.get(rule) ?? ''),
      ),
      '',
      '### certificate_malformed, by profile',
      '',
      '`strict` refuses a certificate that breaks one of these sentences. `interoperable`, the default, takes most of them.',
      '',
      '| `rule` | the sentence that is broken | `interoperable` |',
      '|---|---|---|',
      ...Object.entries(deviations).map(([rule, { section, sentence }]) =>
        tableRow(
          rule,
          sentenceOf(section, sentence),
          because.has(rule) ? `takes it. ${because.get(rule)}` : 'refuses it, too.',
        ),
      ),
      '',
      '### header_malformed',
      '',
      'The proxy has to write its header as [its preset](proxies.md) expects it; `detail.remedy` says how.',
      '',
      '| `rule` | |',
      '|---|---|',
      ...Object.entries(headerRules).map(([rule, { explanation, section }]) =>
        tableRow(rule, sentenceOf(section, explanation)),
      ),
    ]);
  });

  it('list the tolerances and the divergences', () => {
    expectPage('divergences.md', [
      '# Tolerances and divergences',
      '',
      'Generated from `packages/core/src/path/tolerances.ts` and `test/conformance/divergences.ts`.',
      '',
      '## What the interoperable profile tolerates',
      '',
      'The strict profile tolerates none of it. Others were asked with a chain that is odd in this alone:',
      `\`openssl verify -purpose sslclient\` of OpenSSL ${askedVersions.OpenSSL}, and \`crypto/x509\` of Go ${askedVersions.Go} with \`ExtKeyUsageClientAuth\`. The tests ask again.`,
      ...tolerances.flatMap(({ acceptedBy, because, deviation, sentence }) => [
        '',
        `### ${deviation}`,
        '',
        `${sentence}. ${because} ${acceptedByText(acceptedBy)}`,
      ]),
      '',
      '## Where Peercert answers otherwise than a corpus expects',
      '',
      'By profile. Under `interoperable`, what a tolerance above lets pass is not repeated.',
      ...(['strict', 'interoperable'] as const).flatMap((profile) => ['', `### ${profile}`, ...divergencesOf(profile)]),
    ]);
  });
});

function acceptedByText(acceptedBy: Tolerance['acceptedBy']): string {
  const refusedBy = (['OpenSSL', 'Go'] as const).filter((one) => !acceptedBy.includes(one));
  const accepted = `Accepted by ${acceptedBy.join(' and ')}`;
  return refusedBy.length === 0 ? `${accepted}.` : `${accepted}, refused by ${refusedBy.join(' and ')}.`;
}

function divergencesOf(profile: Divergence['profile']): readonly string[] {
  const own = divergences.filter((one) => one.profile === profile && one.tolerance === undefined);
  const groups = new Map<string, Divergence[]>();
  for (const one of own) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return [...groups.values()].flatMap((group) => {
    const [{ actual, expected, sentence } = own[0] as Divergence] = group;
    const ids = [...new Set(group.map(({ corpus, id }) => `\`${id}\` (${corpus})`))];
    return ['', `Expected ${expected}, answered ${actual}. ${sentence}`, '', ...ids.map((id) => `- ${id}`)];
  });
}

function keyOf({ actual, expected, sentence }: Divergence): string {
  return `${expected} ${actual} ${sentence}`;
}
