import type { Certificate, Name } from '../certificate/model.ts';

declare const verified: unique symbol;

/** A certification path that ends at a trust anchor and passed RFC 5280 section 6.1, or whose verdict was delegated. */
export interface VerifiedPath {
  /** @internal Only `verifyPath` and `delegatePath` make verified paths. */
  readonly [verified]: true;
  readonly verifiedBy: 'peercert' | 'proxy';
  /** The leaf first, then each issuer; without the trust anchor. Under a delegated verdict: the leaf alone. */
  readonly certificates: readonly Certificate[];
  /** `undefined` under a delegated verdict: who was trusted is not known. */
  readonly anchor: TrustAnchor | undefined;
  /** RFC 5280 6.1.6: the policies under which the authorities of the path vouch for the leaf. `'any'`: anyPolicy. */
  readonly authoritiesConstrainedPolicies: ReadonlySet<string> | 'any';
  /** The same, limited to the initial policy set. */
  readonly userConstrainedPolicies: ReadonlySet<string> | 'any';
  /** Milliseconds since the epoch: the earliest notAfter of the path (the anchor's included unless it is exempt). */
  readonly validUntilMs: number;
  readonly cost: PathCost;
}

/** What the search spent (RFC 4158 asks for bounds; `limits` sets them). */
export interface PathCost {
  /** Signature checks weighted by key type: a P-256 verification is 1. */
  readonly signatures: number;
  readonly steps: number;
  readonly comparisons: number;
}

/** RFC 5280 6.1.1 (d): a name and a key that are trusted; here always given as a certificate. */
export interface TrustAnchor {
  readonly certificate: Certificate;
  readonly name: Name;
}
