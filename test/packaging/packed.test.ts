// Packed tarballs in tiny consumers: what the users of each module form and each TypeScript resolution get.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { packageNames } from '../boundaries/sources.ts';
import { type Packed, root } from './packed.ts';

const consumer = inject('consumer');
const names = packageNames.map((name) => `@peercert/${name}`);

function packed(name: string): Packed {
  const found = consumer.packages.find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} was not packed`);
  return found;
}

/** A program with the name of each export and its kind as JSON, run in the consumer's folder. */
function exportsSeenBy(file: string, source: string): Readonly<Record<string, string>> {
  writeFileSync(join(consumer.folder, file), source);
  const output = execFileSync(process.execPath, [file], { cwd: consumer.folder, encoding: 'utf8' });
  return JSON.parse(output) as Readonly<Record<string, string>>;
}

const print = `const kinds = Object.entries(api).filter(([name]) => !['default', 'module.exports', '__esModule'].includes(name))
  .map(([name, value]) => [name, typeof value]);
console.log(JSON.stringify(Object.fromEntries(kinds.sort(([a], [b]) => (a < b ? -1 : 1)))));`;

function requiredExports(name: string): Readonly<Record<string, string>> {
  // Node 22.12 and later take module-sync even for require(): the path shows the CommonJS form itself everywhere.
  return exportsSeenBy('require.cjs', `const api = require('./node_modules/${name}/dist/cjs/index.js');\n${print}`);
}

describe.each(names)('%s', (name) => {
  it('holds its code in both forms, its sources, its licence and nothing else', () => {
    const files = execFileSync('tar', ['-tzf', packed(name).tarball], { encoding: 'utf8' })
      .trim()
      .split('\n');
    const unexpected = files.filter(
      (file) => !/^package\/(?:package\.json|LICENSE|README\.md|src\/.+\.ts|dist\/(?:esm|cjs)\/.+)$/.test(file),
    );
    expect(unexpected).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        'package/LICENSE',
        'package/dist/esm/index.js',
        'package/dist/esm/index.d.ts',
        'package/dist/cjs/index.js',
        'package/dist/cjs/index.d.ts',
        'package/dist/cjs/package.json',
      ]),
    );
    expect(files.filter((file) => file.endsWith('.tsbuildinfo') || file.includes('.test.'))).toEqual([]);
  });

  it('has its licence in the tarball of npm too', () => {
    const { folder } = packed(name);
    const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: join(root, 'packages', name.replace('@peercert/', '')),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [listed] = JSON.parse(output) as readonly { readonly files: readonly { readonly path: string }[] }[];
    expect(listed?.files.map(({ path }) => path)).toContain('LICENSE');
    expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
  });

  it('names the versions of its sisters', () => {
    const { dependencies = {} } = packed(name).manifest;
    expect(Object.values(dependencies).filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('gives the same exports to import and to require', () => {
    const imported = exportsSeenBy('import.mjs', `import * as api from '${name}';\n${print}`);
    expect(Object.keys(imported)).not.toEqual([]);
    expect(exportsSeenBy('by-name.cjs', `const api = require('${name}');\n${print}`)).toEqual(imported);
    expect(requiredExports(name)).toEqual(imported);
  });

  it.each(['mts', 'cts'])('is typed for a TypeScript consumer in .%s', (extension) => {
    const uses = Object.keys(requiredExports(name))
      .map((key) => `void api.${key};`)
      .join('\n');
    const bring = extension === 'cts' ? `import api = require('${name}');` : `import * as api from '${name}';`;
    const file = `${name.replace('@peercert/', '')}.${extension}`;
    writeFileSync(
      join(consumer.folder, file),
      `${bring}\n${uses}\n// @ts-expect-error no such export\nvoid api.noSuchExport;\n`,
    );
    const options = ['--module', 'node16', '--target', 'es2022', '--strict', '--noEmit', '--types', 'node'];
    const result = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), [...options, file], {
      cwd: consumer.folder,
      encoding: 'utf8',
    });
    expect(result.stdout).toBe('');
    expect(result.status).toBe(0);
  });

  it('passes publint', () => {
    const result = spawnSync(join(root, 'node_modules', '.bin', 'publint'), ['run', packed(name).tarball, '--strict'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(result.status, result.stdout + result.stderr).toBe(0);
  });

  it('resolves for every kind of consumer that attw knows', () => {
    const result = spawnSync(join(root, 'node_modules', '.bin', 'attw'), [packed(name).tarball, '--no-color'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(result.status, result.stdout + result.stderr).toBe(0);
  });
});
