import { inspect } from 'node:util';
import { actualOf, type ConformanceCase, type Profile } from './case.ts';

/** What happened in one case: each step of the path search, then the verdict and what there is to say about it. */
export function explain(conformanceCase: ConformanceCase, profile: Profile): readonly string[] {
  const { corpus, expected, id, notYet } = conformanceCase;
  const lines = [`${corpus} ${id} (${profile})`];
  if (notYet !== undefined) return [...lines, `  not yet: ${notYet}`];
  const verdict = conformanceCase.judge(profile, ({ depth, event, subject, code }) => {
    lines.push(
      `  ${'  '.repeat(depth)}${event} ${subject || '(empty subject)'}${code === undefined ? '' : `: ${code}`}`,
    );
  });
  lines.push(`  expected ${expected}, got ${actualOf(verdict)}`);
  lines.push(
    ...inspect(verdict.account, { depth: 4 })
      .split('\n')
      .map((line) => `  ${line}`),
  );
  return lines;
}
