/**
 * Runs core's public API over public test corpora and compares every answer with the one their authors expect.
 *
 *     pnpm conformance [FOLDER]              every corpus of the folder, or of PEERCERT_CORPORA, under both profiles
 *     pnpm conformance --profile strict      under one profile
 *     pnpm conformance --corpus chains       one corpus
 *     pnpm conformance --case ID             one case, with each step of the path search
 *
 * Exits with 1 on any answer that is neither expected nor listed in divergences.ts, and on a listed one that no longer
 * occurs; with 2 when the corpora are not there.
 */
import { existsSync } from 'node:fs';
import { argv, exit } from 'node:process';
import { parseArgs } from 'node:util';
import { corpora } from '../tools.ts';
import { profiles } from './case.ts';
import { corpusNames, missingFiles, readClientRelevant, readCorpora } from './corpora.ts';
import { divergenceProblems, divergences } from './divergences.ts';
import { explain } from './explain.ts';
import { groups, table } from './report.ts';
import { divergenceKey, type Result, runCases } from './run.ts';

const { values, positionals } = parseArgs({
  args: argv.slice(2).filter((argument) => argument !== '--'),
  allowPositionals: true,
  options: { case: { type: 'string' }, profile: { type: 'string' }, corpus: { type: 'string' } },
});
const wanted = profiles.filter((profile) => values.profile === undefined || values.profile === profile);
if (wanted.length === 0) leave(`No such profile: ${values.profile}. There are: ${profiles.join(', ')}.`);

const names = corpusNames.filter((name) => values.corpus === undefined || values.corpus === name);
if (names.length === 0) leave(`No such corpus: ${values.corpus}. There are: ${corpusNames.join(', ')}.`);

const folder = positionals[0] ?? corpora();
if (folder === undefined) leave('The corpora are missing: set PEERCERT_CORPORA, or give their folder as argument.');
if (!existsSync(folder)) leave(`The corpora are missing: there is no folder ${folder}.`);
const missing = missingFiles(folder, names);
if (missing.length > 0) leave(`Missing from ${folder}: ${missing.join(', ')}`);

const cases = readCorpora(folder, names);
if (values.case !== undefined) explainCase(values.case);
else exit(runAll() === 0 ? 0 : 1);

function explainCase(id: string): void {
  const found = cases.filter((conformanceCase) => conformanceCase.id === id);
  if (found.length === 0) leave(`No such case: ${id}`);
  for (const conformanceCase of found) {
    for (const profile of wanted) console.log(explain(conformanceCase, profile).join('\n'));
  }
}

/** Prints everything; answers with the number of failures. */
function runAll(): number {
  const listed = new Map(divergences.map((entry) => [divergenceKey(entry.corpus, entry.id, entry.profile), entry]));
  const clientRelevant = names.includes('limbo') ? readClientRelevant(folder as string) : new Set<string>();
  const results: Result[] = [];
  for (const profile of wanted) results.push(...runCases(cases, profile, listed));

  console.log(table(results, clientRelevant).join('\n'));
  const slowest = results.reduce((a, b) => (a.milliseconds >= b.milliseconds ? a : b));
  console.log(`\nSlowest case: ${slowest.case.id}, ${slowest.milliseconds.toFixed(1)} ms`);
  printNotYet(results);

  const unexpected = results.filter(({ kind }) => kind === 'false accept' || kind === 'false reject');
  for (const {
    case: { corpus, id, expected },
    profile,
    kind,
    actual,
  } of unexpected) {
    console.log(`${kind}: ${corpus} ${id} (${profile}): expected ${expected}, got ${actual}`);
  }
  const happened = new Set(results.filter(({ kind }) => kind === 'divergence').map(keyOf));
  const stale = divergences.filter(
    ({ corpus, id, profile }) =>
      wanted.includes(profile) && names.includes(corpus) && !happened.has(divergenceKey(corpus, id, profile)),
  );
  for (const { corpus, id, profile } of stale) console.log(`stale divergence: ${corpus} ${id} (${profile})`);
  const problems = divergenceProblems();
  for (const problem of problems) console.log(problem);

  const asked = results.filter(({ kind }) => kind !== 'not yet').length;
  const failed = unexpected.length + stale.length + problems.length;
  console.log(`\n${asked - unexpected.length} passed, ${failed} failed`);
  return failed;
}

function keyOf({ case: { corpus, id }, profile }: Result): string {
  return divergenceKey(corpus, id, profile);
}

function printNotYet(results: readonly Result[]): void {
  const [profile] = wanted;
  const waiting = results.filter((result) => result.kind === 'not yet' && result.profile === profile);
  for (const [what, group] of groups(waiting, ({ actual }) => actual)) {
    const counts = [...groups(group, (result) => result.case.corpus)].map(
      ([corpus, { length }]) => `${corpus} ${length}`,
    );
    console.log(`Not yet: ${what} (${counts.join(', ')})`);
  }
}

function leave(message: string): never {
  console.error(message);
  exit(2);
}
