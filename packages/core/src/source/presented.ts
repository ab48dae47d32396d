import type { Outcome } from '../reasons.ts';
import type { RequestFacts } from './facts.ts';

/** What came with the request, and who vouches that it came from the client. Made once a handshake or a header value. */
export interface Presented {
  /** The name of the source: `tls`, `nginx`, `alb-verify`... Part of the cache key and of the identity. */
  readonly source: string;
  /** DER, the leaf first, then whatever else was presented in any order. Never empty. */
  readonly certificates: readonly Uint8Array[];
  /** What the one who ended the TLS connection says of the certificate. A hint unless the options make it count. */
  readonly verdict: PresentedVerdict;
}

export type PresentedVerdict =
  /** Nobody checked anything beyond possession of the key. */
  | { readonly by: 'nobody' }
  | NodeVerdict
  /** A proxy's word that it verified the certificate. */
  | { readonly by: 'proxy'; readonly verified: boolean };

/** Node's own verification in the handshake of a direct connection. */
export interface NodeVerdict {
  readonly by: 'node';
  /**
   * Verified in a full handshake under the secure context and the `ca` that the server has at the moment of asking: a
   * connection that outlives them is fresh no more. Never true of a resumed session.
   */
  readonly fresh: boolean;
  /** A resumed session: only the leaf is known, and its verification may be of another time, name or trust set. */
  readonly resumed: boolean;
  /** Whose `ca` option the handshake was verified against. */
  readonly server: TlsServer;
  /** The server has secure contexts by name and the client may have asked for one: `server.ca` may not be what was applied. */
  readonly trustByName: boolean;
}

/** What is read of the `tls.Server` behind a socket, whenever it is needed: `setSecureContext` changes it. */
export interface TlsServer {
  /** The `ca` option as it was given; `undefined` when none was. */
  readonly ca?: unknown;
  readonly requestCert?: unknown;
  /** The present secure context: another object after each `setSecureContext`. */
  readonly _sharedCreds?: unknown;
}

/** One place from which a certificate can come. `undefined`: this source has nothing to say, the next one is asked. */
export interface Source {
  readonly name: string;
  present(facts: RequestFacts): Outcome<Presented> | undefined;
}
