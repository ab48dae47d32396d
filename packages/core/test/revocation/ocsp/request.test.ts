import { der as pkiDer } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { createOcspNonce, encodeOcspRequest, ocspGetUrl } from '../../../src/revocation/ocsp/request.ts';
import { certIdOf, issuer, subject } from './answers.ts';

const { sequence, constructed, octetString, oid } = pkiDer;
const encode = (options?: Parameters<typeof encodeOcspRequest>[2]): Uint8Array =>
  encodeOcspRequest(subject.certificate, issuer.certificate, options);

describe('an OCSP request', () => {
  it('asks about one certificate, by SHA-1 and without a nonce', () => {
    expect(encode()).toEqual(sequence(sequence(sequence(sequence(certIdOf())))));
  });

  it('asks by another hash when told so', () => {
    expect(encode({ hash: 'sha256' })).toEqual(
      sequence(sequence(sequence(sequence(certIdOf(subject, issuer, 'sha256'))))),
    );
  });

  it('carries a nonce as an extension that is not critical', () => {
    const nonce = Uint8Array.of(1, 2, 3);
    const extension = sequence(oid('1.3.6.1.5.5.7.48.1.2'), octetString(octetString(nonce)));
    expect(encode({ nonce })).toEqual(
      sequence(sequence(sequence(sequence(certIdOf())), constructed(2, sequence(extension)))),
    );
  });
});

describe('a nonce', () => {
  it('has 32 octets, other ones each time', () => {
    expect(createOcspNonce()).toHaveLength(32);
    expect(createOcspNonce()).not.toEqual(createOcspNonce());
  });
});

describe('the URL of a GET', () => {
  // fb ff be: each character of base64 that a path must not have as it is, and padding.
  const request = Uint8Array.of(0xfb, 0xff, 0xbe, 0x00);

  it('ends in the request in base64, percent-encoded', () => {
    expect(ocspGetUrl('http://ocsp.acme.test', request)).toBe('http://ocsp.acme.test/%2B%2F%2B%2BAA%3D%3D');
  });

  it('goes on behind a slash that is there', () => {
    expect(ocspGetUrl('http://ocsp.acme.test/status/', request)).toBe(
      ocspGetUrl('http://ocsp.acme.test/status', request),
    );
  });

  it('is none when it would have more than 255 octets', () => {
    const shell = 'http://ocsp.acme.test/'.length;
    const base = (length: number): string => `http://ocsp.acme.test/${'a'.repeat(length - shell)}`;
    const rest = 1 + encodeURIComponent(Buffer.from(request).toString('base64')).length;
    expect(ocspGetUrl(base(255 - rest), request)).toHaveLength(255);
    expect(ocspGetUrl(base(256 - rest), request)).toBeUndefined();
  });

  it.each(['http://ocsp.acme.test/?ca=1', 'http://ocsp.acme.test/#ca'])('is none behind %s', (responder) => {
    expect(ocspGetUrl(responder, request)).toBeUndefined();
  });

  it('holds a whole request about a certificate', () => {
    expect(ocspGetUrl('http://ocsp.acme.test', encode())).toMatch(/^http:\/\/ocsp\.acme\.test\/MF[A-Za-z0-9%]+$/);
  });
});
