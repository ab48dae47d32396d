// RFC 5246 section 7.4.1.1: a client may renegotiate, and present another certificate on a connection that was let in. Node
// leaves `socket.authorized` as the first handshake set it, so nothing may be concluded from it.
import { once } from 'node:events';
import { createServer } from 'node:https';
import { setImmediate } from 'node:timers/promises';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { mtls } from '@peercert/express';
import { createConnectionAuthenticator, createUpgradeAuthenticator } from '@peercert/server';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { roles, startApi } from '../api.ts';
import { frameworks } from '../frameworks/all.ts';
import { portOf } from '../frameworks/listen.ts';
import { theWorld } from '../world.ts';
import { canRenegotiate, renegotiatingClient } from './client.ts';
import { outcomeOf, selfMadeAdmin } from './outcome.ts';

describe.runIf(canRenegotiate)('a client that renegotiates', () => {
  // HTTP/2 forbids it (RFC 9113 section 9.2.1).
  describe.each(frameworks.filter(({ protocol }) => protocol === 'http/1.1'))('with $name', (framework) => {
    async function connected(who: 'admin' | 'frontend') {
      const api = await startApi(framework);
      const client = renegotiatingClient(portOf(api.server));
      client.present(api.world.clients[who]);
      expect(await client.handshake()).toBe(true);
      expect(outcomeOf(await client.get('/profile'))).toBe(`200 ${who}-client`);
      return { api, client };
    }

    it('with another certificate of its own is the other client from then on', async () => {
      const { api, client } = await connected('frontend');
      expect(outcomeOf(await client.get('/admin'))).toBe('403 role_missing');
      client.present(api.world.clients.admin);
      expect(await client.handshake()).toBe(true);
      expect(outcomeOf(await client.get('/admin'))).toBe('200 admin-client');
      client.present(api.world.clients.frontend);
      expect(await client.handshake()).toBe(true);
      expect(outcomeOf(await client.get('/admin'))).toBe('403 role_missing');
      expect(outcomeOf(await client.get('/profile'))).toBe('200 frontend-client');
    });

    it('with a certificate that it made itself is refused, there and on every later connection', async () => {
      const { api, client } = await connected('frontend');
      const forged = await selfMadeAdmin();
      client.present(forged);
      expect(await client.handshake()).toBe(true);
      expect(outcomeOf(await client.get('/admin'))).toBe('401 issuer_unknown');
      expect(outcomeOf(await client.get('/profile'))).toBe('401 issuer_unknown');
      const later = await api.get(forged, '/admin');
      expect(`${later.status} ${later.json['code']}`).toBe('401 issuer_unknown');
    });

    it('with the certificate of another, whose key it has not, gets no answer', async () => {
      const { api, client } = await connected('frontend');
      client.present({ stolen: api.world.clients.admin, own: api.world.clients.frontend });
      expect(await client.handshake()).toBe(false);
      expect(outcomeOf(await client.answer())).toBe('connection ended');
    });

    it('without a certificate is nobody', async () => {
      const { client } = await connected('admin');
      client.present('nothing');
      expect(await client.handshake()).toBe(true);
      expect(outcomeOf(await client.get('/admin'))).toBe('401 certificate_missing');
    });

    it('is who it was until the handshake is complete', async () => {
      const { api, client } = await connected('frontend');
      client.present(await selfMadeAdmin());
      client.send('GET /admin HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await client.begin();
      await client.finish();
      // An answer that OpenSSL has to write in the middle of a handshake may end the connection instead.
      const answered = outcomeOf(await client.answer());
      expect(['403 role_missing', 'connection ended']).toContain(answered);
      if (answered !== 'connection ended') {
        expect(outcomeOf(await client.get('/profile'))).toBe('401 issuer_unknown');
      }
      expect(api.errors).toEqual([]);
    });
  });

  // The middleware before mtls() waits, and meanwhile a renegotiation begins: Node shows the first certificate, or already
  // the next one, of which nothing is proved yet.
  it.each(['begun', 'completed'] as const)('before its certificate was read is not let in: %s', async (state) => {
    const { clients, root, server: own } = await theWorld();
    const renegotiated = deferred();
    const decided = deferred();
    const app = express().set('env', 'production');
    app.use(async (req, _res, next) => {
      await renegotiated.promise;
      // What the client began has to arrive.
      while (handshakesSince(req.socket) === 0) await setImmediate();
      next();
      decided.resolve();
    });
    app.use(mtls({ roles }));
    app.get('/admin', (req, res) => void res.json({ id: req.mtls.client?.id }));
    const server = createServer(
      {
        cert: own.chainPem,
        key: own.privateKeyPem,
        ca: root.certificatePem,
        requestCert: true,
        rejectUnauthorized: false,
      },
      app,
    ).listen(0, '127.0.0.1');
    onTestFinished(() => server.closeAllConnections());
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const client = renegotiatingClient(portOf(server));
    client.present(clients.frontend);
    expect(await client.handshake()).toBe(true);
    client.send('GET /admin HTTP/1.1\r\nHost: localhost\r\n\r\n');
    client.present(await selfMadeAdmin());
    if (state === 'begun') await client.begin();
    else expect(await client.handshake()).toBe(true);
    renegotiated.resolve();
    await decided.promise;
    if (state === 'begun') expect(await client.finish()).toBe(true);
    expect(outcomeOf(await client.answer())).toBe('401 tls_verification_failed');
  });

  it('is nobody when it asks for a WebSocket, whatever it presents', async () => {
    const { clients, root, server: own } = await theWorld();
    const { authenticateUpgrade } = createUpgradeAuthenticator({ roles });
    const server = createServer({
      cert: own.chainPem,
      key: own.privateKeyPem,
      ca: root.certificatePem,
      requestCert: true,
      rejectUnauthorized: false,
    });
    server.on('request', (_req, res) => res.end('{"id":"anyone"}'));
    server.on('upgrade', (request, socket) => {
      void authenticateUpgrade(request, socket, { role: 'admin' }).then((admitted) => {
        const body = JSON.stringify({ id: admitted?.client?.id });
        if (admitted !== undefined) socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      });
    });
    server.listen(0, '127.0.0.1');
    onTestFinished(() => server.closeAllConnections());
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const upgrade = 'GET /admin HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n';

    for (const second of [clients.admin, await selfMadeAdmin(), 'nothing'] as const) {
      const client = renegotiatingClient(portOf(server));
      client.present(clients.admin);
      expect(await client.handshake()).toBe(true);
      expect(outcomeOf(await client.get('/'))).toBe('200 anyone');
      client.present(second);
      // The upgrade is the first request of this connection that Peercert sees.
      expect(await client.handshake()).toBe(true);
      client.send(upgrade);
      expect(outcomeOf(await client.answer())).toBe('401 tls_verification_failed');
    }
  });

  it('is not let in over TLS without HTTP', async () => {
    const { clients, root, server: own } = await theWorld();
    const authenticate = createConnectionAuthenticator({ roles });
    const decisions: string[] = [];
    const server = createTlsServer({
      cert: own.chainPem,
      key: own.privateKeyPem,
      ca: root.certificatePem,
      requestCert: true,
      rejectUnauthorized: false,
    });
    const sockets = new Set<TLSSocket>();
    server.on('secureConnection', (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', () => {
        void authenticate(socket).then((decision) => {
          const said =
            decision.outcome === 'deny' ? decision.reason.code : decision.outcome === 'allow' ? decision.client.id : '';
          decisions.push(said);
          socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${said.length + 9}\r\n\r\n{"id":"${said}"}`);
        });
      });
    });
    server.listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    await once(server, 'listening');
    const client = renegotiatingClient(portOf(server));
    client.present(clients.admin);
    expect(await client.handshake()).toBe(true);
    expect(outcomeOf(await client.get('/'))).toBe('200 admin-client');
    client.present(await selfMadeAdmin());
    expect(await client.handshake()).toBe(true);
    expect(outcomeOf(await client.get('/'))).toBe('200 issuer_unknown');
    expect(decisions).toEqual(['admin-client', 'issuer_unknown']);
  });
});

/** How many handshakes began after the first, as Node itself counts them. */
function handshakesSince(socket: object): number | undefined {
  return (socket as { readonly _handle?: { readonly handshakes?: number } | null })._handle?.handshakes;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
