import { type ReasonCode, reasons } from '@peercert/core';
import { describe, expect, it } from 'vitest';
import { type Api, startApi } from './api.ts';
import type { App } from './app.ts';
import type { Answer } from './client.ts';
import { frameworks } from './frameworks/all.ts';

/** What must not be told: bytes and names of the certificate or the store, places in the code, library error codes. */
function expectNothingLeaked({ body, headers }: Answer): void {
  const text = `${body}\n${JSON.stringify(headers)}`;
  expect(text).not.toMatch(/BEGIN CERTIFICATE|MII|Acme|Unknown Root|stranger/);
  expect(text).not.toMatch(/\.ts\b|\.js\b|node_modules|node:|\n\s*at |file:/);
  expect(text).not.toMatch(/UNABLE_TO|DEPTH_ZERO|CERT_|ERR_|SELF_SIGNED|detail|candidates/);
}

const problem = (code: ReasonCode) => {
  const { title, status, hint } = reasons[code];
  return { type: `urn:peercert:reason:${code}`, title, status, code, hint };
};

describe.each(frameworks)('$name', (framework) => {
  const start = (options: { env?: App['env']; denials?: 'respond' | 'throw' } = {}): Promise<Api> => {
    const { env = 'production', denials = 'respond' } = options;
    return startApi(framework, { env, mtls: { denials } });
  };

  it('answers a denial with a problem document and nothing else', async () => {
    const api = await start();
    const answer = await api.get(undefined, '/profile');
    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['www-authenticate']).toBe('ClientCertificate');
    expect(Number(answer.headers['content-length'])).toBe(Buffer.byteLength(answer.body));
    expect(answer.json).toEqual(problem('certificate_missing'));
    expect(api.errors).toEqual([]);
  });

  it('asks for no authentication in a 403', async () => {
    const api = await start();
    const answer = await api.get('frontend', '/admin');
    expect(answer.json).toEqual(problem('role_missing'));
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers).not.toHaveProperty('www-authenticate');
  });

  it('tells a client the dates of its own certificate', async () => {
    const api = await start();
    const answer = await api.get('expired', '/profile');
    expect(answer.json).toEqual({ ...problem('certificate_expired'), notAfter: expect.stringMatching(/^\d{4}-.*Z$/) });
  });

  it('answers HEAD with the headers of the denial and no body', async () => {
    const api = await start();
    const connection = await api.connect();
    const answer = await connection.get('/profile', {}, 'HEAD');
    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).toBe('');
  });

  it('denies on a path that has no route', async () => {
    const api = await start();
    expect((await api.get(undefined, '/nowhere')).json).toEqual(problem('certificate_missing'));
    expect((await api.get('admin', '/nowhere')).status).toBe(404);
  });

  it('leaks nothing when it answers itself', async () => {
    const api = await start();
    expectNothingLeaked(await api.get('stranger', '/profile'));
  });

  describe.each(['production', 'development'] as const)('with denials thrown in %s', (env) => {
    it.each([
      [undefined, 'certificate_missing', 401],
      ['stranger', 'issuer_unknown', 401],
    ] as const)(
      'hands the denial of the %s client to the error handler, which leaks nothing',
      async (client, code, status) => {
        const api = await start({ env, denials: 'throw' });
        const answer = await api.get(client, '/profile');
        expect(answer.status).toBe(status);
        expect(answer.headers['cache-control']).toBe('no-store');
        expect(answer.headers['www-authenticate']).toBe('ClientCertificate');
        expect(api.errors).toEqual([expect.objectContaining({ name: 'ClientCertificateError', code, status })]);
        expectNothingLeaked(answer);
      },
    );

    it('hands the denial of a guard to the error handler too', async () => {
      const api = await start({ env, denials: 'throw' });
      const answer = await api.get('frontend', '/admin');
      expect(answer.status).toBe(403);
      expect(api.errors).toEqual([expect.objectContaining({ code: 'role_missing', status: 403 })]);
      expectNothingLeaked(answer);
    });
  });
});
