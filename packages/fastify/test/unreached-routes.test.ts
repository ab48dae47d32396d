import { mtls } from '@peercert/fastify';
import { fastify } from 'fastify';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { presenting } from './presenting.ts';

// In a file of its own: what is told is told once in a minute.
describe('a route with config.mtls that no registration reaches', () => {
  it('is told to the operator', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    onTestFinished(() => warn.mockRestore());
    const app = fastify();
    const options = { ...(await presenting(undefined)), roles: { Administrators: 'admin' } };
    await app.register(async (scope) => scope.register(mtls, options));
    app.get('/', { config: { mtls: { roles: ['admin'] } } }, () => 'handled');
    expect((await app.inject('/')).statusCode).toBe(500);
    expect((await app.inject('/')).statusCode).toBe(500);
    expect(
      warn.mock.calls.filter(([, options]) => (options as { code?: string } | undefined)?.code === 'PEERCERT_SETUP'),
    ).toEqual([
      [
        expect.stringContaining('mtls is not registered in its scope'),
        { type: 'PeercertFailure', code: 'PEERCERT_SETUP' },
      ],
    ]);
  });
});
