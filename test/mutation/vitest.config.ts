import { statSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, mergeConfig } from 'vitest/config';
import { BaseSequencer, type Reporter, type RunnerTestCase, type TestSpecification, type Vitest } from 'vitest/node';
import everything from '../../vitest.config.ts';

const root = join(import.meta.dirname, '..', '..');
const rooms = process.env['PEERCERT_MUTATION_TESTS']?.split(',') ?? ['encoding', 'certificate', 'path', 'revocation'];

/** A mutant is killed by the tests of its own file, or else by a short suite sooner than by a long one. */
class OwnTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const [mutated = ''] = this.ctx.config.related ?? [];
    const own = mutated.replace(/\/src\/(.*)\.ts$/, '/test/$1.test.ts');
    const cost = ({ moduleId }: TestSpecification): number => (moduleId === own ? 0 : statSync(moduleId).size);
    return [...files].sort((a, b) => cost(a) - cost(b));
  }
}

/** A mutant with which a file does not even load is noticed; Stryker looks at tests alone, so there has to be one. */
class LoadFailures implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(): void {
    for (const file of this.#vitest?.state.getFiles() ?? []) {
      if (!file.result?.errors?.length) continue;
      const { id, meta, result } = file;
      file.tasks.push({
        type: 'test',
        id: `${id}_loads`,
        name: 'loads',
        mode: 'run',
        file,
        meta,
        result,
      } as RunnerTestCase);
    }
  }
}

// It takes half the time of a mutant to load, and the tests that make certificates octet by octet do not need it.
const unneeded = {
  find: /^(?:@peculiar\/x509|reflect-metadata)$/,
  replacement: join(import.meta.dirname, 'no-x509.ts'),
};

// The unit tests of a room, and no others: what only a test of the whole line notices is not tested where it is decided.
export default mergeConfig(
  { resolve: everything.resolve ?? {} },
  defineConfig({
    root,
    resolve: { alias: rooms.includes('revocation') ? [] : [unneeded] },
    test: {
      include: rooms.map((room) => `packages/core/test/${room}/**/*.test.ts`),
      setupFiles: ['property-seed.ts', 'mutation/bounded-properties.ts'].map((file) => join(root, 'test', file)),
      sequence: { sequencer: OwnTestsFirst },
      reporters: [new LoadFailures()],
      testTimeout: 30_000,
      // Each mutant gets a new worker; the test files that it meets share it.
      isolate: false,
    },
  }),
);
