import { createServer, type RequestListener } from 'node:http';
import type { TLSSocket } from 'node:tls';
import {
  asClient,
  closeAll,
  createTestAuthority,
  keepAliveAgent,
  type TestApp,
  type TestAuthority,
} from '@peercert/testing';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let authority: TestAuthority;

beforeAll(async () => {
  authority = await createTestAuthority();
});

afterAll(closeAll);

const seen = (socket: unknown): object => {
  const tls = socket as TLSSocket;
  return { cn: tls.getPeerCertificate().subject?.CN ?? null, authorized: tls.authorized };
};

const listener: RequestListener = (request, response) => {
  response.end(JSON.stringify({ ...seen(request.socket), url: request.url }));
};

const apps: [string, () => TestApp][] = [
  ['a request listener', () => (request, response) => listener(request, response)],
  ['an Express application', () => express().use((request, response) => void response.json(seen(request.socket)))],
  [
    'a Koa application',
    () =>
      new Koa().use((context) => {
        context.body = seen(context.req.socket);
      }),
  ],
  [
    'a Fastify instance',
    () => {
      const app = fastify();
      app.get('/admin', async (request) => seen(request.raw.socket));
      return app;
    },
  ],
  ['a node:http server', () => createServer(listener)],
];

describe.each(apps)('%s', (_, create) => {
  it('sees a real TLS client with the certificate given, or with none', async () => {
    const app = create();
    const alice = await authority.client({ cn: 'alice' });
    const mallory = await (await createTestAuthority({ name: 'Mallory' })).client({ cn: 'alice' });
    expect((await authority.asClient(app, alice).get('/admin')).json()).toMatchObject({
      cn: 'alice',
      authorized: true,
    });
    expect((await authority.asClient(app, mallory).get('/admin')).json()).toMatchObject({
      cn: 'alice',
      authorized: false,
    });
    expect((await authority.asClient(app, null).get('/admin')).json()).toMatchObject({ cn: null, authorized: false });
  });
});

describe('a test client', () => {
  it('sends the path as it is', async () => {
    const response = await asClient(listener, null).get('/admin/../healthz?x');
    expect(response.json()).toMatchObject({ url: '/admin/../healthz?x' });
  });

  it('sends bodies and headers', async () => {
    const app: RequestListener = async (request, response) => {
      const body = (await request.toArray()).join('');
      response.end(JSON.stringify([request.method, request.headers['content-type'], request.headers['x-a'], body]));
    };
    const client = asClient(app, null);
    const headers = { 'x-a': '1' };
    const answers = [
      await client.post('/', { a: 1 }, { headers }),
      await client.put('/', 'text'),
      await client.patch('/', [1]),
      await client.delete('/', { headers }),
      await client.request('OPTIONS', '/'),
    ];
    expect(answers.map((answer) => answer.json())).toEqual([
      ['POST', 'application/json', '1', '{"a":1}'],
      ['PUT', null, null, 'text'],
      ['PATCH', 'application/json', null, '[1]'],
      ['DELETE', null, '1', ''],
      ['OPTIONS', null, null, ''],
    ]);
  });

  it('shows its CA to the application only when it was given one', async () => {
    const app: RequestListener = (request, response) => {
      const { server } = request.socket as unknown as { server: { ca?: unknown } };
      response.end(String(server.ca));
    };
    expect((await authority.asClient(app, null).get('/')).body).toBe(
      `${authority.caPem}${authority.issuing.certificatePem}`,
    );
    expect((await asClient(app, null).get('/')).body).toBe('undefined');
  });

  it('opens a new connection for each request unless it has an agent', async () => {
    const client = asClient(listener, null);
    const [a, b] = [await client.get('/'), await client.get('/')];
    expect(a.connection.localPort).not.toBe(b.connection.localPort);
    const agent = keepAliveAgent();
    const [c, d] = [await client.get('/', { agent }), await client.get('/', { agent })];
    agent.destroy();
    expect(c.connection.localPort).toBe(d.connection.localPort);
  });

  it('shares the server of its application, which goes with the last client', async () => {
    const hosts = new Set<string | undefined>();
    const app: RequestListener = (request, response) => {
      hosts.add(request.headers.host);
      response.end();
    };
    const agent = keepAliveAgent();
    const [first, second] = [asClient(app, null), asClient(app, null)];
    await first.get('/');
    await second.get('/', { agent });
    expect(hosts.size).toBe(1);
    await first.close();
    await first.close();
    expect((await second.get('/', { agent })).connection.connectionReused).toBe(true);
    await second[Symbol.asyncDispose]();
    // The kept connection was closed with the server, so that the same agent must open another to the next one.
    expect((await asClient(app, null).get('/', { agent })).connection.connectionReused).toBe(false);
    agent.destroy();
  });

  it('works again after closeAll', async () => {
    const client = asClient(listener, null);
    await client.get('/');
    await closeAll();
    expect((await client.get('/')).status).toBe(200);
  });

  it('refuses what is no application', () => {
    for (const app of [undefined, null, {}, 'app', { ready: () => undefined }]) {
      expect(() => asClient(app as unknown as TestApp, null)).toThrow(TypeError);
    }
  });
});
