import { describe, expect, it } from 'vitest';
import { KnownRevocations, knownRevocations, scopeUnder, weighStatus } from '../../src/revocation/known-revocations.ts';
import { type CertificateStatus, type RevokedStatus, undetermined } from '../../src/revocation/status.ts';
import { authority, client, keyOf, saying } from '../path/certificates.ts';

const ca = authority('CN=Issuer,O=Acme');
const impostor = authority(ca.name, { keyPair: keyOf('impostor') });
const names = ['a', 'b', 'c', 'd'] as const;
const [a, b, c, d] = names.map((name) => client(`CN=${name}`, { by: ca }).certificate);
if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('no clients');
const issuer = ca.certificate;
const root = authority('CN=Root');
const under = scopeUnder(root.certificate);

const good = (thisUpdateMs: number): Extract<CertificateStatus, { status: 'good' }> => ({
  status: 'good',
  source: 'crl',
  thisUpdateMs,
  validUntilMs: 100,
});
const revoked = (revocationReason: string | undefined, thisUpdateMs: number): RevokedStatus => ({
  status: 'revoked',
  source: 'ocsp',
  thisUpdateMs,
  revocationDate: undefined,
  revocationReason,
});
const hold = (thisUpdateMs: number): RevokedStatus => revoked('certificateHold', thisUpdateMs);

describe('a certificate of which nothing is known', () => {
  it('is what a source says of it', () => {
    const known = new KnownRevocations(9);
    for (const status of [good(1), undetermined('stale'), revoked('superseded', 1)]) {
      expect(known.finalOf(under, a, issuer)).toBeUndefined();
      expect(known.weigh(under, a, issuer, status)).toBe(status);
    }
  });
});

describe('a certificate that was revoked', () => {
  it.each(['keyCompromise', 'unspecified', 'removeFromCRL', undefined])('because of %s stays so', (reason) => {
    const known = new KnownRevocations(9);
    const status = revoked(reason, 5);
    expect(known.weigh(under, a, issuer, status)).toBe(status);
    for (const later of [good(4), good(5), good(99), undetermined('unreachable'), hold(99), revoked('superseded', 9)]) {
      expect(known.weigh(under, a, issuer, later)).toBe(status);
    }
    expect(known.finalOf(under, a, issuer)).toBe(status);
  });

  it('is known by issuer and serial number, and nobody else for it', () => {
    const known = new KnownRevocations(9);
    const status = revoked('keyCompromise', 5);
    known.weigh(under, a, issuer, status);
    const others = [
      [b, issuer],
      [a, impostor.certificate],
      [saying(a, { serialNumber: '00' }), issuer],
      [saying(a, { issuer: impostor.certificate.subject }), impostor.certificate],
    ] as const;
    for (const [certificate, by] of others) {
      expect(known.finalOf(under, certificate, by)).toBeUndefined();
      expect(known.weigh(under, certificate, by, good(1))).toEqual(good(1));
    }
    // Other octets with the same content, as a second ECDSA signature makes them.
    expect(known.finalOf(under, saying(a, { thumbprint: 'another', der: new Uint8Array(9) }), issuer)).toBe(status);
  });
});

describe('a finding', () => {
  const elsewhere = scopeUnder(authority('CN=Root', { keyPair: keyOf('elsewhere') }).certificate);

  it('counts under the anchor under which it was made, and neither revokes nor releases under another', () => {
    const known = new KnownRevocations(9);
    known.weigh(elsewhere, a, issuer, revoked('keyCompromise', 5));
    expect(known.finalOf(under, a, issuer)).toBeUndefined();
    expect(known.weigh(under, a, issuer, good(1))).toEqual(good(1));
    known.weigh(under, b, issuer, hold(5));
    expect(known.weigh(elsewhere, b, issuer, good(9))).toEqual(good(9));
    expect(known.weigh(under, b, issuer, good(4))).toEqual(hold(5));
  });

  it('counts under every certificate of the same anchor, which is its name and key', () => {
    const known = new KnownRevocations(9);
    const status = revoked('keyCompromise', 5);
    known.weigh(under, a, issuer, status);
    const renewed = saying(root.certificate, { thumbprint: 'renewed', serialNumber: '99' });
    expect(known.finalOf(scopeUnder(renewed), a, issuer)).toBe(status);
    const renamed = saying(root.certificate, { subject: issuer.subject });
    expect(known.finalOf(scopeUnder(renamed), a, issuer)).toBeUndefined();
  });
});

describe("what was found of the process's own certificates", () => {
  it('is remembered for them, and counts neither for clients nor what was found of these for it', () => {
    knownRevocations.clear();
    for (const status of [hold(5), revoked('keyCompromise', 5)]) {
      expect(weighStatus(a, issuer, status)).toBe(status);
      expect(weighStatus(a, issuer, good(4))).toBe(status);
      expect(knownRevocations.weigh(under, a, issuer, good(4))).toEqual(good(4));
      knownRevocations.weigh(under, b, issuer, status);
      expect(weighStatus(b, issuer, good(4))).toEqual(good(4));
    }
    knownRevocations.clear();
  });
});

describe('a certificate on hold', () => {
  it('is released by what was said later, and by nothing earlier or of the same moment', () => {
    const known = new KnownRevocations(9);
    known.weigh(under, a, issuer, hold(5));
    expect(known.finalOf(under, a, issuer)).toBeUndefined();
    expect(known.weigh(under, a, issuer, good(4))).toEqual(hold(5));
    expect(known.weigh(under, a, issuer, good(5))).toEqual(hold(5));
    expect(known.weigh(under, a, issuer, { ...good(5), producedAtMs: 9 })).toEqual(hold(5));
    expect(known.weigh(under, a, issuer, good(6))).toEqual(good(6));
    expect(known.weigh(under, a, issuer, good(4))).toEqual(good(4));
  });

  it('that an answer told of is released by an answer of the same moment that was signed later', () => {
    const known = new KnownRevocations(9);
    const told = { ...hold(5), producedAtMs: 7 };
    known.weigh(under, a, issuer, told);
    expect(known.weigh(under, a, issuer, { ...good(5), producedAtMs: 7 })).toEqual(told);
    expect(known.weigh(under, a, issuer, { ...good(5), producedAtMs: 8 })).toMatchObject({ status: 'good' });
  });

  it('is what it is where nothing is known, and no easier to release after an earlier hold', () => {
    const known = new KnownRevocations(9);
    known.weigh(under, a, issuer, hold(5));
    expect(known.weigh(under, a, issuer, undetermined('stale'))).toEqual(undetermined('stale'));
    expect(known.weigh(under, a, issuer, hold(3))).toEqual(hold(3));
    expect(known.weigh(under, a, issuer, good(4))).toEqual(hold(5));
    known.weigh(under, a, issuer, hold(8));
    expect(known.weigh(under, a, issuer, good(7))).toEqual(hold(8));
  });

  it('may be revoked for good, whenever that was said', () => {
    const known = new KnownRevocations(9);
    known.weigh(under, a, issuer, hold(5));
    known.weigh(under, a, issuer, revoked('keyCompromise', 1));
    expect(known.weigh(under, a, issuer, good(99))).toEqual(revoked('keyCompromise', 1));
  });
});

describe('what is known', () => {
  it('is news once for each certificate that is revoked for good', () => {
    const known = new KnownRevocations(9);
    const before = known.revision;
    known.weigh(under, a, issuer, hold(1));
    known.weigh(under, a, issuer, good(2));
    expect(known.revision).toBe(before);
    known.weigh(under, a, issuer, revoked('superseded', 1));
    known.weigh(under, a, issuer, revoked('superseded', 2));
    known.finalOf(under, a, issuer);
    expect(known.revision).toBe(before + 1);
  });

  it('is bounded, and whoever was asked about the longest ago is forgotten first', () => {
    const known = new KnownRevocations(2);
    const status = revoked('superseded', 1);
    known.weigh(under, a, issuer, status);
    known.weigh(under, b, issuer, status);
    expect(known.finalOf(under, a, issuer)).toBe(status);
    known.weigh(under, c, issuer, status);
    expect(known.size).toBe(2);
    expect([a, b, c].map((one) => known.finalOf(under, one, issuer))).toEqual([status, undefined, status]);
    known.weigh(under, d, issuer, hold(1));
    expect(known.weigh(under, a, issuer, good(9))).toEqual(good(9));
    expect(known.weigh(under, d, issuer, good(1))).toEqual(hold(1));
  });

  it('of thousands of certificates takes no more room, and good ones take none', () => {
    const known = new KnownRevocations(100);
    for (let index = 0; index < 5_000; index += 1) {
      const certificate = saying(a, { serialNumber: index.toString(16) });
      known.weigh(under, certificate, issuer, index % 2 === 0 ? good(1) : revoked('superseded', 1));
    }
    expect(known.size).toBe(100);
  });
});
