/** One HTTPS request over real TLS, with every detail of the connection in the caller's hand. */

import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { SecureVersion, TLSSocket } from 'node:tls';
import { isUint8Array } from 'node:util/types';
import type { Credential } from './credential.ts';

/** Names as they go over the wire; a list of values, or of pairs, repeats the header line. */
export type HeadersInput =
  | Readonly<Record<string, string | readonly string[]>>
  | readonly (readonly [string, string])[];

export interface RequestAsOptions {
  /** The client certificate with its intermediates; `null` or absent: none is presented. */
  readonly credential?: Credential | null;
  /** PEM: what to trust as the server's authority. Default: Node's own list. */
  readonly ca?: string | readonly string[];
  /** SNI and the name that the server must prove. Default: the host of the URL. */
  readonly servername?: string;
  /** Default `GET`. */
  readonly method?: string;
  readonly headers?: HeadersInput;
  /** Text or octets as they are; anything else is sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, not normalized: `/admin/../healthz`, `https://host/x`, `*`. Default: path and query of the URL. */
  readonly requestTarget?: string;
  /** Keeps connections between requests: `keepAliveAgent()`. Default: one connection for this request. */
  readonly agent?: Agent;
  /** A TLS session to resume: `connection.session` of an earlier response. */
  readonly session?: Buffer | undefined;
  /** Exactly this version. Default: what both sides like best. */
  readonly tlsVersion?: SecureVersion;
  /** ALPN protocols to offer. Default `http/1.1`. */
  readonly alpn?: readonly string[];
  /** Milliseconds of silence after which the request is given up. Default 10,000. */
  readonly timeoutMilliseconds?: number;
}

export interface TestResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names and values alternating, as received. */
  readonly rawHeaders: readonly string[];
  /** UTF-8 text. */
  readonly body: string;
  /** Throws SyntaxError when the body is not JSON. */
  json(): unknown;
  readonly connection: ConnectionFacts;
}

export interface ConnectionFacts {
  /** `TLSv1.3`. */
  readonly tlsVersion: string | null;
  /** The handshake resumed an earlier TLS session. */
  readonly sessionReused: boolean;
  /** An agent sent this request over a connection that had served another. */
  readonly connectionReused: boolean;
  /** The protocol agreed by ALPN; `undefined` when none was. */
  readonly alpn: string | undefined;
  /** The client's own port: equal for two requests on one connection. */
  readonly localPort: number | undefined;
  /** For the `session` option; `undefined` when the server offered none. */
  readonly session: Buffer | undefined;
}

/** Keeps one connection open and never resumes a TLS session by itself. Call `destroy()` at the end. */
export function keepAliveAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0 });
}

/** Sends the request. Rejects with Node's own error when the connection or the handshake fails or time is up. */
export async function requestAs(url: string | URL, options: RequestAsOptions = {}): Promise<TestResponse> {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const body = encodeBody(options.body);
  const agent = options.agent ?? new Agent({ keepAlive: false, maxCachedSessions: 0 });
  const request = httpsRequest({
    ...tlsOptions(options, host),
    agent,
    host,
    port: target.port || 443,
    method: options.method ?? 'GET',
    path: options.requestTarget ?? target.pathname + target.search,
    headers: headerLines(options, target.host, body),
    timeout: options.timeoutMilliseconds ?? 10_000,
  });
  request.on('timeout', () => request.destroy(new Error('no answer in time')));
  return exchange(request, body?.bytes);
}

function tlsOptions(
  { credential, ca, session, tlsVersion, alpn, servername }: RequestAsOptions,
  host: string,
): RequestOptions {
  // SNI carries no addresses (RFC 6066 section 3).
  const name = servername ?? (isIP(host) === 0 ? host : undefined);
  return {
    ...(credential ? { cert: credential.chainPem, key: credential.privateKeyPem } : {}),
    ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
    ...(session === undefined ? {} : { session }),
    ...(tlsVersion === undefined ? {} : { minVersion: tlsVersion, maxVersion: tlsVersion }),
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    ...(name === undefined ? {} : { servername: name }),
  };
}

interface Body {
  readonly bytes: Buffer;
  readonly type: string | undefined;
}

function encodeBody(body: unknown): Body | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return { bytes: Buffer.from(body), type: undefined };
  if (isUint8Array(body)) return { bytes: Buffer.from(body), type: undefined };
  return { bytes: Buffer.from(JSON.stringify(body)), type: 'application/json' };
}

/** Names and values alternating: the form that Node writes line by line, without joining or dropping any. */
function headerLines({ headers = [] }: RequestAsOptions, host: string, body: Body | undefined): string[] {
  const pairs = isPairs(headers)
    ? headers
    : Object.entries(headers).flatMap(([name, values]) =>
        (typeof values === 'string' ? [values] : values).map((value) => [name, value] as const),
      );
  const given = new Set(pairs.map(([name]) => name.toLowerCase()));
  const defaults: readonly (readonly [string, string | undefined])[] = [
    ['Host', host],
    ['Content-Type', body?.type],
    ['Content-Length', body?.bytes.length.toString()],
  ];
  const missing = defaults.flatMap(([name, value]) =>
    value === undefined || given.has(name.toLowerCase()) ? [] : [name, value],
  );
  return [...missing, ...pairs.flat()];
}

function isPairs(headers: HeadersInput): headers is readonly (readonly [string, string])[] {
  return Array.isArray(headers);
}

function exchange(request: ClientRequest, body: Buffer | undefined): Promise<TestResponse> {
  return new Promise((resolve, reject) => {
    const session = latestSession(request);
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      // Read now: the socket lets go of them when it closes.
      const connection = connectionFacts(request, response);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve(testResponse(response, Buffer.concat(chunks), { ...connection, session: session() })),
      );
    });
    request.end(body);
  });
}

const sessions = new WeakMap<TLSSocket, Buffer>();

/** TLS 1.3 sends its tickets after the handshake, so the socket is listened to; a kept connection tells only once. */
function latestSession(request: ClientRequest): () => Buffer | undefined {
  let socket: TLSSocket | undefined;
  request.on('socket', (assigned) => {
    socket = assigned as TLSSocket;
    if (!request.reusedSocket) socket.on('session', (session) => sessions.set(assigned as TLSSocket, session));
  });
  return () => (socket === undefined ? undefined : sessions.get(socket));
}

function connectionFacts(request: ClientRequest, response: IncomingMessage): Omit<ConnectionFacts, 'session'> {
  const socket = response.socket as TLSSocket;
  return {
    tlsVersion: socket.getProtocol(),
    sessionReused: socket.isSessionReused(),
    connectionReused: request.reusedSocket,
    alpn: socket.alpnProtocol || undefined,
    localPort: socket.localPort,
  };
}

function testResponse(response: IncomingMessage, bytes: Buffer, connection: ConnectionFacts): TestResponse {
  const body = bytes.toString('utf8');
  return Object.freeze({
    status: response.statusCode ?? 0,
    headers: response.headers,
    rawHeaders: response.rawHeaders,
    body,
    json: (): unknown => JSON.parse(body),
    connection: Object.freeze(connection),
  });
}
