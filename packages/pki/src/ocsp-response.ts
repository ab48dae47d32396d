/** OCSP responses (RFC 6960 4.2.1), built from explicit parts: what an honest responder says, and what none would. */
import { isUint8Array } from 'node:util/types';
import * as der from './der.ts';
import { type ExtensionInput, encodeExtension } from './extension.ts';
import { type KeyPair, keyIdentifierOf, spkiOf } from './key-pair.ts';
import { encodeName, type NameInput } from './name.ts';
import { encodeSignatureAlgorithm, resolveSignature, type SignatureOptions, signWith } from './signature.ts';

export const ocspOids = {
  basicResponse: '1.3.6.1.5.5.7.48.1.1',
  nonce: '1.3.6.1.5.5.7.48.1.2',
  noCheck: '1.3.6.1.5.5.7.48.1.5',
} as const;

/** RFC 5280 5.3.1, by its number. */
const crlReasons = {
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

export type OcspRevocationReason = keyof typeof crlReasons;

export interface OcspRevocation {
  readonly revocationDate: Date;
  readonly reason?: OcspRevocationReason;
}

/** DER replaces the whole `certStatus`. */
export type OcspStatusInput = 'good' | 'unknown' | OcspRevocation | Uint8Array;

export interface OcspSingleInput {
  /** DER of the `CertID`: `encodeOcspCertId` writes one. */
  readonly certId: Uint8Array;
  readonly status: OcspStatusInput;
  /** A Date, the text of a GeneralizedTime, or DER. */
  readonly thisUpdate: Date | string | Uint8Array;
  /** Absent: left out. */
  readonly nextUpdate?: Date | string | Uint8Array | undefined;
  readonly extensions?: readonly ExtensionInput[];
}

export interface ForgeOcspOptions {
  /**
   * By its number: `malformedRequest` 1, `internalError` 2, `tryLater` 3, `sigRequired` 5, `unauthorized` 6. An error has
   * no answer unless `responseBytes` gives one. Default 0, `successful`.
   */
  readonly responseStatus?: number;
  /** DER of the whole `[0]` field; `null` leaves it out. Default: what the other parts amount to. */
  readonly responseBytes?: Uint8Array | null;
  /** Dotted object identifier. Default id-pkix-ocsp-basic. */
  readonly responseType?: string;
  /** As encoded, 0 being version 1. Default: left out, being the DEFAULT. */
  readonly version?: number;
  /** Who signs. */
  readonly signer: KeyPair;
  /** DER is written as it is. Default: by the key of the signer. */
  readonly responderId?: { readonly name: NameInput } | { readonly keyHash: Uint8Array } | Uint8Array;
  readonly producedAt: Date | string | Uint8Array;
  readonly responses: readonly OcspSingleInput[];
  readonly extensions?: readonly ExtensionInput[];
  readonly signature?: SignatureOptions;
  /** DER of `signatureAlgorithm`. Default: the truth. */
  readonly algorithm?: Uint8Array;
  /** Changes the fields of `tbsResponseData` before they are signed. */
  readonly editTbs?: (fields: readonly Uint8Array[]) => readonly Uint8Array[];
  /** Changes the signature before it is written. */
  readonly editSignature?: (signature: Uint8Array) => Uint8Array;
  /** DER of the certificates enclosed. Default: no field. */
  readonly certificates?: readonly Uint8Array[];
  /** Octets after the end of the response. */
  readonly trailing?: Uint8Array;
}

/** An error (RFC 6960 2.3), which nobody signs. By its number, as `ForgeOcspOptions.responseStatus`. */
export function encodeOcspError(responseStatus: number): Uint8Array {
  return der.sequence(der.enumerated(responseStatus));
}

/** Builds and signs. The result is what the parts make of it: nothing is checked. */
export function forgeOcspResponse(options: ForgeOcspOptions): Uint8Array {
  const { responseStatus = 0 } = options;
  const byDefault = responseStatus === 0 ? encodeResponseBytes(options) : null;
  const { responseBytes = byDefault } = options;
  return der.concat(
    der.sequence(der.enumerated(responseStatus), ...(responseBytes === null ? [] : [responseBytes])),
    options.trailing ?? new Uint8Array(),
  );
}

function encodeResponseBytes(options: ForgeOcspOptions): Uint8Array {
  const { signer, responseType = ocspOids.basicResponse, certificates } = options;
  const scheme = resolveSignature(signer.privateKey, options.signature);
  const fields = [
    ...(options.version === undefined ? [] : [der.constructed(0, der.integer(options.version))]),
    encodeResponderId(options.responderId ?? { keyHash: keyHash(signer) }),
    encodeTime(options.producedAt),
    der.sequence(...options.responses.map(encodeSingle)),
    ...encodeExtensions(options.extensions),
  ];
  const tbs = der.sequence(...(options.editTbs?.(fields) ?? fields));
  const signature = signWith(signer.privateKey, scheme, tbs);
  const basic = der.sequence(
    tbs,
    options.algorithm ?? encodeSignatureAlgorithm(signer.privateKey, scheme),
    der.bitString(options.editSignature?.(signature) ?? signature),
    ...(certificates === undefined ? [] : [der.constructed(0, der.sequence(...certificates))]),
  );
  return der.constructed(0, der.sequence(der.oid(responseType), der.octetString(basic)));
}

function encodeResponderId(id: Exclude<ForgeOcspOptions['responderId'], undefined>): Uint8Array {
  if (isUint8Array(id)) return id;
  return 'name' in id ? der.constructed(1, encodeName(id.name)) : der.constructed(2, der.octetString(id.keyHash));
}

/** `KeyHash`: SHA-1 of the content of the public key. */
function keyHash({ publicKey }: KeyPair): Uint8Array {
  return keyIdentifierOf(spkiOf(publicKey));
}

function encodeSingle({ certId, status, thisUpdate, nextUpdate, extensions }: OcspSingleInput): Uint8Array {
  return der.sequence(
    certId,
    encodeStatus(status),
    encodeTime(thisUpdate),
    ...(nextUpdate === undefined ? [] : [der.constructed(0, encodeTime(nextUpdate))]),
    ...encodeExtensions(extensions),
  );
}

function encodeStatus(status: OcspStatusInput): Uint8Array {
  if (isUint8Array(status)) return status;
  if (status === 'good') return der.primitive(0);
  if (status === 'unknown') return der.primitive(2);
  const { revocationDate, reason } = status;
  const reasonField = reason === undefined ? [] : [der.constructed(0, der.enumerated(crlReasons[reason]))];
  return der.constructed(1, encodeTime(revocationDate), ...reasonField);
}

function encodeExtensions(extensions: readonly ExtensionInput[] | undefined): Uint8Array[] {
  if (extensions === undefined || extensions.length === 0) return [];
  return [der.constructed(1, der.sequence(...extensions.map(encodeExtension)))];
}

function encodeTime(time: Date | string | Uint8Array): Uint8Array {
  if (isUint8Array(time)) return time;
  const text = typeof time === 'string' ? time : `${time.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
  return der.generalizedTime(text);
}
