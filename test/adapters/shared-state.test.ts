// Applications that let requests share what holds the state of one: none may pass as the client of another.
import type { RequestMtls } from '@peercert/core';
import { clientOf as clientOfExpress, mtls as mtlsOfExpress, requireRole as roleOfExpress } from '@peercert/express';
import { clientOf as clientOfFastify, mtls as mtlsOfFastify, requireRole as roleOfFastify } from '@peercert/fastify';
import { clientOf as clientOfKoa, mtls as mtlsOfKoa, requireRole as roleOfKoa } from '@peercert/koa';
import express5, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';
import express4 from 'express4';
import { type FastifyRequest, fastify } from 'fastify';
import Koa3, { type Context, type Middleware } from 'koa';
import Koa2 from 'koa2';
import { describe, expect, it, onTestFinished } from 'vitest';
import { portOf } from './frameworks/listen.ts';
import { Arrivals, ask, begin, serve, tlsOptions } from './slow-client.ts';

const options = { roles: { Administrators: 'admin' }, presence: 'optional' } as const;

interface Site {
  readonly port: number;
  /** Counts the requests that wait for the end of their body, and those that failed. */
  readonly arrivals: Arrivals;
  /** What reached the application's error handler. */
  readonly errors: unknown[];
}

/** An application, and what its author wrote before and after `mtls()`. */
interface Sharing<Code> {
  readonly before?: Code;
  readonly after?: Code;
}

async function expressSite(express: typeof express5, { before, after }: Sharing<RequestHandler>): Promise<Site> {
  const [app, arrivals, errors] = [express(), new Arrivals(), [] as unknown[]];
  app.set('env', 'test');
  if (before !== undefined) app.use(before);
  app.use(mtlsOfExpress(options));
  if (after !== undefined) app.use(after);
  app.use((req, _res, next) => {
    arrivals.add();
    req.resume().on('end', () => next());
  });
  app.post('/who', (req, res) => void res.json(req.mtls?.client?.id ?? 'nobody'));
  app.post('/client', (req, res) => void res.json(clientOfExpress(req)?.id ?? 'nobody'));
  app.post('/admin', roleOfExpress('admin'), (_req, res) => void res.json('handled'));
  const record: ErrorRequestHandler = (error, _req, _res, next) => {
    errors.push(error);
    arrivals.add();
    next(error);
  };
  app.use(record);
  return { port: await serve(app), arrivals, errors };
}

async function koaSite(Koa: typeof Koa3, { before, after }: Sharing<Middleware>): Promise<Site> {
  const [app, arrivals, errors] = [new Koa(), new Arrivals(), [] as unknown[]];
  app.on('error', (error: unknown) => {
    errors.push(error);
    arrivals.add();
  });
  if (before !== undefined) app.use(before);
  app.use(mtlsOfKoa(options));
  if (after !== undefined) app.use(after);
  app.use(async ({ req }, next) => {
    arrivals.add();
    await new Promise((resolve) => req.resume().on('end', resolve));
    await next();
  });
  const guard = roleOfKoa('admin');
  app.use((ctx, next) => (ctx.path === '/admin' ? guard(ctx, next) : next()));
  app.use((ctx) => {
    const client = ctx.path === '/client' ? clientOfKoa(ctx) : ctx.state.mtls?.client;
    ctx.body = JSON.stringify(ctx.path === '/admin' ? 'handled' : (client?.id ?? 'nobody'));
  });
  return { port: await serve(app.callback()), arrivals, errors };
}

async function fastifySite({ after }: Sharing<(request: FastifyRequest) => void>): Promise<Site> {
  const [app, arrivals, errors] = [fastify({ https: await tlsOptions() }), new Arrivals(), [] as unknown[]];
  onTestFinished(() => app.close());
  await app.register(mtlsOfFastify, options);
  app.addContentTypeParser('*', (_request, payload, done) => {
    arrivals.add();
    payload.resume().on('end', () => done(null));
  });
  app.addHook('preHandler', async (request) => after?.(request));
  app.addHook('onError', async (_request, _reply, error) => {
    errors.push(error);
    arrivals.add();
  });
  app.post('/who', async (request) => JSON.stringify(request.mtls?.client?.id ?? 'nobody'));
  app.post('/client', async (request) => JSON.stringify(clientOfFastify(request)?.id ?? 'nobody'));
  app.post('/admin', { preHandler: roleOfFastify('admin') }, async () => JSON.stringify('handled'));
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { port: portOf(app.server), arrivals, errors };
}

const inExpress: Record<string, () => Sharing<RequestHandler>> = {
  'res.locals = app.locals before mtls()': () => ({
    before: (req, res, next) => {
      res.locals = req.app.locals;
      next();
    },
  }),
  'res.locals = app.locals after mtls()': () => ({
    after: (req, res, next) => {
      res.locals = req.app.locals;
      next();
    },
  }),
  'res.locals = one object before mtls()': () => {
    const one = {};
    return {
      before: (_req, res, next) => {
        res.locals = one;
        next();
      },
    };
  },
  'what mtls() left, copied to app.locals': () => ({
    after: (req, res, next) => {
      res.locals = Object.assign(req.app.locals, res.locals);
      next();
    },
  }),
  'the locals of the last administrator': () => {
    let last: object = {};
    return {
      after: (req, res, next) => {
        if (req.mtls.client?.roles.has('admin') === true) last = res.locals;
        else res.locals = last;
        next();
      },
    };
  },
};

const inKoa: Record<string, () => Sharing<Middleware>> = {
  'ctx.state = one object before mtls()': () => {
    const one = {} as Context['state'];
    return {
      before: (ctx, next) => {
        ctx.state = one;
        return next();
      },
    };
  },
  'ctx.state = one object after mtls()': () => {
    const one = {} as Context['state'];
    return {
      after: (ctx, next) => {
        ctx.state = one;
        return next();
      },
    };
  },
  'an app.context.state that each request gets': () => {
    const one = {} as Context['state'];
    return {
      before: (ctx, next) => {
        const context = ctx.app.context as object;
        Object.defineProperty(context, 'state', { configurable: true, get: () => one, set() {} });
        Reflect.deleteProperty(ctx, 'state');
        return next();
      },
    };
  },
};

type Start = () => Promise<Site>;

const sites: readonly (readonly [string, string, Start])[] = [
  ...[express5, express4].flatMap((express, index) =>
    Object.entries(inExpress).map(
      ([name, sharing]) => [`Express ${5 - index}`, name, () => expressSite(express, sharing())] as const,
    ),
  ),
  ...[Koa3, Koa2].flatMap((Koa, index) =>
    Object.entries(inKoa).map(([name, sharing]) => [`Koa ${3 - index}`, name, () => koaSite(Koa, sharing())] as const),
  ),
];

describe.each(sites)('where requests of %s share %s', (_, __, start) => {
  it.each(['/admin', '/client', '/who'])('nobody passes at %s as the client that came meanwhile', async (path) => {
    const { arrivals, port } = await start();
    const slow = await begin(port, undefined, path);
    await arrivals.atLeast(1);
    await ask(port, 'admin', '/admin');
    const { body, status } = await slow.end();
    // A handler that only looks sees nobody; who asks for somebody is refused or fails.
    if (status === 200) expect([path, body]).toEqual([expect.not.stringMatching('/admin'), '"nobody"']);
    else expect([401, 500]).toContain(status);
  });

  it('nobody passes after the client whose body is slow, and no client as another', async () => {
    const { arrivals, errors, port } = await start();
    const slow = await begin(port, 'admin', '/admin');
    await arrivals.atLeast(1);
    expect((await ask(port, undefined, '/admin')).status).toBeOneOf([401, 500]);
    expect((await ask(port, 'frontend', '/admin')).status).toBeOneOf([403, 500]);
    expect((await slow.end()).status).toBeOneOf([200, 500]);
    // All of it is a mistake of the programmer, whoever of them hears of it.
    expect(errors).not.toEqual([]);
    for (const error of errors) expect(error).toMatchObject({ name: 'PeercertFailure', code: 'setup' });
  });
});

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('%s', (_, express) => {
  it('fails at the first request already where res.locals is app.locals', async () => {
    const { errors, port } = await expressSite(
      express,
      (inExpress['res.locals = app.locals before mtls()'] as () => Sharing<RequestHandler>)(),
    );
    expect((await ask(port, 'admin', '/admin')).status).toBe(500);
    expect(errors).toHaveLength(1);
  });

  it('shows each request its own client where each has locals of its own', async () => {
    const { port } = await expressSite(express, {
      before: (req, res, next) => {
        res.locals = { ...req.app.locals };
        next();
      },
    });
    expect((await ask(port, 'admin', '/who')).body).toBe('"admin-client"');
    expect((await ask(port, undefined, '/who')).body).toBe('"nobody"');
    expect((await ask(port, 'admin', '/admin')).status).toBe(200);
  });

  it('lets an application inside another guard its routes by what the outer one found out', async () => {
    const inner = express();
    inner.post('/admin', roleOfExpress('admin'), (req, res) => void res.json(req.mtls.client?.id));
    const { port } = await expressSite(express, { after: inner });
    expect(await ask(port, 'admin', '/admin')).toEqual({ status: 200, body: '"admin-client"' });
    expect((await ask(port, 'frontend', '/admin')).status).toBe(403);
    expect((await ask(port, undefined, '/admin')).status).toBe(401);
  });

  it('fails where an application inside another shares its locals', async () => {
    const inner = express();
    inner.set('env', 'test');
    inner.use((_req, res, next) => {
      res.locals = inner.locals;
      next();
    });
    inner.use(mtlsOfExpress(options));
    inner.post('/admin', roleOfExpress('admin'), (_req, res) => void res.json('handled'));
    const { port } = await expressSite(express, { after: inner });
    expect((await ask(port, 'admin', '/admin')).status).toBe(500);
    expect((await ask(port, undefined, '/admin')).status).toBe(500);
  });

  it.each<[string, (req: Request, res: Response, first: RequestMtls) => void]>([
    [
      'defines on it',
      (req, res, first) => {
        Object.defineProperty(req, 'mtls', { value: first });
        res.locals = { mtls: first };
      },
    ],
    [
      'assigns to it',
      (req, _res, first) => {
        req.mtls = first;
      },
    ],
  ])('takes no state of another request that an application %s', async (_how, put) => {
    let first: RequestMtls | undefined;
    const { port } = await expressSite(express, {
      after: (req, res, next) => {
        first ??= req.mtls;
        if (req.mtls.client === null) put(req, res, first);
        next();
      },
    });
    expect((await ask(port, 'admin', '/admin')).status).toBe(200);
    for (const path of ['/admin', '/client']) expect((await ask(port, undefined, path)).status).toBe(500);
  });

  it('fails where req.mtls is something else already', async () => {
    const app = express();
    app.set('env', 'test');
    Object.assign(app.request, { mtls: { client: { id: 'root' } } });
    app.use(mtlsOfExpress(options));
    app.post('/', (req, res) => void res.json(req.mtls.client));
    expect((await ask(await serve(app), 'admin', '/')).status).toBe(500);
  });
});

describe.each([
  ['Koa 3', Koa3],
  ['Koa 2', Koa2],
])('%s', (_, Koa) => {
  it('lets an application inside another guard its routes by what the outer one found out', async () => {
    const guard = roleOfKoa('admin');
    const { port } = await koaSite(Koa, { after: (ctx, next) => guard(ctx, next) });
    expect((await ask(port, 'admin', '/who')).body).toBe('"admin-client"');
    expect((await ask(port, undefined, '/who')).status).toBe(401);
  });

  it('takes no state that an application assigns to another request', async () => {
    let first: Context['state'] | undefined;
    const { port } = await koaSite(Koa, {
      after: (ctx, next) => {
        first ??= ctx.state;
        ctx.state = { ...first };
        return next();
      },
    });
    expect((await ask(port, 'admin', '/admin')).status).toBe(200);
    for (const path of ['/admin', '/client']) expect((await ask(port, undefined, path)).status).toBe(500);
  });
});

describe('Fastify 5', () => {
  it('takes no state that an application assigns to another request', async () => {
    let first: FastifyRequest['mtls'] | undefined;
    const { errors, port } = await fastifySite({
      after(request) {
        first ??= request.mtls;
        request.mtls = first;
      },
    });
    expect((await ask(port, 'admin', '/admin')).status).toBe(200);
    for (const path of ['/admin', '/client']) expect((await ask(port, undefined, path)).status).toBe(500);
    for (const error of errors) expect(error).toMatchObject({ name: 'PeercertFailure', code: 'setup' });
    expect((await ask(port, 'admin', '/admin')).status).toBe(500);
  });

  it.each(['/admin', '/client', '/who'])('shows each request its own client at %s', async (path) => {
    const { arrivals, port } = await fastifySite({});
    const slow = await begin(port, undefined, path);
    await arrivals.atLeast(1);
    expect((await ask(port, 'admin', '/admin')).status).toBe(200);
    expect(await slow.end()).toMatchObject(path === '/admin' ? { status: 401 } : { status: 200, body: '"nobody"' });
  });
});
