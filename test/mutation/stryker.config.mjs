// What a mutant is, and who may kill it. `main.mjs` says where.
export const options = {
  testRunner: 'resident',
  plugins: ['./test/mutation/resident-runner.mjs', './test/mutation/prose.mjs'],
  coverageAnalysis: 'perTest',
  ignorers: ['prose'],
  ignorePatterns: ['**/dist', 'coverage', 'docs', 'examples', 'reports'],
  // Stryker would rewrite it with an API that TypeScript 7 does not have; nothing reads it in a sandbox.
  tsconfigFile: 'none',
  disableTypeChecks: false,
  concurrency: Number(process.env.PEERCERT_MUTATION_WORKERS ?? 1),
  timeoutMS: 6_000,
  reporters: ['progress-append-only', 'json'],
  allowConsoleColors: false,
  thresholds: { break: null, high: 95, low: 90 },
};
