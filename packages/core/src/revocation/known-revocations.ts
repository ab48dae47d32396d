import { hash } from 'node:crypto';
import type { Certificate } from '../certificate/model.ts';
import { type CertificateStatus, compareTimes, isFinal, type RevokedStatus } from './status.ts';

/**
 * The certificates that were found revoked since the process began, whoever found it and from what source. What comes
 * later is held against it: an answer or list that says good can be an old one that somebody shows again, and as long as
 * its nextUpdate has not passed, nothing in it tells so. Three rules:
 *
 * - Revoked is the end, but for the reason certificateHold (RFC 5280 5.3.1; RFC 6960 2.2: temporarily or permanently). No
 *   source brings such a certificate back, whatever date it has. If an authority revoked one by mistake, it issues another.
 * - A hold ends by what was said of a later moment than the hold was (thisUpdate, then producedAt), by nothing older or as old.
 * - What is not known replaces nothing.
 *
 * A certificate is known by its issuer's key and name and its serial number, as lists and answers know it. Its thumbprint
 * would not do: of every ECDSA signature (r, s) there is a second one, (r, n - s), that anybody can compute and that is valid
 * too, so that whoever holds a certificate can show it with other octets.
 */
export class KnownRevocations {
  /** The one that was asked about or told of last is the last one. */
  readonly #entries: Map<string, RevokedStatus> = new Map();
  readonly #capacity: number;
  #revision = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Grows with every certificate that was not known to be revoked for good. */
  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What is known for good: nobody need be asked any more. */
  finalOf(certificate: Certificate, issuer: Certificate): RevokedStatus | undefined {
    if (this.#entries.size === 0) return undefined;
    const key = keyOf(certificate, issuer);
    const known = this.#entries.get(key);
    if (known === undefined || !isFinal(known)) return undefined;
    this.#put(key, known);
    return known;
  }

  /** What a status comes to beside what is known. */
  weigh(certificate: Certificate, issuer: Certificate, status: CertificateStatus): CertificateStatus {
    if (status.status !== 'revoked' && this.#entries.size === 0) return status;
    const key = keyOf(certificate, issuer);
    const known = this.#entries.get(key);
    if (known !== undefined && isFinal(known)) return known;
    switch (status.status) {
      case 'revoked':
        return this.#learn(key, status, known);
      case 'good':
        if (known === undefined) return status;
        if (compareTimes(status, known) <= 0) return known;
        this.#entries.delete(key);
        return status;
      case 'undetermined':
        return status;
    }
  }

  #learn(key: string, status: RevokedStatus, hold: RevokedStatus | undefined): RevokedStatus {
    const isNews = isFinal(status);
    if (isNews) this.#revision += 1;
    // An older hold does not make the one that is known easier to lift.
    const isLater = hold === undefined || compareTimes(status, hold) > 0;
    this.#put(key, isNews || isLater ? status : hold);
    return status;
  }

  /**
   * Where there is no room, the one that was asked about the longest ago goes. Each entry is a certificate that an
   * authority in trust revoked and that came here, so that nobody can fill the memory with anything else.
   */
  #put(key: string, status: RevokedStatus): void {
    this.#entries.delete(key);
    if (this.#entries.size >= this.#capacity) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest as string);
    }
    this.#entries.set(key, status);
  }

  /** For tests that use one certificate twice. */
  clear(): void {
    this.#entries.clear();
    this.#revision += 1;
  }
}

/** As long as every other: names are as long as their issuer likes. */
export function keyOf({ issuer: { canonical }, serialNumber }: Certificate, { spkiSha256 }: Certificate): string {
  return hash('sha256', `${serialNumber} ${spkiSha256} ${canonical}`, 'base64');
}

/** Some 250 octets each. */
const mostRevocations = 65_536;

/**
 * Of the process: options that are read anew, another instance and another endpoint must not forget what this one was
 * told.
 */
export const knownRevocations: KnownRevocations = new KnownRevocations(mostRevocations);

/**
 * What a status of a certificate comes to beside whatever the process knows of it, and is remembered for: for whoever asks
 * responders of their own. Revoked stays revoked, and an earlier good ends no hold.
 *
 * @param issuer Its issuer, whose key is that of the responder or vouches for it.
 */
export function weighStatus(
  certificate: Certificate,
  issuer: Certificate,
  status: CertificateStatus,
): CertificateStatus {
  return knownRevocations.weigh(certificate, issuer, status);
}
