// The same small app in three frameworks, over plain HTTP as behind a proxy. Whatever a handler can see of a request, it
// answers.
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { MtlsOptions, RequestMtls } from '@peercert/core';
import * as onExpress from '@peercert/express';
import * as onFastify from '@peercert/fastify';
import * as onKoa from '@peercert/koa';
import express from 'express';
import { fastify } from 'fastify';
import Koa from 'koa';

/** GET /admin wants the role admin, /health nothing, everything else what `mtls()` wants. */
export interface Framework {
  readonly name: string;
  createApp(options: MtlsOptions): Promise<RequestListener>;
}

/** What a handler saw. */
export interface Seen {
  readonly id: string | null;
  readonly serialNumber: string | null;
  readonly source: string | null;
  readonly verifiedBy: string | null;
  readonly address: string | null;
  /** Every name that any of the request's objects shows, lower case. */
  readonly headers: readonly string[];
  readonly trailers: readonly string[];
}

async function see(mtls: RequestMtls, request: IncomingMessage): Promise<Seen> {
  request.resume();
  if (!request.readableEnded) await once(request, 'end');
  const names = (raw: readonly string[], ...objects: readonly object[]): string[] => [
    ...new Set(
      [...raw.filter((_, at) => at % 2 === 0), ...objects.flatMap(Object.keys)].map((name) => name.toLowerCase()),
    ),
  ];
  const { client, clientAddress } = mtls;
  return {
    id: client?.id ?? null,
    serialNumber: client?.serialNumber ?? null,
    source: client?.source ?? null,
    verifiedBy: client?.verifiedBy ?? null,
    address: clientAddress ?? null,
    headers: names(request.rawHeaders, request.headers, request.headersDistinct),
    trailers: names(request.rawTrailers, request.trailers, request.trailersDistinct),
  };
}

export const frameworks: readonly Framework[] = [
  {
    name: 'Express',
    async createApp(options) {
      const app = express();
      app.use(onExpress.mtls(options));
      app.use('/admin', onExpress.requireRole('admin'));
      app.use(async (req, res) => {
        res.json(await see(req.mtls, req));
      });
      return app;
    },
  },
  {
    name: 'Fastify',
    async createApp(options) {
      const app = fastify();
      // The handler itself reads the body.
      app.removeAllContentTypeParsers();
      app.addContentTypeParser('*', (_request, _payload, done) => done(null));
      await app.register(onFastify.mtls, options);
      app.get('/admin', { config: { mtls: { roles: ['admin'] } } }, (request) => see(request.mtls, request.raw));
      app.all('/*', (request) => see(request.mtls, request.raw));
      await app.ready();
      return (request, response) => app.routing(request, response);
    },
  },
  {
    name: 'Koa',
    async createApp(options) {
      const app = new Koa();
      const isAdmin = onKoa.requireRole('admin');
      app.use(onKoa.mtls(options));
      app.use((ctx, next) => (ctx.path === '/admin' ? isAdmin(ctx, next) : next()));
      app.use(async (ctx) => {
        ctx.body = await see(ctx.state.mtls, ctx.req);
      });
      const listener = app.callback();
      return (request, response) => void listener(request, response);
    },
  },
];

export interface Backend {
  /** `127.0.0.1:PORT`, or the path of the Unix socket. */
  readonly address: string;
  readonly port: number;
  /** How many requests have come in so far. */
  readonly requests: () => number;
  stop(): Promise<void>;
}

export interface BackendOptions {
  /** Of a Unix socket. Default: a free port of loopback. */
  readonly path?: string;
  /** Default: plain HTTP. */
  readonly tls?: ServerOptions;
}

export async function startBackend(listener: RequestListener, { path, tls }: BackendOptions = {}): Promise<Backend> {
  let count = 0;
  const counting: RequestListener = (request, response) => {
    count += 1;
    listener(request, response);
  };
  const server = tls === undefined ? createHttpServer(counting) : createHttpsServer(tls, counting);
  if (path === undefined) server.listen(0, '127.0.0.1');
  else server.listen({ path, readableAll: true, writableAll: true });
  await once(server, 'listening');
  const port = path === undefined ? (server.address() as AddressInfo).port : 0;
  return {
    address: path ?? `127.0.0.1:${port}`,
    port,
    requests: () => count,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
