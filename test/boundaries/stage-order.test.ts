// The line of the architecture: source, certificate, path, revocation, policy. A later stage may use an earlier one.
import { describe, expect, it } from 'vitest';
import { type SourceFile, sources } from './sources.ts';

const line = ['source', 'certificate', 'path', 'revocation', 'policy'];
const core = sources.filter((file) => file.package === 'core');

/** The first folder below src, or '' for the files beside the rooms. */
function room(path: string): string {
  return /^packages\/core\/src\/([^/]+)\//.exec(path)?.[1] ?? '';
}

function local(file: SourceFile) {
  return file.imports.filter((imported) => imported.specifier.startsWith('.'));
}

describe('the rooms of core', () => {
  it('are the stages of the line and the ground floor, and no others', () => {
    const rooms = new Set(core.map((file) => room(file.path)).filter(Boolean));
    expect([...rooms].sort()).toEqual([...line, 'encoding'].sort());
  });

  it('import only themselves, the ground floor and stages before them', () => {
    const wrong = core.flatMap((file) => {
      const own = line.indexOf(room(file.path));
      if (own < 0) return [];
      return local(file)
        .filter((imported) => line.indexOf(room(imported.target)) > own)
        .map((imported) => `${file.path} imports ${imported.target}`);
    });
    expect(wrong).toEqual([]);
  });

  it('stand on the ground floor, which imports no stage', () => {
    const wrong = core
      .filter((file) => room(file.path) === 'encoding')
      .flatMap((file) =>
        local(file)
          .filter((imported) => room(imported.target) !== 'encoding' && !imported.typeOnly)
          .map((imported) => `${file.path} imports ${imported.target}`),
      );
    expect(wrong).toEqual([]);
  });
});

describe('the files beside the rooms', () => {
  it('are used by a stage only when they lean on no stage themselves', () => {
    const beside = new Map(core.filter((file) => room(file.path) === '').map((file) => [file.path, file]));
    const leansOnAStage = (path: string, seen: ReadonlySet<string> = new Set()): boolean => {
      const file = beside.get(path);
      if (file === undefined || seen.has(path)) return false;
      return local(file)
        .filter((imported) => !imported.typeOnly)
        .some(({ target }) => line.includes(room(target)) || leansOnAStage(target, new Set([...seen, path])));
    };
    const wrong = core
      .filter((file) => room(file.path) !== '')
      .flatMap((file) =>
        local(file)
          .filter((imported) => !imported.typeOnly && leansOnAStage(imported.target))
          .map((imported) => `${file.path} imports ${imported.target}`),
      );
    expect(wrong).toEqual([]);
  });

  it('lend a stage their types only where the types are those of reasons, decisions, limits and files', () => {
    const lent = ['reasons.ts', 'decision.ts', 'limits.ts', 'file-watcher.ts', 'watched-files.ts'].map(
      (name) => `packages/core/src/${name}`,
    );
    const wrong = core
      .filter((file) => room(file.path) !== '')
      .flatMap((file) =>
        local(file)
          .filter((imported) => imported.typeOnly && room(imported.target) === '' && !lent.includes(imported.target))
          .map((imported) => `${file.path} imports ${imported.target}`),
      );
    expect(wrong).toEqual([]);
  });
});

describe('the product of a stage', () => {
  // A brand stops everyone but the one who writes `as`: so that is written in one room only. After an index it makes
  // nothing, it says that the element is there.
  it.each([
    ['Certificate', 'certificate'],
    ['VerifiedPath', 'path'],
    ['CheckedPath', 'revocation'],
  ])('%s is made in %s/ and nowhere else', (type, home) => {
    const cast = new RegExp(`(?<!\\]\\s*)\\bas\\s+(?:unknown\\s+as\\s+)?${type}\\b`);
    const wrong = sources.filter((file) => cast.test(file.code) && room(file.path) !== home).map((file) => file.path);
    expect(wrong).toEqual([]);
  });
});
