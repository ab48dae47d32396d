/** The openssl command as a second opinion on generated lists. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CrlEntryInput, extension, type IssuingDistributionPointInput, toPem } from '@peercert/pki';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canCombine } from '../../src/revocation/crl/delta.ts';
import { authority, type Entity, keyOf, now } from '../path/certificates.ts';
import { at, clientWith, entryFor, type ListOptions, listDer, readList, verdict } from '../revocation/crl/lists.ts';

const ca = authority('CN=Issuer,O=Acme');
const point = { distributionPoint: [{ uri: 'http://a.test/1' }] };
const freshest = extension.freshestCrl([[{ uri: 'http://a.test/delta' }]]);
const user = clientWith('CN=user', ca, [point], { forge: { serialNumber: 0x1234 } });
const subordinate = authority('CN=Subordinate', {
  by: ca,
  extensions: [extension.crlDistributionPoints([point])],
  forge: { serialNumber: 0x1234 },
});

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-crl-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** `'good'`, or the line in which `openssl verify` says why not. */
function opensslVerdict(leaf: Entity, lists: readonly Uint8Array[]): string {
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return name;
  };
  const run = spawnSync(
    'openssl',
    [
      'verify',
      ...['-crl_check', '-extended_crl', '-use_deltas', '-attime', String(now / 1000)],
      ...['-CAfile', write('ca.pem', toPem(ca.der))],
      ...['-CRLfile', write('crl.pem', lists.map((der) => toPem(der, 'X509 CRL')).join(''))],
      write('leaf.pem', toPem(leaf.der)),
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  return run.status === 0 ? 'good' : (/^error \d+ at .*?: (.*)$/m.exec(run.stderr)?.[1] ?? run.stderr);
}

describe('openssl verify -crl_check', () => {
  const scope = { ...point, onlyContainsUserCerts: true };
  const entries = [entryFor(user, { reason: 'superseded' })];
  it.each<[string, string, readonly Uint8Array[]]>([
    ['good', 'good', [listDer(ca)]],
    ['revoked: superseded', 'certificate revoked', [listDer(ca, { entries })]],
    ['undetermined: stale', 'CRL has expired', [listDer(ca, { nextUpdate: at(-0.5) })]],
    ['undetermined: stale', 'CRL is not yet valid', [listDer(ca, { thisUpdate: at(0.5) })]],
    ['good', 'good', [listDer(ca, { scope })]],
    ['revoked: superseded', 'certificate revoked', [listDer(ca, { scope, entries })]],
    ['undetermined: noSource', 'different CRL scope', [listDer(ca, { scope: { onlyContainsCACerts: true } })]],
    [
      'undetermined: noSource',
      'different CRL scope',
      [listDer(ca, { scope: { distributionPoint: [{ uri: 'http://a.test/2' }] } })],
    ],
    ['undetermined: noSource', 'unable to get certificate CRL', [listDer(authority('CN=Other'))]],
    [
      'undetermined: malformed',
      'CRL signature failure',
      [
        listDer(
          { name: ca.name, keyPair: keyOf('impostor') },
          { keyIdentifier: ca.certificate.subjectKeyIdentifier ?? null },
        ),
      ],
    ],
    [
      'good',
      'good',
      [
        listDer(ca, { number: 1, extensions: [freshest], entries: [entryFor(user, { reason: 'certificateHold' })] }),
        listDer(ca, { number: 2, base: 1, entries: [entryFor(user, { reason: 'removeFromCRL' })] }),
      ],
    ],
    [
      'revoked: keyCompromise',
      'certificate revoked',
      [
        listDer(ca, { number: 1, extensions: [freshest] }),
        listDer(ca, { number: 2, base: 1, entries: [entryFor(user, { reason: 'keyCompromise' })] }),
      ],
    ],
  ])('where we say %s says %s, case %#', (ours, theirs, lists) => {
    expect(verdict({ leaf: user, issuer: ca, lists: lists.map(readList) })).toBe(ours);
    expect(opensslVerdict(user, lists)).toBe(theirs);
  });
});

const scopes: readonly (IssuingDistributionPointInput | undefined)[] = [
  undefined,
  point,
  { distributionPoint: [{ uri: 'http://a.test/2' }] },
  { onlyContainsUserCerts: true },
  { onlyContainsCACerts: true },
  { ...point, onlySomeReasons: ['keyCompromise', 'superseded'] },
  {
    onlySomeReasons: [
      'cACompromise',
      'affiliationChanged',
      'cessationOfOperation',
      'certificateHold',
      'privilegeWithdrawn',
      'aACompromise',
    ],
  },
  { indirectCRL: true },
];

const complete: fc.Arbitrary<ListOptions> = fc
  .record({
    number: fc.integer({ min: 1, max: 3 }),
    scope: fc.constantFrom(...scopes),
    thisUpdate: fc.constantFrom(at(-3), at(-2), at(-1), at(1)),
    nextUpdate: fc.constantFrom(at(-0.5), at(12), at(24)),
    entry: fc.constantFrom(undefined, undefined, entryFor(user), entryFor(user, { reason: 'certificateHold' })),
  })
  .map(({ entry, scope, ...rest }) => ({
    ...rest,
    ...(entry === undefined ? {} : { entries: [entry] }),
    ...(scope === undefined ? {} : { scope }),
    extensions: [freshest],
  }));

// Not of some reasons: such a delta CRL openssl takes for a complete one.
const delta = fc
  .tuple(
    complete.filter(({ scope }) => scope?.onlySomeReasons === undefined),
    fc.integer({ min: 1, max: 3 }),
    fc.boolean(),
  )
  .map(([{ number, ...rest }, base, lifts]) => ({
    ...rest,
    number: (number ?? 0) + 1,
    base,
    extensions: [],
    ...(lifts ? { entries: [entryFor(user, { reason: 'removeFromCRL' as const })] } : {}),
  }));

const leaves = { user, subordinate };

const isRemoval = ({ reason }: CrlEntryInput): boolean => reason === 'removeFromCRL';

describe('generated lists', () => {
  it('are good for us only where they are for openssl', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('user' as const, 'subordinate' as const),
        // Of several lists the newest answers: of two issued at one moment either.
        fc.uniqueArray(complete, { minLength: 1, maxLength: 3, selector: ({ thisUpdate }) => thisUpdate?.getTime() }),
        // One whose time is over openssl uses still.
        fc.array(
          delta.filter(({ nextUpdate }) => nextUpdate !== null && nextUpdate !== undefined && nextUpdate > at(0)),
          { maxLength: 1 },
        ),
        (name, completes, deltas) => {
          const leaf = leaves[name];
          const lists = [...completes, ...deltas].map((one) => listDer(ca, one));
          if (verdict({ leaf, issuer: ca, lists: lists.map(readList) }) !== 'good') return;
          expect(opensslVerdict(leaf, lists)).toBe('good');
        },
      ),
      { numRuns: 200 },
    );
  });

  it('without doubt about which of them count get the same answer', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('user' as const, 'subordinate' as const),
        complete,
        fc.array(delta, { maxLength: 1 }),
        (name, one, deltas) => {
          const leaf = leaves[name];
          const lists = [one, ...deltas].map((other) => listDer(ca, other));
          const [base, newer] = lists.map(readList);
          // After a delta CRL that is not current, or that builds on a later complete list, we take the complete list
          // for outdated; openssl does not.
          const isCurrent = newer === undefined || (newer.thisUpdateMs <= now && now < (newer.nextUpdateMs ?? 0));
          if (base !== undefined && newer !== undefined && !(isCurrent && canCombine(base, newer))) return;
          // For us a delta CRL takes back a hold and nothing else (RFC 5280 5.3.1).
          const isHold = one.entries?.every(({ reason }) => reason === 'certificateHold') ?? true;
          if (!isHold && deltas.some(({ entries = [] }) => entries.some(isRemoval))) return;
          const isGood = verdict({ leaf, issuer: ca, lists: lists.map(readList) }) === 'good';
          expect(isGood).toBe(opensslVerdict(leaf, lists) === 'good');
        },
      ),
      { numRuns: 150 },
    );
  });
});
