// docs/proxies.md as code: what it tells people to write is what the samples are read with.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import * as core from '@peercert/core';

export const page: string = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'proxies.md'), 'utf8');

/** The code of every `const source = ...`, with the heading that it stands under. */
export const codeOfPage: readonly (readonly [heading: string, code: string])[] = page
  .split(/^#{2,3} /m)
  .flatMap((section) =>
    [...section.matchAll(/^```ts\n(.*?)^```$/gms)].map(
      ([, code = '']) => [section.slice(0, section.indexOf('\n')), code] as const,
    ),
  );

/** What the code makes. `anchors`: what it reads from a file. */
export function evaluate(code: string, trustedProxies: readonly string[], anchors = ''): unknown {
  return runInNewContext(`${code}\nsource`, { ...core, trustedProxies, readFileSync: () => anchors });
}
