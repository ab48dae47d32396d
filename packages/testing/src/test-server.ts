/** One real HTTPS server on loopback for each application and `ca`, shared by the clients of a test suite. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createRootAuthority } from '@peercert/pki';
import type { Credential } from './credential.ts';
import { listenerOf, type TestApp } from './listener.ts';

export interface TestServer {
  /** `https://127.0.0.1:PORT`. */
  readonly origin: string;
  /** PEM: what a client must trust to believe the server. */
  readonly caPem: string;
  close(): Promise<void>;
}

interface Entry {
  readonly app: TestApp;
  readonly clientCa: string;
  readonly server: Promise<TestServer>;
  /** Clients that were not closed. */
  readonly clients: Set<object>;
}

/** By application, then by `ca`. */
let entries = new WeakMap<TestApp, Map<string, Entry>>();
const running = new Set<Entry>();

/** The server of this application; the first call starts it. `client` counts until `leaveServer`. */
export function joinServer(app: TestApp, clientCa: string, client: object): Promise<TestServer> {
  const ofApp = entries.get(app) ?? new Map<string, Entry>();
  const entry = ofApp.get(clientCa) ?? { app, clientCa, server: startServer(app, clientCa), clients: new Set() };
  entries.set(app, ofApp.set(clientCa, entry));
  entry.clients.add(client);
  running.add(entry);
  return entry.server;
}

/** Closes the server when its last client leaves. */
export async function leaveServer(app: TestApp, clientCa: string, client: object): Promise<void> {
  const ofApp = entries.get(app);
  const entry = ofApp?.get(clientCa);
  if (!entry?.clients.delete(client) || entry.clients.size > 0) return;
  ofApp?.delete(clientCa);
  running.delete(entry);
  await close(entry);
}

/** Closes every server that `asClient` started: for `afterAll`. */
export async function closeAll(): Promise<void> {
  const all = [...running];
  running.clear();
  entries = new WeakMap();
  await Promise.all(all.map(close));
}

async function close({ server }: Entry): Promise<void> {
  // A server that never started told its first client so, and has nothing to close.
  await server.then((started) => started.close()).catch(() => undefined);
}

async function startServer(app: TestApp, clientCa: string): Promise<TestServer> {
  const listener = await listenerOf(app);
  serverIdentity ??= createServerIdentity();
  const { credential, caPem } = await serverIdentity;
  const server = createServer(
    {
      cert: credential.chainPem,
      key: credential.privateKeyPem,
      ...(clientCa === '' ? {} : { ca: clientCa }),
      requestCert: true,
      // The application decides, not the handshake: that is what the test is about.
      rejectUnauthorized: false,
    },
    listener,
  );
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caPem,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface ServerIdentity {
  readonly credential: Credential;
  readonly caPem: string;
}

let serverIdentity: Promise<ServerIdentity> | undefined;

async function createServerIdentity(): Promise<ServerIdentity> {
  const root = await createRootAuthority({ subject: 'CN=Test Server Authority' });
  const credential = await root.issueServer({ dnsNames: ['localhost'], ips: ['127.0.0.1'] });
  return { credential, caPem: root.certificatePem };
}
