// Builds every package in both module forms, ESM with declarations by project references, then CommonJS beside it; then
// what runs against the built packages: the examples, and under `--programs` those of test/ (bench, conformance, fuzz).
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const root = join(here, '..');

function tsc(...args) {
  const { status } = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

tsc('-b', root);
for (const name of readdirSync(here)) {
  const project = join(here, name, 'tsconfig.cjs.json');
  if (!existsSync(project)) continue;
  tsc('-p', project);
  writeFileSync(join(here, name, 'dist', 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
}
for (const name of readdirSync(join(root, 'examples'))) {
  const project = join(root, 'examples', name, 'tsconfig.json');
  if (existsSync(project)) tsc('-b', project);
}
if (process.argv.includes('--programs')) tsc('-p', join(root, 'test', 'tsconfig.programs.json'));
