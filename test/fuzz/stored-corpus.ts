import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from './campaign.ts';

/** What a run kept, in a folder outside of the tree: a file for each target, a line for each input. */
export function readStored(folder: string | undefined, target: string): readonly string[] {
  const file = folder === undefined ? undefined : join(folder, `${target}.txt`);
  if (file === undefined || !existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').filter(Boolean);
}

export function store(folder: string | undefined, { target, corpus, findings, slowest }: Account): void {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  const write = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  write(`${target}.txt`, corpus);
  if (slowest.input !== '') write(`${target}-slowest.txt`, [slowest.input]);
  if (findings.length > 0)
    write(
      `${target}-findings.txt`,
      findings.flatMap(({ message, input }) => [`# ${message}`, input]),
    );
}
