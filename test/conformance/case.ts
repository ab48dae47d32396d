import type { PathSettings, Reason } from '@peercert/core';

export type Profile = PathSettings['profile'];

export const profiles: readonly Profile[] = ['strict', 'interoperable'];

/** One question of a corpus, with the answer that its authors expect. */
export interface ConformanceCase {
  readonly corpus: string;
  readonly id: string;
  /** The row of the table: the first part of the id where ids have parts. */
  readonly namespace: string;
  readonly expected: 'accept' | 'reject';
  /** Why core cannot be asked: what it would need. Such cases are listed and counted apart. */
  readonly notYet?: string;
  /** Asks core. */
  judge(profile: Profile, trace?: PathSettings['trace']): Verdict;
}

/** What core answered. */
export type Verdict =
  | { readonly accepted: true; readonly account: unknown }
  /** `why` is one line that a divergence can name: a reason code and, where there is one, the rule. */
  | { readonly accepted: false; readonly why: string; readonly account: unknown };

export function refused(reason: Reason): Verdict {
  const rule = 'rule' in reason.detail ? ` ${reason.detail.rule}` : '';
  return { accepted: false, why: `${reason.code}${rule}`, account: reason };
}

/** The word by which a divergence names an answer. */
export function actualOf(verdict: Verdict): string {
  return verdict.accepted ? 'accept' : verdict.why;
}
