import type { Certificate } from '../certificate/model.ts';
import { twinThumbprint } from '../certificate/twin-thumbprint.ts';
import { decodeBase64, decodeBase64Url, encodeBase64Url } from '../encoding/base64.ts';
import { shown } from '../option-keys.ts';
import { createCertificateRule, type Rule } from './rule.ts';

/**
 * Pins name the leaf itself, by its key or by the whole certificate. They are rules; in the option `pins` they come
 * first and fail with a reason of their own. Authorities are pinned with `anchor` and `issuer`.
 */
export interface Pin extends Rule {
  /** @internal */
  readonly [pinBrand]: (leaf: Certificate) => boolean;
}

/** Shared by every copy of this package. */
const pinBrand: unique symbol = Symbol.for('peercert.pin');

/**
 * The leaf's key: `sha256/` and the base64 of the SHA-256 of its SubjectPublicKeyInfo (RFC 7469 section 2.4). It
 * outlives a renewal of the certificate with the same key. Throws TypeError for any other form.
 */
export function spkiPin(pin: string): Pin {
  const digest = typeof pin === 'string' && pin.startsWith('sha256/') ? pin.slice('sha256/'.length) : '';
  if (decodeBase64(digest)?.length !== 32) {
    throw new TypeError(`spkiPin(): expected 'sha256/' and 44 characters of base64, got ${shown(pin)}`);
  }
  return createPin(`spkiPin(${shown(pin)})`, (leaf) => leaf.spkiSha256 === digest);
}

/**
 * The leaf certificate, by its SHA-256 fingerprint: 64 hexadecimal digits, with or without colons, as
 * `openssl x509 -fingerprint -sha256` prints it, whichever of its two ECDSA signatures it is shown with. Throws TypeError
 * for any other form.
 */
export function certificatePin(fingerprint: string): Pin {
  if (
    typeof fingerprint !== 'string' ||
    !/^(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31})$/.test(fingerprint)
  ) {
    throw new TypeError(
      `certificatePin(): expected a SHA-256 fingerprint of 64 hexadecimal digits, with or without colons, got ${shown(fingerprint)}`,
    );
  }
  const wanted = encodeBase64Url(Buffer.from(fingerprint.replaceAll(':', ''), 'hex'));
  return createPin(`certificatePin(${shown(fingerprint)})`, (leaf) => isCertificate(leaf, wanted));
}

/**
 * The leaf certificate, by its `x5t#S256` (RFC 8705 section 3.1): the SHA-256 fingerprint in 43 characters of base64url,
 * as `client.thumbprint` has it, whichever of its two ECDSA signatures it is shown with. Throws TypeError for any other form.
 */
export function thumbprint(value: string): Pin {
  if (typeof value !== 'string' || decodeBase64Url(value)?.length !== 32) {
    throw new TypeError(`thumbprint(): expected 43 characters of base64url, got ${shown(value)}`);
  }
  return createPin(`thumbprint(${shown(value)})`, (leaf) => isCertificate(leaf, value));
}

/**
 * The holder of a certificate chooses which of its signatures to show (see `twinThumbprint`), and must not leave a rule
 * under `not` by it. What was signed and the key are the same in both, so to match either lets nobody else in.
 */
function isCertificate(leaf: Certificate, wanted: string): boolean {
  return leaf.thumbprint === wanted || twinThumbprint(leaf) === wanted;
}

/** The option `pins`: the client's own pin and its backups. Text is an SPKI pin. */
export type PinOption = string | Pin;

/** Whether one of the pins is the leaf's. Throws TypeError for an empty list and for what is no pin. */
export function compilePins(pins: readonly PinOption[]): (leaf: Certificate) => boolean {
  if (!Array.isArray(pins) || pins.length === 0) {
    throw new TypeError(`pins: expected a list such as ['sha256/...', certificatePin('...')], got ${shown(pins)}`);
  }
  const matchers = Array.from(pins, (pin: unknown, index) => readPin(pin, `pins[${index}]`)[pinBrand]);
  return (leaf) => matchers.some((matches) => matches(leaf));
}

function readPin(pin: unknown, where: string): Pin {
  if (typeof pin === 'string') {
    try {
      return spkiPin(pin);
    } catch {
      throw new TypeError(
        `${where}: ${shown(pin)} is no SPKI pin, 'sha256/' and 44 characters of base64; for a certificate's fingerprint write certificatePin(...)`,
      );
    }
  }
  if (typeof pin === 'object' && pin !== null && Object.hasOwn(pin, pinBrand)) return pin as Pin;
  throw new TypeError(`${where}: expected 'sha256/...' or certificatePin('...'), got ${shown(pin)}`);
}

function createPin(description: string, matches: (leaf: Certificate) => boolean): Pin {
  return Object.freeze({ ...createCertificateRule(description, matches), [pinBrand]: matches });
}
