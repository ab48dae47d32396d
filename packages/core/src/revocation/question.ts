import type { Certificate, Name } from '../certificate/model.ts';
import type { MaybePromise } from '../decision.ts';
import type { CertificateStatus } from './status.ts';
import type { Strictness } from './strictness.ts';

/** What each method is asked of one certificate of a verified path. */
export interface StatusQuestion {
  readonly certificate: Certificate;
  /** The next certificate of the path, or its trust anchor. */
  readonly issuer: Certificate;
  /** The trust anchor of that path: what is found counts under it alone. */
  readonly anchor: Certificate;
  readonly nowMs: number;
  /** How strictly the one who asks judges; of this and the method's own settings the stricter counts. */
  readonly strictness: Strictness;
  /** On whose behalf something is fetched. */
  readonly client: string;
  /** Other certificates of this name under the same trust anchor that may sign lists (RFC 5280 6.3.3 (f)). */
  readonly crlIssuers: (name: Name) => MaybePromise<readonly Certificate[]>;
}

export interface Finding {
  readonly status: CertificateStatus;
  /** From when on asking again makes something newer be fetched. */
  readonly recheckAtMs: number;
  /** Of an undetermined status: when there may be another one. */
  readonly retryAtMs: number | undefined;
}

/** A way to determine a status: CRL or OCSP. */
export interface RevocationMethod {
  statusOf(question: StatusQuestion): MaybePromise<Finding>;
  /** What lists or answers say that are at hand. Nobody is asked for it over the network. */
  statusAtHand(question: StatusQuestion): MaybePromise<CertificateStatus>;
}
