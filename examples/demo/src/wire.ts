/** What a client sees beside the answers to its requests. */
import { once } from 'node:events';
import { connect } from 'node:tls';
import type { Credential } from '@peercert/testing';
import { WebSocket } from 'ws';

/** The certificate that the server shows on a new connection: its fingerprint. */
export async function shownCertificate(url: string, ca: string): Promise<string> {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port), ca });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.end();
  await once(socket.resume(), 'close');
  return fingerprint256;
}

/** The close frame of a WebSocket. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
}

export interface OpenWebSocket {
  readonly closed: Promise<Ending>;
}

/** Settles when the server has said something on it. */
export async function openWebSocket(url: string, ca: string, credential: Credential | null): Promise<OpenWebSocket> {
  const identity = credential === null ? {} : { cert: credential.chainPem, key: credential.privateKeyPem };
  const ws = new WebSocket(url.replace(/^https/, 'wss'), { ca, ...identity });
  const closed = new Promise<Ending>((resolve) => {
    ws.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await once(ws, 'message');
  return { closed };
}
