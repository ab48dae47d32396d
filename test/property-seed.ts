import fc from 'fast-check';

// Property tests draw the same inputs in every run, so that a red run is about the change at hand. New inputs are drawn
// with PEERCERT_SEED=random, and are the business of the fuzzers.
const { PEERCERT_SEED: seed = '20261121' } = process.env;
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });
