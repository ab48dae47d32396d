import type { ConformanceCase } from './case.ts';

interface RevocationFile {
  readonly cases: readonly { readonly id: string; readonly suite?: string }[];
}

/** Cases that ask only about CRLs or OCSP answers: listed, so that none is forgotten. */
export function revocationCases(corpus: string, { cases }: RevocationFile): ConformanceCase[] {
  return cases.map(({ id, suite = 'boringssl' }) => ({
    corpus,
    id,
    namespace: suite,
    expected: 'reject',
    notYet: 'revocation',
    judge: () => {
      throw new Error(`${id} needs revocation`);
    },
  }));
}
