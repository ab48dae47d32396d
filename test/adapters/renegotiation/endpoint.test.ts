// The servers of an endpoint take no renegotiation in the first place: what Node makes of one differs (26.10 leaves a connection of
// HTTP/2 half open for good, whatever the application does), and HTTP/2 forbids it (RFC 9113 section 9.2.1).
import type { Server } from 'node:https';
import type { Server as TlsServer } from 'node:tls';
import { mtls } from '@peercert/express';
import { createEndpoint, type Endpoint } from '@peercert/server';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { roles } from '../api.ts';
import { listen, portOf } from '../frameworks/listen.ts';
import { theWorld } from '../world.ts';
import { canRenegotiate, renegotiatingClient } from './client.ts';
import { bodyOf, getFrame, preface } from './http2.ts';
import { selfMadeAdmin } from './outcome.ts';

/** It names `localhost`, so that connections have the context of a name and not that of the server. */
async function open(): Promise<Endpoint> {
  const { root, server } = await theWorld();
  const own = { certificate: server.chainPem, key: server.privateKeyPem };
  const endpoint = createEndpoint({
    ...own,
    trust: { anchors: root.certificatePem },
    names: { localhost: own },
    roles,
  });
  onTestFinished(() => endpoint.close());
  return endpoint;
}

async function started(server: TlsServer): Promise<number> {
  await listen(server as Server);
  onTestFinished(() => void server.close());
  return portOf(server);
}

describe.runIf(canRenegotiate)('a server of an endpoint', () => {
  it('takes no renegotiation over HTTP/1.1, not even with the same certificate', async () => {
    const { clients } = await theWorld();
    const endpoint = await open();
    const app = express();
    app.use(mtls(endpoint.mtls));
    app.get('/', (request, response) => void response.json({ id: request.mtls?.client?.id }));
    const client = renegotiatingClient(await started(endpoint.createServer(app)));
    client.present(clients.frontend);
    expect(await client.handshake()).toBe(true);
    expect(await client.get('/')).toMatchObject({ status: 200, body: '{"id":"frontend-client"}' });
    expect(await client.handshake()).toBe(false);
    expect(await client.answer()).toBeUndefined();
  });

  it('takes none over HTTP/2', async () => {
    const { clients } = await theWorld();
    const endpoint = await open();
    const port = await started(
      endpoint.createHttp2Server((_, response) => {
        response.end('here');
      }),
    );
    const client = renegotiatingClient(port, 'h2');
    client.present(clients.frontend);
    expect(await client.handshake()).toBe(true);
    client.send(preface);
    client.send(getFrame(1, '/'));
    expect(await bodyOf(client, 1)).toBe('here');
    client.present(await selfMadeAdmin());
    expect(await client.handshake()).toBe(false);
  });

  it('takes none without HTTP', async () => {
    const { clients } = await theWorld();
    const endpoint = await open();
    const port = await started(
      endpoint.createTlsServer(async (socket) => {
        const { outcome } = await endpoint.authenticateConnection(socket);
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${outcome.length}\r\n\r\n${outcome}`);
      }),
    );
    const client = renegotiatingClient(port);
    client.present(clients.frontend);
    expect(await client.handshake()).toBe(true);
    expect(await client.answer()).toEqual({ status: 200, body: 'allow' });
    client.present(await selfMadeAdmin());
    expect(await client.handshake()).toBe(false);
  });
});
