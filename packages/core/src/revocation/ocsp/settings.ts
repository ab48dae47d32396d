import type { SignaturePolicy } from '../../path/signature.ts';

/** What an answer must be like, beside what RFC 6960 says of all. */
export interface OcspSettings extends SignaturePolicy {
  /** `'strict'` refuses an answer that is not written as DER has it, or whose delegate's certificate is not. */
  readonly profile: 'strict' | 'interoperable';
  /** How far the responder's clock may be ahead of ours, in seconds. Default 60. */
  readonly clockToleranceSeconds: number;
  /** Longest accepted age of thisUpdate, in seconds, whatever nextUpdate says. Default: no limit of our own. */
  readonly maxAgeSeconds: number;
  /** How long an answer without nextUpdate holds, in seconds from its thisUpdate. Default 3,600. */
  readonly lifetimeSeconds: number;
  /** What an answer without a nonce is, where one was sent (RFC 9654). Default `'refuse'`. */
  readonly nonceAbsence: 'accept' | 'refuse';
  /**
   * What a delegate is whose certificate has no id-pkix-ocsp-nocheck and whose own status is not known: RFC 6960 4.2.2.2.1
   * leaves it to local policy. Default `'accept'`, as other clients do.
   */
  readonly uncheckedDelegate: 'accept' | 'refuse';
}

export const defaultOcspSettings: OcspSettings = {
  profile: 'interoperable',
  allowedWeakAlgorithms: new Set(),
  minimumRsaBits: 2048,
  clockToleranceSeconds: 60,
  maxAgeSeconds: Number.POSITIVE_INFINITY,
  lifetimeSeconds: 3_600,
  nonceAbsence: 'refuse',
  uncheckedDelegate: 'accept',
};
