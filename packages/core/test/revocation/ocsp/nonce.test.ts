import { der as pkiDer } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import type { Extension } from '../../../src/certificate/model.ts';
import { nonceRefusal } from '../../../src/revocation/ocsp/nonce.ts';

const { octetString, concat, nullValue } = pkiDer;
const sent = new Uint8Array(32).fill(7);

const withNonce = (value: Uint8Array): readonly Extension[] => [
  { oid: '1.2.3', critical: false, value: octetString(sent) },
  { oid: '1.3.6.1.5.5.7.48.1.2', critical: false, value },
];

describe('the nonce of an answer', () => {
  it('is the one that was sent', () => {
    expect(nonceRefusal(withNonce(octetString(sent)), sent, 'refuse')).toBeUndefined();
  });

  it.each([
    ['other octets', new Uint8Array(32).fill(8)],
    ['its beginning', sent.subarray(0, 31)],
    ['more', new Uint8Array(33).fill(7)],
  ])('is refused when it is %s', (_, received) => {
    expect(nonceRefusal(withNonce(octetString(received)), sent, 'accept')).toBe('ocsp_nonce_mismatch');
  });

  it('may be absent where the operator says so', () => {
    expect(nonceRefusal([], sent, 'accept')).toBeUndefined();
    expect(nonceRefusal([], sent, 'refuse')).toBe('ocsp_nonce_missing');
  });

  it('does not matter where none was sent', () => {
    expect(nonceRefusal(withNonce(octetString(sent)), undefined, 'refuse')).toBeUndefined();
    expect(nonceRefusal(withNonce(nullValue()), undefined, 'refuse')).toBeUndefined();
  });

  it.each([
    ['no OCTET STRING', sent],
    ['empty', octetString()],
    ['longer than 128 octets', octetString(new Uint8Array(129))],
    ['followed by something', concat(octetString(sent), nullValue())],
    ['nothing', new Uint8Array()],
  ])('is refused when it is %s', (_, value) => {
    expect(nonceRefusal(withNonce(value), sent, 'accept')).toBe('ocsp_nonce_malformed');
  });

  it('may have 128 octets, and one', () => {
    for (const length of [1, 128]) {
      const nonce = new Uint8Array(length);
      expect(nonceRefusal(withNonce(octetString(nonce)), nonce, 'refuse')).toBeUndefined();
    }
  });
});
