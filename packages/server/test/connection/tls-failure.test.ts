import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { tlsFailure } from '../../src/connection/tls-failure.ts';

const plain = { authorizationError: null } as unknown as TLSSocket;
const failure = (code: string) => Object.assign(new Error('x'), { code });

describe('what Node says of a failed handshake', () => {
  it.each([
    ['ECONNRESET', ['closed']],
    ['EPIPE', ['closed']],
    ['ERR_TLS_HANDSHAKE_TIMEOUT', ['handshake_timeout']],
    ['ERR_SSL_NO_SHARED_CIPHER', ['tls_error', 'ERR_SSL_NO_SHARED_CIPHER']],
  ])('with the code %s is %j', (code, expected) => {
    expect(tlsFailure(failure(code), plain)).toEqual(expected);
  });

  it('is the verification of the certificate where that failed, whatever it calls the error', () => {
    const socket = { authorizationError: 'CERT_HAS_EXPIRED' } as unknown as TLSSocket;
    expect(tlsFailure(failure('ECONNRESET'), socket)).toEqual(['tls_error', 'CERT_HAS_EXPIRED']);
  });

  it.each([
    [new TypeError('x'), 'TypeError'],
    [undefined, 'undefined'],
    [null, 'undefined'],
    [{ code: 5 }, 'undefined'],
  ])('without a code is named after the error: %s', (error, detail) => {
    expect(tlsFailure(error, plain)).toEqual(['tls_error', detail]);
  });
});
