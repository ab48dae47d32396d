import { describe, expect, it } from 'vitest';
import { supersedes, unlessOlder } from '../../../src/revocation/ocsp/answer-order.ts';
import { type OcspVerdict, refused } from '../../../src/revocation/ocsp/check-response.ts';
import type { CertificateStatus } from '../../../src/revocation/status.ts';

type Word = 'good' | 'hold' | 'revoked';

/** An answer of this moment, signed at that one. */
function said(word: Word, thisUpdateMs: number, producedAtMs: number = thisUpdateMs): OcspVerdict {
  const common = { source: 'ocsp', thisUpdateMs, producedAtMs } as const;
  const status: CertificateStatus =
    word === 'good'
      ? { ...common, status: 'good', validUntilMs: 100 }
      : {
          ...common,
          status: 'revoked',
          revocationDate: undefined,
          revocationReason: word === 'hold' ? 'certificateHold' : 'keyCompromise',
        };
  return { status, rule: undefined, currentUntilMs: 100, said: { thisUpdateMs, producedAtMs } };
}

describe('an answer', () => {
  it('that was refused takes the place of none, and any other that of none', () => {
    expect(supersedes(refused('ocsp_too_old'), undefined)).toBe(false);
    expect(supersedes(refused('ocsp_too_old'), said('good', 1))).toBe(false);
    expect(supersedes(said('good', 1), undefined)).toBe(true);
  });

  it.each<[Word, Word, 'earlier' | 'signed earlier' | 'the same' | 'signed later' | 'later']>([
    // What is held, what comes, from when on it takes its place.
    ['good', 'good', 'the same'],
    ['good', 'hold', 'the same'],
    ['hold', 'hold', 'the same'],
    ['hold', 'good', 'signed later'],
    ['good', 'revoked', 'earlier'],
    ['hold', 'revoked', 'earlier'],
    ['revoked', 'revoked', 'earlier'],
  ])('beside %s that says %s counts from being %s on', (held, word, from) => {
    const steps = [
      ['earlier', said(word, 4, 9)],
      ['signed earlier', said(word, 5, 4)],
      ['the same', said(word, 5, 5)],
      ['signed later', said(word, 5, 6)],
      ['later', said(word, 6, 1)],
    ] as const;
    const counted = steps.filter(([, one]) => supersedes(one, said(held, 5))).map(([step]) => step);
    expect(counted).toEqual(steps.map(([step]) => step).slice(steps.findIndex(([step]) => step === from)));
  });

  it('never takes the place of one that says revoked for good', () => {
    for (const word of ['good', 'hold'] as const) {
      for (const moment of [4, 5, 6, 90]) expect(supersedes(said(word, moment), said('revoked', 5))).toBe(false);
    }
  });
});

describe('an answer in its order', () => {
  it('is refused where it may not take the place of the one that is held', () => {
    const held = said('good', 5);
    expect(unlessOlder(said('good', 4), held)).toEqual(refused('ocsp_not_newer'));
    expect(refused('ocsp_not_newer')).toMatchObject({ status: { status: 'undetermined', kind: 'stale' } });
    for (const one of [said('good', 5), said('hold', 6), refused('ocsp_too_old')]) {
      expect(unlessOlder(one, held)).toBe(one);
      expect(unlessOlder(one, undefined)).toBe(one);
    }
  });
});
