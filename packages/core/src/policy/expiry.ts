import type { Certificate } from '../certificate/model.ts';

/** A client's certificate expires soon: time to tell its operator. */
export interface ExpiryEvent {
  readonly type: 'certificate_expiring';
  /** `x5t#S256` (RFC 8705). */
  readonly thumbprint: string;
  /** RFC 4514 text. */
  readonly subject: string;
  readonly notAfter: Date;
  /** Whole days that are left. */
  readonly daysLeft: number;
}

/** Answers an event the first time that a certificate near its expiry is seen on a day (UTC), else `undefined`. */
export type ExpiryWatch = (leaf: Certificate, nowMs: number) => ExpiryEvent | undefined;

const dayMs = 86_400_000;
/** How long before its expiry a certificate is reported. */
export const expiryWindowMs: number = 30 * dayMs;

/**
 * Watches certificates within 30 days of their expiry. Remembers at most `capacity` of them a day, about 1 MB; those
 * seen beyond are reported on another day or not at all, rather than on every request.
 */
export function createExpiryWatch(capacity = 10_000): ExpiryWatch {
  const reported = new Set<string>();
  let today = Number.NaN;
  return (leaf, nowMs) => {
    const leftMs = leaf.notAfterMs - nowMs;
    if (leftMs > expiryWindowMs) return undefined;
    const day = Math.floor(nowMs / dayMs);
    if (day !== today) {
      reported.clear();
      today = day;
    }
    const { thumbprint } = leaf;
    if (reported.size >= capacity || reported.has(thumbprint)) return undefined;
    reported.add(thumbprint);
    return {
      type: 'certificate_expiring',
      thumbprint,
      subject: leaf.subject.toString(),
      notAfter: new Date(leaf.notAfterMs),
      daysLeft: Math.max(0, Math.floor(leftMs / dayMs)),
    };
  };
}
