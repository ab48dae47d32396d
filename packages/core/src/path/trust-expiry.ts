import type { Certificate } from '../certificate/model.ts';
import { NotYetUsable } from '../not-yet-usable.ts';
import { CertificateIndex } from './certificate-index.ts';
import { hasEnded } from './checks.ts';
import type { TrustExpiryEvent, TrustedCertificate } from './trust-event.ts';

/** What a trust store holds at one moment. */
export interface TrustedCertificates {
  readonly anchors: { readonly all: readonly Certificate[] };
  readonly intermediates: { readonly all: readonly Certificate[] };
}

/**
 * An anchor that has ended lets nobody in, and its clients would look for the fault in their own certificates: it is
 * refused where its operator reads the message. Throws TypeError naming the place, the authority and the date.
 */
export function refuseEnded(anchor: Certificate, place: string, nowMs: number | undefined): void {
  if (nowMs === undefined || !hasEnded(anchor, nowMs)) return;
  throw new TypeError(
    `${place} has expired: ${nameOf(anchor)} ended at ${anchor.notAfter.toISOString()}, and it is ` +
      `${new Date(nowMs).toISOString()} here: put the authority's new certificate in its place, or take it out`,
  );
}

/**
 * Anchors of which none has begun let nobody in, and must not take the place of such as do: an authority that is put in
 * place a day too early, or a clock that is late, would shut everybody out. Throws `NotYetUsable` naming the first and its
 * date. Where some have begun, the others count by themselves when their time comes.
 */
export function refuseNotBegun(
  next: TrustedCertificates['anchors'],
  current: TrustedCertificates['anchors'],
  place: string,
  nowMs: number | undefined,
): void {
  if (nowMs === undefined || !current.all.some((anchor) => isValidAt(anchor, nowMs))) return;
  if (next.all.some((anchor) => isValidAt(anchor, nowMs))) return;
  const coming = next.all.filter(({ notBeforeMs }) => nowMs < notBeforeMs);
  const [first] = coming.sort((one, other) => one.notBeforeMs - other.notBeforeMs);
  if (first === undefined) return;
  throw new NotYetUsable(
    `${place}: no anchor is valid yet: ${nameOf(first)} begins at ${first.notBefore.toISOString()}: ` +
      'those before it are trusted until then; if it should count now, look at the clock of this machine',
  );
}

/**
 * Intermediates of which none has begun, with those before that are valid: clients that send too few come by these until then.
 * They are not trusted by themselves, so that nobody gets in by them whom no anchor vouches for.
 */
export function besideThoseBefore(
  next: CertificateIndex,
  current: CertificateIndex,
  nowMs: number | undefined,
): CertificateIndex {
  if (nowMs === undefined || !next.all.some(({ notBeforeMs }) => nowMs < notBeforeMs)) return next;
  if (next.all.some((one) => isValidAt(one, nowMs))) return next;
  const kept = current.all.filter((one) => isValidAt(one, nowMs));
  return kept.length === 0 ? next : new CertificateIndex([...next.all, ...kept]);
}

function isValidAt(certificate: Certificate, nowMs: number): boolean {
  return nowMs >= certificate.notBeforeMs && !hasEnded(certificate, nowMs);
}

/** What the clock answers; `undefined` where it fails, which is a 500 where it matters: for a request. */
export function timeOf(clock: () => number): number | undefined {
  try {
    const nowMs = clock();
    return Number.isFinite(nowMs) ? nowMs : undefined;
  } catch {
    return undefined;
  }
}

/** Each certificate as events and status speak of it, the anchors first. */
export function trustedCertificates({ anchors, intermediates }: TrustedCertificates): readonly TrustedCertificate[] {
  return Object.freeze([
    ...anchors.all.map((anchor) => describe('anchor', anchor)),
    ...intermediates.all.map((intermediate) => describe('intermediate', intermediate)),
  ]);
}

const dayMs = 86_400_000;
const windowMs = 30 * dayMs;

/** What one listener has heard of certificates that end. */
export class TrustExpiryWatch {
  #today: number = Number.NaN;
  readonly #expiring: Set<string> = new Set();
  readonly #ended: Set<string> = new Set();

  /** The news at this moment: what ends within 30 days once a day (UTC), and what has ended once. */
  look({ anchors, intermediates }: TrustedCertificates, nowMs: number): readonly TrustExpiryEvent[] {
    const day = Math.floor(nowMs / dayMs);
    if (day !== this.#today) this.#expiring.clear();
    this.#today = day;
    const present = new Set<string>();
    const news: TrustExpiryEvent[] = [];
    const lookAt = (role: TrustedCertificate['role'], certificate: Certificate): void => {
      const leftMs = certificate.notAfterMs - nowMs;
      if (leftMs > windowMs) return;
      present.add(keyOf(role, certificate));
      if (hasEnded(certificate, nowMs)) news.push(...this.ended(role, certificate));
      else news.push(...this.#endsSoon(role, certificate, leftMs));
    };
    for (const anchor of anchors.all) lookAt('anchor', anchor);
    for (const intermediate of intermediates.all) lookAt('intermediate', intermediate);
    // What was taken out is news again if it should come back.
    for (const key of this.#ended) if (!present.has(key)) this.#ended.delete(key);
    return news;
  }

  /** The news that this one has ended, unless it is none. */
  ended(role: TrustedCertificate['role'], certificate: Certificate): readonly TrustExpiryEvent[] {
    const key = keyOf(role, certificate);
    if (this.#ended.has(key)) return [];
    this.#ended.add(key);
    return [{ type: 'trust_certificate_expired', ...describe(role, certificate) }];
  }

  #endsSoon(role: TrustedCertificate['role'], certificate: Certificate, leftMs: number): readonly TrustExpiryEvent[] {
    const key = keyOf(role, certificate);
    if (this.#expiring.has(key)) return [];
    this.#expiring.add(key);
    const daysLeft = Math.max(0, Math.floor(leftMs / dayMs));
    return [{ type: 'trust_certificate_expiring', ...describe(role, certificate), daysLeft }];
  }
}

function keyOf(role: TrustedCertificate['role'], { thumbprint }: Certificate): string {
  return `${role} ${thumbprint}`;
}

function describe(role: TrustedCertificate['role'], certificate: Certificate): TrustedCertificate {
  const { notAfterMs, thumbprint } = certificate;
  return Object.freeze({ role, subject: nameOf(certificate), thumbprint, notAfter: new Date(notAfterMs) });
}

/** RFC 4514 text of the subject, or the serial number of a certificate without one. */
function nameOf({ serialNumber, subject }: Certificate): string {
  return subject.isEmpty ? `serial number ${serialNumber}` : subject.toString();
}
