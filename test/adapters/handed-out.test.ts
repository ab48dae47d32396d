// A handler changes everything that it can get hold of: no later request may see anything of it.
import type { TLSSocket } from 'node:tls';
import { type RequestMtls, subjectCn } from '@peercert/core';
import { mtls as mtlsOfExpress, requireRole as roleOfExpress } from '@peercert/express';
import { mtls as mtlsOfFastify, requireRole as roleOfFastify } from '@peercert/fastify';
import { mtls as mtlsOfKoa, requireRole as roleOfKoa } from '@peercert/koa';
import type { Authority } from '@peercert/pki';
import express from 'express';
import { fastify } from 'fastify';
import Koa from 'koa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { open } from './client.ts';
import { portOf } from './frameworks/listen.ts';
import { portrait, spoil, visit } from './reachable.ts';
import { serve, tlsOptions } from './slow-client.ts';
import { theWorld } from './world.ts';

/** What a handler does with the result, and with the socket that it came over. */
type Handle = (path: string, mtls: RequestMtls, socket: unknown) => unknown;

type Options = NonNullable<Parameters<typeof mtlsOfExpress>[0]>;

const sites: Readonly<Record<string, (options: Options, handle: Handle) => Promise<number>>> = {
  async Express(options, handle) {
    const app = express();
    app.use(mtlsOfExpress(options));
    app.get('/admin', roleOfExpress('admin'), (_req, res) => void res.json('handled'));
    app.get('/:path', (req, res) => void res.json(handle(req.path, req.mtls, req.socket)));
    return serve(app);
  },
  async Koa(options, handle) {
    const app = new Koa();
    app.use(mtlsOfKoa(options));
    const guard = roleOfKoa('admin');
    app.use((ctx, next) => (ctx.path === '/admin' ? guard(ctx, next) : next()));
    app.use((ctx) => {
      ctx.body = JSON.stringify(ctx.path === '/admin' ? 'handled' : handle(ctx.path, ctx.state.mtls, ctx.socket));
    });
    return serve(app.callback());
  },
  async Fastify(options, handle) {
    const app = fastify({ https: await tlsOptions() });
    onTestFinished(() => app.close());
    await app.register(mtlsOfFastify, options);
    app.get('/admin', { onRequest: roleOfFastify('admin') }, async () => JSON.stringify('handled'));
    app.get('/:path', async (request) => JSON.stringify(handle(request.url, request.mtls, request.raw.socket)));
    await app.listen({ host: '127.0.0.1', port: 0 });
    return portOf(app.server);
  },
};

/** A client with every kind of name, behind an authority with constraints and policies. */
async function issued(root: Authority) {
  const issuing = await root.issueAuthority({ subject: [{ O: 'Acme' }, { CN: 'Acme Issuing' }] });
  const client = await issuing.issueClient({
    subject: [{ OU: 'Sales' }, { CN: 'rich' }],
    sans: [{ dns: 'a.example' }, { ip: '192.0.2.7' }, { email: 'a@example.com' }, { uri: 'spiffe://acme.example/a' }],
  });
  return { ...client, issuingPem: issuing.certificatePem };
}

const changes: Record<string, Handle> = {
  '/look': (_, mtls) => portrait(mtls),
  '/spoil': (_, mtls, socket) => {
    const found: object[] = [];
    visit(mtls, (one) => void found.push(one));
    // What Node itself hands out of the same certificate.
    const tls = socket as TLSSocket;
    for (const { raw } of [tls.getPeerX509Certificate(), tls.getPeerCertificate(true)].flatMap((one) => one ?? [])) {
      if (raw !== undefined) found.push(raw);
    }
    for (const one of found) spoil(one);
    return found.length;
  },
};

describe.each(Object.entries(sites))('%s', (_, start) => {
  it.each<[string, (root: Authority) => Options]>([
    ['an allow that stands on its connection', () => ({})],
    ['an allow worked out for each request', () => ({ check: () => true })],
    [
      'what lists say of a client',
      (root) => ({
        revocation: {
          methods: ['crl'],
          scope: 'leaf',
          crls: { sources: [root.issueCrl({ entries: [{ serialNumber: 'FF' }] }).crlDer] },
          on: { noSource: 'allow' },
        },
      }),
    ],
    ['a denial that is only reported', () => ({ enforcement: 'report-only', identity: subjectCn('nobody') })],
  ])('shows the next request nothing of what a handler did with %s', async (__, more) => {
    const world = await theWorld();
    const rich = await issued(world.root);
    const options: Options = {
      roles: { Administrators: 'admin' },
      presence: 'optional',
      // Some versions of Node show the leaf alone where the server has ca.
      trust: { anchors: world.root.certificatePem, intermediates: rich.issuingPem },
      ...more(world.root),
    };
    const port = await start(options, (path, mtls, socket) => changes[path]?.(path, mtls, socket));
    const connect = async (who: Parameters<typeof open>[0]) => {
      const connection = await open(who, { port, protocol: 'http/1.1', ca: world.serverRootPem });
      onTestFinished(() => connection.close());
      return connection;
    };
    const known = [rich, world.clients.admin];
    const reported = options.enforcement === 'report-only' ? [world.clients.expired] : [];
    for (const who of [...known, ...reported, undefined]) {
      const [one, other] = [await connect(who), await connect(who)];
      const before = await one.get('/look');
      expect(before.status).toBe(200);
      const admitted = (await one.get('/admin')).status;
      expect(Number((await one.get('/spoil')).body)).toBeGreaterThan(1);
      for (const connection of [one, other]) {
        expect((await connection.get('/look')).json).toEqual(before.json);
        expect((await connection.get('/admin')).status).toBe(admitted);
      }
    }
    const [nobody, sales] = [await connect(undefined), await connect(rich)];
    expect((await nobody.get('/admin')).status).toBe(401);
    expect((await sales.get('/admin')).status).toBeOneOf([401, 403]);
  });
});
