/**
 * Certificates that no honest authority would issue, built from explicit parts. For tests of what must be refused: wrong
 * versions, duplicate extensions, two signature algorithms, odd dates and serials, bytes that are not DER.
 */

import { randomBytes } from 'node:crypto';
import { isUint8Array } from 'node:util/types';
import * as der from './der.ts';
import { type ExtensionInput, encodeExtension } from './extension.ts';
import { type IssuedCertificate, wrapCertificate } from './issued-certificate.ts';
import { type KeyPair, spkiOf } from './key-pair.ts';
import { encodeName, type NameInput } from './name.ts';
import { serialText } from './serial-number.ts';
import { encodeSignatureAlgorithm, resolveSignature, type SignatureOptions, signWith } from './signature.ts';

export interface ForgeOptions {
  /** The subject's key pair, and the signer's unless `signer` is given. */
  readonly keyPair: KeyPair;
  /** Who signs. Default: `keyPair`, so the certificate is self-signed. */
  readonly signer?: KeyPair;
  /** As written by people: 1, 2, 3 or any other number. 1 is left out, being the DEFAULT. DER replaces the whole `[0]` field. Default 3. */
  readonly version?: number | Uint8Array;
  /** A number, or content octets verbatim: `Uint8Array.of(0, 0, 1)`. Default: 16 random octets, positive. */
  readonly serialNumber?: number | bigint | Uint8Array;
  /** Default: an empty name. DER is written as it is. */
  readonly subject?: NameInput;
  /** Default: the subject. */
  readonly issuer?: NameInput;
  /** A Date becomes the Time of RFC 5280; text is written as UTCTime (13 characters) or GeneralizedTime; DER as it is. */
  readonly notBefore?: Date | string | Uint8Array;
  /** As `notBefore`. Defaults: 2000-01-01 to 2049-12-31. */
  readonly notAfter?: Date | string | Uint8Array;
  /** DER of the SubjectPublicKeyInfo. Default: that of `keyPair`. */
  readonly spki?: Uint8Array;
  /** Content octets of the BIT STRING. */
  readonly issuerUniqueId?: Uint8Array;
  /** Content octets of the BIT STRING. */
  readonly subjectUniqueId?: Uint8Array;
  /** In this very order, duplicates kept; an element of DER is written as it is. Empty or absent: no field. DER replaces the whole `[3]` field. */
  readonly extensions?: readonly (ExtensionInput | Uint8Array)[] | Uint8Array;
  readonly signature?: SignatureOptions;
  /** DER of `tbsCertificate.signature`. Default: the truth. */
  readonly innerAlgorithm?: Uint8Array;
  /** DER of `signatureAlgorithm`. Default: the truth. */
  readonly outerAlgorithm?: Uint8Array;
  /** Changes the fields of tbsCertificate before they are signed: drop, repeat, reorder, append. */
  readonly editTbs?: (fields: readonly Uint8Array[]) => readonly Uint8Array[];
  /** Changes the signature before it is written. */
  readonly editSignature?: (signature: Uint8Array) => Uint8Array;
  /** Changes tbsCertificate, signatureAlgorithm and signatureValue after signing. */
  readonly editCertificate?: (fields: readonly Uint8Array[]) => readonly Uint8Array[];
  /** Octets after the end of the certificate. */
  readonly trailing?: Uint8Array;
  /** What the chain presents after this certificate, nearest first, DER. */
  readonly intermediates?: readonly Uint8Array[];
}

/** Builds and signs. The result is what the parts make of it: nothing is checked. For tests. */
export function forgeCertificate(options: ForgeOptions): IssuedCertificate {
  const { keyPair, signer = keyPair, subject = [], issuer = subject } = options;
  const scheme = resolveSignature(signer.privateKey, options.signature);
  const algorithm = encodeSignatureAlgorithm(signer.privateKey, scheme);
  const serialNumber = der.integer(options.serialNumber ?? randomSerial());
  const fields = [
    ...encodeVersion(options.version ?? 3),
    serialNumber,
    options.innerAlgorithm ?? algorithm,
    encodeName(issuer),
    der.sequence(encodeTime(options.notBefore ?? '000101000000Z'), encodeTime(options.notAfter ?? '491231235959Z')),
    encodeName(subject),
    options.spki ?? spkiOf(keyPair.publicKey),
    ...(options.issuerUniqueId ? [der.primitive(1, options.issuerUniqueId)] : []),
    ...(options.subjectUniqueId ? [der.primitive(2, options.subjectUniqueId)] : []),
    ...encodeExtensions(options.extensions ?? []),
  ];
  const tbs = der.sequence(...(options.editTbs?.(fields) ?? fields));
  const signature = signWith(signer.privateKey, scheme, tbs);
  const parts = [
    tbs,
    options.outerAlgorithm ?? algorithm,
    der.bitString(options.editSignature?.(signature) ?? signature),
  ];
  const certificate = der.sequence(...(options.editCertificate?.(parts) ?? parts));
  return wrapCertificate(
    der.concat(certificate, options.trailing ?? new Uint8Array()),
    keyPair,
    serialText(der.contents(serialNumber)),
    options.intermediates ?? [],
  );
}

/** 16 octets, positive, in the fewest octets: within the 20 of RFC 5280 4.1.2.2. */
export function randomSerial(): bigint {
  return BigInt(`0x4${randomBytes(16).toString('hex').slice(1)}`);
}

function encodeVersion(version: number | Uint8Array): Uint8Array[] {
  if (typeof version !== 'number') return [version];
  return version === 1 ? [] : [der.constructed(0, der.integer(version - 1))];
}

function encodeTime(time: Date | string | Uint8Array): Uint8Array {
  if (isUint8Array(time)) return time;
  if (typeof time !== 'string') return der.time(time);
  return time.length <= 13 ? der.utcTime(time) : der.generalizedTime(time);
}

function encodeExtensions(extensions: readonly (ExtensionInput | Uint8Array)[] | Uint8Array): Uint8Array[] {
  if (isUint8Array(extensions)) return [extensions];
  if (extensions.length === 0) return [];
  const encoded = extensions.map((extension) => (isUint8Array(extension) ? extension : encodeExtension(extension)));
  return [der.constructed(3, der.sequence(...encoded))];
}
