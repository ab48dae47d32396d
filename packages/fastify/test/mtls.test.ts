import { clientOf, mtls, requireClient, requireRole } from '@peercert/fastify';
import { type FastifyInstance, type FastifyServerOptions, fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { clientOfUnit, presenting } from './presenting.ts';

const asAdministrator = {
  ...(await presenting(await clientOfUnit('Administrators'))),
  roles: { Administrators: 'admin' },
};
const asSales = { ...(await presenting(await clientOfUnit('Sales'))), roles: { Administrators: 'admin' } };
const asNobody = { ...(await presenting(undefined)), roles: { Administrators: 'admin' } };

const adminOnly = Object.freeze({ mtls: Object.freeze({ roles: Object.freeze(['admin']) }) });

async function statusOf(app: FastifyInstance, url: string, method: 'GET' | 'HEAD' = 'GET'): Promise<number> {
  return (await app.inject({ method, url })).statusCode;
}

describe('mtls in Fastify', () => {
  it('leaves the client on request.mtls, and on each request its own', async () => {
    const app = fastify();
    await app.register(mtls, asAdministrator);
    app.get('/', (request) => [request.mtls.client?.id, clientOf(request)?.id]);
    expect((await app.inject('/')).json()).toEqual(['one of Administrators', 'one of Administrators']);
  });

  it('runs the handler once after a role function that takes its time', async () => {
    const app = fastify();
    let calls = 0;
    await app.register(mtls, { ...asSales, roles: async () => ['admin'] });
    app.get('/', { config: adminOnly }, () => ({ calls: ++calls }));
    expect((await app.inject('/')).json()).toEqual({ calls: 1 });
  });

  it('guards what has no route, in the scope of the root and in others', async () => {
    const app = fastify();
    await app.register(mtls, asNobody);
    await app.register(
      async (scope) => {
        scope.setNotFoundHandler((_request, reply) => reply.code(404).send('lost'));
      },
      { prefix: '/scope' },
    );
    expect(await statusOf(app, '/nowhere')).toBe(401);
    expect(await statusOf(app, '/scope/nowhere')).toBe(401);
  });

  it('leaves scopes alone that are not its own', async () => {
    const app = fastify();
    await app.register(async (scope) => {
      await scope.register(mtls, asNobody);
      scope.get('/inside', () => 'handled');
    });
    app.get('/outside', () => 'handled');
    expect(await statusOf(app, '/inside')).toBe(401);
    expect(await statusOf(app, '/outside')).toBe(200);
  });

  it('takes the place of a registration in a child scope that came before', async () => {
    const app = fastify();
    await app.register(async (scope) => {
      await scope.register(mtls, asNobody);
      scope.get('/inside', () => 'handled');
    });
    await app.register(mtls, asAdministrator);
    app.get('/outside', (request) => request.mtls.client?.id);
    expect(await statusOf(app, '/inside')).toBe(401);
    expect((await app.inject('/outside')).body).toBe('one of Administrators');
  });

  it('answers a denial in its own form whatever serializer the application has', async () => {
    const app = fastify();
    app.setReplySerializer((payload) => JSON.stringify({ wrapped: payload }));
    await app.register(mtls, asNobody);
    const response = await app.inject('/');
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(response.json()).toMatchObject({ code: 'certificate_missing', status: 401 });
  });

  it('knows nobody in an injected request, whose socket is none', async () => {
    const app = fastify();
    await app.register(mtls, { trust: asNobody.trust! });
    app.get('/', () => 'handled');
    expect((await app.inject('/')).json()).toMatchObject({ code: 'certificate_missing' });
  });

  it.each([{ presense: 'optional' }, { prefix: '/api' }, { denials: 'ignore' }, { exclude: [] }])(
    'refuses the wrong options %j at start',
    async (options) => {
      const app = fastify();
      app.register(mtls, options as object);
      await expect(app.ready()).rejects.toThrow(TypeError);
    },
  );
});

describe('config.mtls of a route', () => {
  it('counts where another hook gives it to the route, before or after the registration, in its scope or below', async () => {
    const giving = (app: FastifyInstance): void => {
      app.addHook('onRoute', (route) => {
        route.config = { ...route.config, ...adminOnly };
      });
    };
    const before = fastify();
    giving(before);
    await before.register(mtls, asSales);
    before.get('/', () => 'handled');

    const after = fastify();
    await after.register(mtls, asSales);
    giving(after);
    after.get('/', () => 'handled');

    const below = fastify();
    await below.register(mtls, asSales);
    await below.register(async (scope) => {
      giving(scope);
      scope.get('/', () => 'handled');
    });

    for (const app of [before, after, below]) expect(await statusOf(app, '/')).toBe(403);
  });

  it('stops the start where another hook gives what is wrong', async () => {
    const app = fastify();
    await app.register(mtls, asSales);
    app.addHook('onRoute', (route) => {
      route.config = { mtls: {} };
    });
    app.get('/', () => 'handled');
    await expect(app.ready()).rejects.toThrow(TypeError);
  });

  it('asks for a role', async () => {
    for (const [options, status] of [
      [asAdministrator, 200],
      [asSales, 403],
      [asNobody, 401],
    ] as const) {
      const app = fastify();
      await app.register(mtls, options);
      app.get('/', { config: adminOnly }, () => 'handled');
      expect(await statusOf(app, '/')).toBe(status);
    }
  });

  it('guards the HEAD route that Fastify adds', async () => {
    const app = fastify({ exposeHeadRoutes: true });
    await app.register(mtls, asSales);
    app.get('/', { config: adminOnly }, () => 'handled');
    expect(await statusOf(app, '/', 'HEAD')).toBe(403);
  });

  it('guards a route that was added before the plugin was loaded', async () => {
    const app = fastify();
    app.register(mtls, asSales);
    app.get('/', { config: adminOnly }, () => 'handled');
    expect(await statusOf(app, '/')).toBe(403);
  });

  it('replaces the options that it names, for its route alone', async () => {
    const app = fastify();
    await app.register(mtls, asNobody);
    app.get('/open', { config: { mtls: { presence: 'optional' } } }, (request) => request.mtls.decision.outcome);
    app.get('/closed', () => 'handled');
    expect((await app.inject('/open')).body).toBe('anonymous');
    expect(await statusOf(app, '/closed')).toBe(401);
  });

  it('keeps the options that it does not name', async () => {
    const app = fastify();
    await app.register(mtls, asAdministrator);
    app.get('/', { config: { mtls: { roles: 'admin', check: () => true } } }, () => 'handled');
    expect(await statusOf(app, '/')).toBe(200);
  });

  it('replaces nothing of a registration further out', async () => {
    const app = fastify();
    await app.register(mtls, asNobody);
    await app.register(async (scope) => {
      await scope.register(mtls, asAdministrator);
      scope.get('/', { config: { mtls: { presence: 'optional', roles: ['admin'] } } }, () => 'handled');
    });
    expect(await statusOf(app, '/')).toBe(401);
  });

  it('means the registration of each scope where one object serves several', async () => {
    const app = fastify();
    for (const [prefix, options] of [
      ['/a', asAdministrator],
      ['/b', asSales],
    ] as const) {
      await app.register(
        async (scope) => {
          await scope.register(mtls, options);
          scope.get('/', { config: adminOnly }, () => 'handled');
        },
        { prefix },
      );
    }
    expect(await statusOf(app, '/a')).toBe(200);
    expect(await statusOf(app, '/b')).toBe(403);
  });

  it.each([
    {},
    { roles: [] },
    { roles: [''] },
    { roles: '' },
    { role: ['admin'] },
    { presence: 'maybe' },
    null,
    'admin',
  ])('refuses %j when the route is added', async (config) => {
    const app = fastify();
    await app.register(mtls, asAdministrator);
    expect(() => app.get('/', { config: { mtls: config as object } }, () => 'handled')).toThrow(TypeError);
  });

  it.each([{ mtls: undefined }, { mtls: { roles: undefined } }, { mtls: { presence: 'optional', roles: undefined } }])(
    'refuses %o, a role that got lost on its way',
    async (config) => {
      const app = fastify();
      await app.register(mtls, { ...asNobody, presence: 'optional' });
      expect(() => app.get('/', { config: config as object }, () => 'handled')).toThrow(TypeError);
    },
  );

  it('is a 500, never a pass, when it is wrong on a route that was added before the plugin was loaded', async () => {
    const app = fastify();
    app.register(mtls, asAdministrator);
    app.get('/', { config: { mtls: { roles: [] } } }, () => 'handled');
    expect(await statusOf(app, '/')).toBe(500);
  });
});

/** Registrations to which nobody is as good as anybody, so that only the route's own options keep clients out. */
const open = { ...asNobody, presence: 'optional' } as const;

/** What became of a request for `/`, and for its headers alone. */
async function fates(app: FastifyInstance): Promise<readonly unknown[]> {
  const answers = [await app.inject('/'), await app.inject({ method: 'HEAD', url: '/' })];
  return answers.map(({ statusCode }) => statusCode);
}

describe('config.mtls where no registration reaches it', () => {
  const inside = async (scope: FastifyInstance): Promise<void> => {
    await scope.register(mtls, open);
    scope.get('/inside', { config: adminOnly }, () => 'handled');
  };
  const route = async (scope: FastifyInstance): Promise<void> => {
    scope.get('/', { config: adminOnly }, () => 'handled');
  };

  it.each<[string, (app: FastifyInstance) => Promise<unknown>]>([
    [
      'outside, after it',
      async (app) => {
        await app.register(inside);
        await route(app);
      },
    ],
    [
      'outside, before it',
      async (app) => {
        await route(app);
        await app.register(inside);
      },
    ],
    [
      'in the scope beside, after it',
      async (app) => {
        await app.register(inside);
        await app.register(route);
      },
    ],
    [
      'in the scope beside, before it',
      async (app) => {
        await app.register(route);
        await app.register(inside);
      },
    ],
    [
      'in the scope beside, nothing awaited',
      async (app) => {
        app.register(route);
        app.register(inside);
      },
    ],
    [
      'deeper in the scope beside',
      async (app) => {
        await app.register(async (scope) => scope.register(async (deeper) => deeper.register(inside)));
        await app.register(async (scope) => scope.register(route));
      },
    ],
    [
      'outside of two registrations',
      async (app) => {
        await app.register(inside);
        await app.register(async (scope) => scope.register(mtls, open));
        await route(app);
      },
    ],
    [
      'without a value',
      async (app) => {
        await app.register(inside);
        app.get('/', { config: { mtls: undefined as never } }, () => 'handled');
      },
    ],
  ])('is a 500: %s', async (_, build) => {
    const app = fastify({ exposeHeadRoutes: true });
    const errors: unknown[] = [];
    app.addHook('onError', async (_request, _reply, error) => {
      errors.push(error);
    });
    await build(app);
    expect(await fates(app)).toEqual([500, 500]);
    expect(errors[0]).toMatchObject({ name: 'PeercertFailure', code: 'setup' });
    expect(await statusOf(app, '/inside')).toBe(401);
  });

  it('leaves routes alone that ask for nothing, and what has no route', async () => {
    const app = fastify();
    await app.register(inside);
    app.get('/', () => 'handled');
    expect(await statusOf(app, '/')).toBe(200);
    expect(await statusOf(app, '/nowhere')).toBe(404);
  });

  it('is read where the registration came after the scope of the route', async () => {
    const app = fastify();
    await app.register(route);
    await app.register(mtls, open);
    expect(await statusOf(app, '/')).toBe(401);
  });
});

describe('config.mtls that changes after the route was added', () => {
  interface Added {
    config?: object;
  }

  /** An application, the route of which its author got hold of. */
  async function withRoute(
    config?: object,
  ): Promise<{ readonly app: FastifyInstance; readonly added: readonly Added[] }> {
    const app = fastify({ exposeHeadRoutes: true });
    await app.register(mtls, open);
    const added: Added[] = [];
    app.addHook('onRoute', (route) => {
      added.push(route);
    });
    app.get('/', config === undefined ? {} : { config }, () => 'handled');
    return { app, added };
  }

  it('is a 500 when a hook sets it that runs when all are ready', async () => {
    const { app, added } = await withRoute({});
    app.addHook('onReady', async () => {
      for (const { config } of added) Object.assign(config as object, adminOnly);
    });
    expect(await fates(app)).toEqual([500, 500]);
  });

  it('is a 500 when it is set between', async () => {
    const { app, added } = await withRoute();
    for (const route of added) route.config = adminOnly;
    expect(await fates(app)).toEqual([500, 500]);
  });

  it('is a 500 when it is set after the application was ready', async () => {
    const { app, added } = await withRoute();
    expect(await fates(app)).toEqual([200, 200]);
    for (const route of added) route.config = adminOnly;
    expect(await fates(app)).toEqual([500, 500]);
  });

  it('is a 500 when what it holds is changed', async () => {
    const options: { presence: 'optional'; roles?: string[] } = { presence: 'optional' };
    const { app } = await withRoute({ mtls: options });
    app.addHook('onReady', async () => {
      options.roles = ['admin'];
    });
    expect(await fates(app)).toEqual([500, 500]);
  });

  it('is a 500 when a role is added to those that suffice', async () => {
    const roles = ['admin'];
    const { app } = await withRoute({ mtls: { roles } });
    expect(await fates(app)).toEqual([401, 401]);
    roles.push('anybody');
    expect(await fates(app)).toEqual([500, 500]);
  });

  it('is a 500 when a hook sets it for each request', async () => {
    const app = fastify({ exposeHeadRoutes: true });
    app.addHook('onRequest', async ({ routeOptions }) => {
      Object.assign(routeOptions.config, adminOnly);
    });
    await app.register(mtls, open);
    app.get('/', () => 'handled');
    expect(await fates(app)).toEqual([500, 500]);
  });

  it('tells routes of one path apart that differ in the version that they are for', async () => {
    const app = fastify();
    await app.register(mtls, open);
    app.get('/', { constraints: { version: '1.0.0' }, config: adminOnly }, () => 'first');
    app.get('/', { constraints: { version: '2.0.0' } }, () => 'second');
    const statusIn = async (version: string) =>
      (await app.inject({ url: '/', headers: { 'accept-version': version } })).statusCode;
    expect([await statusIn('1.0.0'), await statusIn('2.0.0')]).toEqual([401, 200]);
  });

  it('counts for the route of a prefix with and without the slash', async () => {
    const app = fastify();
    await app.register(mtls, open);
    await app.register(
      async (scope) => {
        scope.get('/', { config: adminOnly }, () => 'handled');
      },
      { prefix: '/scope' },
    );
    expect([await statusOf(app, '/scope'), await statusOf(app, '/scope/')]).toEqual([401, 401]);
  });
});

describe('a request decorator of the name mtls', () => {
  it.each([null, { getter: () => ({ client: { id: 'root' } }) }])('stops the start: %o', async (decorator) => {
    const app = fastify();
    app.decorateRequest('mtls', decorator as never);
    app.register(mtls, asAdministrator);
    await expect(app.ready()).rejects.toThrow(/decorator mtls already/);
  });
});

describe('a guard in Fastify', () => {
  it.each([
    [asAdministrator, 200],
    [asSales, 403],
  ])('stands as onRequest, as preHandler and for a scope', async (options, status) => {
    const app = fastify();
    await app.register(mtls, options);
    app.get('/on-request', { onRequest: requireRole('admin') }, () => 'handled');
    app.get('/pre-handler', { preHandler: [requireClient(), requireRole(['admin', 'root'])] }, () => 'handled');
    await app.register(async (scope) => {
      scope.addHook('onRequest', requireRole('admin'));
      scope.get('/scope', () => 'handled');
    });
    for (const url of ['/on-request', '/pre-handler', '/scope']) expect(await statusOf(app, url)).toBe(status);
  });

  it('refuses a rule that got lost, which would let everybody pass', () => {
    expect(() => requireClient(undefined)).toThrow(TypeError);
  });

  it('is a 500 for the programmer on a request that never met mtls', async () => {
    const app = fastify();
    app.get('/', { onRequest: requireClient() }, () => 'handled');
    app.get('/client', (request) => clientOf(request));
    expect(await statusOf(app, '/')).toBe(500);
    expect(await statusOf(app, '/client')).toBe(500);
  });
});

type TrustProxy = FastifyServerOptions['trustProxy'];

describe('the client’s address in Fastify', () => {
  const addressWith = async (trustProxy: TrustProxy) => {
    const app = fastify(trustProxy === undefined ? {} : { trustProxy });
    await app.register(mtls, { ...asAdministrator, clientAddress: 'framework' });
    app.get('/', (request) => request.mtls.clientAddress);
    return app.inject({ url: '/', headers: { 'x-forwarded-for': '203.0.113.9, 10.0.0.7' } });
  };

  it.each<[TrustProxy, string]>([
    [undefined, '127.0.0.1'],
    [false, '127.0.0.1'],
    ['127.0.0.1', '10.0.0.7'],
    [(_address: string, hop: number) => hop < 2, '203.0.113.9'],
  ])('is request.ip when told to, trustProxy %s', async (trustProxy, address) => {
    expect((await addressWith(trustProxy)).body).toBe(address);
  });

  it.each<TrustProxy>([true, () => true, ['0.0.0.0/1', '128.0.0.0/1'], '0.0.0.0/1', '::/1', '2000::/3'])(
    'is refused when any client can choose it, trustProxy %s',
    async (trustProxy) => {
      const response = await addressWith(trustProxy);
      expect(response.statusCode).toBe(500);
      expect(response.json()).toMatchObject({ code: 'setup' });
    },
  );

  it('is a 500, never a pass, when the application fails to work it out', async () => {
    const response = await addressWith(() => {
      // biome-ignore lint/style/useThrowOnlyError: whoever takes what was thrown for an error or none takes this for none.
      throw undefined;
    });
    expect(response.statusCode).toBe(500);
  });
});
