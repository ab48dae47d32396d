// The configuration files of docs/proxies, as they stand there.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const folder = join(import.meta.dirname, '..', '..', '..', 'docs', 'proxies');

/** One line of a configuration and what to write in its place. */
export type Change = readonly [line: string, instead: string];

export function readConfiguration(file: string, changes: readonly Change[] = []): string {
  let text = readFileSync(resolve(folder, file), 'utf8');
  for (const [line, instead] of changes) {
    if (text.split(line).length !== 2) throw new Error(`${file} does not have exactly once: ${line}`);
    text = text.replace(line, () => instead);
  }
  return text;
}

/** Puts values for `${NAME}`, as `envsubst` does. Throws for a name without a value. */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/^#.*\n/gm, '').replace(/\$\{([A-Z_]+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`There is no value for ${placeholder}`);
    return value;
  });
}
