import { describe, expect, it } from 'vitest';
import { stricterOf, strictnessText } from '../../src/revocation/strictness.ts';

const lax = {
  profile: 'interoperable',
  allowedWeakAlgorithms: new Set(['sha1WithRSAEncryption', 'ecdsa-with-SHA1']),
  minimumRsaBits: 1024,
} as const;
const firm = { profile: 'strict', allowedWeakAlgorithms: new Set(['ecdsa-with-SHA1']), minimumRsaBits: 3072 } as const;

describe('of two settings', () => {
  it('the stricter one counts, whosever it is, and the rest stays', () => {
    expect(stricterOf(lax, firm)).toEqual(firm);
    expect(stricterOf(firm, lax)).toEqual(firm);
    expect(stricterOf(lax, lax)).toEqual(lax);
    expect(stricterOf({ ...lax, more: 7 }, { ...firm, profile: 'interoperable' })).toEqual({
      ...firm,
      profile: 'interoperable',
      more: 7,
    });
  });

  it('the text is the same where signatures are judged alike', () => {
    const other = new Set(['ecdsa-with-SHA1', 'sha1WithRSAEncryption']);
    expect(strictnessText({ ...lax, allowedWeakAlgorithms: other })).toBe(strictnessText(lax));
    expect(strictnessText({ ...lax, profile: 'strict' })).not.toBe(
      strictnessText({ ...lax, profile: 'interoperable' }),
    );
    expect(strictnessText({ ...lax, minimumRsaBits: 1025 })).not.toBe(strictnessText(lax));
    expect(strictnessText({ ...lax, allowedWeakAlgorithms: new Set() })).not.toBe(strictnessText(lax));
  });
});
