import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  ClientCertificateError,
  internalFailure,
  isClientCertificateError,
  isPeercertFailure,
  PeercertFailure,
} from '../src/error.ts';
import { type Reason, type ReasonCode, reason, reasons } from '../src/reasons.ts';

const secret = 'CN=secret-subject';
const expired = reason('certificate_expired', { index: 1, subject: secret, notAfter: new Date(0) });

describe('the error of a denial', () => {
  it('carries code, status, headers, title and hint', () => {
    const error = new ClientCertificateError(expired);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'ClientCertificateError',
      message: 'The client certificate has expired',
      code: 'certificate_expired',
      status: 401,
      statusCode: 401,
      expose: true,
      hint: 'Renew the certificate and restart the client so that it presents the new one.',
      headers: { 'Cache-Control': 'no-store', 'WWW-Authenticate': 'ClientCertificate' },
    });
    expect(error.reason).toBe(expired);
  });

  it('shows nothing of its detail to whoever prints, serializes or copies it', () => {
    const error = new ClientCertificateError(expired);
    const shown = [JSON.stringify(error), inspect(error, { depth: 9 }), String(error), error.stack, { ...error }];
    for (const text of shown) expect(inspect(text)).not.toContain(secret);
    expect(Object.keys(error)).toEqual(['code', 'status', 'statusCode', 'headers', 'expose', 'hint']);
    expect(Object.keys(error)).not.toContain('reason');
    expect('cause' in error).toBe(false);
  });

  it('has no stack frames, which development handlers print', () => {
    expect(new ClientCertificateError(expired).stack).toBe(
      'ClientCertificateError: The client certificate has expired',
    );
  });

  it('cannot be given another reason or other headers', () => {
    const error = new ClientCertificateError(expired);
    expect(() => Object.assign(error, { reason: undefined })).toThrow(TypeError);
    expect(() => Object.assign(error.headers, { 'Cache-Control': 'public' })).toThrow(TypeError);
  });

  it.each(Object.keys(reasons) as ReasonCode[])('has the status, title and hint of the row of %s', (code) => {
    const error = new ClientCertificateError({ code, detail: {} } as Reason);
    const { hint, status, title } = reasons[code];
    expect([error.status, error.statusCode, error.message, error.hint]).toEqual([status, status, title, hint]);
  });
});

describe('the headers of a denial', () => {
  const headers = (why: Reason, challenge?: string): object =>
    new ClientCertificateError(why, challenge === undefined ? undefined : { challenge }).headers;
  const missing = reason('certificate_missing', {});

  it('challenge on 401, with the scheme that was chosen', () => {
    expect(headers(missing)).toEqual({ 'Cache-Control': 'no-store', 'WWW-Authenticate': 'ClientCertificate' });
    expect(headers(missing, 'MutualTLS realm="a"')).toEqual({
      'Cache-Control': 'no-store',
      'WWW-Authenticate': 'MutualTLS realm="a"',
    });
  });

  it.each([reason('token_invalid', { rule: 'x' }), reason('token_binding_mismatch', {})])(
    'speak of the token where it is at fault',
    (why) => {
      expect(headers(why, 'Other')).toEqual({
        'Cache-Control': 'no-store',
        'WWW-Authenticate': 'Bearer error="invalid_token"',
      });
    },
  );

  it('do not challenge otherwise', () => {
    expect(headers(reason('header_repeated', { header: 'x', count: 2 }))).toEqual({ 'Cache-Control': 'no-store' });
    expect(headers(reason('role_missing', { required: [], roles: [] }))).toEqual({ 'Cache-Control': 'no-store' });
  });

  it.each([
    reason('rate_limited', { retryAfterSeconds: 30 }),
    reason('policy_unavailable', { by: 'roles', retryAfterSeconds: 30 }),
    reason('revocation_unavailable', { index: 0, kind: 'stale', retryAfterSeconds: 30 }),
  ])('say when to try again where that is known', (why) => {
    expect(headers(why)).toEqual({ 'Cache-Control': 'no-store', 'Retry-After': '30' });
  });
});

describe('a failure', () => {
  it('is a 500 that is not for the client', () => {
    const failure = new PeercertFailure('setup', 'give the server ca');
    expect(failure).toMatchObject({
      name: 'PeercertFailure',
      message: 'The server failed to authenticate the client; its log says why',
      code: 'setup',
      status: 500,
      statusCode: 500,
      expose: false,
    });
    expect(Object.keys(failure)).toEqual(['code', 'status', 'statusCode', 'expose']);
  });

  it('prints as one sentence, whatever a handler for development prints', () => {
    const failure = new PeercertFailure('setup', 'give the server ca', new Error('no ca'));
    for (const text of [failure.stack, String(failure)]) {
      expect(text).toBe('PeercertFailure: The server failed to authenticate the client; its log says why');
    }
    expect(JSON.stringify({ ...failure })).not.toMatch(/ ca|error\.test/);
  });

  it('says in its cause what is wrong, and where it was found', () => {
    const cause = new Error('no ca');
    const { cause: explanation } = new PeercertFailure('setup', 'give the server ca', cause);
    expect(explanation).toMatchObject({ message: 'give the server ca', cause });
    expect((explanation as Error).stack).toContain('error.test');
  });

  it('keeps its cause where only the log looks', () => {
    const cause = new Error('no such table');
    const failure = internalFailure(cause);
    expect(failure.code).toBe('internal');
    expect(failure.message).not.toContain('table');
    expect(failure.stack).not.toContain('table');
    expect(failure.cause).toBe(cause);
    expect(inspect(failure)).toContain('no such table');
    expect(Object.keys(failure)).not.toContain('cause');
    expect(JSON.stringify(failure)).not.toContain('table');
  });

  it('has a cause even where nothing was thrown', () => {
    expect(internalFailure(undefined).cause).toEqual(new Error('What was thrown is undefined'));
  });

  it('stays the one it is', () => {
    const failure = new PeercertFailure('setup', 'x');
    expect(internalFailure(failure)).toBe(failure);
  });
});

describe('errors of another copy of this package', () => {
  const denial = { [Symbol.for('peercert.error')]: true };
  const failure = { [Symbol.for('peercert.failure')]: true };

  it('are recognised by their brand', () => {
    expect(isClientCertificateError(denial)).toBe(true);
    expect(isClientCertificateError(new ClientCertificateError(expired))).toBe(true);
    expect(isPeercertFailure(failure)).toBe(true);
    expect(isPeercertFailure(new PeercertFailure('setup', 'x'))).toBe(true);
  });

  it.each([undefined, null, 'text', 7, {}, new Error('x'), { [Symbol.for('peercert.error')]: 'yes' }])(
    'are not %s',
    (value) => {
      expect(isClientCertificateError(value)).toBe(false);
      expect(isPeercertFailure(value)).toBe(false);
    },
  );

  it('are not mistaken for each other', () => {
    expect(isClientCertificateError(failure)).toBe(false);
    expect(isPeercertFailure(denial)).toBe(false);
  });
});
