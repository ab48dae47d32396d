import type { FileFailure } from '../watched-files.ts';

/** What a trust store tells of itself. */
export type TrustEvent =
  /** A new generation is in place. */
  | (OfTrust & {
      readonly type: 'trust_updated';
      readonly generation: number;
      readonly anchors: number;
      readonly intermediates: number;
    })
  /** Its files cannot be read or used: the generation before stays in place. */
  | (OfTrust & FileFailure & { readonly type: 'trust_failed' })
  | (OfTrust & TrustExpiryEvent);

/** A certificate that others are trusted by ends: told to each listener, whether or not anybody presents anything. */
export type TrustExpiryEvent =
  /** Within 30 days: once a day. */
  | (TrustedCertificate & {
      readonly type: 'trust_certificate_expiring';
      /** Whole days that are left. */
      readonly daysLeft: number;
    })
  /** It has ended, and no path leads over it any more: once. */
  | (TrustedCertificate & { readonly type: 'trust_certificate_expired' });

/** A certificate of a trust store, as events and status speak of it. */
export interface TrustedCertificate {
  readonly role: 'anchor' | 'intermediate';
  /** RFC 4514 text. */
  readonly subject: string;
  /** `x5t#S256` (RFC 8705). */
  readonly thumbprint: string;
  readonly notAfter: Date;
}

interface OfTrust {
  /** Absolute paths; empty where nothing comes from files. */
  readonly files: readonly string[];
  /** Of trust by server name: the name, or `default`. */
  readonly name?: string;
}
