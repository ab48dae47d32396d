/** What a method of revocation checking says of one certificate (RFC 5280 6.3, RFC 6960 2.2). */
export type CertificateStatus =
  | {
      readonly status: 'good';
      readonly source: 'crl' | 'ocsp';
      /** Milliseconds since the epoch: the last moment at which everything that was consulted is current (nextUpdate). */
      readonly validUntilMs: number;
    }
  | {
      readonly status: 'revoked';
      readonly source: 'crl' | 'ocsp';
      readonly revocationDate: Date | undefined;
      /** A `CRLReason` (RFC 5280 5.3.1), such as `keyCompromise`. */
      readonly revocationReason: string | undefined;
    }
  /** Never counts as good: what it leads to is the operator's choice for each kind, and to deny is the default. */
  | { readonly status: 'undetermined'; readonly kind: UndeterminedKind };

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
