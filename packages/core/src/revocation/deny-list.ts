import type { AssertedName } from '../certificate/asserted-name.ts';
import type { Certificate, Name } from '../certificate/model.ts';
import { parseDistinguishedName } from '../certificate/name.ts';
import { twinThumbprint } from '../certificate/twin-thumbprint.ts';
import { decodeBase64Url, encodeBase64Url } from '../encoding/base64.ts';
import { parseSerialText, serialOctetsText, serialOf } from '../encoding/serial-number.ts';
import { refuseUnknownKeys, shown } from '../option-keys.ts';
import { readCertificates } from '../path/certificate-input.ts';
import type { VerifiedPath } from '../path/verified-path.ts';
import { type Reason, reason } from '../reasons.ts';

/** Which certificate is denied: by its issuer and serial number (RFC 5280 4.1.2.2), or by its own thumbprint. */
export type DenyListEntry =
  | {
      /**
       * The issuer's name as RFC 4514 text or as `client.issuer` has it, or the issuer's own certificate: PEM, DER or
       * parsed. Names are compared as RFC 5280 section 7.1 asks.
       */
      readonly issuer: string | Uint8Array | Certificate | Name;
      /**
       * Hexadecimal digits, with or without colons or `0x`, as `client.serialNumber` and `openssl x509 -serial` have them;
       * of a negative one the number, `-01`, or its octets, `FF`. What is written in decimal is given as a bigint: `1234n`.
       */
      readonly serial: string | bigint;
    }
  | {
      /**
       * The SHA-256 of the certificate: 43 characters of base64url (`x5t#S256`, as `client.thumbprint` has it), or 64
       * hexadecimal digits with or without colons, as `openssl x509 -fingerprint -sha256` prints them.
       */
      readonly thumbprint: string;
    };

/**
 * Certificates that are denied from now on, whatever their authority says of them: what an operator does in the minute
 * in which a key is lost. Given to any number of instances by the option `denyList`, it is asked about every
 * certificate of the path, trust anchor included, on every request, also on connections that are open.
 */
export interface DenyList {
  /** @internal Only `createDenyList` makes deny-lists. */
  readonly [denyListBrand]: DenyListIndex;
  /** How many entries there are. */
  readonly size: number;
  /** From the next request on. Throws TypeError for an entry that cannot be read: it would deny nobody. */
  revoke(entry: DenyListEntry): void;
  /**
   * Takes an entry back that was given in the same way: a thumbprint does not lift an issuer and serial number. Answers
   * whether it was there. Throws TypeError for an entry that cannot be read.
   */
  lift(entry: DenyListEntry): boolean;
  /** Whether the list has the certificate, under either form. */
  has(certificate: Certificate): boolean;
}

/** Shared by every copy of this package. */
const denyListBrand: unique symbol = Symbol.for('peercert.deny-list') as never;

/** An empty deny-list. */
export function createDenyList(): DenyList {
  const index = new DenyListIndex();
  return Object.freeze({
    [denyListBrand]: index,
    get size() {
      return index.size;
    },
    revoke: (entry: DenyListEntry) => index.add(readEntry(entry, 'revoke()')),
    lift: (entry: DenyListEntry) => index.remove(readEntry(entry, 'lift()')),
    has: (certificate: Certificate) => index.has(certificate),
  });
}

/** The option `denyList`. Throws TypeError for anything but what `createDenyList` made. */
export function readDenyListOption(value: unknown): DenyListIndex {
  const index = typeof value === 'object' && value !== null ? (value as Partial<DenyList>)[denyListBrand] : undefined;
  if (index === undefined) throw new TypeError(`denyList: expected what createDenyList() makes, got ${shown(value)}`);
  return index;
}

/** Of a path with a certificate that is denied. */
export function deniedPathRefusal(list: DenyListIndex, path: VerifiedPath): Reason | undefined {
  const index = list.indexIn(path);
  if (index < 0) return undefined;
  const certificate = path.certificates[index] ?? path.anchor?.certificate;
  return denied(index, certificate?.subject);
}

/** Of a bare name, by issuer and serial number, where the proxy tells them. */
export function deniedNameRefusal(list: DenyListIndex, name: AssertedName): Reason | undefined {
  return list.hasName(name) ? denied(0, name.subject) : undefined;
}

function denied(index: number, subject: Name | undefined): Reason {
  return reason('certificate_revoked', {
    index,
    ...(subject === undefined ? {} : { subject: subject.toString() }),
    revocationDate: undefined,
    revocationReason: undefined,
    by: 'deny-list',
  });
}

type Entry =
  | { readonly issuer: string; readonly serial: string; readonly thumbprint?: undefined }
  | { readonly thumbprint: string };

/** What the line asks: a look-up or two for each certificate, and none while the list is empty. */
export class DenyListIndex {
  /**
   * By the octets of the serial number first: that is text which a certificate has ready, and nearly always the answer. A
   * negative one counts as the unsigned one of these octets, and the other way round: the tool that an operator copied the
   * number from may have shown either.
   */
  readonly #issuersBySerial: Map<string, Set<string>> = new Map();
  readonly #thumbprints: Set<string> = new Set();
  #names = 0;

  get size(): number {
    return this.#names + this.#thumbprints.size;
  }

  add(entry: Entry): void {
    if (entry.thumbprint !== undefined) {
      this.#thumbprints.add(entry.thumbprint);
      return;
    }
    const issuers = this.#issuersBySerial.get(entry.serial) ?? new Set();
    if (!issuers.has(entry.issuer)) this.#names += 1;
    this.#issuersBySerial.set(entry.serial, issuers.add(entry.issuer));
  }

  remove(entry: Entry): boolean {
    if (entry.thumbprint !== undefined) return this.#thumbprints.delete(entry.thumbprint);
    const issuers = this.#issuersBySerial.get(entry.serial);
    if (issuers === undefined || !issuers.delete(entry.issuer)) return false;
    if (issuers.size === 0) this.#issuersBySerial.delete(entry.serial);
    this.#names -= 1;
    return true;
  }

  has(certificate: Certificate): boolean {
    return (
      this.#issuersBySerial.get(serialOctetsText(certificate.serialNumber))?.has(certificate.issuer.canonical) ===
        true ||
      (this.#thumbprints.size > 0 && this.#hasThumbprint(certificate))
    );
  }

  /** Whichever of its two signatures the holder shows: see `twinThumbprint`. */
  #hasThumbprint(certificate: Certificate): boolean {
    if (this.#thumbprints.has(certificate.thumbprint)) return true;
    const twin = twinThumbprint(certificate);
    return twin !== undefined && this.#thumbprints.has(twin);
  }

  /** The index of the first denied certificate of a path, the anchor's being the last; -1 when there is none. */
  indexIn({ certificates, anchor }: VerifiedPath): number {
    if (this.size === 0) return -1;
    const found = certificates.findIndex((certificate) => this.has(certificate));
    return found < 0 && anchor !== undefined && this.has(anchor.certificate) ? certificates.length : found;
  }

  hasName({ issuer, serialNumber }: AssertedName): boolean {
    if (serialNumber === undefined) return false;
    return this.#issuersBySerial.get(serialOctetsText(serialNumber))?.has(issuer.canonical) === true;
  }
}

function readEntry(entry: DenyListEntry, where: string): Entry {
  refuseUnknownKeys(entry, ['issuer', 'serial', 'thumbprint'], where);
  const { issuer, serial, thumbprint } = entry as { issuer?: unknown; serial?: unknown; thumbprint?: unknown };
  if (thumbprint !== undefined) {
    if (issuer !== undefined || serial !== undefined) {
      throw new TypeError(`${where}: give a thumbprint, or issuer and serial, not both`);
    }
    return { thumbprint: readThumbprint(thumbprint, where) };
  }
  if (issuer === undefined || serial === undefined) {
    throw new TypeError(`${where}: a serial number means nothing without its issuer: give both, or a thumbprint`);
  }
  return { issuer: readIssuer(issuer, where).canonical, serial: readSerial(serial, where) };
}

const hexOfDigest = /^(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31})$/;

function readThumbprint(value: unknown, where: string): string {
  if (typeof value === 'string') {
    if (hexOfDigest.test(value)) return encodeBase64Url(Buffer.from(value.replaceAll(':', ''), 'hex'));
    if (decodeBase64Url(value)?.length === 32) return value;
  }
  throw new TypeError(
    `${where}: expected the SHA-256 of a certificate in 43 characters of base64url or 64 hexadecimal digits, got ${shown(value)}`,
  );
}

function readIssuer(value: unknown, where: string): Name {
  if (typeof value === 'string' && !value.includes('-----BEGIN ')) {
    return named(parseDistinguishedName(value), value, where);
  }
  if (isName(value)) return named(value, value.toString(), where);
  const [certificate, ...more] = readCertificates(value as string | Uint8Array | Certificate, `${where}: issuer`);
  if (certificate === undefined || more.length > 0 || Array.isArray(value)) {
    throw new TypeError(`${where}: expected one issuer, got ${more.length + 1} certificates`);
  }
  return named(certificate.subject, certificate.subject.toString(), where);
}

function isName(value: unknown): value is Name {
  return typeof value === 'object' && value !== null && 'canonical' in value && 'rdns' in value;
}

function named(name: Name | undefined, value: string, where: string): Name {
  if (name !== undefined && !name.isEmpty) return name;
  throw new TypeError(
    `${where}: expected an issuer such as 'CN=Partner CA,O=Partner' (RFC 4514) or its certificate, got ${shown(value)}`,
  );
}

/** The octets, as `serialOctetsText` gives those of a certificate. */
function readSerial(value: unknown, where: string): string {
  const serial =
    typeof value === 'bigint' ? serialOf(value) : typeof value === 'string' ? parseSerialText(value) : undefined;
  if (serial !== undefined) return serialOctetsText(serial);
  throw new TypeError(
    `${where}: expected a serial number as hexadecimal text such as '03A5B1' or as a bigint, got ${shown(value)}`,
  );
}
