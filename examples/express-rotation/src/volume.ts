/**
 * A folder as Kubernetes mounts a secret: each file is a link through `..data`, and `..data` is a link to the folder of this
 * version. One rename replaces them all.
 */
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Files = Readonly<Record<string, string>>;

export interface Volume {
  readonly folder: string;
  /** Puts other contents in the place of the same files. */
  replace(files: Files): void;
}

export function mountVolume(folder: string, files: Files): Volume {
  let version = 0;
  function replace(next: Files): void {
    version += 1;
    const name = `..version-${version}`;
    mkdirSync(join(folder, name));
    for (const [file, text] of Object.entries(next)) writeFileSync(join(folder, name, file), text, { mode: 0o600 });
    symlinkSync(name, join(folder, '..data.new'));
    renameSync(join(folder, '..data.new'), join(folder, '..data'));
  }
  mkdirSync(folder);
  replace(files);
  for (const file of Object.keys(files)) symlinkSync(join('..data', file), join(folder, file));
  return { folder, replace };
}
