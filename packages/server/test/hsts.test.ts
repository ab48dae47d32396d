import { once } from 'node:events';
import { createSecureServer, connect as http2Connect } from 'node:http2';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import * as expressAdapter from '@peercert/express';
import * as fastifyAdapter from '@peercert/fastify';
import * as koaAdapter from '@peercert/koa';
import { createRootAuthority } from '@peercert/pki';
import express from 'express';
import Fastify from 'fastify';
import Koa from 'koa';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { addHsts, compileHsts, type HstsOptions } from '../src/hsts.ts';

const year = 31_536_000;

describe('the option hsts', () => {
  it.each<[HstsOptions, string]>([
    [{ maxAgeSeconds: 3_600 }, 'max-age=3600'],
    [{ maxAgeSeconds: 0, includeSubDomains: true }, 'max-age=0; includeSubDomains'],
    [{ maxAgeSeconds: year, includeSubDomains: false, preload: false }, 'max-age=31536000'],
    [{ maxAgeSeconds: year, includeSubDomains: true, preload: true }, 'max-age=31536000; includeSubDomains; preload'],
  ])('%j is the value %s', (options, value) => {
    expect(compileHsts(options)).toBe(value);
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3600', undefined, null])('refuses an age of %j', (age) => {
    expect(() => compileHsts({ maxAgeSeconds: age as number })).toThrow(
      /^hsts\.maxAgeSeconds must be a whole number of seconds such as 31536000, got /,
    );
  });

  it('refuses what the preload lists refuse', () => {
    expect(() => compileHsts({ maxAgeSeconds: year, preload: true })).toThrow(
      new TypeError('hsts.preload needs hsts.includeSubDomains: true; the preload lists take whole domains only'),
    );
    expect(() => compileHsts({ maxAgeSeconds: year - 1, includeSubDomains: true, preload: true })).toThrow(
      new TypeError('hsts.preload needs hsts.maxAgeSeconds of at least 31536000, a year, got 31535999'),
    );
  });

  it('refuses what is no boolean, and what it does not know', () => {
    expect(() => compileHsts({ maxAgeSeconds: 1, includeSubDomains: 'false' as never })).toThrow(
      new TypeError('hsts.includeSubDomains must be true or false, got "false"'),
    );
    expect(() => compileHsts({ maxAgeSeconds: year, preload: 1 as never })).toThrow(
      /^hsts\.preload must be true or fal/,
    );
    expect(() => compileHsts({ maxAge: 1 } as never)).toThrow('hsts: unknown option "maxAge"');
  });
});

let tls: { readonly cert: string; readonly key: string; readonly ca: string };

beforeAll(async () => {
  const root = await createRootAuthority({ subject: 'CN=Root' });
  const server = await root.issueServer({ dnsNames: ['localhost'] });
  tls = { cert: server.chainPem, key: server.privateKeyPem, ca: root.certificatePem };
});

const value = 'max-age=3600';

interface Answer {
  readonly status: number | undefined;
  /** Each value of the header. */
  readonly hsts: readonly string[] | undefined;
}

async function listen(server: Server | ReturnType<typeof createSecureServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Of one request over HTTP/1.1. */
async function ask(port: number, headers: Record<string, string> = {}, path = '/'): Promise<Answer> {
  const outgoing = request({
    port,
    path,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: tls.ca,
    agent: false,
    headers,
  });
  outgoing.end();
  const [response] = await once(outgoing, 'response');
  response.resume();
  return { status: response.statusCode, hsts: response.headersDistinct['strict-transport-security'] };
}

const askPath = (port: number, path: string): Promise<Answer> => ask(port, {}, path);

function secured(server: Server): Promise<number> {
  addHsts(server, value);
  return listen(server);
}

describe('the header', () => {
  it('is in a plain answer, an implicit head and an empty one', async () => {
    const plain = await secured(createServer(tls, (_, response) => response.writeHead(204, { A: 'b' }).end()));
    expect(await ask(plain)).toEqual({ status: 204, hsts: [value] });
    const implicit = await secured(createServer(tls, (_, response) => response.end('hello')));
    expect(await ask(implicit)).toEqual({ status: 200, hsts: [value] });
    const listed = await secured(createServer(tls, (_, response) => response.writeHead(200, ['A', 'b']).end()));
    expect(await ask(listed)).toEqual({ status: 200, hsts: [value] });
    const flushed = await secured(createServer(tls, (_, response) => response.flushHeaders()));
    expect(await ask(flushed)).toEqual({ status: 200, hsts: [value] });
  });

  it('is the one that the application set where it set one', async () => {
    const set = createServer(tls, (_, response) => response.setHeader('strict-transport-security', 'max-age=1').end());
    expect(await ask(await secured(set))).toEqual({ status: 200, hsts: ['max-age=1'] });
    const written = createServer(tls, (_, response) =>
      response.writeHead(200, { 'Strict-Transport-Security': 'max-age=2' }).end(),
    );
    expect(await ask(await secured(written))).toEqual({ status: 200, hsts: ['max-age=2'] });
  });

  it('is in the answers of Express: its own, its 404, its 500 and the denial of a client', async () => {
    const app = express();
    app.set('env', 'test');
    app.get('/ok', (_, response) => void response.send('hello'));
    app.get('/fails', () => {
      throw new Error('on purpose');
    });
    app.use(expressAdapter.mtls({ trust: { anchors: tls.ca } }));
    const port = await secured(createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, app));
    expect(await askPath(port, '/ok')).toEqual({ status: 200, hsts: [value] });
    expect(await askPath(port, '/fails')).toEqual({ status: 500, hsts: [value] });
    expect(await askPath(port, '/')).toEqual({ status: 401, hsts: [value] });
  });

  it('is in the answers of Koa, which clears all headers before an error', async () => {
    const app = new Koa();
    app.silent = true;
    app.use((context, next) => {
      if (context.path === '/fails') throw new Error('on purpose');
      return next();
    });
    app.use(koaAdapter.mtls({ trust: { anchors: tls.ca } }));
    const port = await secured(createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, app.callback()));
    expect(await askPath(port, '/fails')).toEqual({ status: 500, hsts: [value] });
    expect(await askPath(port, '/')).toEqual({ status: 401, hsts: [value] });
  });

  it('is in the answers of Fastify', async () => {
    const app = Fastify({ https: { ...tls, requestCert: true, rejectUnauthorized: false } });
    addHsts(app.server, value);
    await app.register(fastifyAdapter.mtls, { trust: { anchors: tls.ca } });
    app.get('/', () => 'hello');
    onTestFinished(() => app.close());
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    expect(await ask(port)).toEqual({ status: 401, hsts: [value] });
    expect(await askPath(port, '/missing')).toMatchObject({ hsts: [value] });
  });

  it('is in an answer instead of 100 Continue or to an odd expectation', async () => {
    const server = createServer(tls, (_, response) => response.end());
    server.on('checkContinue', (_, response) => response.writeHead(413).end());
    addHsts(server, value);
    server.on('checkExpectation', (_, response) => response.writeHead(418).end());
    const port = await listen(server);
    expect(await ask(port, { Expect: '100-continue' })).toEqual({ status: 413, hsts: [value] });
    expect(await ask(port, { Expect: 'a miracle' })).toEqual({ status: 418, hsts: [value] });
    expect(server.listenerCount('checkContinue')).toBe(2);
    expect(server.listenerCount('checkExpectation')).toBe(2);
  });

  it('leaves to Node what nobody listens to', async () => {
    const server = createServer(tls, (_, response) => response.end());
    const port = await secured(server);
    expect(server.listenerCount('checkContinue')).toBe(0);
    expect(await ask(port, { Expect: '100-continue' })).toEqual({ status: 200, hsts: [value] });
    expect((await ask(port, { Expect: 'a miracle' })).status).toBe(417);
  });

  it('is in answers over HTTP/2, and over HTTP/1.1 of the same server', async () => {
    const server = createSecureServer({ ...tls, allowHTTP1: true }, (incoming, response) => {
      if (incoming.url === '/head') response.writeHead(401, { A: 'b' }).end();
      else response.end('hello');
    });
    addHsts(server, value);
    const port = await listen(server);
    const session = http2Connect(`https://127.0.0.1:${port}`, { ca: tls.ca, servername: 'localhost' });
    onTestFinished(() => session.destroy());
    for (const [path, status] of [
      ['/', 200],
      ['/head', 401],
    ] as const) {
      const stream = session.request({ ':path': path });
      const [headers] = await once(stream, 'response');
      expect(headers).toMatchObject({ ':status': status, 'strict-transport-security': value });
      stream.close();
    }
    expect(await ask(port)).toEqual({ status: 200, hsts: [value] });
  });
});
