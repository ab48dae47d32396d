// A mistake in the set-up or a bug: the client hears one sentence, the operator what to do.
import type { MtlsOptions, Source } from '@peercert/core';
import { requireClient } from '@peercert/fastify';
import { fastify } from 'fastify';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { startApi } from './api.ts';
import type { App } from './app.ts';
import { frameworks } from './frameworks/all.ts';

const sentence = 'The server failed to authenticate the client; its log says why';
const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);

// Each explanation is told once in a minute; only the clock of that is held, sockets need the others.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return () => {
    vi.runAllTimers();
    vi.useRealTimers();
    warn.mockClear();
  };
});

let bugs = 0;

const broken = (): MtlsOptions => {
  const present: Source['present'] = () => {
    throw new RangeError(`secret number ${++bugs}`);
  };
  return { source: { name: 'broken', present } };
};

const mistakes: readonly (readonly [string, Partial<App> & { readonly tls?: object }, string, RegExp])[] = [
  ['a server without ca', { mtls: {}, tls: { ca: undefined } }, '/profile', /without ca/],
  ['a server that asks for no certificate', { tls: { requestCert: false } }, '/profile', /requestCert: true/],
  ['a guard that met no mtls()', { mtls: false }, '/admin', /register mtls\(\) before/],
  [
    'an address that any client chooses',
    { mtls: { clientAddress: 'framework' }, believesEveryone: true },
    '/profile',
    /any client can choose/,
  ],
];

describe.each(frameworks)('$name', (framework) => {
  describe.each(['production', 'development'] as const)('in %s', (env) => {
    it.each(mistakes)('tells the client nothing of %s, and the operator the fix', async (_, app, path, fix) => {
      const api = await startApi(framework, { env, ...app });
      const answer = await api.get('admin', path);
      expect(answer.status).toBe(500);
      expectNothingBut(answer.body);
      expect(warn.mock.calls).toEqual([
        [expect.stringMatching(fix), { type: 'PeercertFailure', code: 'PEERCERT_SETUP' }],
      ]);
      expect(api.errors).toMatchObject([{ message: sentence, cause: { message: expect.stringMatching(fix) } }]);
    });

    it('tells the client nothing of a bug, and the operator where it is', async () => {
      const api = await startApi(framework, { env, mtls: broken() });
      const answer = await api.get('admin', '/profile');
      expect(answer.status).toBe(500);
      expectNothingBut(answer.body);
      expect(warn.mock.calls).toMatchObject([
        [
          `Peercert failed to decide a request: RangeError: secret number ${bugs}`,
          { detail: expect.stringContaining('failures.test') },
        ],
      ]);
    });
  });
});

/** Nothing of the cause, and no place in the code; what each framework says of a 500 besides is its own. */
function expectNothingBut(body: string): void {
  expect(body.replace(sentence, '')).not.toMatch(/secret|ca\b|requestCert|mtls|mTLS|trust|client\b|proxy/);
  expect(body).not.toMatch(/\.ts\b|\.js\b|node_modules|node:|\bat |file:/);
}

describe('Fastify with a logger', () => {
  it('logs the fix and where it was found', async () => {
    const lines: string[] = [];
    const app = fastify({ logger: { stream: { write: (line: string) => void lines.push(line) } } });
    app.get('/', { onRequest: requireClient() }, () => 'handled');
    const answer = await app.inject('/');
    expect(answer.json()).toEqual({
      statusCode: 500,
      code: 'setup',
      error: 'Internal Server Error',
      message: sentence,
    });
    const logged = lines.map((line) => JSON.parse(line) as { readonly err?: { readonly stack?: string } });
    const stack = logged.find(({ err }) => err !== undefined)?.err?.stack;
    expect(stack).toMatch(/never met mtls\(\): register mtls\(\) before/);
    expect(stack).toContain('request-state');
  });
});
