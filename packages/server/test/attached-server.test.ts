import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, createServer as createTlsServer } from 'node:tls';
import { mtls } from '@peercert/fastify';
import type { IssuedCertificate } from '@peercert/pki';
import Fastify from 'fastify';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Authorities,
  answer,
  closeWorld,
  createAuthorities,
  get,
  listen,
  openEndpoint,
  serve,
  whoAmI,
} from './endpoint-world.ts';

let authorities: Authorities;
let alice: IssuedCertificate;

beforeAll(async () => {
  authorities = await createAuthorities();
  alice = await authorities.partners.client({ cn: 'alice' });
});
afterEach(closeWorld);

describe('a server of an endpoint', () => {
  it.each([
    ['HTTP/1', 'createServer'],
    ['HTTP/2', 'createHttp2Server'],
  ] as const)('of %s has room for a certificate in a header, and an end', async (_, create) => {
    const { endpoint } = await openEndpoint(authorities);
    const port = await listen(endpoint[create](whoAmI(endpoint) as never));
    const sized = (length: number) => get(authorities, port, alice, { headers: { 'X-Large': 'x'.repeat(length) } });
    expect((await sized(30_000)).status).toBe(200);
    expect((await sized(40_000)).status).toBe(431);
  });

  it('sends HSTS with whatever it answers, where it is told to', async () => {
    const world = await openEndpoint(authorities, { hsts: { maxAgeSeconds: 63_072_000 } });
    const { headers, status } = await get(authorities, await serve(world), null);
    expect(status).toBe(401);
    expect(headers['strict-transport-security']).toBe('max-age=63072000');
  });

  it('refuses whom the address filter names, and tells of it', async () => {
    const world = await openEndpoint(authorities, { connection: { deny: ['127.0.0.0/8'] } });
    await expect(get(authorities, await serve(world), alice)).rejects.toThrow(/ECONNRESET|hang up|disconnected/);
    expect(world.events).toMatchObject([{ cause: 'address_denied', address: '127.0.0.1' }]);
    expect(world.endpoint.status().servers).toMatchObject([{ refused: { address_denied: 1 } }]);
  });

  it('without HTTP decides by authenticateConnection', async () => {
    const { endpoint } = await openEndpoint(authorities);
    const port = await listen(
      endpoint.createTlsServer(async (socket) => {
        const decision = await endpoint.authenticateConnection(socket);
        socket.end(decision.outcome === 'allow' ? `hello ${decision.client.commonName}` : decision.outcome);
      }),
    );
    const hear = async (credential?: IssuedCertificate): Promise<string> => {
      const socket = connect({
        port,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: authorities.server.caPem,
        ...(credential && { cert: credential.chainPem, key: credential.privateKeyPem }),
      });
      let text = '';
      for await (const chunk of socket.setEncoding('utf8')) text += chunk;
      return text;
    };
    expect(await hear(alice)).toBe('hello alice');
    expect(await hear()).toBe('deny');
  });

  it('that was created elsewhere is reloaded and limited when it is attached', async () => {
    const { endpoint } = await openEndpoint(authorities);
    const port = await listen(endpoint.attach(createServer(endpoint.tlsOptions(), whoAmI(endpoint))));
    expect(await answer(authorities, port, alice)).toBe('200 known');
    expect(endpoint.status().servers).toHaveLength(1);
  });

  it('that nobody could protect is not attached', async () => {
    const { endpoint } = await openEndpoint(authorities);
    const attach = (server: unknown): unknown => endpoint.attach(server as never);
    expect(() => attach(createHttpServer())).toThrow(/attach\(\): expected a server of node:tls/);
    expect(() => attach(createTlsServer())).toThrow(/create it with endpoint\.tlsOptions\(\)/);
    const late = createServer(endpoint.tlsOptions());
    await listen(late);
    expect(() => attach(late)).toThrow(/attach it before listen\(\)/);
  });
});

const portOf = ([address]: readonly (AddressInfo | string)[]): number => (address as AddressInfo).port;

describe('Fastify on an endpoint', () => {
  it('serves HTTP/1', async () => {
    const { endpoint } = await openEndpoint(authorities);
    const app = Fastify({ ...endpoint.fastify() });
    await app.register(mtls, endpoint.mtls);
    app.get('/', (request) => `hello ${request.mtls.client?.commonName}`);
    await app.listen({ port: 0, host: '127.0.0.1' });
    const port = portOf(app.addresses());
    expect(await answer(authorities, port, alice)).toBe('200 hello alice');
    expect((await get(authorities, port, null)).status).toBe(401);
    await app.close();
  });

  it.each([{ http2: false }, { htpp2: true }, {}])('is not made of a choice that is none: %o', async (choice) => {
    const { endpoint } = await openEndpoint(authorities);
    expect(() => endpoint.fastify(choice as never)).toThrow(/fastify\(\).*http2/);
  });

  it('serves HTTP/2, and HTTP/1 to whom has nothing better', async () => {
    const { endpoint } = await openEndpoint(authorities);
    const app = Fastify({ ...endpoint.fastify({ http2: true }) });
    await app.register(mtls, endpoint.mtls);
    app.get('/', (request) => `hello ${request.mtls.client?.commonName} over ${request.raw.httpVersion}`);
    await app.listen({ port: 0, host: '127.0.0.1' });
    const port = portOf(app.addresses());
    expect(await answer(authorities, port, alice)).toBe('200 hello alice over 1.1');
    const session = connectHttp2(`https://localhost:${port}`, {
      ca: authorities.server.caPem,
      cert: alice.chainPem,
      key: alice.privateKeyPem,
    });
    const stream = session.request({ ':path': '/' });
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += chunk;
    expect(text).toBe('hello alice over 2.0');
    session.close();
    await once(session, 'close');
    await app.close();
  });
});
