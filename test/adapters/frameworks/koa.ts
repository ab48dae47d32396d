import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import { mtls, requireClient, requireRole, subjectCn } from '@peercert/koa';
import Koa3, { type Middleware } from 'koa';
import Koa2 from 'koa2';
import { type App, type Framework, type Protocol, routes, seen } from '../app.ts';
import { listen } from './listen.ts';

const guards = {
  admin: requireRole('admin'),
  partner: requireRole('partner'),
  anyone: requireClient(),
  adminByName: requireClient(subjectCn('admin-client')),
  observed: requireRole('admin', { enforcement: 'report-only' }),
};

/** The least of a router: the middleware runs for one path, or for all below one that ends in `/`. */
function at(path: string, middleware: Middleware): Middleware {
  return (ctx, next) =>
    ctx.path === path || (path.endsWith('/') && ctx.path.startsWith(path)) ? middleware(ctx, next) : next();
}

function build(Koa: typeof Koa3, app: App): Koa3 {
  const server = new Koa({ env: app.env, proxy: app.believesEveryone });
  server.on('error', (error: unknown) => app.errors.push(error));
  if (app.mtls !== false) server.use(mtls(app.mtls));
  if (app.inner !== undefined) server.use(at('/inner/', mtls(app.inner)));

  for (const [path, names] of Object.entries(routes)) {
    for (const name of names) server.use(at(path, guards[name]));
    server.use(
      at(path, async (ctx) => {
        if (path === '/meeting') await app.meeting();
        ctx.body = seen(ctx.state.mtls);
      }),
    );
  }
  return server;
}

const framework = (name: string, Koa: typeof Koa3, protocol: Protocol): Framework => ({
  name,
  protocol,
  start(app, tls) {
    const listener = build(Koa, app).callback();
    return listen(protocol === 'h2' ? createSecureServer(tls, listener) : createServer(tls, listener));
  },
});

export const frameworks: readonly Framework[] = [
  framework('Koa 3', Koa3, 'http/1.1'),
  framework('Koa 2', Koa2, 'http/1.1'),
  framework('Koa 3 over HTTP/2', Koa3, 'h2'),
];
