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
 * Joins the files of a package of many files in one, in each module form: Node loads one five times as fast as so many. Nothing is
 * rewritten but `require`, which becomes the loader of the joined file, and in the ES module also an import: whoever bundles
 * that must not meet a `require` of Node's modules, for a bundle of ES modules has none. Node itself is handed the CommonJS form by
 * a small ES module: that is loaded faster, and a program that uses both forms has one copy.
 */
function joinFiles(name) {
  const dist = join(here, name, 'dist');
  const names = Object.keys(createRequire(import.meta.url)(join(dist, 'cjs', 'index.js'))).sort();
  const files = new Map();
  /** @type {Set<string>} */
  const outside = new Set();
  const add = (file) => {
    if (files.has(file)) return;
    files.set(file, '');
    const source = readFileSync(join(dist, 'cjs', file), 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
    files.set(
      file,
      source.replace(/\brequire\("([^"]+)"\)/g, (call, path) => {
        if (!path.startsWith('.')) {
          outside.add(path);
          return call;
        }
        const target = posix.join(posix.dirname(file), path);
        add(target);
        return `load("${target}")`;
      }),
    );
  };
  add('index.js');
  const bodies = [...files].map(([file, source]) => `"${file}"(module, exports) {\n${source}},\n`);
  const joined = `const loaded = {};
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
`;
  writeFileSync(join(dist, 'cjs', 'joined.js'), `"use strict";\n${joined}module.exports = load("index.js");\n`);
  // In two steps, or else whoever imports this would look for names in the large file, which takes longer than running it.
  writeFileSync(
    join(dist, 'cjs', 'index.js'),
    `"use strict";
const joined = require("./joined.js");
module.exports = joined;
// For readers of CommonJS that do not run it.
0 && (module.exports = { ${names.join(', ')} });
`,
  );
  writeFileSync(join(dist, 'esm', 'index.js'), asModule(joined, [...outside].toSorted(), names));
  const list = names.map((each) => `  ${each},\n`).join('');
  writeFileSync(
    join(dist, 'esm', 'node.js'),
    `import core from '../cjs/index.js';\n\nexport const {\n${list}} = core;\n`,
  );
}

/** The joined files as an ES module. The default export of what is outside is what `require` gives. */
function asModule(joined, outside, names) {
  const identifiers = new Map(outside.map((path) => [path, `outside_${path.replaceAll(/\W/g, '_')}`]));
  const imports = [...identifiers].map(([path, identifier]) => `import ${identifier} from "${path}";\n`);
  const body = joined
    // What the compiler makes of `import()`, with the other quotes.
    .replaceAll(/Promise\.resolve\(\)\.then\(\(\) => __importStar\(require\(('[^']+')\)\)\)/g, 'import($1)')
    .replaceAll(/\brequire\("([^"]+)"\)/g, (_, path) => identifiers.get(path));
  const [left] = /\brequire\(.*|\b__(?:dirname|filename)\b.*/.exec(body) ?? [];
  if (left !== undefined) throw new Error(`The joined ES module would need what only CommonJS has: ${left}`);
  return `${imports.join('')}${body}export const {\n${names.map((each) => `  ${each},\n`).join('')}} = load("index.js");\n`;
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
