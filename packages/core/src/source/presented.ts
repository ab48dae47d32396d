import type { Outcome } from '../reasons.ts';
import type { RequestFacts } from './facts.ts';

/** What came with the request, and who vouches that it came from the client. Made once a handshake or a header value. */
export type Presented = PresentedCertificates | PresentedName;

export interface PresentedCertificates {
  /** The name of the source: `tls`, `nginx`, `alb-verify`... Part of the cache key and of the identity. */
  readonly source: string;
  /** DER, the leaf first, then whatever else was presented in any order. Never empty. */
  readonly certificates: readonly Uint8Array[];
  /** Who verified the certificate, if anybody whose word counts did. */
  readonly verdict: PresentedVerdict;
  /** Where it came in a handshake with this very process. */
  readonly handshake?: PresentedHandshake;
}

/** Bare names, without the certificate they come from: a proxy's word and nothing else. */
export interface PresentedName {
  readonly source: string;
  readonly assertedName: NameTexts;
  readonly verdict: ProxyVerdict;
}

export interface NameTexts {
  readonly subject: NameText;
  /** `undefined` when the proxy gives the subject alone. */
  readonly issuer: NameText | undefined;
  /** Upper-case hex as `Certificate.serialNumber`. */
  readonly serialNumber: string | undefined;
}

/** A distinguished name as RFC 4514 text, and where it stands: a header, or a field of an event. */
export interface NameText {
  readonly text: string;
  readonly header: string;
}

export type PresentedVerdict =
  /** Nobody whose word counts: Peercert verifies. */
  { readonly by: 'nobody' } | ProxyVerdict;

/** A proxy's word that it verified the certificate, which the operator chose to believe. */
export interface ProxyVerdict {
  readonly by: 'proxy';
  readonly verified: true;
}

/**
 * The handshake in which a certificate was presented. What Node concluded from it, `socket.authorized`, is not among what is
 * known: it stays as the first handshake of the connection set it, whatever certificate a later one brings.
 */
export interface PresentedHandshake {
  /** Whose options the handshake was made under. */
  readonly server: TlsServer;
  /** The name the client asked for has a secure context of its own, so that the options of `server` may not be what was applied. */
  readonly isByName: boolean;
  /**
   * Node verified the certificate and shows it alone, as some builds do of a client that sent intermediates. It explains a
   * refusal to the operator, and decides nothing.
   */
  readonly mayHideIntermediates: boolean;
  /** Why Node would not authorize the certificate: `CERT_REVOKED`. `undefined` where it says nothing. */
  readonly objection: string | undefined;
  /** A renegotiation was completed since: what it brought counts now. */
  readonly superseded: boolean;
}

/** What is read of the `tls.Server` behind a socket, whenever it is needed: `setSecureContext` changes it. */
export interface TlsServer {
  /** The `ca` option as it was given; `undefined` when none was. */
  readonly ca?: unknown;
  /** The `crl` option as it was given. */
  readonly crl?: unknown;
  readonly requestCert?: unknown;
  /** The present secure context: another object after each `setSecureContext`. */
  readonly _sharedCreds?: unknown;
}

/** One place from which a certificate can come. `undefined`: this source has nothing to say, the next one is asked. */
export interface Source {
  readonly name: string;
  /** `'connection'`: it speaks of the connection's own peer, and is not asked when that peer is a trusted proxy. */
  readonly of?: 'connection';
  /** Who answers the question "who verified it?". `'peercert'` takes the option `trust`. */
  readonly verifiedBy?: 'peercert' | 'proxy';
  /** The headers of a source that reads headers, and from whom it takes them. */
  readonly forwarding?: Forwarding;
  present(facts: RequestFacts): Outcome<Presented> | undefined;
}

/** What has to be known of a source of headers to keep everybody else from writing them. */
export interface Forwarding {
  /** Every header that its proxy writes, in lower case. */
  readonly headers: readonly string[];
  /** Headers that look like its own, and that not even its proxy writes: they are removed from everybody. */
  readonly foreign: readonly string[];
  /** The headers that a response depends on (RFC 9110 section 12.5.5), as they are to be spelt in `Vary`. */
  readonly vary: readonly string[];
  readonly trustedProxies: TrustedPeers;
  /** `'deny'`: the headers of a peer that is no trusted proxy are `forwarder_untrusted`, instead of not being there. */
  readonly untrustedForwarder: 'ignore' | 'deny';
  /** What the configuration of the proxy says when it is right: for the log, where no certificate came. */
  readonly setUp?: string;
  /** The client's address as the proxy itself tells it, where that is not `X-Forwarded-For`. */
  readonly clientAddress?: (facts: RequestFacts) => string | undefined;
}

/** Whom a source takes for its proxy. */
export interface TrustedPeers {
  /** Whether the peer of the connection itself is one of them. No header has a say in it. */
  includesPeerOf(facts: RequestFacts): boolean;
  /** Whether an address is one of theirs, as far as they are known by address. */
  includesAddress(address: string): boolean;
}
