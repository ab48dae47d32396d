/**
 * Asks OpenSSL and Go about chains that were changed and signed again, and lists where they and core disagree, by kind.
 *
 *     pnpm differential                      10,000 chains
 *     pnpm differential --count 100000       so many
 *     pnpm differential --seed 7             the choices of another run again, which print their seed
 *     pnpm differential --bounded            with every change: few, and the same choices every time
 *     pnpm differential --samples            the chains of each kind, in hexadecimal
 *
 * A kind that explained.ts does not explain is a failure. Exits with 2 where the version of OpenSSL that was asked
 * is not there to compile against.
 */
import { randomInt } from 'node:crypto';
import { argv, exit } from 'node:process';
import { parseArgs } from 'node:util';
import { differ } from './differ.ts';

const { values } = parseArgs({
  args: argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    count: { type: 'string' },
    seed: { type: 'string' },
    bounded: { type: 'boolean', default: false },
    samples: { type: 'boolean', default: false },
  },
});

/** A red run is about the change at hand: to look for more is the business of the other runs. */
const boundedSeed = 20261128;
const boundedCount = 3_000;

exit(
  await differ({
    count: values.count === undefined ? (values.bounded ? boundedCount : 10_000) : Number(values.count),
    seed: values.seed === undefined ? (values.bounded ? boundedSeed : randomInt(2 ** 31)) : Number(values.seed),
    samples: values.samples,
  }),
);
