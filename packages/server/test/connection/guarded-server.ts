// A guarded server on loopback, its clients, and what it told.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type ConnectionOptions as ClientOptions, connect as connectTls, type Server, type TLSSocket } from 'node:tls';
import { createTestAuthority } from '@peercert/testing';
import { expect } from 'vitest';
import type { ConnectionRefusedEvent } from '../../src/connection/connection-events.ts';
import { type ConnectionGuard, guardConnections } from '../../src/connection/connection-guard.ts';
import type { ConnectionOptions } from '../../src/connection/connection-options.ts';

export const authority: Awaited<ReturnType<typeof createTestAuthority>> = await createTestAuthority();
const { chainPem: cert, privateKeyPem: key } = await authority.server();
export const client: Awaited<ReturnType<typeof authority.client>> = await authority.client({ cn: 'alice' });

/** Of the server: every client may go on, as `mtls()` decides later. */
// Both, because some versions of Node show the leaf alone once they have verified a handshake.
const ca = [authority.caPem, authority.issuing.certificatePem];
export const tlsOptions = { cert, key, ca, requestCert: true, rejectUnauthorized: false } as const;

export interface Guarded {
  readonly server: Server;
  readonly guard: ConnectionGuard;
  /** All refusals so far. */
  readonly events: readonly ConnectionRefusedEvent[];
  readonly port: number;
  /** The path, for a server on a Unix socket. */
  readonly path: string;
  /** Waits until nothing of a connection is left on the server, and a little more for what Node still tells. */
  settled(): Promise<readonly ConnectionRefusedEvent[]>;
}

const cleanups: (() => void)[] = [];

export function closeServers(): void {
  for (const cleanup of cleanups.splice(0)) cleanup();
}

/** `listen`: an address, or `unix` for a Unix socket. */
export async function guarded(server: Server, options: ConnectionOptions, listen?: string): Promise<Guarded> {
  const events: ConnectionRefusedEvent[] = [];
  const guard = guardConnections(server, options, (event) => events.push(event));
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  const path = listen === 'unix' ? join(mkdtempSync(join(tmpdir(), 'guard-')), 'socket') : '';
  if (path === '') server.listen(0, listen ?? '127.0.0.1');
  else server.listen(path);
  cleanups.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
    if (path !== '') rmSync(join(path, '..'), { recursive: true });
  });
  await once(server, 'listening');
  const connections = (): Promise<number> =>
    new Promise((resolve, reject) => {
      server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  return {
    server,
    guard,
    events,
    path,
    port: path === '' ? (server.address() as AddressInfo).port : 0,
    settled: async () => {
      await expect.poll(connections, { timeout: 10_000 }).toBe(0);
      await pause(20);
      expect(guard.status().pending).toBe(0);
      return events;
    },
  };
}

/** A plain connection, from an address of loopback. What goes wrong with it is no failure of a test. */
export async function dial({ port, path }: Guarded, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket =
    path === ''
      ? connect({ port, host: localAddress === '::1' ? '::1' : '127.0.0.1', localAddress } as TcpNetConnectOpts)
      : connect(path);
  socket.on('error', () => {});
  cleanups.push(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

export async function ended(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

/** The handshake of a client over a connection. Rejects when it is refused. */
export async function handshake(socket: Duplex, options: ClientOptions = {}): Promise<TLSSocket> {
  const { chainPem, privateKeyPem } = client;
  const tls = connectTls({
    socket,
    servername: 'localhost',
    ca: authority.caPem,
    cert: chainPem,
    key: privateKeyPem,
    ...options,
  });
  cleanups.push(() => tls.destroy());
  await Promise.race([
    once(tls, 'secureConnect'),
    once(tls, 'close').then(() => Promise.reject(new Error('The connection was closed'))),
  ]);
  tls.on('error', () => {});
  return tls;
}

export const arrivals = ['whole', 'byte by byte', 'with the ClientHello in one segment'] as const;

/** A connection that begins with the header, arriving in this manner. */
export async function announcing(
  server: Guarded,
  header: Uint8Array,
  arrival: (typeof arrivals)[number] = 'whole',
  localAddress?: string,
): Promise<Duplex> {
  const socket = await dial(server, localAddress);
  socket.setNoDelay(true);
  switch (arrival) {
    case 'whole':
      socket.write(header);
      return socket;
    case 'byte by byte':
      for (const octet of header) {
        socket.write(Uint8Array.of(octet));
        await pause(1);
      }
      return socket;
    case 'with the ClientHello in one segment':
      return prefixed(socket, header);
  }
}

/** A stream whose first write has these octets in front. */
function prefixed(socket: Socket, prefix: Uint8Array): Duplex {
  let before: Uint8Array | undefined = prefix;
  const stream = new Duplex({
    read: () => socket.resume(),
    write: (chunk: Uint8Array, _, done) => {
      const octets = before === undefined ? chunk : Buffer.concat([before, chunk]);
      before = undefined;
      socket.write(octets, () => done());
    },
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk) => stream.push(chunk));
  socket.on('end', () => stream.push(null));
  socket.on('close', () => stream.destroy());
  return stream;
}
