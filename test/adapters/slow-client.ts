// Servers of a test's own applications, and a client that sends its body when the test says so.
import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer, request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import { listen, portOf } from './frameworks/listen.ts';
import { type ClientName, theWorld } from './world.ts';

/** Resolves with the TLS options of every server of this suite: it trusts the company's own root. */
export async function tlsOptions(): Promise<TlsOptions> {
  const { root, server } = await theWorld();
  return {
    cert: server.chainPem,
    key: server.privateKeyPem,
    ca: root.certificatePem,
    requestCert: true,
    rejectUnauthorized: false,
  };
}

/** Serves an application for the length of one test. Resolves with the port. */
export async function serve(listener: RequestListener): Promise<number> {
  const { close, server } = await listen(createServer(await tlsOptions(), listener));
  onTestFinished(close);
  return portOf(server);
}

export interface SlowRequest {
  /** Sends the rest of the body and waits for the answer. */
  end(): Promise<{ readonly status: number; readonly body: string }>;
}

/** Sends a request of somebody, or of a client without a certificate, but for the end of its body. */
export async function begin(port: number, who: ClientName | undefined, path: string): Promise<SlowRequest> {
  const { clients, serverRootPem } = await theWorld();
  const credentials = who === undefined ? {} : { cert: clients[who].chainPem, key: clients[who].privateKeyPem };
  const to = { host: '127.0.0.1', servername: 'localhost', port, path, method: 'POST', agent: false };
  const sent = request({ ...credentials, ...to, ca: serverRootPem });
  const answered = once(sent, 'response');
  sent.write('the beginning');
  return {
    async end() {
      sent.end(' and the end');
      const [response] = (await answered) as [IncomingMessage];
      return { status: response.statusCode ?? 0, body: await text(response) };
    },
  };
}

/** A whole request. */
export async function ask(port: number, who: ClientName | undefined, path: string): ReturnType<SlowRequest['end']> {
  return (await begin(port, who, path)).end();
}

/** Counts, and lets the test wait for a count. */
export class Arrivals {
  #count = 0;
  #waiting: (() => void) | undefined;

  add(): void {
    this.#count++;
    this.#waiting?.();
  }

  async atLeast(count: number): Promise<void> {
    while (this.#count < count) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }
}
