import { readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// Packages by name are read from their sources, so that no test but those of the packed tarballs needs a build.
const packages = readdirSync(new URL('packages', import.meta.url), { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
);

const project = (name: string, include: string[], globalSetup: string[] = []) => ({
  extends: true as const,
  test: { name, include, globalSetup },
});

export default defineConfig({
  resolve: {
    alias: packages.map(({ name }) => ({
      find: new RegExp(`^@peercert/${name}$`),
      replacement: new URL(`packages/${name}/src/index.ts`, import.meta.url).pathname,
    })),
  },
  test: {
    // Generous, because a loaded machine is no failure; a test that hangs still ends.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    setupFiles: [new URL('test/property-seed.ts', import.meta.url).pathname],
    projects: [
      project('unit', ['packages/*/test/**/*.test.ts', 'test/{conformance,fuzz,validators}/**/*.test.ts']),
      project('adapters', ['test/adapters/**/*.test.ts']),
      project('boundaries', ['test/boundaries/**/*.test.ts']),
      project('types', ['test/types/**/*.test.ts']),
      project('packaging', ['test/packaging/**/*.test.ts'], ['test/packaging/shared-consumer.ts']),
      project('e2e', ['test/e2e/**/*.test.ts', 'examples/*/test/**/*.test.ts']),
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/core/src/**/*.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      thresholds: { lines: 95, branches: 95 },
    },
  },
});
