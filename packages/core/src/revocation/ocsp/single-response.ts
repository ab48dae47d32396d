import { type ParsedExtension, readExtensions } from '../../certificate/extensions/extension.ts';
import type { Extension } from '../../certificate/model.ts';
import type { ProfileReader } from '../../certificate/profile-reader.ts';
import { contextConstructed, contextPrimitive, DerError, tag } from '../../encoding/der.ts';
import { readGeneralizedTime } from '../../encoding/der-time.ts';
import { type CertId, readCertId } from './cert-id.ts';
import { OcspError } from './rules.ts';

/** `SingleResponse` (RFC 6960 4.2.1): what is said of one certificate. */
export interface SingleResponse {
  readonly certId: CertId;
  readonly certStatus: CertStatus;
  /** Milliseconds since the epoch, as the other times. */
  readonly thisUpdateMs: number;
  readonly nextUpdateMs: number | undefined;
  readonly extensions: readonly Extension[];
}

export type CertStatus =
  | { readonly kind: 'good' }
  | { readonly kind: 'revoked'; readonly revocationTimeMs: number; readonly reason: CrlReason | undefined }
  | { readonly kind: 'unknown' };

/** `CRLReason` (RFC 5280 5.3.1) by its number; 7 is not used. */
const crlReasons = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const;

export type CrlReason = Exclude<(typeof crlReasons)[number], undefined>;

const good: CertStatus = Object.freeze({ kind: 'good' });
const unknown: CertStatus = Object.freeze({ kind: 'unknown' });

/** Consumes a `SingleResponse`. */
export function readSingleResponse(reader: ProfileReader): SingleResponse {
  const outer = reader.enter(tag.sequence);
  const certId = readCertId(reader);
  const certStatus = readCertStatus(reader);
  const thisUpdateMs = readGeneralizedTime(reader);
  const nextUpdateMs = readExplicit(reader, 0, readGeneralizedTime);
  const extensions = readExplicit(reader, 1, readOcspExtensions) ?? noExtensions;
  reader.leave(outer);
  return Object.freeze({ certId, certStatus, thisUpdateMs, nextUpdateMs, extensions });
}

function readCertStatus(reader: ProfileReader): CertStatus {
  switch (reader.peek()) {
    case contextPrimitive(0):
      return readNothing(reader, 0, good);
    case contextConstructed(1):
      return readRevokedInfo(reader);
    case contextPrimitive(2):
      return readNothing(reader, 2, unknown);
    default:
      throw new OcspError('ocsp_certificate_status');
  }
}

/** `[n] IMPLICIT NULL`. */
function readNothing(reader: ProfileReader, number: number, status: CertStatus): CertStatus {
  if (reader.readContent(contextPrimitive(number)) !== reader.offset) throw new DerError('der_null');
  return status;
}

function readRevokedInfo(reader: ProfileReader): CertStatus {
  const outer = reader.enter(contextConstructed(1));
  const revocationTimeMs = readGeneralizedTime(reader);
  const reason = readExplicit(reader, 0, readReason);
  reader.leave(outer);
  return Object.freeze({ kind: 'revoked', revocationTimeMs, reason });
}

function readReason(reader: ProfileReader): CrlReason {
  const reason = crlReasons[reader.readNumber(undefined, tag.enumerated)];
  if (reason === undefined) throw new OcspError('ocsp_reason_code');
  return reason;
}

/** `[n] EXPLICIT ... OPTIONAL`. */
export function readExplicit<T>(reader: ProfileReader, number: number, read: (r: ProfileReader) => T): T | undefined {
  if (reader.peek() !== contextConstructed(number)) return undefined;
  const outer = reader.enter(contextConstructed(number));
  const value = read(reader);
  reader.leave(outer);
  return value;
}

/** `Extensions`, whose values are for whoever knows them. */
export function readOcspExtensions(reader: ProfileReader): readonly ParsedExtension[] {
  return readExtensions(reader, (inside) => {
    inside.offset = inside.end;
  });
}

export const noExtensions: readonly Extension[] = Object.freeze([]);
