// One proxy in front of one app, and whoever calls.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import type { MtlsOptions, Source } from '@peercert/core';
import { type RequestAsOptions, requestAs, type TestResponse } from '@peercert/testing';
import { type Backend, type BackendOptions, type Framework, startBackend } from './backends.ts';
import { type ClientName, type Company, theCompany } from './company.ts';
import type { Change } from './configuration.ts';
import type { Kind } from './kinds.ts';
import type { Program } from './program.ts';

export type Caller = ClientName | 'nobody';

/** `200 ID`, the status and reason of a denial, or `handshake` when the proxy broke that off. */
export type Outcome = string;

export interface SiteOptions {
  readonly kind: Kind;
  readonly framework: Framework;
  readonly source: Source | readonly Source[];
  /** The configuration in docs/proxies; each kind has its own. */
  readonly file?: string;
  readonly changes?: readonly Change[];
  readonly mtls?: Partial<MtlsOptions>;
  /** How the app listens, and what the configuration calls it then. Default: on a port, `127.0.0.1:PORT`. */
  readonly listen?: BackendOptions;
  readonly app?: (address: string) => string;
  readonly pki?: Readonly<Record<string, string>>;
}

export interface Site {
  readonly company: Company;
  readonly proxy: Program;
  readonly backend: Backend;
  ask(who: Caller, path?: string, headers?: Headers, options?: RequestAsOptions): Promise<TestResponse>;
  outcome(who: Caller, path?: string, headers?: Headers): Promise<Outcome>;
  /** A request in chunks with these trailers, and the whole answer as text. */
  askWithTrailers(who: ClientName, trailers: Readonly<Record<string, string>>): Promise<string>;
  /** Straight to the app, from an address that is not the proxy's. */
  askPast(path: string, headers: Readonly<Record<string, string>>): Promise<DirectAnswer>;
  close(): Promise<void>;
}

type Headers = NonNullable<RequestAsOptions['headers']>;

interface DirectAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Who connects from here went past the proxy, which is on 127.0.0.1. */
const elsewhere = '127.0.0.3';

export async function openSite(options: SiteOptions): Promise<Site> {
  const { kind, framework, source, file, changes, mtls, listen, app: nameOf = (address) => address, pki } = options;
  const company = await theCompany();
  const app = await framework.createApp({
    source,
    trust: company.trust,
    roles: { Administrators: 'admin' },
    exclude: ['/health'],
    ...mtls,
  });
  const backend = await startBackend(app, listen);
  const started = kind.start({
    company,
    app: nameOf(backend.address),
    ...(pki === undefined ? {} : { pki }),
    ...(file === undefined ? {} : { file }),
    ...(changes === undefined ? {} : { changes }),
  });
  const proxy = await started.catch(async (error: unknown) => {
    await backend.stop();
    throw error;
  });

  const ask: Site['ask'] = (who, path = '/', headers = {}, options = {}) =>
    requestAs(`https://127.0.0.1:${proxy.port}${path}`, {
      credential: who === 'nobody' ? null : company.clients[who],
      ca: company.internal.certificatePem,
      servername: 'localhost',
      headers: [['Host', 'localhost'], ...(isPairs(headers) ? headers : Object.entries(headers))] as never,
      ...options,
    });

  return {
    company,
    proxy,
    backend,
    ask,
    outcome: (who, path, headers) => ask(who, path, headers).then(outcomeOf, brokenOff),

    async askWithTrailers(who, trailers) {
      const { chainPem: cert, privateKeyPem: key } = company.clients[who];
      const ca = company.internal.certificatePem;
      const socket = connect({ port: proxy.port, host: '127.0.0.1', servername: 'localhost', cert, key, ca });
      await once(socket, 'secureConnect');
      const lines = Object.entries(trailers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n');
      socket.write(`5\r\nhello\r\n0\r\n${lines.join('')}\r\n`);
      return text(socket);
    },

    async askPast(path, headers) {
      const { port } = backend;
      const sent = request({ host: '127.0.0.1', port, path, headers, localAddress: elsewhere, agent: false });
      sent.end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      return { status: response.statusCode ?? 0, body: (await json(response)) as DirectAnswer['body'] };
    },

    async close() {
      await proxy.stop();
      await backend.stop();
    },
  };
}

function isPairs(headers: Headers): headers is readonly (readonly [string, string])[] {
  return Array.isArray(headers);
}

export function outcomeOf(response: TestResponse): Outcome {
  if (response.headers['content-type']?.includes('json') !== true) return `${response.status} of the proxy`;
  const { id, code } = response.json() as { readonly id?: string; readonly code?: string };
  return `${response.status} ${id ?? code}`;
}

/** The alerts with which OpenSSL and Go answer a certificate (RFC 8446 section 6.2). */
const badCertificate = /alert (?:unknown ca|bad certificate|certificate expired|decrypt error)/;

/**
 * In TLS 1.3 a client has sent its request before the server looks at its certificate. A server that closes the connection
 * with that unread resets it, and the reset may overtake the alert.
 */
const resets: readonly (string | undefined)[] = ['ECONNRESET', 'EPIPE'];

function brokenOff(error: NodeJS.ErrnoException): Outcome {
  if (badCertificate.test(error.message) || resets.includes(error.code)) return 'handshake';
  throw error;
}
