import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whereaboutsOf } from '../src/watched-directories.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'peercert-way-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const make = (...names: readonly string[]): void => {
  for (const name of names) mkdirSync(join(folder, name), { recursive: true });
};
const link = (name: string, target: string): void => symlinkSync(target, join(folder, name));

/** What lies under the folder of the test, named from there. */
function found(...paths: readonly string[]): Record<string, readonly string[]> {
  const inside = [...whereaboutsOf(paths.map((path) => join(folder, path)))].filter(([directory]) =>
    directory.startsWith(folder),
  );
  return Object.fromEntries(inside.map(([directory, names]) => [directory.slice(folder.length) || '/', [...names]]));
}

describe('the way to a file', () => {
  it('depends on its directory alone where there is no link', () => {
    make('etc/tls');
    writeFileSync(join(folder, 'etc/tls/ca.pem'), '');
    expect(found('etc/tls/ca.pem')).toEqual({ '/etc/tls': ['ca.pem'] });
  });

  it('depends on each directory with a link on it: of a release, and of a volume of Kubernetes', () => {
    make('releases/1', 'etc/..2026');
    link('current', 'releases/1');
    link('etc/..data', '..2026');
    link('etc/ca.pem', '..data/ca.pem');
    writeFileSync(join(folder, 'releases/1/ca.pem'), '');
    writeFileSync(join(folder, 'etc/..2026/ca.pem'), '');
    expect(found('current/ca.pem')).toEqual({ '/': ['current'], '/releases/1': ['ca.pem'] });
    expect(found('etc/ca.pem')).toEqual({ '/etc': ['ca.pem', '..data'], '/etc/..2026': ['ca.pem'] });
  });

  it('goes up from where a link leads, as the system does', () => {
    make('real/deep', 'real/lists', 'lists');
    link('near', 'real/deep');
    link('way', 'near/../lists');
    writeFileSync(join(folder, 'real/lists/ca.pem'), '');
    expect(found('way/ca.pem')).toEqual({ '/': ['way', 'near'], '/real/lists': ['ca.pem'] });
  });

  it('follows a link that says everything from the root on', () => {
    make('releases/1');
    link('current', join(folder, 'releases', '1'));
    writeFileSync(join(folder, 'releases/1/ca.pem'), '');
    expect(found('current/ca.pem')).toEqual({ '/': ['current'], '/releases/1': ['ca.pem'] });
  });

  it('ends where a part is missing, in the directory in which it may appear', () => {
    make('etc');
    link('current', 'releases/1');
    expect(found('current/ca.pem', 'etc/ca.pem')).toEqual({ '/': ['current', 'releases'], '/etc': ['ca.pem'] });
    writeFileSync(join(folder, 'file'), '');
    expect(found('file/ca.pem')).toEqual({ '/file': ['ca.pem'] });
  });

  it('ends in a loop of links, and after as many links as the system follows', () => {
    link('one', 'two');
    link('two', 'one');
    link('self', 'self/self');
    expect(found('one/ca.pem')).toEqual({ '/': ['one', 'two'] });
    expect(found('self/ca.pem')).toEqual({ '/': ['self'] });
    make('end');
    writeFileSync(join(folder, 'end/ca.pem'), '');
    for (let at = 0; at < 60; at += 1) {
      make(`d${at}`);
      link(`d${at}/next`, at === 59 ? '../end' : `../d${at + 1}/next`);
    }
    expect(Object.keys(found('d0/next/ca.pem'))).toHaveLength(41);
    expect(found('d20/next/ca.pem')['/end']).toEqual(['ca.pem']);
  });
});
