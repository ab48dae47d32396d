/** What an adapter knows of a request; the only thing that a source may look at. */
export interface RequestFacts {
  /** `'connection'`: no request of HTTP, but the connection itself, which names no host. Default `'request'`. */
  readonly of?: 'request' | 'connection';
  /** The connection: a `TLSSocket`, a `net.Socket`, or the session socket of HTTP/2. Anything else vouches for nothing. */
  readonly socket: unknown;
  /** Names and values alternating, exactly as received: `IncomingMessage.rawHeaders`. */
  readonly rawHeaders: readonly string[];
  /** Names and values alternating: `IncomingMessage.rawTrailers` as far as they have arrived. */
  readonly trailers: readonly string[];
  /** The address of the socket's own peer, IPv4-mapped IPv6 as IPv4; `undefined` for a Unix socket. */
  readonly peerAddress: string | undefined;
  /** The client's address for address rules only, when the framework's own is chosen; else it is worked out. */
  readonly clientAddress?: string | undefined;
  /** The raw request target: `IncomingMessage.url` before any rewriting. */
  readonly requestTarget: string;
  /** The event of a serverless function, from the shim's own property, never from a header. */
  readonly event?: unknown;
}
