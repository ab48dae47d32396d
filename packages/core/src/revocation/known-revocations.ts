import { hash } from 'node:crypto';
import type { Certificate } from '../certificate/model.ts';
import { processWide } from '../process-wide.ts';
import { isLater } from './said-later.ts';
import { type CertificateStatus, isFinal, type RevokedStatus } from './status.ts';

/**
 * The certificates that were found revoked since the process began, whoever found it and from what source. What comes
 * later is held against it: an answer or list that says good can be an old one that somebody shows again, and as long as
 * its nextUpdate has not passed, nothing in it tells so. Three rules:
 *
 * - Revoked is the end, but for the reason certificateHold (RFC 5280 5.3.1; RFC 6960 2.2: temporarily or permanently). No
 *   source brings such a certificate back, whatever date it has. If an authority revoked one by mistake, it issues another.
 * - A hold ends by what was said of a later moment than the hold was (thisUpdate, then producedAt, or the number of the list),
 *   by nothing older or as old.
 * - What is not known replaces nothing.
 *
 * Each finding belongs to the trust anchor of the path under which it was made (RFC 5280 6.3.3 (f): who signs a list must have
 * a path to the very anchor of the certificate). Whoever is trusted by one instance of the process alone can certify the public
 * key of another one's authority, and issue itself a list signer of that name: what it says must neither end a hold there nor
 * revoke anybody.
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

  /** What is known for good under an anchor: nobody need be asked any more. */
  finalOf(under: FindingScope, certificate: Certificate, issuer: Certificate): RevokedStatus | undefined {
    if (this.#entries.size === 0) return undefined;
    const key = `${keyOf(certificate, issuer)} ${under}`;
    const known = this.#entries.get(key);
    if (known === undefined || !isFinal(known)) return undefined;
    this.#put(key, known);
    return known;
  }

  /** What a status that was found under an anchor comes to beside what is known under the same one. */
  weigh(
    under: FindingScope,
    certificate: Certificate,
    issuer: Certificate,
    status: CertificateStatus,
  ): CertificateStatus {
    if (status.status !== 'revoked' && this.#entries.size === 0) return status;
    const key = `${keyOf(certificate, issuer)} ${under}`;
    const known = this.#entries.get(key);
    if (known !== undefined && isFinal(known)) return known;
    switch (status.status) {
      case 'revoked':
        return this.#learn(key, status, known);
      case 'good':
        if (known === undefined) return status;
        if (!isLater(status, known)) return known;
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
    this.#put(key, isNews || hold === undefined || isLater(status, hold) ? status : hold);
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

declare const scope: unique symbol;

/** Under what a finding was made, and for what it counts. */
export type FindingScope = string & { readonly [scope]: true };

/**
 * A trust anchor is a name and a key (RFC 5280 6.1.1 (d)): the same one in another certificate, as when its validity is
 * renewed, is the same anchor, and no certificate of another key can take its place.
 */
export function scopeUnder(anchor: Certificate): FindingScope {
  const known = scopes.get(anchor);
  if (known !== undefined) return known;
  const made = hash('sha256', `${anchor.spkiSha256} ${anchor.subject.canonical}`, 'base64') as FindingScope;
  scopes.set(anchor, made);
  return made;
}

const scopes: WeakMap<Certificate, FindingScope> = new WeakMap();

/** Of what has no path to an anchor of ours: this process's own certificates. No anchor has this scope. */
const ownCertificates = 'own' as FindingScope;

/** Some 300 octets each. */
const mostRevocations = 65_536;

/**
 * Of the process: options that are read anew, another instance and another endpoint that trust the same anchor must not
 * forget what this one was told.
 */
export const knownRevocations: KnownRevocations = processWide(
  'known-revocations.1',
  () => new KnownRevocations(mostRevocations),
);

/**
 * What a status of one of the process's own certificates comes to beside whatever its responders said before, and is
 * remembered for. Revoked stays revoked, and an earlier good ends no hold. What was found of clients counts for nothing
 * here, nor this for them: of what a process shows of itself there is no path to an anchor.
 *
 * @param issuer Its issuer, whose key is that of the responder or vouches for it.
 */
export function weighStatus(
  certificate: Certificate,
  issuer: Certificate,
  status: CertificateStatus,
): CertificateStatus {
  return knownRevocations.weigh(ownCertificates, certificate, issuer, status);
}
