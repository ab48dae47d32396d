// One door per dependency: whoever wants to know what a dependency is used for opens one file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageNames, root, sources } from './sources.ts';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

/** `@scope/name/path` and `name/path` without the path. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function importersOf(dependency: string): readonly string[] {
  return sources
    .filter((file) => file.imports.some(({ specifier }) => packageOf(specifier) === dependency))
    .map((file) => file.path);
}

describe('a dependency', () => {
  it('ipaddr.js has one door', () => {
    expect(importersOf('ipaddr.js')).toEqual(['packages/core/src/address-range.ts']);
  });

  it('@peculiar/x509 is known to pki alone', () => {
    const importers = importersOf('@peculiar/x509');
    expect(importers).not.toEqual([]);
    expect(importers.filter((path) => !path.startsWith('packages/pki/'))).toEqual([]);
  });

  it.each(['express', 'fastify', 'koa'])('%s is known to its own adapter alone', (framework) => {
    const wrong = importersOf(framework).filter((path) => !path.startsWith(`packages/${framework}/`));
    expect(wrong).toEqual([]);
  });

  it('a framework is used for its types, so that importing an adapter loads none', () => {
    const wrong = sources.flatMap((file) =>
      file.imports
        .filter(({ specifier, typeOnly }) => ['express', 'fastify', 'koa'].includes(packageOf(specifier)) && !typeOnly)
        .map(({ specifier }) => `${file.path} loads ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it.each(packageNames)('%s declares whatever it imports, and imports whatever it declares', (name) => {
    const { dependencies = {}, peerDependencies = {} } = manifest(`packages/${name}`);
    const imported = new Set(
      sources
        .filter((file) => file.package === name)
        .flatMap((file) => file.imports)
        .map(({ specifier }) => packageOf(specifier))
        .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:')),
    );
    expect([...imported].sort()).toEqual(Object.keys({ ...dependencies, ...peerDependencies }).sort());
  });

  it.each(['.', 'test', ...packageNames.map((name) => `packages/${name}`)])(
    'of %s is pinned to a version',
    (folder) => {
      const { dependencies, devDependencies } = manifest(folder);
      const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
        ([, version]) => !/^(?:npm:[\w@/-]+@)?\d+\.\d+\.\d+$|^workspace:\*$/.test(version),
      );
      expect(loose).toEqual([]);
    },
  );
});

describe('core', () => {
  it('speaks HTTP in one file, as a client that fetches revocation information', () => {
    const importers = sources
      .filter((file) => file.package === 'core')
      .filter((file) =>
        file.imports.some(({ specifier, typeOnly }) => /^node:(?:http|https|http2)$/.test(specifier) && !typeOnly),
      )
      .map((file) => file.path);
    expect(importers).toEqual(['packages/core/src/revocation/fetcher.ts']);
    expect(sources.find(({ path }) => path === importers[0])?.code).not.toContain('createServer');
  });

  it('knows in one file what a TLS socket looks like', () => {
    const wrong = sources
      .filter((file) => file.package === 'core' && /\bTLSSocket\b|\bgetPeer(?:X509)?Certificate\b/.test(file.code))
      .map((file) => file.path);
    expect(wrong).toEqual(['packages/core/src/source/tls-socket.ts']);
  });
});
