import { type LookupAddress, lookup as lookupByResolver } from 'node:dns';
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type Endpoint, endpointOf, hostOf } from './endpoint.ts';
import { FetchError, type FetchProblem } from './fetch-problems.ts';
import { FetchQueue, type FetchQueueLimits } from './fetch-queue.ts';
import { ReceivedOctets } from './received-octets.ts';
import { isSpecialPurpose } from './special-purpose-addresses.ts';
import { conditionsOf, type Validators, validatorsOf } from './validators.ts';

/**
 * Fetches revocation lists and answers, and nothing else. A URL may come from a certificate, so that each bound of this
 * file is one against its holder: the host must be listed, the address that is connected to is the one that was looked
 * at (a name cannot point elsewhere the second time), special-purpose addresses must be listed, too; no redirect is
 * followed, no proxy of the environment used, no content decoded; time, octets and connections are limited.
 */
export interface Fetcher {
  /** Never rejects: whatever goes wrong is a result. */
  fetch(request: FetchRequest): Promise<FetchResult>;
  /** Ends what is under way. Nothing is fetched any more. */
  close(): void;
}

export interface FetchRequest {
  readonly url: URL;
  /** The endpoints that this request may go to. An address among them may be special. */
  readonly hosts: ReadonlySet<Endpoint>;
  readonly maximumBytes: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Present: a POST. */
  readonly body?: Uint8Array;
  /** Of an answer that is still at hand: when that is the version that the server has, the problem is `fetch_unmodified`. */
  readonly validators?: Validators | undefined;
  /** On whose behalf, for the limit for each client. Absent: on our own. */
  readonly client?: string | undefined;
}

export type FetchResult =
  | {
      readonly ok: true;
      readonly body: Uint8Array;
      /** To ask with the next time. Absent where the server names none. */
      readonly validators?: Validators;
    }
  | {
      readonly ok: false;
      readonly problem: FetchProblem;
      /** For the log: an address, a status, an error code of Node. */
      readonly detail: string;
    };

export interface FetcherSettings extends FetchQueueLimits {
  /** For one request as a whole, from its place in the queue to its last octet. */
  readonly timeoutMilliseconds: number;
  /** Special-purpose addresses that names may resolve to. */
  readonly addresses: { includes(address: string): boolean } | undefined;
  /** PEM: whose https servers are believed. `undefined`: those that Node believes. */
  readonly ca: string | undefined;
  /** Default: the resolver of the system. */
  readonly resolve?: ResolveName;
}

/** `dns.lookup` with `all: true`. */
export type ResolveName = (
  name: string,
  callback: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

export function createFetcher(settings: FetcherSettings): Fetcher {
  // Of our own: the global ones may be those of a proxy. A connection serves one request, and no session is resumed.
  const https: Sender = { request: httpsRequest, agent: new HttpsAgent({ maxCachedSessions: 0 }) };
  let http: Promise<Sender> | undefined;
  const queue = new FetchQueue(settings);
  const underWay = new Set<AbortController>();
  let isClosed = false;

  function senderOf({ protocol }: URL): Sender | Promise<Sender> {
    if (protocol !== 'http:') return https;
    http ??= plainSender();
    return http;
  }

  async function fetch(request: FetchRequest): Promise<FetchResult> {
    if (isClosed) return failed('fetch_closed', '');
    const endpoint = endpointOf(request.url);
    if (!request.hosts.has(endpoint)) return failed('fetch_host_unlisted', endpoint);
    const abort = new AbortController();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      abort.abort();
    }, settings.timeoutMilliseconds);
    underWay.add(abort);
    let release: (() => void) | undefined;
    try {
      release = await queue.enter(request.client, abort.signal);
      const sender = await senderOf(request.url);
      return { ok: true, ...(await exchange(request, settings, sender, abort.signal)) };
    } catch (error) {
      if (isClosed) return failed('fetch_closed', '');
      if (isLate) return failed('fetch_timeout', `${settings.timeoutMilliseconds} ms`);
      return error instanceof FetchError ? failed(error.problem, error.detail) : failed('fetch_failed', codeOf(error));
    } finally {
      release?.();
      underWay.delete(abort);
      clearTimeout(timer);
    }
  }

  function close(): void {
    isClosed = true;
    for (const abort of underWay) abort.abort();
  }

  return Object.freeze({ fetch, close });
}

function failed(problem: FetchProblem, detail: string): FetchResult {
  return { ok: false, problem, detail };
}

/** `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`. */
function codeOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}

interface Sender {
  readonly request: typeof httpsRequest;
  readonly agent: Agent;
}

/**
 * When it is needed: Node reads all exports of a module that an ES module imports, and those of `node:http` bring the whole of its
 * WebSocket along (24, 26), a third of what it takes to load this package.
 */
async function plainSender(): Promise<Sender> {
  const { Agent, request } = await import('node:http');
  return { request, agent: new Agent() };
}

type Answer = Omit<Extract<FetchResult, { ok: true }>, 'ok'>;

/** One request and its whole answer. */
function exchange(
  request: FetchRequest,
  settings: FetcherSettings,
  sender: Sender,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = send(request, settings, sender, signal);
    outgoing.once('error', reject);
    // A connection that ends before an answer need not be an error to Node.
    const closedEarly = (): void => reject(new FetchError('fetch_failed', 'closed'));
    outgoing.once('close', closedEarly);
    outgoing.once('response', (response) => {
      outgoing.off('close', closedEarly);
      read(response, request).then(resolve, (error: Error) => {
        reject(error);
        outgoing.destroy();
      });
    });
    outgoing.end(request.body);
  });
}

function send(
  { body, headers, url, validators }: FetchRequest,
  { addresses, ca, resolve = lookupAll }: FetcherSettings,
  sender: Sender,
  signal: AbortSignal,
): ClientRequest {
  const options = {
    hostname: hostOf(url),
    port: url.port,
    path: url.pathname + url.search,
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...headers,
      ...(validators === undefined ? {} : conditionsOf(validators)),
      Host: url.host,
      'Accept-Encoding': 'identity',
      Connection: 'close',
      ...(body === undefined ? {} : { 'Content-Length': body.length }),
    },
    // An address in a URL is not looked up: it is listed itself.
    lookup: lookupOf(resolve, (address) => addresses?.includes(address) || !isSpecialPurpose(address)),
    maxHeaderSize: 16_384,
    insecureHTTPParser: false,
    signal,
  };
  // Of these only TLS reads some. Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
  const tls = { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) };
  return sender.request({ ...options, agent: sender.agent, ...tls });
}

const lookupAll: ResolveName = (name, callback) => lookupByResolver(name, { all: true }, callback);

/** Looks a name up as `net.connect` asks, and hands over only what may be connected to: the connection goes there. */
function lookupOf(resolve: ResolveName, isAllowed: (address: string) => boolean): LookupFunction {
  return (name, { all }, callback) => {
    resolve(name, (error, found) => {
      if (error !== null) return callback(error, []);
      const allowed = found.filter(({ address }) => isIP(address) !== 0 && isAllowed(address));
      const [first] = allowed;
      if (first === undefined) {
        const detail = `${name}: ${found.map(({ address }) => address).join(', ')}`;
        return callback(new FetchError('fetch_address_special', detail), []);
      }
      return all ? callback(null, allowed) : callback(null, first.address, first.family);
    });
  };
}

/** The body of an answer that is what was asked for, within its limit. */
async function read(response: IncomingMessage, { maximumBytes, validators }: FetchRequest): Promise<Answer> {
  const { headers, statusCode = 0 } = response;
  if (statusCode === 304 && validators !== undefined) throw new FetchError('fetch_unmodified');
  if (statusCode >= 300 && statusCode < 400) throw new FetchError('fetch_redirect', String(statusCode));
  if (statusCode !== 200) throw new FetchError('fetch_status', String(statusCode));
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') throw new FetchError('fetch_encoding', encoding.slice(0, 40));
  const announced = Number(headers['content-length'] ?? maximumBytes);
  const tooLarge = new FetchError('fetch_too_large', `${maximumBytes} bytes`);
  if (announced > maximumBytes) throw tooLarge;
  const octets = new ReceivedOctets(announced);
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (octets.length + chunk.length > maximumBytes) throw tooLarge;
    octets.add(chunk);
  }
  const body = octets.take();
  const named = validatorsOf(headers);
  return named === undefined ? { body } : { body, validators: named };
}
