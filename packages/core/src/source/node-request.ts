import { Socket } from 'node:net';
import { canonicalAddress } from '../address-range.ts';
import type { RequestFacts } from './facts.ts';
import { type InvokedRequest, invocationEvent } from './invocation.ts';

/** What is read of a request of node:http, node:https or the compatibility API of node:http2. */
export interface NodeRequest extends InvokedRequest {
  readonly socket: unknown;
  readonly rawTrailers: readonly string[];
  readonly httpVersionMajor?: number;
  /** HTTP/2 only. */
  readonly stream?: NodeStream;
}

interface NodeStream {
  readonly session?: { readonly socket: unknown; readonly destroyed: boolean } | undefined;
}

/**
 * Collects the facts of a request that Node itself received.
 *
 * @param requestTarget the raw request target, from before any mounting or rewriting
 * @param clientAddress the framework's own idea of the client's address, where the options choose it
 * @param event the event of a serverless function, where the shim keeps it elsewhere than on the request of Node
 * @throws {PeercertFailure} when the event may be of another request, or of the client's own making
 */
export function nodeRequestFacts(
  request: NodeRequest,
  requestTarget: string,
  clientAddress?: string,
  event?: unknown,
): RequestFacts {
  const socket = connectionOf(request);
  const isConnected = socket instanceof Socket;
  return {
    socket,
    rawHeaders: request.rawHeaders,
    trailers: request.rawTrailers,
    // An injected request and a serverless shim invent an address; only a real socket has one.
    peerAddress: isConnected ? addressOf(socket) : undefined,
    clientAddress,
    requestTarget,
    // Whoever came over a socket was not invoked, nor was a stream of HTTP/2 whose session is gone. To look for what is not
    // there takes a while on a request of Express.
    event: isConnected || streamOf(request) !== undefined ? undefined : invocationEvent(request, event),
  };
}

/** A server that listens on `::` sees the peers of IPv4 as `::ffff:127.0.0.1`: rules, events and handlers see 127.0.0.1. */
function addressOf({ remoteAddress }: Socket): string | undefined {
  return remoteAddress === undefined ? undefined : (canonicalAddress(remoteAddress) ?? remoteAddress);
}

/** The facts of a connection on which no HTTP is spoken. */
export function connectionFacts(socket: unknown): RequestFacts {
  return {
    of: 'connection',
    socket,
    rawHeaders: [],
    trailers: [],
    peerAddress: socket instanceof Socket ? addressOf(socket) : undefined,
    requestTarget: '',
  };
}

/**
 * The object that stands for the connection as long as it lives. Over HTTP/2 `request.socket` is a new proxy for each
 * stream, while the socket of the session stays the same. A version other than 1 says nothing here: Node's HTTP/1
 * parser takes `HTTP/2.0` from anyone.
 */
export function connectionOf(request: Pick<NodeRequest, 'socket' | 'httpVersionMajor' | 'stream'>): unknown {
  const stream = streamOf(request);
  if (stream === undefined) return request.socket;
  const { session } = stream;
  return session === undefined || session.destroyed ? undefined : session.socket;
}

function streamOf(request: Pick<NodeRequest, 'httpVersionMajor' | 'stream'>): NodeStream | undefined {
  return request.httpVersionMajor === 1 ? undefined : request.stream;
}
