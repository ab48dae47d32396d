// Builds every package in both module forms: ESM with declarations by project references, then CommonJS beside it.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const tsc = join(here, '..', 'node_modules', '.bin', 'tsc');
const run = (...args) => execFileSync(tsc, args, { stdio: 'inherit' });

run('-b', join(here, '..', 'tsconfig.json'));
for (const name of readdirSync(here)) {
  const project = join(here, name, 'tsconfig.cjs.json');
  if (!existsSync(project)) continue;
  run('-p', project);
  writeFileSync(join(here, name, 'dist', 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
}
