import type { Outcome } from '../reasons.ts';
import type { RequestFacts } from './facts.ts';

/** What came with the request, and who vouches that it came from the client. */
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
  /** Node's own verification in a full handshake against `ca`. */
  | { readonly by: 'node'; readonly authorized: boolean; readonly error: string | undefined; readonly resumed: boolean }
  /** A proxy's word that it verified the certificate. */
  | { readonly by: 'proxy'; readonly verified: boolean };

/** One place from which a certificate can come. `undefined`: this source has nothing to say, the next one is asked. */
export interface Source {
  readonly name: string;
  present(facts: RequestFacts): Outcome<Presented> | undefined;
}
