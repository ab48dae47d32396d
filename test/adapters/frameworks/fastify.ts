import type { Server } from 'node:tls';
import { mtls, requireClient, requireRole, subjectCn } from '@peercert/fastify';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { type App, type Framework, type GuardName, type Protocol, routes, type Seen, seen } from '../app.ts';

const guards = {
  partner: requireRole('partner'),
  anyone: requireClient(),
  adminByName: requireClient(subjectCn('admin-client')),
  observed: requireRole('admin', { enforcement: 'report-only' }),
};

/** The administrators' routes ask in `config`, the others by a guard: both ways are in use. */
function guarded(name: GuardName | undefined, app: App): object {
  if (name === undefined) return {};
  if (name !== 'admin') return { onRequest: guards[name] };
  return app.mtls === false ? { preHandler: requireRole('admin') } : { config: { mtls: { roles: ['admin'] } } };
}

async function build(server: FastifyInstance, app: App): Promise<void> {
  server.addHook('onError', async (_request, _reply, error) => {
    app.errors.push(error);
  });
  if (app.mtls !== false) await server.register(mtls, app.mtls);

  const handler = async (request: FastifyRequest): Promise<Seen> => {
    if (request.url === '/meeting') await app.meeting();
    return seen(request.mtls);
  };
  const add = (scope: FastifyInstance, path: string): void => {
    const [name] = routes[path] ?? [];
    scope.get(path, guarded(name, app), handler);
  };
  const [inside, outside] = [true, false].map((wanted) =>
    Object.keys(routes).filter((path) => path.startsWith('/inner/') === wanted),
  );
  for (const path of outside ?? []) add(server, path);
  await server.register(async (scope) => {
    if (app.inner !== undefined) await scope.register(mtls, app.inner);
    for (const path of inside ?? []) add(scope, path);
  });
}

const framework = (name: string, protocol: Protocol): Framework => ({
  name,
  protocol,
  async start(app, tls) {
    const options = { https: tls, trustProxy: app.believesEveryone, forceCloseConnections: true };
    const server =
      protocol === 'h2'
        ? (fastify({ ...options, http2: true, http2SessionTimeout: 60_000 }) as unknown as FastifyInstance)
        : (fastify(options) as unknown as FastifyInstance);
    await build(server, app);
    await server.listen({ host: '127.0.0.1', port: 0 });
    return { server: server.server as unknown as Server, close: () => server.close() };
  },
});

export const frameworks: readonly Framework[] = [
  framework('Fastify 5', 'http/1.1'),
  framework('Fastify 5 over HTTP/2', 'h2'),
];
