import { clientOf, mtls } from '@peercert/koa';
import type { Context } from 'koa';
import { describe, expect, it } from 'vitest';
import { clientOfUnit, presenting } from './presenting.ts';

function context(): Context {
  return { req: { rawHeaders: [], rawTrailers: [], socket: {} }, originalUrl: '/', state: {} } as unknown as Context;
}

describe('clientOf() in Koa', () => {
  it('answers the client, or null for nobody', async () => {
    const [known, nobody] = [context(), context()];
    await mtls(await presenting(await clientOfUnit('Sales')))(known, async () => undefined);
    await mtls({ ...(await presenting(undefined)), presence: 'optional' })(nobody, async () => undefined);
    expect(clientOf(known)?.commonName).toBe('one of Sales');
    expect(clientOf(nobody)).toBeNull();
  });

  it('is a 500 for the programmer on a request that never met mtls()', () => {
    expect(() => clientOf(context())).toThrow(expect.objectContaining({ name: 'PeercertFailure', code: 'setup' }));
  });
});
