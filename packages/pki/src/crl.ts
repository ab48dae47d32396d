/** Certificate revocation lists (RFC 5280 section 5): sound ones by default, and any other for tests of refusals. */
import { isUint8Array } from 'node:util/types';
import * as der from './der.ts';
import { type IssuingDistributionPointInput, issuingDistributionPoint } from './distribution-point.ts';
import { authorityKeyIdentifier, type ExtensionInput, encodeExtension } from './extension.ts';
import type { GeneralNameInput } from './general-name.ts';
import { encodeGeneralNames } from './general-name.ts';
import { toPem } from './issued-certificate.ts';
import type { Issuer } from './issuer.ts';
import type { KeyPair } from './key-pair.ts';
import { encodeName, type NameInput } from './name.ts';
import { serialFromText } from './serial-number.ts';
import { encodeSignatureAlgorithm, resolveSignature, type SignatureOptions, signWith } from './signature.ts';

/** 5.3.1. */
export type CrlReason = keyof typeof reasonCodes;

const reasonCodes = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;

export interface CrlEntryInput {
  /** A number; hex as in `IssuedCertificate.serialNumber`; or content octets verbatim. */
  readonly serialNumber: number | bigint | string | Uint8Array;
  /** A Date; text, written as UTCTime or GeneralizedTime; or DER. Default: thisUpdate. */
  readonly revocationDate?: Date | string | Uint8Array;
  /** A name, or the number of one that does not exist. Default: no reason code. */
  readonly reason?: CrlReason | number;
  readonly invalidityDate?: Date;
  /** Of an indirect CRL: whose certificate this and the following entries speak of. */
  readonly certificateIssuer?: readonly GeneralNameInput[];
  /** Further entry extensions, after the others. */
  readonly extensions?: readonly ExtensionInput[];
}

export interface IssuedCrl {
  readonly crlDer: Uint8Array;
  /** One block with the label `X509 CRL`. */
  readonly crlPem: string;
}

export interface CrlOptions {
  /** Default: none. */
  readonly entries?: readonly CrlEntryInput[];
  /** Default: the clock of the authority. Whole seconds. */
  readonly thisUpdate?: Date;
  /** Default: seven days after thisUpdate. `null`: none. */
  readonly nextUpdate?: Date | null;
  /** Default: the seconds of thisUpdate since 1970, so that a later list has a greater number. `null`: none. */
  readonly crlNumber?: number | bigint | null;
  /** BaseCRLNumber, which makes it a delta CRL. */
  readonly baseCrlNumber?: number | bigint;
  readonly issuingDistributionPoint?: IssuingDistributionPointInput;
  /** Default: the key identifier of the authority. `null`: none. */
  readonly authorityKeyIdentifier?: Uint8Array | null;
  /** Further extensions, after the others: `extension.freshestCrl(...)`. */
  readonly extensions?: readonly ExtensionInput[];
  readonly signature?: SignatureOptions;
}

const sevenDays = 7 * 86_400_000;

/** @internal `Authority.issueCrl`. */
export function issueCrl(issuer: Issuer, options: CrlOptions, nowMs: number): IssuedCrl {
  const thisUpdate = wholeSecond(options.thisUpdate?.getTime() ?? nowMs);
  const { nextUpdate = wholeSecond(thisUpdate.getTime() + sevenDays), crlNumber = thisUpdate.getTime() / 1000 } =
    options;
  const { authorityKeyIdentifier: keyIdentifier = issuer.keyIdentifier, issuingDistributionPoint: scope } = options;
  const { baseCrlNumber, entries, signature } = options;
  return forgeCrl({
    keyPair: issuer.keyPair,
    issuer: issuer.name,
    thisUpdate,
    ...(nextUpdate === null ? {} : { nextUpdate }),
    ...(entries === undefined ? {} : { entries }),
    ...(signature === undefined ? {} : { signature }),
    extensions: [
      ...(keyIdentifier ? [authorityKeyIdentifier({ keyIdentifier })] : []),
      ...(crlNumber === null ? [] : [crlNumberExtension(crlNumber)]),
      ...(baseCrlNumber === undefined ? [] : [deltaCrlIndicator(baseCrlNumber)]),
      ...(scope === undefined ? [] : [issuingDistributionPoint(scope)]),
      ...(options.extensions ?? []),
    ],
  });
}

/** 5.2.3, not critical. */
export function crlNumberExtension(number: number | bigint): ExtensionInput {
  return { oid: '2.5.29.20', value: der.integer(number) };
}

/** 5.2.4, critical. */
export function deltaCrlIndicator(baseCrlNumber: number | bigint): ExtensionInput {
  return { oid: '2.5.29.27', critical: true, value: der.integer(baseCrlNumber) };
}

export interface ForgeCrlOptions {
  /** Who signs. */
  readonly keyPair: KeyPair;
  /** Default: an empty name. */
  readonly issuer?: NameInput;
  /** As written by people: 1 is left out, being no version at all. DER replaces the field. Default 2. */
  readonly version?: number | Uint8Array;
  /** A Date becomes the Time of RFC 5280; text is written as UTCTime (13 characters) or GeneralizedTime; DER as it is. */
  readonly thisUpdate: Date | string | Uint8Array;
  /** As `thisUpdate`. Default: none. */
  readonly nextUpdate?: Date | string | Uint8Array;
  /** DER replaces the whole field. Default: none. */
  readonly entries?: readonly (CrlEntryInput | Uint8Array)[] | Uint8Array;
  /** In this very order, duplicates kept. Empty or absent: no field. DER replaces the whole `[0]` field. */
  readonly extensions?: readonly ExtensionInput[] | Uint8Array;
  readonly signature?: SignatureOptions;
  /** DER of `tbsCertList.signature`. Default: the truth. */
  readonly innerAlgorithm?: Uint8Array;
  /** DER of `signatureAlgorithm`. Default: the truth. */
  readonly outerAlgorithm?: Uint8Array;
  /** Changes the fields of tbsCertList before they are signed. */
  readonly editTbs?: (fields: readonly Uint8Array[]) => readonly Uint8Array[];
  /** Changes the signature before it is written. */
  readonly editSignature?: (signature: Uint8Array) => Uint8Array;
  /** Octets after the end of the list. */
  readonly trailing?: Uint8Array;
}

/** Builds and signs. The result is what the parts make of it: nothing is checked. For tests. */
export function forgeCrl(options: ForgeCrlOptions): IssuedCrl {
  const { keyPair, issuer = [], version = 2, thisUpdate, nextUpdate, entries = [], trailing } = options;
  const scheme = resolveSignature(keyPair.privateKey, options.signature);
  const algorithm = encodeSignatureAlgorithm(keyPair.privateKey, scheme);
  const fields = [
    ...(typeof version !== 'number' ? [version] : version === 1 ? [] : [der.integer(version - 1)]),
    options.innerAlgorithm ?? algorithm,
    encodeName(issuer),
    encodeTime(thisUpdate),
    ...(nextUpdate === undefined ? [] : [encodeTime(nextUpdate)]),
    ...encodeEntries(entries, thisUpdate),
    ...encodeExtensions(options.extensions ?? []),
  ];
  const tbs = der.sequence(...(options.editTbs?.(fields) ?? fields));
  const signature = signWith(keyPair.privateKey, scheme, tbs);
  const crl = der.sequence(
    tbs,
    options.outerAlgorithm ?? algorithm,
    der.bitString(options.editSignature?.(signature) ?? signature),
  );
  const crlDer = der.concat(crl, trailing ?? new Uint8Array());
  return Object.freeze({ crlDer, crlPem: toPem(crlDer, 'X509 CRL') });
}

function encodeEntries(
  entries: readonly (CrlEntryInput | Uint8Array)[] | Uint8Array,
  thisUpdate: Date | string | Uint8Array,
): Uint8Array[] {
  if (isUint8Array(entries)) return [entries];
  if (entries.length === 0) return [];
  return [der.sequence(...entries.map((entry) => (isUint8Array(entry) ? entry : encodeEntry(entry, thisUpdate))))];
}

function encodeEntry(entry: CrlEntryInput, thisUpdate: Date | string | Uint8Array): der.Der {
  const {
    certificateIssuer,
    extensions = [],
    invalidityDate,
    reason,
    revocationDate = thisUpdate,
    serialNumber,
  } = entry;
  const code = typeof reason === 'string' ? reasonCodes[reason] : reason;
  const all: ExtensionInput[] = [
    ...(code === undefined ? [] : [{ oid: '2.5.29.21', value: der.enumerated(code) }]),
    ...(invalidityDate === undefined ? [] : [{ oid: '2.5.29.24', value: generalizedTime(invalidityDate) }]),
    ...(certificateIssuer === undefined
      ? []
      : [{ oid: '2.5.29.29', critical: true, value: encodeGeneralNames(certificateIssuer) }]),
    ...extensions,
  ];
  return der.sequence(
    der.integer(typeof serialNumber === 'string' ? serialFromText(serialNumber) : serialNumber),
    encodeTime(revocationDate),
    ...(all.length === 0 ? [] : [der.sequence(...all.map(encodeExtension))]),
  );
}

function encodeExtensions(extensions: readonly ExtensionInput[] | Uint8Array): Uint8Array[] {
  if (isUint8Array(extensions)) return [extensions];
  return extensions.length === 0 ? [] : [der.constructed(0, der.sequence(...extensions.map(encodeExtension)))];
}

function encodeTime(time: Date | string | Uint8Array): Uint8Array {
  if (isUint8Array(time)) return time;
  if (typeof time !== 'string') return der.time(time);
  return time.length <= 13 ? der.utcTime(time) : der.generalizedTime(time);
}

function generalizedTime(date: Date): der.Der {
  return der.generalizedTime(date.toISOString().replace(/\.\d+|[-:T]/g, ''));
}

function wholeSecond(milliseconds: number): Date {
  return new Date(Math.floor(milliseconds / 1000) * 1000);
}
