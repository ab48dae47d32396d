import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type MtlsOptions, mtls, requireClient, requireRole } from '@peercert/koa';
import Koa, { type Context } from 'koa';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { clientOfUnit, presenting } from './presenting.ts';

const administrator = await clientOfUnit('Administrators');
const roles = { Administrators: 'admin' };
const slowRoles = async () => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return ['admin'];
};

function context(): Context {
  const req = { rawHeaders: [], rawTrailers: [], socket: {} };
  return { req, originalUrl: '/', state: {}, set: vi.fn<() => void>() } as unknown as Context;
}

async function fetchFrom(app: Koa, headers: Record<string, string> = {}): Promise<globalThis.Response> {
  const server = createServer(app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { headers });
}

describe('mtls() in Koa', () => {
  it('hands on the very promise of next when nothing has to be waited for', async () => {
    const ctx = context();
    const rest = Promise.resolve();
    const next = vi.fn<() => Promise<void>>(() => rest);
    const returned: unknown = mtls({ ...(await presenting(administrator)), roles })(ctx, next);
    expect(returned).toBe(rest);
    expect(next).toHaveBeenCalledOnce();
    expect([...(ctx.state.mtls.client?.roles ?? [])]).toEqual(['admin']);
  });

  it('calls next once after a role function that takes its time, and waits for it', async () => {
    const ctx = context();
    const next = vi.fn<() => Promise<string>>(async () => 'the rest');
    const returned: unknown = mtls({ ...(await presenting(administrator)), roles: slowRoles })(ctx, next);
    expect(next).not.toHaveBeenCalled();
    expect(await returned).toBe('the rest');
    expect(next).toHaveBeenCalledOnce();
  });

  it.each([roles, slowRoles])('never calls next for a denial', async (how) => {
    const ctx = context();
    const next = vi.fn<() => Promise<void>>(async () => undefined);
    await mtls({ ...(await presenting(administrator)), roles: how, check: () => false })(ctx, next);
    expect(next).not.toHaveBeenCalled();
    expect(ctx.status).toBe(403);
  });

  it('lets middleware before it see the denial that was answered', async () => {
    const app = new Koa();
    const seen: unknown[] = [];
    app.use(async (ctx, next) => {
      await next();
      seen.push(ctx.status);
    });
    app.use(mtls(await presenting(undefined)));
    expect((await fetchFrom(app)).status).toBe(401);
    expect(seen).toEqual([401]);
  });

  it('lets middleware before it catch the denial that was thrown', async () => {
    const app = new Koa();
    app.use(async (ctx, next) => {
      try {
        await next();
      } catch (error) {
        ctx.status = 418;
        ctx.body = (error as { code: string }).code;
      }
    });
    app.use(mtls({ ...(await presenting(undefined)), denials: 'throw' }));
    const response = await fetchFrom(app);
    expect([response.status, await response.text()]).toEqual([418, 'certificate_missing']);
  });

  it.each([
    [{ proxy: false }, 200, '127.0.0.1'],
    [{ proxy: true }, 500, 'Internal Server Error'],
    [{ proxy: true, maxIpsCount: 1 }, 500, 'Internal Server Error'],
  ])('takes ctx.ip for the client’s address when told to, app %j', async (settings, status, text) => {
    const app = new Koa(settings);
    app.silent = true;
    app.use(mtls({ ...(await presenting(administrator)), clientAddress: 'framework' }));
    app.use((ctx) => {
      ctx.body = ctx.state.mtls.clientAddress;
    });
    const response = await fetchFrom(app, { 'X-Forwarded-For': '10.0.0.7' });
    expect([response.status, await response.text()]).toEqual([status, text]);
  });

  it('takes the address that a middleware of the application set', async () => {
    const app = new Koa();
    app.use((ctx, next) => {
      ctx.request.ip = '10.0.0.7';
      return next();
    });
    app.use(
      mtls({ ...(await presenting(administrator)), clientAddress: 'framework', addresses: { allow: ['10.0.0.7'] } }),
    );
    app.use((ctx) => {
      ctx.body = ctx.state.mtls.clientAddress;
    });
    expect(await (await fetchFrom(app)).text()).toBe('10.0.0.7');
  });

  it.each([{ presense: 'optional' }, { denials: 'ignore' }, { exclude: [] }, { roles: {} }])(
    'refuses the wrong options %j at construction',
    (options) => {
      expect(() => mtls(options as MtlsOptions)).toThrow(TypeError);
    },
  );
});

describe('a guard in Koa', () => {
  it.each([
    ['Administrators', 200],
    ['Sales', 403],
    [undefined, 401],
  ])('answers a client of the unit %s with %s', async (unit, status) => {
    const app = new Koa();
    const options = await presenting(unit === undefined ? undefined : await clientOfUnit(unit));
    app.use(mtls({ ...options, roles, presence: 'optional' }));
    app.use(requireRole('admin'));
    app.use((ctx) => {
      ctx.body = 'handled';
    });
    expect((await fetchFrom(app)).status).toBe(status);
  });

  it('refuses a rule that got lost, which would let everybody pass', () => {
    expect(() => requireClient(undefined)).toThrow(TypeError);
  });

  it('is a 500 for the programmer on a request that never met mtls()', async () => {
    const app = new Koa();
    const errors: unknown[] = [];
    app.on('error', (error) => errors.push(error));
    app.use(requireClient());
    expect((await fetchFrom(app)).status).toBe(500);
    expect(errors).toEqual([expect.objectContaining({ name: 'PeercertFailure', code: 'setup' })]);
  });
});
