// The packages as a registry would hand them out: packed, unpacked into a consumer's node_modules, beside nothing but
// the third-party packages that they and their users declare. No network is needed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const root: string = join(import.meta.dirname, '..', '..');

export interface Packed {
  /** `@peercert/core`. */
  readonly name: string;
  readonly tarball: string;
  /** The unpacked tarball, inside the consumer's node_modules. */
  readonly folder: string;
  readonly manifest: Manifest;
}

export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface Consumer {
  readonly folder: string;
  readonly packages: readonly Packed[];
  readonly remove: () => void;
}

/** Packs every package of the workspace, builds them first, and unpacks them where one consumer finds them. */
export function createConsumer(): Consumer {
  // Real path: the consumer must see one copy of a file, not one for each name of the temporary folder.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'peercert-consumer-')));
  const tarballs = join(folder, 'tarballs');
  mkdirSync(tarballs);
  execFileSync('node', ['packages/build.mjs'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const names = readdirSync(join(root, 'packages'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const packages = names.map(({ name }) => unpack(folder, pack(join(root, 'packages', name), tarballs), name));
  for (const { name } of names) linkDependencies(folder, join(root, 'packages', name));
  linkTypes(folder);
  return { folder, packages, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function pack(source: string, destination: string): string {
  // pnpm, because it writes the versions of the workspace into the manifest.
  const args = ['--yes', 'pnpm@12.21.0', 'pack', '--json', '--pack-destination', destination];
  const output = execFileSync('npx', args, { cwd: source, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return (JSON.parse(output) as { readonly filename: string }).filename;
}

function unpack(consumer: string, tarball: string, name: string): Packed {
  const folder = join(consumer, 'node_modules', '@peercert', name);
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components', '1']);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  return { name: `@peercert/${name}`, tarball, folder, manifest };
}

/** What a package manager would install beside the package: dependencies, and the peers with their types. */
function linkDependencies(consumer: string, source: string): void {
  const { dependencies = {}, peerDependencies = {} } = JSON.parse(
    readFileSync(join(source, 'package.json'), 'utf8'),
  ) as Manifest;
  const types = Object.keys(peerDependencies).map((name) => `@types/${name}`);
  const declared = [...Object.keys(dependencies), ...Object.keys(peerDependencies), ...types];
  const installed = new Set(modulesIn(join(source, 'node_modules')));
  for (const name of declared.filter((each) => installed.has(each) && !each.startsWith('@peercert/'))) {
    link(join(source, 'node_modules', name), join(consumer, 'node_modules', name));
  }
}

function linkTypes(consumer: string): void {
  link(join(root, 'node_modules', '@types', 'node'), join(consumer, 'node_modules', '@types', 'node'));
}

function modulesIn(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
  );
}

function link(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  rmSync(to, { force: true });
  symlinkSync(realpathSync(from), to);
}
