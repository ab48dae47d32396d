import type { Http2SecureServer, Http2Session, ServerHttp2Stream } from 'node:http2';
import type { Server as HttpsServer } from 'node:https';
import { refuseUnknownKeys, shown } from '@peercert/core';
import { endSession } from './session-end.ts';

/**
 * How long a client may take for a request. Milliseconds, at most a day; the connection of one who is late is closed. For
 * the time before a request there is `connection.handshakes`.
 */
export interface TimeoutOptions {
  /** The header of a request, from its first octet, or from the handshake on a new connection. Default 30,000. */
  readonly headersMilliseconds?: number;
  /** A whole request with its body, from its first octet. Default 30,000; larger where large bodies are expected. */
  readonly requestMilliseconds?: number;
  /** A connection between two requests. Default 30,000. */
  readonly keepAliveMilliseconds?: number;
}

export type Timeouts = Required<TimeoutOptions>;

const defaults: Timeouts = Object.freeze({
  headersMilliseconds: 30_000,
  requestMilliseconds: 30_000,
  keepAliveMilliseconds: 30_000,
});

const dayMilliseconds = 86_400_000;

/** Throws TypeError for what is no number of milliseconds, and where a header may take longer than its request. */
export function compileTimeouts(options: TimeoutOptions = {}): Timeouts {
  refuseUnknownKeys(options, Object.keys(defaults), 'timeouts');
  const timeouts = Object.freeze({ ...defaults, ...options });
  for (const [name, value] of Object.entries(timeouts)) {
    if (!Number.isInteger(value) || value < 1 || value > dayMilliseconds) {
      throw new TypeError(
        `timeouts.${name} must be a whole number of milliseconds from 1 to 86400000, got ${shown(value)}`,
      );
    }
  }
  if (timeouts.headersMilliseconds > timeouts.requestMilliseconds) {
    throw new TypeError('timeouts.headersMilliseconds must not be more than timeouts.requestMilliseconds');
  }
  return timeouts;
}

/** Properties of Node's servers that its types of HTTP/2 leave out, though they are read for `allowHTTP1`. */
interface TimedServer {
  headersTimeout: number;
  requestTimeout: number;
  keepAliveTimeout: number;
  connectionsCheckingInterval: number;
}

/** Applies them to a server that does not listen yet. */
export function applyTimeouts(server: HttpsServer | Http2SecureServer, timeouts: Timeouts): void {
  const { headersMilliseconds, keepAliveMilliseconds, requestMilliseconds } = timeouts;
  const timed = server as unknown as TimedServer;
  timed.headersTimeout = headersMilliseconds;
  timed.requestTimeout = requestMilliseconds;
  timed.keepAliveTimeout = keepAliveMilliseconds;
  // Node looks only so often whether a request is late: every 30 s, unless told otherwise.
  timed.connectionsCheckingInterval = Math.max(10, Math.min(5_000, Math.floor(headersMilliseconds / 4)));
  // The event is of HTTP/2 alone, for which Node has no time-outs but one of silence, which a slow drip evades.
  server.on('session', (session: Http2Session) => watchSession(session, timeouts));
}

function watchSession(session: Http2Session, timeouts: Timeouts): void {
  let open = 0;
  let timer = closeIn(timeouts.headersMilliseconds);

  function closeIn(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => endSession(session), milliseconds).unref();
  }

  session.on('stream', (stream: ServerHttp2Stream) => {
    clearTimeout(timer);
    open += 1;
    watchStream(stream, timeouts);
    stream.once('close', () => {
      open -= 1;
      if (open === 0 && !session.destroyed) timer = closeIn(timeouts.keepAliveMilliseconds);
    });
  });
  session.once('close', () => clearTimeout(timer));
}

/** RFC 9113 section 7: CANCEL is what a peer gets whose stream is no longer needed. */
const cancel = 0x8;

function watchStream(stream: ServerHttp2Stream, { requestMilliseconds }: Timeouts): void {
  if (stream.endAfterHeaders) return;
  const timer = setTimeout(() => {
    // It may all be here, and the application not have read it yet.
    if (stream.state.remoteClose !== 1) stream.close(cancel);
  }, requestMilliseconds).unref();
  stream.once('close', () => clearTimeout(timer));
}
