import { join } from 'node:path';

/** A file of this folder that is no TypeScript, also from `test/dist`, where the programs of `test/` are compiled to. */
export function sourceOf(path: string): string {
  return join(import.meta.dirname.replace(/([\\/])dist([\\/]validators)$/, '$1$2'), path);
}
