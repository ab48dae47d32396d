import { describe, expect, it } from 'vitest';
import { canCombine, deltasAfter } from '../../../src/revocation/crl/delta.ts';
import { authority, keyOf } from '../../path/certificates.ts';
import { type ListOptions, list } from './lists.ts';

const ca = authority('CN=Issuer');
const scope = { onlyContainsUserCerts: true };
const delta = (options: ListOptions) => list(ca, { number: 5, base: 3, ...options });
const complete = (options: ListOptions = {}) => list(ca, { number: 4, ...options });

describe('the delta CRLs after a complete one (RFC 5280 5.2.4)', () => {
  it.each<[boolean, ListOptions, ListOptions]>([
    [true, {}, {}],
    [true, { number: 5 }, { number: 4 }],
    [false, { number: 5 }, { number: 5 }],
    [false, { number: 5 }, { number: 6 }],
    [false, {}, { number: null }],
    [true, { scope }, { scope }],
    [false, { scope }, {}],
    [false, {}, { scope }],
    [false, { scope }, { scope: { onlyContainsCACerts: true } }],
    [true, { keyIdentifier: null }, { keyIdentifier: null }],
    [false, { keyIdentifier: Uint8Array.of(1) }, {}],
    [false, { keyIdentifier: null }, {}],
    [false, {}, { keyIdentifier: null }],
  ])('are known: %s, case %#', (answer, ofDelta, ofComplete) => {
    expect(deltasAfter(complete(ofComplete), [delta(ofDelta)])).toHaveLength(answer ? 1 : 0);
  });

  it('are no complete ones', () => {
    expect(deltasAfter(complete(), [complete({ number: 9 })])).toEqual([]);
  });

  it('come the newest first', () => {
    const [one, two, three] = [delta({ number: 5 }), delta({ number: 7 }), delta({ number: 6 })];
    expect(deltasAfter(complete(), [one, two, three]).map(({ crlNumber }) => crlNumber)).toEqual([7n, 6n, 5n]);
  });

  it('need not be signed with the same key to be considered', () => {
    const other = list(
      { name: ca.name, keyPair: keyOf('other') },
      { number: 5, base: 3, keyIdentifier: ca.certificate.subjectKeyIdentifier ?? null },
    );
    expect(deltasAfter(complete(), [other])).toEqual([other]);
  });
});

describe('a delta CRL', () => {
  it.each([
    [true, 3],
    [true, 4],
    [false, 5],
  ])('can be combined: %s with the complete CRL 4 when its base is %i', (answer, base) => {
    expect(canCombine(complete(), delta({ number: 9, base }))).toBe(answer);
  });
});
