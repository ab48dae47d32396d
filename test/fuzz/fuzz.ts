import { exit } from 'node:process';
import { corpora } from '../tools.ts';
import { adoptCorpora } from './adoption.ts';
import { type Account, Campaign, type Extent, slow } from './campaign.ts';
import type { Coverage } from './coverage.ts';
import { findings } from './findings.ts';
import { Random } from './random.ts';
import { readStored, store } from './stored-corpus.ts';
import { targets } from './targets.ts';
import { createWorld } from './world.ts';

export interface FuzzOptions {
  /** Names of targets; none for all of them. */
  readonly targets: readonly string[];
  /** Inputs for each target. */
  readonly runs: number | undefined;
  /** For all targets together. Default 60, unless there is another bound. */
  readonly seconds: number | undefined;
  readonly seed: number;
  /** A folder for what is worth keeping. */
  readonly corpus: string | undefined;
  /** As many inputs as `boundedRuns` says, however long they take. */
  readonly bounded: boolean;
}

/** Some seconds each on a small machine. What follows one path may cost as much as thousands of inputs of other targets. */
const boundedRuns: Readonly<Record<string, number>> = {
  der: 40_000,
  certificate: 2_000,
  pem: 20_000,
  base64: 300_000,
  names: 3_000,
  'general-names': 6_000,
  path: 150,
  headers: 60_000,
  crl: 2_500,
  ocsp: 5_000,
};

/** Cases of the corpora to begin with: each costs time before it pays. */
const adoptedCases = (milliseconds: number): number => Math.max(20, Math.min(400, Math.round(milliseconds / 200)));

/** Runs the campaigns one after the other and prints what they find. Answers with the number of failures. */
export async function fuzz(coverage: Coverage, options: FuzzOptions): Promise<number> {
  const names = options.targets.length === 0 ? Object.keys(targets) : options.targets;
  const unknown = names.filter((name) => !Object.hasOwn(targets, name));
  if (unknown.length > 0)
    leave(`No such target: ${unknown.join(', ')}. There are: ${Object.keys(targets).join(', ')}.`);
  const extent = extentOf(options, names.length);
  console.log(`Seed ${options.seed}, Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`);

  let failed = await replayFindings();
  const folder = corpora();
  const world = await createWorld((keyring) =>
    folder === undefined
      ? []
      : adoptCorpora(folder, keyring, new Random(options.seed), adoptedCases(extent.milliseconds)),
  );
  console.log(`${world.certificates.length} certificates and ${world.paths.length} paths to begin with\n`);
  const accounts: Account[] = [];
  for (const name of names) {
    // The choices for one target do not depend on which others ran before it.
    const random = new Random(options.seed);
    const campaign = new Campaign((targets[name] as (typeof targets)[string])(world), coverage, random);
    const account = await campaign.run(readStored(options.corpus, name), boundedExtent(options, name) ?? extent);
    store(options.corpus, account);
    accounts.push(account);
    console.log(summary(account));
  }
  printSlowest(accounts);
  const withFindings = accounts.filter(({ findings: found }) => found.length > 0);
  failed += withFindings.length;
  console.log(`\n${findings.length + accounts.length - failed} passed, ${failed} failed`);
  return failed;
}

function extentOf({ runs, seconds }: FuzzOptions, count: number): Extent {
  if (runs !== undefined && !(Number.isInteger(runs) && runs > 0)) leave('--runs must be a whole number above 0');
  if (seconds !== undefined && !(seconds > 0)) leave('--seconds must be a number above 0');
  const limit = seconds ?? (runs === undefined ? 60 : Number.POSITIVE_INFINITY);
  return { milliseconds: (limit * 1000) / count, runs: runs ?? Number.POSITIVE_INFINITY };
}

function boundedExtent({ bounded }: FuzzOptions, target: string): Extent | undefined {
  const runs = boundedRuns[target];
  return bounded && runs !== undefined ? { milliseconds: Number.POSITIVE_INFINITY, runs } : undefined;
}

async function replayFindings(): Promise<number> {
  let failed = 0;
  for (const finding of findings) {
    const actual = await finding.answer();
    if (actual === finding.expected) continue;
    failed += 1;
    console.log(`A finding is back: ${finding.what}: expected ${finding.expected}, got ${actual}`);
  }
  return failed;
}

function summary(account: Account): string {
  const { target, runs, accepted, blocks, corpus, compared, findings: found, seconds, slowest } = account;
  const counts = [
    `${runs} runs in ${seconds.toFixed(0)} s`,
    `${accepted} accepted`,
    `${corpus.length} kept`,
    `${compared} compared`,
    `${blocks} blocks`,
    `slowest ${slowest.milliseconds.toFixed(1)} ms`,
    `${found.length} findings`,
  ];
  const lines = found.map(({ message, times }) => `  ${times} times ${message}`);
  return [`${target}: ${counts.join(', ')}`, ...lines].join('\n');
}

function printSlowest(accounts: readonly Account[]): void {
  for (const { target, slowest } of accounts) {
    if (slowest.milliseconds > slow) {
      console.log(`${target} held the event loop for ${slowest.milliseconds.toFixed(0)} ms (--corpus keeps the input)`);
    }
  }
}

function leave(message: string): never {
  console.error(message);
  exit(2);
}
