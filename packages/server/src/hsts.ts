import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Http2SecureServer } from 'node:http2';
import type { Server as HttpsServer } from 'node:https';
import { refuseUnknownKeys, shown } from '@peercert/core';

/** HTTP Strict Transport Security (RFC 6797): browsers that saw the header come by https only. */
export interface HstsOptions {
  /** How long browsers keep to it, in seconds. 0 takes it back (6.1.1). */
  readonly maxAgeSeconds: number;
  /** For all names below the host's own, too. Default `false`. */
  readonly includeSubDomains?: boolean;
  /** Consents to the lists that browsers are built with; those ask for a year and all subdomains. Default `false`. */
  readonly preload?: boolean;
}

const yearSeconds = 31_536_000;

/** The value of the header (RFC 6797 6.1). Throws TypeError for what browsers, or the preload lists, would refuse. */
export function compileHsts(options: HstsOptions): string {
  refuseUnknownKeys(options, ['maxAgeSeconds', 'includeSubDomains', 'preload'], 'hsts');
  const { maxAgeSeconds } = options;
  if (!Number.isSafeInteger(maxAgeSeconds) || maxAgeSeconds < 0) {
    throw new TypeError(
      `hsts.maxAgeSeconds must be a whole number of seconds such as 31536000, got ${shown(maxAgeSeconds)}`,
    );
  }
  const includeSubDomains = flag(options.includeSubDomains, 'hsts.includeSubDomains');
  const preload = flag(options.preload, 'hsts.preload');
  if (preload && !includeSubDomains) {
    throw new TypeError('hsts.preload needs hsts.includeSubDomains: true; the preload lists take whole domains only');
  }
  if (preload && maxAgeSeconds < yearSeconds) {
    throw new TypeError(`hsts.preload needs hsts.maxAgeSeconds of at least 31536000, a year, got ${maxAgeSeconds}`);
  }
  return `max-age=${maxAgeSeconds}${includeSubDomains ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`;
}

function flag(value: unknown, where: string): boolean {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new TypeError(`${where} must be true or false, got ${shown(value)}`);
  }
  return value === true;
}

/** The name of the header, as `compileHsts` makes its value. */
export const hstsHeader = 'Strict-Transport-Security';

/** What `ServerResponse` and `Http2ServerResponse` have in common here. */
interface Response {
  readonly headersSent: boolean;
  hasHeader(name: string): boolean;
  setHeader(name: string, value: string): unknown;
  writeHead(...args: readonly unknown[]): unknown;
}

/** Events that hand over a request with its response, each to one listener in place of Node's own answer. */
const elsewhere: ReadonlySet<string | symbol> = new Set(['checkContinue', 'checkExpectation']);

/**
 * Adds the header to every response of a TLS server (RFC 6797 7.1), whichever framework answers, with whatever status: it
 * is added when the head is written, for frameworks clear all headers before they answer an error. One that the application sets
 * itself stays. Not for plain HTTP, where the header must not be sent (7.2). Streams of HTTP/2 that are answered without
 * the compatibility API, and upgrades, need the header from whoever answers them.
 */
export function addHsts(server: HttpsServer | Http2SecureServer, value: string): void {
  const add = (_request: unknown, response: Response): void => addOnHead(response, value);
  const emitter = server as Pick<HttpServer, 'prependListener' | 'listenerCount' | 'on'>;
  emitter.prependListener('request', add as unknown as (request: IncomingMessage) => void);
  for (const event of elsewhere) if (emitter.listenerCount(event) > 0) emitter.prependListener(event as string, add);
  // A listener of ours alone would keep Node from its own answer, so it comes with the first one of the application.
  emitter.on('newListener', (event: string | symbol, listener: unknown) => {
    if (elsewhere.has(event) && listener !== add && emitter.listenerCount(event) === 0) {
      emitter.prependListener(event as string, add);
    }
  });
}

function addOnHead(response: Response, value: string): void {
  const writeHead = response.writeHead;
  response.writeHead = function (this: Response, ...args: readonly unknown[]): unknown {
    if (!this.headersSent && !this.hasHeader(hstsHeader)) this.setHeader(hstsHeader, value);
    return writeHead.apply(this, [...args]);
  };
}
