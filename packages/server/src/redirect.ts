import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { refuseUnknownKeys, shown } from '@peercert/core';

/** A listener for plain HTTP that sends every request on to https and does nothing else. */
export interface RedirectOptions {
  /**
   * Hosts that are sent on: names, wildcards such as `*.example.com` for one label, addresses. A function is asked for each
   * request, so that a reload counts: `() => identity.names`.
   */
  readonly hosts: readonly string[] | (() => readonly string[]);
  /** Where to. Default: the host asked for, port 443. */
  readonly to?: {
    /** Sends all of them to this host. Default: each to itself. */
    readonly host?: string;
    /** Default 443. */
    readonly port?: number;
  };
}

/** Time for a request head, in milliseconds: there is nothing else to wait for. */
const headMilliseconds = 5_000;
/** Octets of a request head: cookies of a forgotten site are in it, and nothing of use. */
const mostHeadBytes = 8_192;
const mostConnections = 1_000;

/**
 * Answers 308 (RFC 9110 15.4.9) with the same path and query at https, for the hosts it knows: a forged `Host` leads
 * nowhere. No body is read, no connection kept. 400 for a request that could be read in two ways; 421 (15.5.20) for
 * another host. Throws TypeError for options that cannot be used. The caller says where it listens.
 */
export function createRedirectServer(options: RedirectOptions): Server {
  refuseUnknownKeys(options, ['hosts', 'to'], 'redirect');
  const { hosts, to = {} } = options;
  refuseUnknownKeys(to, ['host', 'port'], 'redirect.to');
  const { port = 443 } = to;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new TypeError(`redirect.to.port must be a port number from 1 to 65535, got ${shown(port)}`);
  }
  const known = typeof hosts === 'function' ? hosts : constant(readHosts(hosts));
  const authority = to.host === undefined ? undefined : hostText(readHost(to.host, 'redirect.to.host'));
  const suffix = port === 443 ? '' : `:${port}`;

  function redirect(request: IncomingMessage, response: ServerResponse): void {
    const host = hostOf(request.rawHeaders);
    const target = request.url ?? '';
    if (host === undefined || !isPathAndQuery(target)) answer(response, 400);
    else if (!known().some((pattern) => matches(pattern, host))) answer(response, 421);
    else answer(response, 308, `https://${authority ?? hostText(host)}${suffix}${target}`);
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    try {
      redirect(request, response);
    } catch {
      // Of the function that was given for hosts: it must not end the process.
      answer(response, 500);
    }
  };

  const server = createServer(
    {
      maxHeaderSize: mostHeadBytes,
      headersTimeout: headMilliseconds,
      requestTimeout: headMilliseconds,
      connectionsCheckingInterval: 1_000,
      insecureHTTPParser: false,
    },
    listener,
  );
  // Whoever asks first is told to send nothing more.
  server.on('checkContinue', listener).on('checkExpectation', listener);
  server.maxConnections = mostConnections;
  server.setTimeout(2 * headMilliseconds);
  return server;
}

function answer(response: ServerResponse, status: number, location?: string): void {
  response.writeHead(status, {
    ...(location !== undefined && { Location: location }),
    'Content-Length': 0,
    Connection: 'close',
  });
  response.end();
}

/**
 * The origin form (RFC 9112 3.2.1) and no other; in printable ASCII, so that it can stand in a header as it is. Characters
 * that browsers leave as they are pass, though RFC 3986 has them encoded: all but those that end a URL in some text or are
 * a slash to some readers.
 */
function isPathAndQuery(target: string): boolean {
  return /^\/[!$-;=@-[\]-~]*(?:\?[!$-;=?-~]*)?$/.test(target);
}

const asked = /^(?:(\[[0-9a-f:.]{2,45}\])|([0-9a-z](?:[0-9a-z.-]{0,252}[0-9a-z])?))(?::\d{1,5})?$/;

/** The host asked for, lower case, without brackets and port. `undefined` unless there is exactly one that can be read. */
function hostOf(rawHeaders: readonly string[]): string | undefined {
  const values = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'host');
  const [, address, name] = (values.length === 1 && asked.exec(values[0]?.toLowerCase() ?? '')) || [];
  if (address === undefined) return name;
  const inside = address.slice(1, -1);
  return isIP(inside) === 6 ? inside : undefined;
}

function hostText(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** RFC 9525 6.3: a wildcard is the whole leftmost label and stands for one. */
function matches(pattern: string, host: string): boolean {
  const known = pattern.toLowerCase();
  if (!known.startsWith('*.')) return known === host;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot) === known.slice(1) && isIP(host) === 0;
}

function constant<T>(value: T): () => T {
  return () => value;
}

function readHosts(hosts: unknown): readonly string[] {
  if (!Array.isArray(hosts) || hosts.length === 0) {
    throw new TypeError(
      `redirect.hosts: expected a list such as ['www.example.com'], or the names of the certificate, got ${shown(hosts)}`,
    );
  }
  return Object.freeze(hosts.map((host: unknown, index) => readHost(host, `redirect.hosts[${index}]`, true)));
}

function readHost(host: unknown, where: string, allowsWildcard = false): string {
  const text = typeof host === 'string' ? host.toLowerCase() : '';
  const name = allowsWildcard ? text.replace(/^\*\./, '') : text;
  if (isIP(text) !== 0 || (asked.test(name) && !/[:[]/.test(name))) return text;
  throw new TypeError(
    `${where}: expected a host name without scheme and port such as 'www.example.com', got ${shown(host)}`,
  );
}
