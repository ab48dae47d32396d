import { describe, expect, it } from 'vitest';
import type { Crl } from '../../../src/revocation/crl/crl.ts';
import { KnownRevocations, scopeUnder } from '../../../src/revocation/known-revocations.ts';
import { authority, client, keyOf } from '../../path/certificates.ts';
import { ask, at, entryFor, type ListOptions, list } from '../crl/lists.ts';

const ca = authority('CN=Issuer,O=Acme');
const renewed = authority(ca.name, { keyPair: keyOf('renewed') });
const leaf = client('CN=leaf', { by: ca });
const under = scopeUnder(ca.certificate);
const hold = [entryFor(leaf, { reason: 'certificateHold' })];
const compromises = { onlySomeReasons: ['keyCompromise', 'cACompromise'] } as const;
const theRest = {
  onlySomeReasons: [
    'affiliationChanged',
    'superseded',
    'cessationOfOperation',
    'certificateHold',
    'privilegeWithdrawn',
    'aACompromise',
  ],
} as const;

const ofCompromises = (hours: number, options: ListOptions = {}): Crl =>
  list(ca, { scope: compromises, thisUpdate: at(hours), ...options });
const ofTheRest = (hours: number, options: ListOptions = {}): Crl =>
  list(ca, { scope: theRest, thisUpdate: at(hours), ...options });

/** What these lists come to, each set after the one before and all in one memory. */
function inTurn(...sets: readonly (readonly Crl[])[]): readonly string[] {
  const known = new KnownRevocations(10);
  return sets.map((lists) => {
    const status = ask({ leaf, issuer: ca, lists, crlIssuers: [renewed], policy: { profile: 'interoperable' } });
    return known.weigh(under, leaf.certificate, ca.certificate, status).status;
  });
}

describe('a hold where reasons are split over lists', () => {
  it('ends by a later list of those that tell of holds, however old the others are', () => {
    const old = ofCompromises(-5);
    const sets = [
      [old, ofTheRest(-3, { number: 2, entries: hold })],
      [old, ofTheRest(-1, { number: 3 })],
    ] as const;
    expect(inTurn(...sets)).toEqual(['revoked', 'good']);
  });

  it('does not end by a later list of the others', () => {
    const before = ofTheRest(-4, { number: 1 });
    const held = ofTheRest(-3, { number: 2, entries: hold });
    expect(inTurn([ofCompromises(-5), held], [ofCompromises(-1), before])).toEqual(['revoked', 'revoked']);
  });

  it('does not end while another list that tells of holds, or the one that told of it, is older', () => {
    const complete = (hours: number, options: ListOptions = {}) =>
      list(renewed, {
        thisUpdate: at(hours),
        scope: { onlySomeReasons: ['keyCompromise', 'certificateHold'] },
        ...options,
      });
    const held = [complete(-5), ofCompromises(-5), ofTheRest(-3, { entries: hold })];
    expect(inTurn(held, [complete(-1), ofCompromises(-1), ofTheRest(-4)])).toEqual(['revoked', 'revoked']);
    // A list names a hold that is not among its reasons.
    const odd = [ofCompromises(-3, { entries: hold }), ofTheRest(-5)];
    expect(inTurn(odd, [ofCompromises(-4), ofTheRest(-1)])).toEqual(['revoked', 'revoked']);
    expect(inTurn(odd, [ofCompromises(-2), ofTheRest(-1)])).toEqual(['revoked', 'good']);
  });

  it('that a list tells of which is not needed counts unless one that tells of holds is later', () => {
    const lists = (hours: number): readonly Crl[] => [
      ofCompromises(-5),
      ofTheRest(-2),
      list(renewed, { thisUpdate: at(hours), scope: { onlySomeReasons: ['certificateHold'] }, entries: hold }),
    ];
    expect(inTurn(lists(-3))).toEqual(['good']);
    expect(inTurn(lists(-2))).toEqual(['revoked']);
  });
});

describe('a hold and a list of the same second', () => {
  const numbered = (number: number | null, options: ListOptions = {}): Crl => list(ca, { number, ...options });

  it('ends it with a higher number, and with no other', () => {
    const held = numbered(2, { entries: hold });
    expect(inTurn([held], [numbered(3)])).toEqual(['revoked', 'good']);
    for (const number of [1, 2, null]) expect(inTurn([held], [numbered(number)])).toEqual(['revoked', 'revoked']);
    expect(inTurn([numbered(null, { entries: hold })], [numbered(3)])).toEqual(['revoked', 'revoked']);
  });

  it('ends the last of several holds only', () => {
    const sets = [[numbered(2, { entries: hold })], [numbered(4, { entries: hold })], [numbered(3)], [numbered(5)]];
    expect(inTurn(...sets)).toEqual(['revoked', 'revoked', 'revoked', 'good']);
  });

  it('does not end it with the number of another line of lists', () => {
    expect(inTurn([numbered(2, { entries: hold })], [list(renewed, { number: 9 })])).toEqual(['revoked', 'revoked']);
  });

  it('ends it as a delta CRL', () => {
    const complete = numbered(1, { entries: hold, thisUpdate: at(-2) });
    const delta = (number: number, reason: 'certificateHold' | 'removeFromCRL'): Crl =>
      numbered(number, { base: 1, entries: [entryFor(leaf, { reason })] });
    const sets = [
      [complete, delta(2, 'certificateHold')],
      [complete, delta(3, 'removeFromCRL')],
    ] as const;
    expect(inTurn(...sets)).toEqual(['revoked', 'good']);
  });
});
