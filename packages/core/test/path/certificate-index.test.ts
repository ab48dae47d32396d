import { der } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { bytesKey, CertificateIndex, isSameName, sameBytes } from '../../src/path/certificate-index.ts';
import { authority, read, saying } from './certificates.ts';

/** The same name in another string type. */
const utf8Name = der.sequence(der.setOf(der.sequence(der.oid('2.5.4.3'), der.utf8String('Acme Root'))));
const printableName = der.sequence(der.setOf(der.sequence(der.oid('2.5.4.3'), der.printableString('ACME  root'))));
const one = authority(utf8Name).certificate;
const another = authority(printableName).certificate;
const stranger = authority('CN=Other').certificate;

describe('an index of certificates', () => {
  it('finds by the exact encoding of the subject', () => {
    const index = new CertificateIndex([one, another, stranger]);
    expect(index.withExactSubject(one.subject)).toEqual([one]);
    expect(index.withExactSubject(another.subject)).toEqual([another]);
  });

  it('finds by the same name in any encoding', () => {
    const index = new CertificateIndex([one, another, stranger]);
    expect(index.withSubject(one.subject)).toEqual([one, another]);
    expect(index.withSubject(another.subject)).toEqual([one, another]);
    expect(index.withSubject(stranger.subject)).toEqual([stranger]);
  });

  it('answers with nothing for a name it does not hold', () => {
    const index = new CertificateIndex([one]);
    expect(index.withExactSubject(stranger.subject)).toEqual([]);
    expect(index.withSubject(stranger.subject)).toEqual([]);
  });

  it('keeps a certificate once, however often it is given, in the order given', () => {
    const index = new CertificateIndex([stranger, one, read(one.der), stranger]);
    expect(index.all).toEqual([stranger, one]);
    expect(index.withExactSubject(one.subject)).toEqual([one]);
  });

  it('keeps one of two that are the same', () => {
    expect(new CertificateIndex([one, read(one.der)]).all).toEqual([one]);
    expect(new CertificateIndex([one, another]).all).toEqual([one, another]);
  });

  it('keeps two certificates that share nothing but a signature', () => {
    const twin = saying(stranger, { signature: one.signature });
    expect(new CertificateIndex([one, twin, twin]).all).toEqual([one, twin]);
  });

  it('knows a certificate by its bytes alone', () => {
    const index = new CertificateIndex([one]);
    expect(index.has(read(one.der))).toBe(true);
    expect(index.has(authority(utf8Name, { forge: { serialNumber: 7 } }).certificate)).toBe(false);
    expect(index.has(stranger)).toBe(false);
  });
});

describe('names', () => {
  it('are the same when their bytes are, or when they match as RFC 5280 7.1 says', () => {
    expect(isSameName(one.subject, read(one.der).subject)).toBe(true);
    expect(isSameName(one.subject, another.subject)).toBe(true);
    expect(isSameName(one.subject, stranger.subject)).toBe(false);
  });

  it('are the same by their bytes even where no text of them could be compared', () => {
    expect(isSameName(one.subject, { ...one.subject, der: one.subject.der, rdns: [], canonical: '?' })).toBe(true);
  });

  it('of different numbers of RDNs differ, whatever their texts', () => {
    const longer = { ...stranger.subject, der: stranger.subject.der, rdns: [[], []], canonical: one.subject.canonical };
    expect(isSameName(one.subject, longer)).toBe(false);
  });
});

describe('bytes', () => {
  it('are the same when every octet is', () => {
    expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3))).toBe(false);
  });

  it('are one character an octet as a key, and no more than the view shows', () => {
    const view = Uint8Array.of(9, 0, 255, 9).subarray(1, 3);
    expect(bytesKey(view)).toBe('\u0000\u00ff');
  });
});
