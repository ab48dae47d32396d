// Builds every package in both module forms, ESM with declarations by project references, then CommonJS beside it; then
// what runs against the built packages: the examples, and under `--programs` those of test/ (bench, conformance, fuzz).
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const here = import.meta.dirname;
const root = join(here, '..');

function tsc(...args) {
  const { status } = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Makes the ES module of a package of many files one that hands on its CommonJS form: Node loads that three times as
 * fast, and a program that uses both forms has one copy of it. The names are spelt out, for they are the interface.
 */
function fewFiles(name) {
  const names = Object.keys(createRequire(import.meta.url)(join(here, name, 'dist', 'cjs', 'index.js')));
  const list = names.sort().map((each) => `  ${each},`);
  writeFileSync(
    join(here, name, 'dist', 'esm', 'index.js'),
    `export {\n${list.join('\n')}\n} from '../cjs/index.js';\n`,
  );
}

tsc('-b', root);
for (const name of readdirSync(here)) {
  const project = join(here, name, 'tsconfig.cjs.json');
  if (!existsSync(project)) continue;
  tsc('-p', project);
  writeFileSync(join(here, name, 'dist', 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
}
fewFiles('core');
for (const name of readdirSync(join(root, 'examples'))) {
  const project = join(root, 'examples', name, 'tsconfig.json');
  if (existsSync(project)) tsc('-b', project);
}
if (process.argv.includes('--programs')) tsc('-p', join(root, 'test', 'tsconfig.programs.json'));
