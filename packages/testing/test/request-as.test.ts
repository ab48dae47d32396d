import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { IssuedCertificate } from '@peercert/pki';
import { createTestAuthority, keepAliveAgent, requestAs, type TestAuthority } from '@peercert/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let authority: TestAuthority;
let alice: IssuedCertificate;
let server: Server;
let origin: string;
let ca: string;

/** Answers with what arrived. */
function echo(request: IncomingMessage, response: ServerResponse): void {
  const socket = request.socket as TLSSocket;
  const peer = socket.getPeerCertificate(true);
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () =>
    response.setHeader('x-two', ['a', 'b']).end(
      JSON.stringify({
        method: request.method,
        url: request.url,
        rawHeaders: request.rawHeaders,
        body: Buffer.concat(chunks).toString(),
        subject: peer.subject?.CN ?? null,
        issuer: peer.issuerCertificate?.subject?.CN ?? null,
        servername: socket.servername,
      }),
    ),
  );
}

interface Echo {
  method: string;
  url: string;
  rawHeaders: string[];
  body: string;
  subject: string | null;
  issuer: string | null;
  servername: string | false;
}

beforeAll(async () => {
  authority = await createTestAuthority();
  alice = await authority.client({ cn: 'alice' });
  const identity = await authority.server();
  ca = authority.caPem;
  server = createServer(
    {
      cert: identity.chainPem,
      key: identity.privateKeyPem,
      ca,
      requestCert: true,
      rejectUnauthorized: false,
      sessionIdContext: 'test',
    },
    echo,
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

describe('the client certificate', () => {
  it('is presented with its intermediates', async () => {
    const echoed = (await requestAs(origin, { ca, credential: alice })).json() as Echo;
    // Node 24 shows the leaf alone where the handshake verified: there only the path that it built tells.
    const isShown = !process.versions.node.startsWith('24.');
    expect(echoed).toMatchObject({ subject: 'alice', issuer: isShown ? 'Test Authority Issuing' : null });
  });

  it('is presented alone when the chain is the certificate alone', async () => {
    const leafOnly = { ...alice, chainPem: alice.certificatePem };
    expect((await requestAs(origin, { ca, credential: leafOnly })).json()).toMatchObject({
      subject: 'alice',
      issuer: null,
    });
  });

  it('is absent for null', async () => {
    expect((await requestAs(origin, { ca, credential: null })).json()).toMatchObject({ subject: null });
  });
});

describe('the server', () => {
  it('must be one that the given authority vouches for', async () => {
    const other = await createTestAuthority({ name: 'Other' });
    await expect(requestAs(origin, { ca: other.caPem })).rejects.toThrow(/certificate/);
  });

  it('is asked for by name when the URL has one, or as told', async () => {
    const named = origin.replace('127.0.0.1', 'localhost');
    expect((await requestAs(named, { ca })).json()).toMatchObject({ servername: 'localhost' });
    expect((await requestAs(origin, { ca })).json()).toMatchObject({ servername: false });
    expect((await requestAs(origin, { ca, servername: 'localhost' })).json()).toMatchObject({
      servername: 'localhost',
    });
  });
});

describe('the request', () => {
  it.each(['/admin/../healthz', '/a//b/./c?x=%2e%2e', 'https://elsewhere.test/x', '*', '/a#b', '/\\..\\'])(
    'has the raw target %s',
    async (requestTarget) => {
      expect((await requestAs(origin, { ca, requestTarget })).json()).toMatchObject({ url: requestTarget });
    },
  );

  it('repeats a header once for each value, with its own spelling', async () => {
    const lists = (await requestAs(origin, { ca, headers: { 'X-Cert': ['1', '2'], x_cert: '3' } })).json() as Echo;
    expect(lists.rawHeaders.join('|')).toContain('X-Cert|1|X-Cert|2|x_cert|3');
    const pairs: [string, string][] = [
      ['Host', 'a.test'],
      ['X-A', '1'],
      ['x-a', '2'],
    ];
    const paired = (await requestAs(origin, { ca, headers: pairs })).json() as Echo;
    expect(paired.rawHeaders.join('|')).toMatch(/^Host\|a\.test\|X-A\|1\|x-a\|2\|/);
  });

  it('carries text as it is and anything else as JSON', async () => {
    expect((await requestAs(origin, { ca, method: 'POST', body: 'plain' })).json()).toMatchObject({ body: 'plain' });
    const json = (await requestAs(origin, { ca, method: 'PUT', body: { a: 1 } })).json() as Echo;
    expect(json.body).toBe('{"a":1}');
    expect(json.rawHeaders.join('|')).toContain('Content-Type|application/json|Content-Length|7');
    const bytes = await requestAs(origin, { ca, method: 'POST', body: Uint8Array.of(0x68, 0x69) });
    expect(bytes.json()).toMatchObject({ body: 'hi' });
  });

  it('is answered with every header line', async () => {
    const { status, rawHeaders } = await requestAs(origin, { ca });
    expect(status).toBe(200);
    expect(rawHeaders.join('|')).toContain('x-two|a|x-two|b');
  });
});

describe('the connection', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('of %s resumes a session only when told to', async (tlsVersion) => {
    const options = { ca, credential: alice, tlsVersion };
    const first = await requestAs(origin, options);
    expect(first.connection).toMatchObject({ tlsVersion, sessionReused: false });
    expect(first.connection.session).toBeInstanceOf(Buffer);

    const second = await requestAs(origin, options);
    expect(second.connection.sessionReused).toBe(false);

    const resumed = await requestAs(origin, { ...options, session: first.connection.session });
    expect(resumed.connection).toMatchObject({ sessionReused: true, connectionReused: false });
    expect(resumed.json()).toMatchObject({ subject: 'alice' });
  });

  it('is new for each request, and kept by an agent', async () => {
    const [a, b] = [await requestAs(origin, { ca }), await requestAs(origin, { ca })];
    expect(a.connection.localPort).not.toBe(b.connection.localPort);

    const agent = keepAliveAgent();
    const kept = [];
    for (let i = 0; i < 3; i++) kept.push((await requestAs(origin, { ca, credential: alice, agent })).connection);
    agent.destroy();
    expect(kept.map((one) => one.connectionReused)).toEqual([false, true, true]);
    expect(new Set(kept.map((one) => one.localPort)).size).toBe(1);
    expect(kept[2]?.session).toBeInstanceOf(Buffer);
  });

  it('tells what ALPN agreed on', async () => {
    expect((await requestAs(origin, { ca, alpn: ['http/1.1'] })).connection.alpn).toBe('http/1.1');
  });

  it('is given up after silence', async () => {
    const identity = await authority.server();
    const silent = createServer({ cert: identity.chainPem, key: identity.privateKeyPem }, () => undefined);
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    await expect(requestAs(url, { ca, timeoutMilliseconds: 50 })).rejects.toThrow('no answer in time');
    silent.close();
    silent.closeAllConnections();
  });
});
