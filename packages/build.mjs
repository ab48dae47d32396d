// Builds every package in both module forms, ESM with declarations by project references, then CommonJS beside it; then
// what runs against the built packages: the examples, and under `--programs` those of test/ (bench, conformance,
// differential, fuzz).
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, posix } from 'node:path';

const here = import.meta.dirname;
const root = join(here, '..');

function tsc(...args) {
  const { status } = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Joins the CommonJS files of a package of many files in one, and makes its ES module one that hands that on:
 * Node loads it five times as fast as so many ES modules, and a program that uses both forms has one copy of it. Nothing
 * is rewritten but the paths of `require`; the names of the exports are spelt out, for they are the interface.
 */
function joinFiles(name) {
  const cjs = join(here, name, 'dist', 'cjs');
  const names = Object.keys(createRequire(import.meta.url)(join(cjs, 'index.js'))).sort();
  const files = new Map();
  const add = (file) => {
    if (files.has(file)) return;
    files.set(file, '');
    const source = readFileSync(join(cjs, file), 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
    files.set(
      file,
      source.replace(/\brequire\("(\.[^"]+)"\)/g, (_, path) => {
        const target = posix.join(posix.dirname(file), path);
        add(target);
        return `load("${target}")`;
      }),
    );
  };
  add('index.js');
  const bodies = [...files].map(([file, source]) => `"${file}"(module, exports) {\n${source}},\n`);
  writeFileSync(
    join(cjs, 'joined.js'),
    `"use strict";
const loaded = {};
function load(file) {
    let module = loaded[file];
    if (module === undefined) {
        module = loaded[file] = { exports: {} };
        files[file](module, module.exports);
    }
    return module.exports;
}
const files = {
${bodies.join('')}};
module.exports = load("index.js");
`,
  );
  // In two steps, or else whoever imports this would look for names in the large file, which takes longer than running it.
  writeFileSync(
    join(cjs, 'index.js'),
    `"use strict";
const joined = require("./joined.js");
module.exports = joined;
// For readers of CommonJS that do not run it.
0 && (module.exports = { ${names.join(', ')} });
`,
  );
  const list = names.map((each) => `  ${each},`).join('\n');
  writeFileSync(
    join(here, name, 'dist', 'esm', 'index.js'),
    `import core from '../cjs/index.js';\n\nexport const {\n${list}\n} = core;\n`,
  );
}

tsc('-b', root);
for (const name of readdirSync(here)) {
  const project = join(here, name, 'tsconfig.cjs.json');
  if (!existsSync(project)) continue;
  // Or else the compiler would take the joined file for its own of the build before.
  rmSync(join(here, name, 'dist', 'cjs.tsbuildinfo'), { force: true });
  tsc('-p', project);
  writeFileSync(join(here, name, 'dist', 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
}
joinFiles('core');
for (const name of readdirSync(join(root, 'examples'))) {
  const project = join(root, 'examples', name, 'tsconfig.json');
  if (existsSync(project)) tsc('-b', project);
}
if (process.argv.includes('--programs')) tsc('-p', join(root, 'test', 'tsconfig.programs.json'));
