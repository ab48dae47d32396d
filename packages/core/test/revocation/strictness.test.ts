import { describe, expect, it } from 'vitest';
import { signaturePolicyText, stricterOf } from '../../src/revocation/strictness.ts';

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
    expect(signaturePolicyText({ ...lax, allowedWeakAlgorithms: other })).toBe(signaturePolicyText(lax));
    expect(signaturePolicyText({ ...lax, minimumRsaBits: 1025 })).not.toBe(signaturePolicyText(lax));
    expect(signaturePolicyText({ ...lax, allowedWeakAlgorithms: new Set() })).not.toBe(signaturePolicyText(lax));
  });
});
