// Habits that no linter knows.
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type SourceFile, sources } from './sources.ts';

/** Each occurrence, as `path: text`. */
function occurrences(pattern: RegExp, files: readonly SourceFile[] = sources): readonly string[] {
  return files.flatMap((file) => [...file.code.matchAll(pattern)].map(([text]) => `${file.path}: ${text.trim()}`));
}

describe('the sources', () => {
  it('never read the time: they take a clock, whose default is Date.now', () => {
    expect(occurrences(/\bDate\.now\s*\(|\bnew Date\(\s*\)|\bperformance\.now\b|\bhrtime\b/g)).toEqual([]);
    expect(occurrences(/^.*(?<!(?:\?\?|=)\s*)\bDate\.now\b.*$/gm)).toEqual([]);
  });

  it('give core one clock', () => {
    const core = sources.filter((file) => file.package === 'core');
    expect(occurrences(/\bDate\.now\b/g, core)).toHaveLength(1);
  });

  it('export by name, but for the names of a package that has two entries', () => {
    const named = /^export\s+default\b|\bas\s+default\b|^export\s+\*\s+from\b(?! '\.\/exports\.ts';)/gm;
    expect(occurrences(named)).toEqual([]);
  });

  it('run as CommonJS too: no import.meta, no await outside a function', () => {
    expect(occurrences(/\bimport\.meta\b|^(?:const .*= )?await\b/gm)).toEqual([]);
  });

  it('have no drawer for whatever fits nowhere else', () => {
    const drawer = /^(?:utils?|helpers?|common|misc|shared|lib|tools?)$/;
    const wrong = sources
      .map((file) => file.path)
      .filter((path) =>
        path
          .replace(/\.ts$/, '')
          .split('/')
          .some((part) => drawer.test(part)),
      );
    expect(wrong).toEqual([]);
  });

  it('are named in kebab case', () => {
    const wrong = sources
      .map((file) => file.path)
      .filter((path) => !/^[a-z0-9]+(?:-[a-z0-9]+)*\.ts$/.test(basename(path)));
    expect(wrong).toEqual([]);
  });

  it('leave nothing for later', () => {
    expect(occurrences(/\bnot implemented\b/gi)).toEqual([]);
  });
});

describe('instanceof', () => {
  // Under Jest with jsdom what Node makes comes from another realm (packages/core/src/realm.ts).
  it('asks for nothing of the language that may come from another realm', () => {
    expect(occurrences(/\binstanceof\s+(?:\w*Array(?:Buffer)?|DataView|Date|Map|Set|RegExp|Error|URL)\b/g)).toEqual([
      'packages/core/src/realm.ts: instanceof Error',
      'packages/pki/src/issue.ts: instanceof Uint8Array',
    ]);
  });

  // A public class exists twice when a program loads a package as ESM and as CommonJS: objects carry a brand instead.
  it('asks for classes of Node and of the language, or for one that never leaves its package', () => {
    const wrong = sources.flatMap((file) =>
      [...file.code.matchAll(/\binstanceof\s+([\w$.]+)/g)]
        .map(([, name = '']) => name)
        .filter((name) => !isBuiltIn(name, file) && !isPrivate(name, file))
        .map((name) => `${file.path}: instanceof ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  function isBuiltIn(name: string, file: SourceFile): boolean {
    const [first = ''] = name.split('.');
    return (
      first in globalThis ||
      file.imports.some(
        ({ specifier, names }) =>
          specifier.startsWith('node:') && names.some((imported) => imported.split(' ').includes(first)),
      )
    );
  }

  function isPrivate(name: string, file: SourceFile): boolean {
    const index = sources.find(({ path }) => path === `packages/${file.package}/src/index.ts`);
    const declaredHere = new RegExp(`\\bclass\\s+${name}\\b`).test(file.code);
    const fromThisPackage = file.imports.some(
      ({ specifier, names }) => specifier.startsWith('.') && names.includes(name),
    );
    return (declaredHere || fromThisPackage) && !new RegExp(`\\b${name}\\b`).test(index?.code ?? '');
  }
});
