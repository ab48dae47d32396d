import type { Deviation } from '@peercert/core';
import type { Profile } from './case.ts';

/** A case on which core answers otherwise than its corpus expects, on purpose. */
export interface Divergence {
  readonly corpus: string;
  readonly id: string;
  readonly profile: Profile;
  readonly expected: 'accept' | 'reject';
  /** `accept`, or why core refuses: the reason code and its rule. */
  readonly actual: string;
  /** The sentence of the standard that justifies it. */
  readonly sentence: string;
  /** The tolerance of the `interoperable` profile that makes it. */
  readonly tolerance?: Deviation;
}

/** What is wrong with the list itself: an accepting divergence that is neither in `webpki::` nor made by a tolerance. */
export function divergenceProblems(): readonly string[] {
  return divergences
    .filter(({ actual, id, profile, tolerance }) => {
      const isTolerance = tolerance !== undefined && profile === 'interoperable';
      return actual === 'accept' && !id.startsWith('webpki::') && !isTolerance;
    })
    .map(({ corpus, id, profile }) => `a divergence may not accept: ${corpus} ${id} (${profile})`);
}

export const divergences: readonly Divergence[] = [];
