import {
  checkDistributionPointName,
  checkReasonFlags,
  decodeDistributionPointName,
  decodeReasonFlags,
} from '../../certificate/extensions/distribution-points.ts';
import type { DistributionPointName, ReasonFlag } from '../../certificate/model.ts';
import type { ProfileReader } from '../../certificate/profile-reader.ts';
import { contextConstructed, contextPrimitive, DerError, type DerReader, tag } from '../../encoding/der.ts';
import { CrlError } from './rules.ts';

/** Which certificates and reasons a list speaks of (RFC 5280 5.2.5). */
export interface IssuingDistributionPoint {
  readonly distributionPoint: DistributionPointName | undefined;
  readonly onlyContainsUserCerts: boolean;
  readonly onlyContainsCACerts: boolean;
  readonly onlySomeReasons: ReadonlySet<ReasonFlag> | undefined;
  readonly indirectCRL: boolean;
  readonly onlyContainsAttributeCerts: boolean;
}

const nameTag = contextConstructed(0);
const userCertsTag = contextPrimitive(1);
const caCertsTag = contextPrimitive(2);
const reasonsTag = contextPrimitive(3);
const indirectTag = contextPrimitive(4);
const attributeCertsTag = contextPrimitive(5);

/** Consumes the value, every field with a DEFAULT in its one DER form. */
export function readIssuingDistributionPoint(reader: ProfileReader): IssuingDistributionPoint {
  const outer = reader.enter(tag.sequence);
  // "CRL issuers MUST NOT issue CRLs where the DER encoding of the issuing distribution point extension is an empty
  // sequence."
  if (reader.isDone) throw new CrlError('crl_scope_empty');
  const distributionPoint = readField(reader, nameTag, readName);
  const onlyContainsUserCerts = readTrue(reader, userCertsTag);
  const onlyContainsCACerts = readTrue(reader, caCertsTag);
  const onlySomeReasons = readField(reader, reasonsTag, readReasons);
  const indirectCRL = readTrue(reader, indirectTag);
  const onlyContainsAttributeCerts = readTrue(reader, attributeCertsTag);
  reader.leave(outer);
  // "at most one of onlyContainsUserCerts, onlyContainsCACerts, and onlyContainsAttributeCerts may be set to TRUE."
  if (Number(onlyContainsUserCerts) + Number(onlyContainsCACerts) + Number(onlyContainsAttributeCerts) > 1) {
    throw new CrlError('crl_scope_several_kinds');
  }
  return Object.freeze({
    distributionPoint,
    onlyContainsUserCerts,
    onlyContainsCACerts,
    onlySomeReasons,
    indirectCRL,
    onlyContainsAttributeCerts,
  });
}

function readField<T>(reader: ProfileReader, identifier: number, read: (reader: ProfileReader) => T): T | undefined {
  return reader.peek() === identifier ? read(reader) : undefined;
}

function readName(reader: ProfileReader): DistributionPointName {
  const outer = reader.enter(nameTag);
  const start = reader.offset;
  checkDistributionPointName(reader);
  const name = decodeDistributionPointName(again(reader, start));
  reader.leave(outer);
  return name;
}

function readReasons(reader: ProfileReader): ReadonlySet<ReasonFlag> {
  const start = reader.offset;
  checkReasonFlags(reader, reasonsTag);
  return decodeReasonFlags(again(reader, start), reasonsTag);
}

/** What was checked is read once more to be decoded. */
function again(reader: DerReader, start: number): DerReader {
  reader.offset = start;
  return reader;
}

/** `[n] IMPLICIT BOOLEAN DEFAULT FALSE`. */
function readTrue(reader: DerReader, identifier: number): boolean {
  if (reader.peek() !== identifier) return false;
  const start = reader.readContent(identifier);
  const value = reader.bytes[start];
  if (reader.offset - start !== 1 || (value !== 0 && value !== 0xff)) throw new DerError('der_boolean');
  if (value === 0) throw new DerError('der_default_encoded');
  return true;
}
