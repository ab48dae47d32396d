import type { RequestFacts } from './facts.ts';
import type { ForwardingRules, NamePredicate } from './forwarding.ts';

/**
 * Removes what a peer must not have sent, from everywhere a handler could find it: `rawHeaders`, `headers`,
 * `headersDistinct`, and the trailers, which may arrive long after the handler began.
 */
export function createRemoval(forwarding: ForwardingRules): (request: object, facts: RequestFacts) => void {
  const { isReservedTrailer } = forwarding;
  return (request, facts) => {
    const isReserved = forwarding.reservedHeaders(facts);
    if (isReserved === undefined) return;
    const message = request as ReceivedMessage;
    const removed = namesIn(facts.rawHeaders, isReserved);
    if (removed.length > 0) removals.set(facts, removed);
    removeHeaders(message, isReserved, facts.peerAddress === undefined);
    removeTrailers(message, isReservedTrailer);
    watchTrailers(message, isReservedTrailer);
  };
}

const removals: WeakMap<RequestFacts, readonly string[]> = new WeakMap();

/** The names of headers that were removed from a request, as they came; for the log. At most ten. */
export function removedHeadersOf(facts: RequestFacts): readonly string[] {
  return removals.get(facts) ?? [];
}

function namesIn(raw: readonly string[], isReserved: NamePredicate): readonly string[] {
  const names = new Set<string>();
  for (let at = 0; at < raw.length && names.size < 10; at += 2) {
    const name = raw[at] as string;
    if (isReserved(name)) names.add(name);
  }
  return [...names];
}

/**
 * @param isUnproven the request may be of a shim or a test, whose `headers` need not come from its `rawHeaders`; in one
 * of Node they do, and looking there too would only cost time
 */
function removeHeaders(message: ReceivedMessage, isReserved: NamePredicate, isUnproven: boolean): void {
  if (!hasName(message.rawHeaders, isReserved) && !(isUnproven && hasKey(message.headers, isReserved))) return;
  // Node makes both objects out of rawHeaders when they are first read: so they are read before it changes.
  removeKeys(message.headers, isReserved);
  removeKeys(message.headersDistinct, isReserved);
  removePairs(message.rawHeaders, isReserved);
}

/** What is used of `IncomingMessage` and `Http2ServerRequest`; an object made by a shim may lack any of it. */
interface ReceivedMessage {
  readonly rawHeaders?: string[];
  readonly headers?: Lines;
  readonly headersDistinct?: Lines;
  readonly rawTrailers?: string[];
  readonly trailers?: Lines;
  readonly trailersDistinct?: Lines;
  readonly complete?: boolean;
  /** HTTP/2 only. */
  readonly stream?: {
    readonly endAfterHeaders: boolean;
    prependListener(event: 'trailers', listener: (trailers: Lines, flags: number, raw?: string[]) => void): unknown;
  };
  /** Through this Node's HTTP/1 parser hands over the trailers. Checked on Node 20, 22, 24 and 26. */
  _addHeaderLines?: (lines: readonly string[] | null, count: number) => void;
}

type Lines = Record<string, unknown>;

function removeTrailers(message: ReceivedMessage, isReserved: NamePredicate): void {
  if (!hasName(message.rawTrailers, isReserved)) return;
  removeKeys(message.trailers, isReserved);
  removeKeys(message.trailersDistinct, isReserved);
  removePairs(message.rawTrailers, isReserved);
}

/**
 * Node announces trailers only by the end of the body, at which listeners that were there before would see them. So they
 * are met where they come in. HTTP/1 knows them in chunked messages only (RFC 9112 section 7.1.2).
 */
function watchTrailers(message: ReceivedMessage, isReserved: NamePredicate): void {
  const { stream } = message;
  if (stream !== undefined) {
    if (stream.endAfterHeaders) return;
    stream.prependListener('trailers', (trailers, _flags, raw) => {
      removeKeys(trailers, isReserved);
      removePairs(raw, isReserved);
    });
    return;
  }
  if (message.complete === true || message.headers?.['transfer-encoding'] === undefined) return;
  const add = message._addHeaderLines;
  if (add === undefined) return;
  message._addHeaderLines = function addHeaderLines(lines, count): void {
    add.call(message, lines, count);
    removeTrailers(message, isReserved);
  };
}

function hasName(raw: readonly string[] | undefined, isReserved: NamePredicate): boolean {
  if (raw === undefined) return false;
  for (let at = 0; at < raw.length; at += 2) {
    if (isReserved(raw[at] as string)) return true;
  }
  return false;
}

function hasKey(lines: Lines | undefined, isReserved: NamePredicate): boolean {
  return lines !== undefined && Object.keys(lines).some(isReserved);
}

function removeKeys(lines: Lines | undefined, isReserved: NamePredicate): void {
  if (lines === undefined) return;
  for (const name of Object.keys(lines)) {
    if (isReserved(name)) delete lines[name];
  }
}

/** In place, because others hold the same list; in one pass, because there may be thousands. */
function removePairs(raw: string[] | undefined, isReserved: NamePredicate): void {
  if (raw === undefined) return;
  let kept = 0;
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] as string;
    if (isReserved(name)) continue;
    raw[kept] = name;
    raw[kept + 1] = raw[at + 1] as string;
    kept += 2;
  }
  raw.length = kept;
}
