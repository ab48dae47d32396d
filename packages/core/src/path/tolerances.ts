import type { Deviation } from '../certificate/deviations.ts';

/**
 * What the `interoperable` profile accepts and RFC 5280 does not: deviations of a certificate's content that say nothing
 * about who issued it, to whom, or for what. Each names the sentence it relaxes and who else accepts it.
 */
export interface Tolerance {
  readonly deviation: Deviation;
  readonly sentence: string;
  readonly acceptedBy: readonly ('OpenSSL' | 'Go' | 'webpki')[];
}

export const tolerances: readonly Tolerance[] = [];

const tolerated: ReadonlySet<Deviation> = new Set(tolerances.map(({ deviation }) => deviation));

export function isTolerated(deviation: Deviation): boolean {
  return tolerated.has(deviation);
}
