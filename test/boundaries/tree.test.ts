// The tree is the architecture.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageNames, root, typescriptFiles } from './sources.ts';

const topLevel = {
  rooms: ['docs', 'examples', 'packages', 'test'],
  workspace: ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'tsconfig.base.json', 'tsconfig.json'],
  checks: ['biome.json', 'knip.jsonc', 'vitest.config.ts'],
  words: ['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'SECURITY.md'],
  generated: ['coverage', 'node_modules', 'reports'],
};

describe('the top level', () => {
  it('holds the rooms, the workspace, its checks and the usual words', () => {
    const here = readdirSync(root).filter((name) => !name.startsWith('.') && !topLevel.generated.includes(name));
    expect(here.sort()).toEqual(
      [...topLevel.rooms, ...topLevel.workspace, ...topLevel.checks, ...topLevel.words].sort(),
    );
  });
});

describe('a package', () => {
  it.each(packageNames)(
    '%s keeps its tests in test/, each named as the file it tests, or else in a folder suites/',
    (name) => {
      const folder = join(root, 'packages', name);
      const sources = typescriptFiles(join(folder, 'src')).map((file) => relative(join(folder, 'src'), file));
      expect(sources.filter((file) => /\.test(?:-d)?\.ts$/.test(file))).toEqual([]);
      const tests = existsSync(join(folder, 'test')) ? typescriptFiles(join(folder, 'test')) : [];
      const strays = tests
        .map((file) => relative(join(folder, 'test'), file))
        .filter((file) => file.endsWith('.test.ts') && !file.split(sep).includes('suites'))
        .filter((file) => !sources.includes(file.replace(/\.test\.ts$/, '.ts')));
      expect(strays).toEqual([]);
    },
  );

  // Not every tool that packs a package looks for the licence further up.
  it.each(packageNames)('%s holds the very text of the licence', (name) => {
    expect(readFileSync(join(root, 'packages', name, 'LICENSE'), 'utf8')).toBe(
      readFileSync(join(root, 'LICENSE'), 'utf8'),
    );
  });

  it.each(packageNames)('%s carries the licence and the fields that a registry shows', (name) => {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(manifest).toMatchObject({
      name: `@peercert/${name}`,
      license: 'MIT',
      // What pki needs does nothing else than to add to Reflect.
      sideEffects: name === 'pki' ? ['./dist/esm/metadata.js', './dist/cjs/metadata.js'] : false,
      engines: { node: '>=20.12' },
    });
    expect(manifest['description']).toMatch(/^[A-Z].{20,}[^.]$/);
  });
});
