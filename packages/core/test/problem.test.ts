import { describe, expect, it } from 'vitest';
import { ClientCertificateError } from '../src/error.ts';
import { problemResponse } from '../src/problem.ts';
import { type Reason, reason } from '../src/reasons.ts';

const problem = (why: Reason): ReturnType<typeof problemResponse> => problemResponse(new ClientCertificateError(why));
const secret = 'CN=secret';

describe('the problem document of a denial', () => {
  it('is exactly type, title, status, code and hint', () => {
    expect(problem(reason('role_missing', { required: ['admin'], roles: [] }))).toEqual({
      status: 403,
      headers: { 'Cache-Control': 'no-store', 'Content-Type': 'application/problem+json' },
      body: '{"type":"urn:peercert:reason:role_missing","title":"This client lacks the role for this operation","status":403,"code":"role_missing","hint":"Ask the operator of this service to give the client the role, or use another certificate."}',
    });
  });

  it('challenges on 401', () => {
    expect(problem(reason('certificate_missing', {})).headers).toEqual({
      'Cache-Control': 'no-store',
      'WWW-Authenticate': 'ClientCertificate',
      'Content-Type': 'application/problem+json',
    });
  });

  it('says when the client’s own certificate expired', () => {
    const notAfter = new Date('2026-01-01T00:00:00Z');
    expect(problem(reason('certificate_expired', { index: 0, subject: secret, notAfter })).body).toBe(
      '{"type":"urn:peercert:reason:certificate_expired","title":"The client certificate has expired","status":401,"code":"certificate_expired","hint":"Renew the certificate and restart the client so that it presents the new one.","notAfter":"2026-01-01T00:00:00.000Z"}',
    );
  });

  it('says from when on the client’s own certificate is valid', () => {
    const notBefore = new Date('2026-02-01T00:00:00Z');
    const { body } = problem(reason('certificate_not_yet_valid', { index: 0, subject: secret, notBefore }));
    expect(JSON.parse(body)).toMatchObject({ notBefore: '2026-02-01T00:00:00.000Z' });
    expect(body).not.toContain(secret);
  });

  it('says nothing of the dates of any other certificate', () => {
    const date = new Date(0);
    for (const why of [
      reason('certificate_expired', { index: 1, subject: secret, notAfter: date }),
      reason('certificate_not_yet_valid', { index: 1, subject: secret, notBefore: date }),
      reason('intermediate_expired', { index: 1, subject: secret, from: 'client', notAfter: date }),
      reason('intermediate_not_yet_valid', { index: 1, subject: secret, from: 'service', notBefore: date }),
      reason('issuer_unknown', { index: 0, subject: secret, issuer: secret }),
    ]) {
      const { body } = problem(why);
      expect(Object.keys(JSON.parse(body))).toEqual(['type', 'title', 'status', 'code', 'hint']);
      expect(body).not.toContain(secret);
    }
  });

  it('leaves the headers of the error as they were', () => {
    const error = new ClientCertificateError(reason('certificate_missing', {}));
    expect(problemResponse(error).headers).not.toBe(error.headers);
    expect(error.headers).not.toHaveProperty('Content-Type');
  });
});
