import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import * as forExpress from '@peercert/express';
import * as forFastify from '@peercert/fastify';
import * as forKoa from '@peercert/koa';
import { createRootAuthority } from '@peercert/pki';
import express, { type RequestHandler } from 'express';
import Fastify, { type FastifyInstance } from 'fastify';
import Koa, { type Middleware } from 'koa';

/** The servers of one framework, in a process of their own: twice bare, once with `mtls()` and `requireRole`. */
export interface Listening {
  readonly ports: { readonly bare: number; readonly again: number; readonly guarded: number };
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface ServerMessage {
  readonly cpuMicroseconds: number;
}

const options = { roles: { Administrators: 'admin' } };

const start: Record<string, (tls: ServerOptions, guarded: boolean) => Promise<Server>> = {
  async express(tls, guarded) {
    const app = express();
    const nothing: RequestHandler = (_request, _response, next) => next();
    app.use(guarded ? forExpress.mtls(options) : nothing);
    app.get('/admin', guarded ? forExpress.requireRole('admin') : nothing, (_request, response) => {
      response.send('hello');
    });
    return createServer(tls, app);
  },
  async fastify(tls, guarded) {
    const app: FastifyInstance = Fastify({ https: tls }) as unknown as FastifyInstance;
    const nothing = (_request: unknown, _reply: unknown, done: () => void): void => done();
    if (guarded) await app.register(forFastify.mtls, options);
    else app.addHook('onRequest', nothing);
    app.get('/admin', { onRequest: guarded ? forFastify.requireRole('admin') : nothing }, (_request, reply) => {
      void reply.send('hello');
    });
    await app.ready();
    return app.server as unknown as Server;
  },
  async koa(tls, guarded) {
    const app = new Koa();
    const nothing: Middleware = (_context, next) => next();
    app.use(guarded ? forKoa.mtls(options) : nothing);
    app.use(guarded ? forKoa.requireRole('admin') : nothing);
    app.use((context) => {
      context.body = 'hello';
    });
    return createServer(tls, app.callback());
  },
};

const root = await createRootAuthority({ subject: 'CN=Bench Root' });
const server = await root.issueServer({ dnsNames: ['localhost'] });
const client = await root.issueClient({ subject: 'CN=client,OU=Administrators' });
const tls: ServerOptions = {
  key: server.privateKeyPem,
  cert: server.chainPem,
  ca: root.certificatePem,
  requestCert: true,
  rejectUnauthorized: false,
  keepAliveTimeout: 600_000,
};
const framework = start[process.argv[2] ?? ''];
if (framework === undefined) throw new Error('which framework?');

async function listen(guarded: boolean): Promise<number> {
  const listening = await (framework as NonNullable<typeof framework>)(tls, guarded);
  await new Promise<void>((ready) => listening.listen(0, '127.0.0.1', ready));
  return (listening.address() as AddressInfo).port;
}

const ports = { bare: await listen(false), again: await listen(false), guarded: await listen(true) };
const message: Listening = { ports, ca: root.certificatePem, cert: client.chainPem, key: client.privateKeyPem };
process.send?.(message);
process.on('message', () => {
  const { system, user } = process.cpuUsage();
  process.send?.({ cpuMicroseconds: system + user } satisfies ServerMessage);
});
