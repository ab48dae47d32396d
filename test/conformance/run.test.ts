import { describe, expect, it } from 'vitest';
import type { ConformanceCase, Verdict } from './case.ts';
import { divergenceProblems, divergences } from './divergences.ts';
import { table } from './report.ts';
import { divergenceKey, type Kind, runCases } from './run.ts';

const accepted: Verdict = { accepted: true, account: undefined };
const refused: Verdict = { accepted: false, why: 'issuer_unknown', account: undefined };

const caseOf = (expected: 'accept' | 'reject', judge: () => Verdict, notYet?: string): ConformanceCase => ({
  corpus: 'made here',
  id: 'one',
  namespace: 'ours',
  expected,
  ...(notYet === undefined ? {} : { notYet }),
  judge,
});

const listed = (expected: 'accept' | 'reject', actual: string) => {
  const entry = { corpus: 'made here', id: 'one', profile: 'strict' as const, expected, actual, sentence: 'RFC 5280' };
  return new Map([[divergenceKey('made here', 'one', 'strict'), entry]]);
};

const kindsOf = (one: ConformanceCase, list: ReturnType<typeof listed> = new Map()): readonly Kind[] =>
  [...runCases([one], 'strict', list)].map(({ kind }) => kind);

describe('an answer', () => {
  it('is compared with the expected one', () => {
    expect(kindsOf(caseOf('accept', () => accepted))).toEqual(['agree']);
    expect(kindsOf(caseOf('reject', () => refused))).toEqual(['agree']);
    expect(kindsOf(caseOf('reject', () => accepted))).toEqual(['false accept']);
    expect(kindsOf(caseOf('accept', () => refused))).toEqual(['false reject']);
  });

  it('is a divergence only when it is the very one that is listed', () => {
    const one = caseOf('accept', () => refused);
    expect(kindsOf(one, listed('accept', 'issuer_unknown'))).toEqual(['divergence']);
    expect(kindsOf(one, listed('accept', 'signature_invalid'))).toEqual(['false reject']);
    expect(
      kindsOf(
        caseOf('reject', () => accepted),
        listed('accept', 'accept'),
      ),
    ).toEqual(['false accept']);
  });

  it('that agrees leaves a listed divergence stale', () => {
    expect(
      kindsOf(
        caseOf('accept', () => accepted),
        listed('accept', 'issuer_unknown'),
      ),
    ).toEqual(['agree']);
  });

  it('that never comes is what the case does not expect, whatever that is', () => {
    const hanging = (): Verdict => {
      for (;;);
    };
    expect(kindsOf(caseOf('reject', hanging))).toEqual(['false accept']);
    expect(kindsOf(caseOf('accept', hanging))).toEqual(['false reject']);
  });

  it('is not asked for where something is missing', () => {
    const never = (): Verdict => {
      throw new Error('asked');
    };
    expect(kindsOf(caseOf('reject', never, 'revocation'))).toEqual(['not yet']);
  });
});

describe('the table', () => {
  it('counts by corpus, profile and namespace', () => {
    const results = [
      ...runCases([caseOf('accept', () => accepted), caseOf('reject', () => accepted)], 'strict', new Map()),
    ];
    const [, , line] = table(results, new Set());
    expect(line?.trim().split(/ {2,}/).slice(0, 6)).toEqual(['made here', 'ours', 'strict', '2', '1', '1']);
  });
});

describe('the list of divergences', () => {
  it('accepts nothing outside `webpki::` but what a tolerance names', () => {
    expect(divergenceProblems()).toEqual([]);
  });

  it('justifies each entry with a sentence, and has none twice', () => {
    const keys = divergences.map(({ corpus, id, profile }) => divergenceKey(corpus, id, profile));
    expect(new Set(keys).size).toBe(keys.length);
    for (const { sentence } of divergences) expect(sentence).toMatch(/^RFC 5280 \d|^RFC 5280 A\./);
  });
});
