/**
 * Fuzzes what reads hostile input: mutates real certificates, chains and texts, keeps what reaches new blocks of core, and
 * holds every answer against invariants and other implementations.
 *
 *     pnpm fuzz                              every target, a minute in all
 *     pnpm fuzz path names --seconds 600     these targets, for so long in all
 *     pnpm fuzz der --runs 1000000           so many inputs each
 *     pnpm fuzz --seed 7                     the choices of another run again, which print their seed
 *     pnpm fuzz --bounded                    with every change: as many inputs, and the same choices, every time
 *     pnpm fuzz --corpus FOLDER              begins with what an earlier run kept there, and keeps what it finds
 *
 * With PEERCERT_CORPORA, cases of the public corpora are seeds too. Exits with 1 when there is a finding.
 */
import { randomInt } from 'node:crypto';
import { argv, exit } from 'node:process';
import { parseArgs } from 'node:util';
import { Coverage } from './coverage.ts';

const { values, positionals } = parseArgs({
  args: argv.slice(2).filter((argument) => argument !== '--'),
  allowPositionals: true,
  options: {
    seconds: { type: 'string' },
    runs: { type: 'string' },
    seed: { type: 'string' },
    corpus: { type: 'string' },
    bounded: { type: 'boolean', default: false },
  },
});

/** A red run is about the change at hand: to look for more is the business of the other runs. */
const boundedSeed = 20261122;

// Before anything of core is loaded.
const coverage = new Coverage();
const { fuzz } = await import('./fuzz.ts');
const failed = await fuzz(coverage, {
  targets: positionals,
  runs: values.runs === undefined ? undefined : Number(values.runs),
  seconds: values.seconds === undefined ? undefined : Number(values.seconds),
  seed: values.seed === undefined ? (values.bounded ? boundedSeed : randomInt(2 ** 31)) : Number(values.seed),
  corpus: values.corpus,
  bounded: values.bounded,
});
exit(failed === 0 ? 0 : 1);
