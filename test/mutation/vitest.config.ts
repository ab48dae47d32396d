import { join } from 'node:path';
import { defineConfig, mergeConfig } from 'vitest/config';
import everything from '../../vitest.config.ts';

const root = join(import.meta.dirname, '..', '..');
const here = (file: string): string => join(import.meta.dirname, file);

// It takes half the time of a mutant to load, and the tests that make certificates octet by octet do not need it.
const unneeded = { find: /^(?:@peculiar\/x509|reflect-metadata)$/, replacement: here('no-x509.ts') };
const isNeeded = process.env['PEERCERT_MUTATION_TESTS']?.includes('revocation') ?? true;

export default mergeConfig(
  { resolve: everything.resolve ?? {} },
  defineConfig({
    root,
    resolve: { alias: isNeeded ? [] : [unneeded] },
    test: {
      include: ['test/mutation/resident-tests.ts'],
      runner: here('resident-worker.ts'),
      setupFiles: [join(root, 'test/property-seed.ts'), here('bounded-properties.ts')],
      testTimeout: 8_000,
      pool: 'threads',
      isolate: false,
      maxWorkers: 1,
    },
  }),
);
