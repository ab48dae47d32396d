// Runs every suite on this Node with what this machine has, and says by name what it could not run, and at the end what
// failed.
//
//     node test/run.mjs                    everything: what `npm test` does
//     node test/run.mjs lint types unit    these steps only
//
// PEERCERT_REQUIRE=all       what is missing is a failure
// PEERCERT_CORPORA=FOLDER    where the conformance corpora are
// PEERCERT_NODES="22 24"     the unit and adapter suites once more on these Node majors, fetched by npx; not on the one
//                            that runs this
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { argv, env, execPath, exit, stderr, stdout } from 'node:process';
import { stripVTControlCharacters } from 'node:util';

const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'peercert-'));
const missingList = join(scratch, 'missing');
const strict = env.PEERCERT_REQUIRE === 'all';

const vitest = join('node_modules', 'vitest', 'vitest.mjs');
const bin = (name) => join('node_modules', '.bin', name);
const node = (...args) => command(execPath, args);

const plan = {
  lint: [command(bin('biome'), ['check', '.']), command(bin('oxlint'), ['--type-aware'])],
  // Incremental, then from nothing: sources and tests together.
  // The fuzzers are typed by the built packages.
  types: [node('packages/build.mjs'), command(bin('tsc'), ['-p', 'test'])],
  unused: [command(bin('knip'), ['--no-config-hints'])],
  // The fast loop takes every core.
  unit: [suite('unit', [`--maxWorkers=${availableParallelism()}`])],
  coverage: [suite('unit', ['--coverage'])],
  adapters: [suite('adapters')],
  boundaries: [suite('boundaries')],
  typings: [suite('types')],
  build: [node('packages/build.mjs', '--programs')],
  packaging: [suite('packaging')],
  ...endToEnd(),
  demo: [node('examples/demo/dist/main.js')],
  ...program('conformance'),
  ...program('differential', '--bounded'),
  ...program('fuzz', '--bounded'),
  ...Object.fromEntries((env.PEERCERT_NODES ?? '').split(' ').filter(isAnother).map(onNode)),
};
const wanted = argv.length > 2 ? argv.slice(2) : Object.keys(plan).filter((name) => name !== 'unit');
const unknown = wanted.filter((name) => !(name in plan));
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(', ')}. There are: ${Object.keys(plan).join(', ')}.`);
  exit(2);
}

const rows = [];
/** Of every failure its step, its name, and the lines that say why. */
const failures = [];
for (const name of wanted) {
  console.log(`\n== ${name}`);
  const started = Date.now();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const task of plan[name]) {
    const result = await task();
    for (const key of Object.keys(counts)) counts[key] += result[key];
    if (result.failed > 0) failures.push(...result.failures.map((failure) => ({ step: name, ...failure })));
  }
  rows.push({ name, ...counts, seconds: (Date.now() - started) / 1000 });
}

report();

/** A task that counts as one test, unless its output has its own line `N passed, N failed`: the last one counts. */
function command(file, args) {
  return async () => {
    const { code, output } = await run(file, args);
    const [, ...own] = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\r?$/gm)].at(-1) ?? [];
    const [passed = code === 0 ? 1 : 0, failed = 0, skipped = 0] = own.map((count) => Number(count ?? 0));
    const failures = [lastLines([relative(root, file), ...args].join(' '), output)];
    return { code, passed, failed: code === 0 ? failed : Math.max(failed, 1), skipped, failures };
  };
}

/** A vitest project of vitest.config.ts, on this Node or on another that `launcher` starts. */
function suite(project, options = [], launcher = [execPath]) {
  return async () => {
    const json = join(scratch, 'result.json');
    rmSync(json, { force: true });
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${json}`];
    const [file, ...args] = [...launcher, vitest, 'run', '--project', project, ...reporters, ...options];
    const { code, output } = await run(file, args);
    const result = existsSync(json) ? JSON.parse(readFileSync(json, 'utf8')) : {};
    const failed = result.numFailedTests ?? 0;
    const named = (result.testResults ?? []).flatMap(failedTests);
    return {
      passed: result.numPassedTests ?? 0,
      // A file that does not load and a coverage below its threshold fail no test, but they fail.
      failed: code === 0 ? failed : Math.max(failed, 1),
      skipped: (result.numPendingTests ?? 0) + (result.numTodoTests ?? 0),
      failures: named.length > 0 ? named : [lastLines(`vitest ${project}`, output)],
    };
  };
}

/** Of one file in the JSON of vitest. */
function failedTests({ name, status, message, assertionResults }) {
  const file = relative(root, name);
  const failed = assertionResults.filter((test) => test.status === 'failed');
  if (failed.length === 0 && status === 'failed') return [{ title: file, lines: firstLines(message) }];
  return failed.map(({ fullName, failureMessages }) => ({
    title: `${file}: ${fullName}`,
    lines: failureMessages.flatMap(firstLines),
  }));
}

/** Of a message with its stack: what is said, and the place in the tests. */
function firstLines(message) {
  const lines = plainLines(message);
  const said = lines.filter((line) => !/^\s+at /.test(line)).slice(0, 12);
  const place = lines.find((line) => /^\s+at .*\.test\.ts:/.test(line));
  return place === undefined ? said : [...said, place.replace(`${root}/`, '').trim()];
}

function lastLines(title, output) {
  return { title, lines: plainLines(output).slice(-25) };
}

function plainLines(text) {
  return stripVTControlCharacters(text).trimEnd().split(/\r?\n/).filter(Boolean);
}

/** A program of this folder, compiled by the build. It exits with 2 when what it needs is not on this machine. */
function program(name, ...args) {
  if (!existsSync(join(root, 'test', name, 'main.ts'))) return {};
  const task = command(execPath, [join('test', 'dist', name, 'main.js'), ...args]);
  return {
    [name]: [
      async () => {
        const result = await task();
        return result.code === 2 && !strict ? { ...result, failed: 0, skipped: 1 } : result;
      },
    ],
  };
}

/** Real servers and proxies, and the examples, as far as they have tests. */
function endToEnd() {
  const examples = readdirSync(join(root, 'examples')).map((name) => join(root, 'examples', name, 'test'));
  return [join(root, 'test', 'e2e'), ...examples].some(existsSync) ? { e2e: [suite('e2e')] } : {};
}

function isAnother(major) {
  return major !== '' && !process.version.startsWith(`v${major}.`);
}

/** The suites that depend most on Node, on another major of it. */
function onNode(major) {
  const launcher = ['npx', '--yes', `node@${major}`];
  const isThatNode = async () => {
    // Where install scripts are off, npx finds no binary in the package and runs the Node it is run by.
    const { output } = await run('npx', ['--yes', `node@${major}`, '--print', 'process.versions.node']);
    const version = output.trim().split('\n').at(-1) ?? '';
    if (version.startsWith(`${major}.`)) return { passed: 1, failed: 0, skipped: 0 };
    const title = `npx node@${major} ran Node ${version}`;
    console.error(title);
    return { passed: 0, failed: 1, skipped: 0, failures: [{ title, lines: [] }] };
  };
  return [`node ${major}`, [isThatNode, suite('unit', [], launcher), suite('adapters', [], launcher)]];
}

function run(file, args) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      // CI: a snapshot that is not there fails, it is not written.
      env: { ...env, CI: 'true', PEERCERT_MISSING: missingList },
    });
    let output = '';
    const pass = (from, to) =>
      from.setEncoding('utf8').on('data', (text) => {
        to.write(text);
        output += text;
      });
    pass(child.stdout, stdout);
    pass(child.stderr, stderr);
    child.on('error', (error) => {
      console.error(String(error));
      resolve({ code: 127, output });
    });
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function report() {
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  console.log(
    `\n${'step'.padEnd(14)}${'passed'.padStart(8)}${'failed'.padStart(8)}${'skipped'.padStart(9)}${'seconds'.padStart(9)}`,
  );
  for (const { name, passed, failed, skipped, seconds } of rows) {
    const cells = [
      `${passed}`.padStart(8),
      `${failed}`.padStart(8),
      `${skipped}`.padStart(9),
      seconds.toFixed(1).padStart(9),
    ];
    console.log(name.padEnd(14) + cells.join(''));
  }
  const missing = existsSync(missingList)
    ? [...new Set(readFileSync(missingList, 'utf8').trim().split('\n'))].toSorted()
    : [];
  if (missing.length > 0) console.log(`\nNot run, because this machine lacks: ${missing.join(', ')}`);
  rmSync(scratch, { recursive: true, force: true });
  for (const { step, title, lines } of failures) {
    console.log(`\nFAILED ${step}: ${title}\n${lines.map((line) => `    ${line}`).join('\n')}`);
  }
  const skipped = sum('skipped');
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  exit(sum('failed') > 0 ? 1 : 0);
}
