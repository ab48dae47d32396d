import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type MtlsOptions, mtls, requireRole } from '@peercert/express';
import express, { type Express, type Request, type Response } from 'express';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { clientOfUnit, presenting } from './presenting.ts';

const administrator = await clientOfUnit('Administrators');
const roles = { Administrators: 'admin' };
const slowRoles = async () => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return ['admin'];
};

/** What a middleware did with one request, without an application around it. */
async function run(options: MtlsOptions, headersSent = false) {
  const req = { rawHeaders: [], rawTrailers: [], originalUrl: '/', socket: {} } as unknown as Request;
  const res = { headersSent, setHeader: vi.fn<() => void>(), end: vi.fn<() => void>() };
  const next = vi.fn<(error?: unknown) => void>();
  mtls(options)(req, res as unknown as Response, next);
  const calledAtOnce = next.mock.calls.length === 1 || res.end.mock.calls.length === 1;
  await vi.waitFor(() => expect(next.mock.calls.length + res.end.mock.calls.length).toBeGreaterThan(0));
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { req, res, next, calledAtOnce };
}

async function serve(app: Express): Promise<string> {
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('mtls() in Express', () => {
  it('calls next once and at once when nothing has to be waited for', async () => {
    const { req, next, calledAtOnce } = await run({ ...(await presenting(administrator)), roles });
    expect(next.mock.calls).toEqual([[]]);
    expect(calledAtOnce).toBe(true);
    expect([...(req.mtls.client?.roles ?? [])]).toEqual(['admin']);
  });

  it('takes nothing for a client that a client wrote into res.locals', async () => {
    const app = express();
    app.use(mtls({ ...(await presenting(administrator)), roles }));
    app.use((req, res, next) => {
      Object.assign(res.locals, JSON.parse(String(req.headers['x-locals'])));
      next();
    });
    app.get('/who', (req, res) => void res.json((req.mtls as unknown) ?? 'nobody'));
    app.get('/admin', requireRole('admin'), (_req, res) => void res.end('handled'));
    app.use((error: { status: number }, _req: Request, res: Response, _next: unknown) => {
      res.status(error.status).end();
    });
    const origin = await serve(app);
    const headers = { 'x-locals': '{"mtls":{"client":{"id":"root","roles":["admin"]}}}' };
    expect(await (await fetch(`${origin}/who`, { headers })).json()).toBe('nobody');
    expect((await fetch(`${origin}/admin`, { headers })).status).toBe(500);
  });

  it('calls next once after a role function that takes its time', async () => {
    const { req, next, calledAtOnce } = await run({ ...(await presenting(administrator)), roles: slowRoles });
    expect(next.mock.calls).toEqual([[]]);
    expect(calledAtOnce).toBe(false);
    expect([...(req.mtls.client?.roles ?? [])]).toEqual(['admin']);
  });

  it('never calls next when it answers a denial itself', async () => {
    const { res, next } = await run(await presenting(undefined));
    expect(next).not.toHaveBeenCalled();
    expect(res.end).toHaveBeenCalledOnce();
  });

  it.each([roles, slowRoles])('calls next once with the denial under denials: throw', async (how) => {
    const options = { ...(await presenting(administrator)), roles: how, check: () => false, denials: 'throw' } as const;
    const { res, next } = await run(options);
    expect(next.mock.calls).toEqual([[expect.objectContaining({ code: 'policy_rejected' })]]);
    expect(res.end).not.toHaveBeenCalled();
  });

  it('leaves a response that has begun meanwhile to the error handler', async () => {
    const options = { ...(await presenting(administrator)), roles: slowRoles, check: () => false };
    const { res, next } = await run(options, true);
    expect(next.mock.calls).toEqual([[expect.objectContaining({ code: 'policy_rejected' })]]);
    expect(res.setHeader).not.toHaveBeenCalled();
    expect(res.end).not.toHaveBeenCalled();
  });

  it.each(['respond', 'throw'] as const)(
    'calls next once with a 500 for a source that fails, denials: %s',
    async (denials) => {
      const present = (): never => {
        throw new Error('a bug');
      };
      const { next } = await run({ ...(await presenting(undefined)), source: { name: 'broken', present }, denials });
      expect(next.mock.calls).toEqual([[expect.objectContaining({ name: 'PeercertFailure', status: 500 })]]);
    },
  );

  it('compares excluded paths with the whole target wherever it is mounted', async () => {
    const app = express();
    app.use('/api', mtls({ ...(await presenting(undefined)), exclude: ['/api/healthz'] }));
    app.use((_req, res) => {
      res.send('handled');
    });
    const origin = await serve(app);
    expect((await fetch(`${origin}/api/healthz`)).status).toBe(200);
    expect((await fetch(`${origin}/api/api/healthz`)).status).toBe(401);
    expect((await fetch(`${origin}/api/other`)).status).toBe(401);
  });

  it('keeps what another middleware set on the response, but for the headers of the denial', async () => {
    const app = express();
    app.use((_req, res, next) => {
      res.set({ 'X-Request-Id': '7', 'Cache-Control': 'public', 'Content-Type': 'text/html' });
      next();
    });
    app.use(mtls(await presenting(undefined)));
    const response = await fetch(await serve(app));
    expect(response.headers.get('x-request-id')).toBe('7');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  it.each([
    [1, '10.0.0.7'],
    ['loopback', '10.0.0.7'],
    [false, '127.0.0.1'],
  ])('takes req.ip for the client’s address when told to, trust proxy %s', async (trust, address) => {
    const app = express();
    app.set('trust proxy', trust);
    app.use(mtls({ ...(await presenting(administrator)), clientAddress: 'framework' }));
    app.get('/', (req, res) => {
      res.send(req.mtls.clientAddress);
    });
    const response = await fetch(await serve(app), { headers: { 'X-Forwarded-For': '10.0.0.7' } });
    expect(await response.text()).toBe(address);
  });

  it.each([[true], [() => true], [['0.0.0.0/1', '128.0.0.0/1']], ['0.0.0.0/1'], ['::/1'], ['2000::/3'], [1000]])(
    'refuses req.ip when any client can choose it, trust proxy %s',
    async (trust) => {
      const app = express();
      app.set('trust proxy', trust);
      app.set('env', 'test');
      app.use(mtls({ ...(await presenting(administrator)), clientAddress: 'framework' }));
      expect((await fetch(await serve(app))).status).toBe(500);
    },
  );

  it('is a 500, never a pass, when the application fails to work out req.ip', async () => {
    const app = express();
    app.set('env', 'test');
    app.set('trust proxy', () => {
      // biome-ignore lint/style/useThrowOnlyError: whoever takes what was thrown for an error or none takes this for none.
      throw undefined;
    });
    app.use(mtls({ ...(await presenting(administrator)), clientAddress: 'framework' }));
    app.get('/', (_req, res) => {
      res.send('handled');
    });
    expect((await fetch(await serve(app), { headers: { 'X-Forwarded-For': '10.0.0.7' } })).status).toBe(500);
  });

  it('serves a router with options of its own', async () => {
    const app = express();
    const internal = express.Router();
    internal.use(mtls({ ...(await presenting(administrator)), roles }));
    internal.get('/', requireRole('admin'), (_req, res) => {
      res.send('handled');
    });
    app.use('/internal', internal);
    app.get('/open', (_req, res) => {
      res.send('handled');
    });
    const origin = await serve(app);
    expect((await fetch(`${origin}/internal`)).status).toBe(200);
    expect((await fetch(`${origin}/open`)).status).toBe(200);
  });

  it.each([{ presense: 'optional' }, { denials: 'ignore' }, { exclude: [] }, { roles: {} }])(
    'refuses the wrong options %j at construction',
    (options) => {
      expect(() => mtls(options as MtlsOptions)).toThrow(TypeError);
    },
  );
});
