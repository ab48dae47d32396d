import type { Kind, Result } from './run.ts';

const columns: readonly Kind[] = ['agree', 'false accept', 'false reject', 'divergence', 'not yet'];

/** Lines of a table: one for each corpus, profile and namespace, then one for the whole of a corpus under a profile. */
export function table(results: readonly Result[], clientRelevant: ReadonlySet<string>): readonly string[] {
  const header = row('corpus', 'namespace', 'profile', ['cases', ...columns, 'ms']);
  const lines = [header, '-'.repeat(header.length)];
  for (const [corpus, ofCorpus] of groups(results, (result) => result.case.corpus)) {
    for (const [profile, ofProfile] of groups(ofCorpus, (result) => result.profile)) {
      const namespaces = groups(ofProfile, (result) => result.case.namespace);
      for (const [namespace, group] of namespaces) lines.push(summary(corpus, namespace, profile, group));
      if (namespaces.size > 1) lines.push(summary(corpus, 'all', profile, ofProfile));
      if (corpus === 'limbo') {
        const relevant = ofProfile.filter((result) => clientRelevant.has(result.case.id));
        lines.push(summary(corpus, 'for clients', profile, relevant));
      }
    }
  }
  return lines;
}

function summary(corpus: string, namespace: string, profile: string, results: readonly Result[]): string {
  const counts = columns.map((kind) => results.filter((result) => result.kind === kind).length);
  const milliseconds = results.reduce((sum, result) => sum + result.milliseconds, 0);
  return row(corpus, namespace, profile, [results.length, ...counts, Math.round(milliseconds)]);
}

function row(corpus: string, namespace: string, profile: string, cells: readonly (string | number)[]): string {
  const numbers = cells.map((cell) => String(cell || '.').padStart(13)).join('');
  return `${corpus.padEnd(13)} ${namespace.padEnd(13)} ${profile.padEnd(14)}${numbers}`;
}

/** Results by a key, in the order in which the keys first occur. */
export function groups(
  results: readonly Result[],
  keyOf: (result: Result) => string,
): ReadonlyMap<string, readonly Result[]> {
  const map = new Map<string, Result[]>();
  for (const result of results) {
    const key = keyOf(result);
    const group = map.get(key);
    if (group === undefined) map.set(key, [result]);
    else group.push(result);
  }
  return map;
}
