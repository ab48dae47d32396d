/** A WebSocket client that presents a certificate, or none. */
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { IssuedCertificate } from '@peercert/pki';
import { WebSocket } from 'ws';

export interface Line {
  /** Sends a message and answers what comes back. */
  ask(message: string): Promise<string>;
  /** How it ended: code and text of the close frame. */
  readonly closed: Promise<string>;
  close(): void;
}

/** The line, or what it was refused with. */
export function dial(url: string, serversCa: string, credential: IssuedCertificate | null): Promise<Line | string> {
  const identity = credential === null ? {} : { cert: credential.chainPem, key: credential.privateKeyPem };
  const ws = new WebSocket(url, { ca: serversCa, ...identity });
  const closed = new Promise<string>((resolve) => {
    ws.once('close', (code, reason) => resolve(`${code} ${reason}`));
  });
  return new Promise((resolve, reject) => {
    ws.on('error', reject);
    ws.once('unexpected-response', (_, response) => {
      text(response).then((body) => resolve(`${response.statusCode} ${JSON.parse(body).code}`), reject);
    });
    ws.once('open', () =>
      resolve({
        closed,
        close: () => ws.close(),
        async ask(message) {
          ws.send(message);
          const [answer] = await once(ws, 'message');
          return String(answer);
        },
      }),
    );
  });
}
