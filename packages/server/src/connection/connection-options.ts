/** Who may begin a handshake, and how many at once. Decided before the first byte of TLS is read. */
export interface ConnectionOptions {
  /**
   * Ranges in CIDR form, single addresses, `'loopback'`, and `'unix'` for every peer of a Unix socket: clients from
   * anywhere else are refused. Default: from anywhere.
   */
  readonly allow?: readonly string[];
  /** The same forms: clients from here are refused, also where `allow` has them. May be empty. */
  readonly deny?: readonly string[];
  /** Default: no header is expected, and none is understood. */
  readonly proxyProtocol?: ProxyProtocolOptions;
  readonly handshakes?: HandshakeOptions;
}

/** PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt of 2020/03/05). */
export interface ProxyProtocolOptions {
  /**
   * The balancers, in the forms of `allow`: each connection from here must begin with a header, and is refused without.
   * A header from anywhere else is never believed.
   */
  readonly from: readonly string[];
  /** Peers that are no balancer: `'refuse'` them, or take them for the client itself. Default `'direct'`. */
  readonly others?: 'direct' | 'refuse';
  /** How long a balancer may take for its header, in seconds. Default 5; the specification wants at least 3. */
  readonly headerSeconds?: number;
}

export interface HandshakeOptions {
  /** Handshakes under way at once from one client: an IPv4 address, or the /64 of an IPv6 address. Default 1,000. */
  readonly perAddress?: number;
  /** Handshakes under way at once in all, waiting for a header included. Default 5,000. */
  readonly total?: number;
  /** From the connection to the end of the handshake, a PROXY protocol header included, in seconds. Default 30. */
  readonly seconds?: number;
}
