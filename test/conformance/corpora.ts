import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ConformanceCase } from './case.ts';
import { chainCases } from './chains.ts';
import { crlCases } from './crl.ts';
import { limboCases } from './limbo.ts';
import { ocspCases } from './ocsp.ts';

interface Corpus {
  readonly name: string;
  readonly file: string;
  /** Each reader states the shape of its own file. */
  readonly read: (corpus: string, content: never) => ConformanceCase[];
}

const corpora: readonly Corpus[] = [
  { name: 'limbo-client', file: 'limbo-client.json.gz', read: limboCases },
  { name: 'limbo', file: 'limbo.json.gz', read: limboCases },
  { name: 'chains', file: 'chains.json', read: chainCases },
  { name: 'crl', file: 'crl.json', read: crlCases },
  { name: 'ocsp', file: 'ocsp.json', read: ocspCases },
];

export const corpusNames: readonly string[] = corpora.map(({ name }) => name);

/** The names of files that are needed for these corpora and are not in the folder. */
export function missingFiles(folder: string, names: readonly string[]): readonly string[] {
  const files = corpora.filter(({ name }) => names.includes(name)).map(({ file }) => file);
  if (names.includes('limbo')) files.push(clientRelevantFile);
  return files.filter((file) => !existsSync(join(folder, file)));
}

export function readCorpora(folder: string, names: readonly string[]): readonly ConformanceCase[] {
  return corpora
    .filter(({ name }) => names.includes(name))
    .flatMap(({ name, file, read }) => read(name, readJson(folder, file) as never));
}

const clientRelevantFile = 'limbo-client-relevant.json';

/** Ids of cases of `limbo` that do not depend on the name of a server. */
export function readClientRelevant(folder: string): ReadonlySet<string> {
  const { clientRelevant } = readJson(folder, clientRelevantFile) as { readonly clientRelevant: readonly string[] };
  return new Set(clientRelevant);
}

function readJson(folder: string, file: string): unknown {
  const bytes = readFileSync(join(folder, file));
  return JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
}
