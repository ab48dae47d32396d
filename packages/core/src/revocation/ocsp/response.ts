import { checkSignatureAlgorithm, decodeAlgorithm } from '../../certificate/algorithm.ts';
import type { EncodingDeviation } from '../../certificate/deviations.ts';
import { MalformedError } from '../../certificate/malformed.ts';
import type { AlgorithmIdentifier, Extension, Name } from '../../certificate/model.ts';
import { checkName, nameAt } from '../../certificate/name-der.ts';
import { ProfileReader } from '../../certificate/profile-reader.ts';
import { contextConstructed, DerError, DerReader, tag } from '../../encoding/der.ts';
import { readGeneralizedTime } from '../../encoding/der-time.ts';
import { objectIdentifierText } from '../../encoding/object-identifier.ts';
import { OcspError, type OcspRule } from './rules.ts';
import {
  noExtensions,
  readExplicit,
  readOcspExtensions,
  readSingleResponse,
  type SingleResponse,
} from './single-response.ts';

/**
 * `OCSPResponse` (RFC 6960 4.2.1), read as DER. What is spelled in another way is noted, but for one thing: a version 1 that
 * is written out, which X.690 11.5 forbids, is taken by every profile, because responders in use write it and it says nothing. Whatever is read here was said by nobody
 * until `checkOcspResponse` has found who signed it.
 */
export type OcspResponse =
  | { readonly status: 'successful'; readonly basic: BasicOcspResponse }
  | { readonly status: OcspErrorStatus };

export type OcspErrorStatus = 'malformedRequest' | 'internalError' | 'tryLater' | 'sigRequired' | 'unauthorized';

/** `BasicOCSPResponse` with the fields of its `ResponseData`. */
export interface BasicOcspResponse {
  /** The signed part, `tbsResponseData`, header included. */
  readonly tbsDer: Uint8Array;
  readonly responderId: ResponderId;
  /** Milliseconds since the epoch. */
  readonly producedAtMs: number;
  readonly responses: readonly SingleResponse[];
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  /** DER of the certificates enclosed, which nobody has read yet. */
  readonly certificates: readonly Uint8Array[];
  /** Other spellings than those of DER: `strict` refuses an answer that has any. */
  readonly deviations: readonly EncodingDeviation[];
}

export type ResponderId =
  | { readonly kind: 'byName'; readonly name: Name }
  /** SHA-1 of the content of the responder's public key. */
  | { readonly kind: 'byKey'; readonly keyHash: Uint8Array };

export type ParsedOcspResponse =
  | { readonly ok: true; readonly value: OcspResponse }
  | { readonly ok: false; readonly rule: OcspRule };

/** One answer with its delegate has 2 KB, one with a post-quantum signature 10; nobody has to send us more than this. */
export const maximumResponseBytes = 65_536;

/** As many as one TLS client may present. */
const maximumCertificates = 20;

/** `OCSPResponseStatus`; 4 is not used. */
const statuses: readonly (OcspResponse['status'] | undefined)[] = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  undefined,
  'sigRequired',
  'unauthorized',
];

const basicResponseType = '1.3.6.1.5.5.7.48.1.1';

/** Reads the DER of an OCSP response. The octets are copied. */
export function parseOcspResponse(der: Uint8Array): ParsedOcspResponse {
  if (der.length > maximumResponseBytes) return { ok: false, rule: 'ocsp_too_large' };
  try {
    return { ok: true, value: readOcspResponse(new Uint8Array(der)) };
  } catch (error) {
    if (error instanceof DerError || error instanceof MalformedError || error instanceof OcspError) {
      return { ok: false, rule: error.rule };
    }
    throw error;
  }
}

function readOcspResponse(bytes: Uint8Array): OcspResponse {
  const reader = new ProfileReader(bytes);
  const outer = reader.enter(tag.sequence);
  const status = statuses[reader.readNumber(undefined, tag.enumerated)];
  const basic = readExplicit(reader, 0, readResponseBytes);
  reader.leave(outer);
  if (!reader.isDone) throw new DerError('der_trailing_data');
  if (status === undefined) throw new OcspError('ocsp_response_status');
  // "If the value of responseStatus is one of the error conditions, the responseBytes field is not set."
  if ((status === 'successful') !== (basic !== undefined)) throw new OcspError('ocsp_response_bytes');
  return Object.freeze(
    status === 'successful' && basic !== undefined ? { status, basic } : { status: status as OcspErrorStatus },
  );
}

function readResponseBytes(reader: ProfileReader): BasicOcspResponse {
  const outer = reader.enter(tag.sequence);
  const typeStart = reader.readObjectIdentifier();
  if (objectIdentifierText(reader.bytes, typeStart, reader.offset) !== basicResponseType) {
    throw new OcspError('ocsp_response_type');
  }
  const response = reader.enter(tag.octetString);
  const basic = readBasicResponse(reader);
  reader.leave(response);
  reader.leave(outer);
  return basic;
}

function readBasicResponse(reader: ProfileReader): BasicOcspResponse {
  const { bytes } = reader;
  const outer = reader.enter(tag.sequence);
  const tbsStart = reader.offset;
  const data = readResponseData(reader);
  const tbsDer = bytes.subarray(tbsStart, reader.offset);
  const algorithmStart = checkSignatureAlgorithm(reader);
  const signatureAlgorithm = decodeAlgorithm(new DerReader(bytes, algorithmStart, reader.offset));
  const signature = bytes.subarray(reader.readBitStringOctets(), reader.offset);
  const certificates = readExplicit(reader, 0, readCertificates) ?? [];
  reader.leave(outer);
  return Object.freeze({
    ...data,
    tbsDer,
    signatureAlgorithm,
    signature,
    certificates,
    deviations: reader.encodingDeviations,
  });
}

type ResponseData = Pick<BasicOcspResponse, 'responderId' | 'producedAtMs' | 'responses' | 'extensions'>;

function readResponseData(reader: ProfileReader): ResponseData {
  const outer = reader.enter(tag.sequence);
  const version = readExplicit(reader, 0, (inside) => inside.readNumber());
  if (version !== undefined && version !== 0) throw new OcspError('ocsp_version');
  const responderId = readResponderId(reader);
  const producedAtMs = readGeneralizedTime(reader);
  const responses: SingleResponse[] = [];
  const list = reader.enter(tag.sequence);
  while (!reader.isDone) responses.push(readSingleResponse(reader));
  reader.leave(list);
  const extensions = readExplicit(reader, 1, readOcspExtensions) ?? noExtensions;
  reader.leave(outer);
  return { responderId, producedAtMs, responses: Object.freeze(responses), extensions };
}

function readResponderId(reader: ProfileReader): ResponderId {
  const { bytes } = reader;
  switch (reader.peek()) {
    case contextConstructed(1): {
      const outer = reader.enter(contextConstructed(1));
      const name = nameAt(bytes, checkName(reader), reader.offset);
      reader.leave(outer);
      return Object.freeze({ kind: 'byName', name });
    }
    case contextConstructed(2): {
      const outer = reader.enter(contextConstructed(2));
      const keyHash = bytes.subarray(reader.readContent(tag.octetString), reader.offset);
      reader.leave(outer);
      return Object.freeze({ kind: 'byKey', keyHash });
    }
    default:
      throw new OcspError('ocsp_responder_id');
  }
}

/** Their own form matters only to the one that signed. */
function readCertificates(reader: ProfileReader): readonly Uint8Array[] {
  const certificates: Uint8Array[] = [];
  const outer = reader.enter(tag.sequence);
  while (!reader.isDone) {
    if (certificates.length === maximumCertificates) throw new OcspError('ocsp_too_many_certificates');
    certificates.push(reader.bytes.subarray(reader.skip(), reader.offset));
  }
  reader.leave(outer);
  return Object.freeze(certificates);
}
