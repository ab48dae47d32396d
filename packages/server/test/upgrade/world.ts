/** Real TLS servers and real WebSocket clients on loopback. */
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { type Credential, createTestAuthority, type TestAuthority } from '@peercert/testing';
import { onTestFinished } from 'vitest';
import { WebSocket, type WebSocketServer } from 'ws';

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => unknown;

export const authority: TestAuthority = await createTestAuthority();
const server = await authority.server();

/** A server that asks for certificates, and leaves it to the application to judge them. */
export const tlsSettings: ServerOptions = {
  cert: server.chainPem,
  key: server.privateKeyPem,
  // Both, because some versions of Node show the leaf alone once they have verified a handshake.
  ca: [authority.caPem, authority.issuing.certificatePem],
  requestCert: true,
  rejectUnauthorized: false,
};

export async function listening(one: Server): Promise<number> {
  const sockets = new Set<Duplex>();
  one.on('connection', (socket: Duplex) => sockets.add(socket));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    one.close();
  });
  one.listen(0, '127.0.0.1');
  await once(one, 'listening');
  return (one.address() as AddressInfo).port;
}

/** An HTTPS server of which only upgrades are of interest. */
export async function upgrading(listener: UpgradeListener, settings: ServerOptions = {}): Promise<number> {
  const one = createServer({ ...tlsSettings, ...settings }, (_, response) => response.end('no upgrade'));
  one.on('upgrade', listener);
  return listening(one);
}

/** Accepts with `ws` whoever `authenticate` lets in. */
export function accepting(
  webSockets: WebSocketServer,
  authenticate: (request: IncomingMessage, socket: Duplex) => Promise<unknown>,
): UpgradeListener {
  return async (request, socket, head) => {
    if ((await authenticate(request, socket)) === undefined) return;
    webSockets.handleUpgrade(request, socket, head, (ws) => webSockets.emit('connection', ws, request));
  };
}

export interface DialOptions {
  readonly credential?: Credential | null;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly tls?: ConnectionOptions;
}

/** A WebSocket client that presents this certificate. */
export function dial(
  port: number,
  { credential = null, path = '/', headers = {}, tls = {} }: DialOptions = {},
): WebSocket {
  const ws = new WebSocket(`wss://127.0.0.1:${port}${path}`, {
    ca: authority.caPem,
    headers: headers as Record<string, string>,
    ...(credential === null ? {} : { cert: credential.chainPem, key: credential.privateKeyPem }),
    ...tls,
  });
  ws.on('error', () => undefined);
  onTestFinished(() => ws.terminate());
  return ws;
}

export interface Refusal {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** `'open'`, or the answer in place of 101. */
export function outcomeOf(ws: WebSocket): Promise<'open' | Refusal> {
  return new Promise((resolve, reject) => {
    ws.once('open', () => resolve('open'));
    ws.once('error', reject);
    ws.once('unexpected-response', (_, response) => {
      ws.off('error', reject);
      text(response).then(
        (body) => resolve({ status: response.statusCode, headers: response.headers, body: JSON.parse(body) }),
        reject,
      );
    });
  });
}

/** How a WebSocket ended: code and text of the close frame. */
export async function endOf(ws: WebSocket): Promise<string> {
  const [code, reason] = (await once(ws, 'close')) as [number, Buffer];
  return `${code} ${reason}`.trim();
}

/** A TLS connection that presents this certificate. */
export async function connection(
  port: number,
  credential: Credential | null,
  settings: ConnectionOptions = {},
): Promise<TLSSocket> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    ca: authority.caPem,
    ...(credential === null ? {} : { cert: credential.chainPem, key: credential.privateKeyPem }),
    ...settings,
  });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}
