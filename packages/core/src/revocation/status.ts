/** What a method of revocation checking says of one certificate (RFC 5280 6.3, RFC 6960 2.2). */
export type CertificateStatus =
  | {
      readonly status: 'good';
      readonly source: 'crl' | 'ocsp';
      /** Milliseconds since the epoch: the moment of which this is said (thisUpdate; of several lists the earliest). */
      readonly thisUpdateMs: number;
      /** Of an OCSP answer: when it was signed (producedAt). */
      readonly producedAtMs?: number;
      /** The last moment at which everything that was consulted is current (nextUpdate). */
      readonly validUntilMs: number;
    }
  | RevokedStatus
  /** Never counts as good: what it leads to is the operator's choice for each kind, and to deny is the default. */
  | { readonly status: 'undetermined'; readonly kind: UndeterminedKind };

export interface RevokedStatus {
  readonly status: 'revoked';
  readonly source: 'crl' | 'ocsp';
  /** Milliseconds since the epoch: the moment of which this is said (thisUpdate). */
  readonly thisUpdateMs: number;
  /** Of an OCSP answer: when it was signed (producedAt). */
  readonly producedAtMs?: number;
  readonly revocationDate: Date | undefined;
  /** A `CRLReason` (RFC 5280 5.3.1), such as `keyCompromise`. */
  readonly revocationReason: string | undefined;
}

/** Of which moment something was said, and of an OCSP answer also when. Milliseconds since the epoch. */
export interface StatusTimes {
  readonly thisUpdateMs: number;
  readonly producedAtMs?: number | undefined;
}

/** Greater than 0: the first is later. By thisUpdate, then by producedAt where both have one. */
export function compareTimes(one: StatusTimes, other: StatusTimes): number {
  const gain = one.thisUpdateMs - other.thisUpdateMs;
  const hasBoth = one.producedAtMs !== undefined && other.producedAtMs !== undefined;
  return gain === 0 && hasBoth ? one.producedAtMs - other.producedAtMs : gain;
}

/** RFC 5280 5.3.1: of all reasons certificateHold alone can end. Whatever else was revoked never becomes good again. */
export function isFinal({ revocationReason }: RevokedStatus): boolean {
  return revocationReason !== 'certificateHold';
}

/** Why a status could not be determined. */
export type UndeterminedKind =
  /** Nothing to consult speaks of this certificate, or not of every reason for which it could be revoked. */
  | 'noSource'
  /** A source is known and gives no answer. */
  | 'unreachable'
  /** There is an answer, and it is not current. */
  | 'stale'
  /** There is an answer that cannot be used: unreadable, or not signed by who may sign it. */
  | 'malformed'
  /** A responder answered that it does not know the certificate. */
  | 'unknown';

export function undetermined(kind: UndeterminedKind): CertificateStatus {
  return { status: 'undetermined', kind };
}
