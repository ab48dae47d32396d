// A server that listens on `::` sees clients of IPv4 as ::ffff:127.0.0.1. Rules call them 127.0.0.1, and so does all else.
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { type DecisionEvent, fromNginx, type MtlsOptions } from '@peercert/core';
import { mtls as mtlsOfExpress } from '@peercert/express';
import { mtls as mtlsOfFastify } from '@peercert/fastify';
import { mtls as mtlsOfKoa } from '@peercert/koa';
import express from 'express';
import { fastify } from 'fastify';
import Koa from 'koa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { open } from './client.ts';
import { portOf } from './frameworks/listen.ts';
import { tlsOptions } from './slow-client.ts';
import { theWorld } from './world.ts';

async function listenEverywhere(listener: RequestListener): Promise<number> {
  const server = createServer(await tlsOptions(), listener).listen(0, '::');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return portOf(server);
}

const sites: Readonly<Record<string, (options: MtlsOptions) => Promise<number>>> = {
  async Express(options) {
    const app = express();
    app.use(mtlsOfExpress(options));
    app.get('/', (req, res) => void res.json(req.mtls.clientAddress));
    return listenEverywhere(app);
  },
  async Koa(options) {
    const app = new Koa();
    app.use(mtlsOfKoa(options));
    app.use((ctx) => {
      ctx.body = JSON.stringify(ctx.state.mtls.clientAddress);
    });
    return listenEverywhere(app.callback());
  },
  async Fastify(options) {
    const app = fastify({ https: await tlsOptions() });
    onTestFinished(() => app.close());
    await app.register(mtlsOfFastify, options);
    app.get('/', async (request) => JSON.stringify(request.mtls.clientAddress));
    await app.listen({ host: '::', port: 0 });
    return portOf(app.server);
  },
};

describe.each(Object.entries(sites))('%s on all addresses', (_, start) => {
  const events: DecisionEvent[] = [];
  const get = async (options: MtlsOptions, headers: Readonly<Record<string, string>> = {}) => {
    events.length = 0;
    const port = await start({ ...options, onDecision: (event) => void events.push(event) });
    const { clients, serverRootPem: ca } = await theWorld();
    const connection = await open(clients.admin, { port, protocol: 'http/1.1', ca });
    onTestFinished(() => connection.close());
    return connection.get('/', headers);
  };

  it.each(['derived', 'framework'] as const)(
    'calls a client by its IPv4 address, clientAddress: %s',
    async (clientAddress) => {
      expect((await get({ clientAddress, addresses: { allow: ['127.0.0.1'] } })).body).toBe('"127.0.0.1"');
      expect(events).toMatchObject([{ clientAddress: '127.0.0.1' }]);
    },
  );

  it('tells by it whom address rules refuse', async () => {
    expect((await get({ addresses: { deny: ['127.0.0.0/8'] } })).status).toBe(403);
    expect(events).toMatchObject([
      {
        clientAddress: '127.0.0.1',
        decision: { reason: { code: 'address_denied', detail: { address: '127.0.0.1' } } },
      },
    ]);
  });

  it('tells by it whose headers are not believed', async () => {
    const { root } = await theWorld();
    const source = fromNginx({ trustedProxies: '10.0.0.1', verifiedBy: 'peercert', untrustedForwarder: 'deny' });
    const options = { source, trust: { anchors: root.certificatePem } };
    expect((await get(options, { 'X-Client-Cert': 'any', 'X-SSL-Client-Cert': 'any' })).status).toBe(401);
    expect(events).toMatchObject([
      { clientAddress: '127.0.0.1', decision: { reason: { detail: { peerAddress: '127.0.0.1' } } } },
    ]);
    expect(JSON.stringify(events)).not.toContain('::ffff:');
  });

  it('tells by it of a proxy, and of a client that the proxy tells of', async () => {
    const { root } = await theWorld();
    const source = fromNginx({ trustedProxies: 'loopback', verifiedBy: 'peercert' });
    const options: MtlsOptions = { source, trust: { anchors: root.certificatePem }, presence: 'optional' };
    expect((await get(options)).body).toBe('"127.0.0.1"');
    expect((await get(options, { 'X-Forwarded-For': '::ffff:192.0.2.7' })).body).toBe('"192.0.2.7"');
    expect(events).toMatchObject([{ clientAddress: '192.0.2.7' }]);
  });
});
