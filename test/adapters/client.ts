// A TLS client of which every part can be chosen: certificate, session, server name, raw request target.

import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { Protocol } from './app.ts';
import type { Credentials } from './world.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body, read as JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** One TLS connection. Requests on it are sent one after the other over HTTP/1.1. */
export interface Connection {
  readonly socket: TLSSocket;
  get(target: string, headers?: Readonly<Record<string, string | readonly string[]>>, method?: string): Promise<Answer>;
  /** A session that can be resumed: over TLS 1.3 it comes after the handshake, so ask after the first answer. */
  session(): Promise<Buffer>;
  close(): void;
}

export interface ConnectOptions extends Pick<ConnectionOptions, 'session' | 'servername' | 'maxVersion'> {
  readonly port: number;
  readonly protocol: Protocol;
  /** The roots of the server's certificate. */
  readonly ca: string;
}

/** Opens a connection that presents the credentials, if any. */
export async function open(credentials: Credentials | undefined, options: ConnectOptions): Promise<Connection> {
  const { port, protocol, ...tls } = options;
  const socket = connect({
    host: '127.0.0.1',
    port,
    servername: 'localhost',
    ALPNProtocols: [protocol],
    ...(credentials === undefined ? {} : { cert: credentials.chainPem, key: credentials.privateKeyPem }),
    ...tls,
  });
  let session: Buffer | undefined;
  socket.on('session', (latest) => {
    session = latest;
  });
  await once(socket, 'secureConnect');
  return {
    ...(protocol === 'h2' ? overHttp2(socket) : overHttp1(socket)),
    socket,
    async session() {
      if (session === undefined) await once(socket, 'session');
      return session ?? socket.getSession() ?? Buffer.alloc(0);
    },
  };
}

type Sending = Pick<Connection, 'get' | 'close'>;

function overHttp1(socket: TLSSocket): Sending {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = () => socket;
  return {
    async get(path, headers = {}, method = 'GET') {
      const sent = request({ agent, path, method, headers: { host: 'localhost', ...headers } as never });
      sent.end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      return answer(response.statusCode ?? 0, response.headers, response);
    },
    close() {
      agent.destroy();
      socket.destroy();
    },
  };
}

function overHttp2(socket: TLSSocket): Sending {
  const session = connectHttp2('https://localhost', { createConnection: () => socket });
  session.on('error', () => undefined);
  return {
    async get(path, headers = {}, method = 'GET') {
      const stream = session.request({ ...headers, ':path': path, ':method': method } as never);
      const [response] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status'?: number }];
      return answer(response[':status'] ?? 0, response, stream);
    },
    close() {
      session.destroy();
      socket.destroy();
    },
  };
}

async function answer(status: number, headers: IncomingHttpHeaders, stream: Readable): Promise<Answer> {
  const body = await text(stream);
  return {
    status,
    headers,
    body,
    get json() {
      return JSON.parse(body) as Record<string, unknown>;
    },
  };
}
