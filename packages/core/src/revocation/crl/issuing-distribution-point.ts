import {
  checkDistributionPointName,
  checkReasonFlags,
  decodeDistributionPointName,
  decodeReasonFlags,
  encodeReasonFlags,
} from '../../certificate/extensions/distribution-points.ts';
import type { DistributionPointName, ReasonFlag } from '../../certificate/model.ts';
import type { ProfileReader } from '../../certificate/profile-reader.ts';
import { contextConstructed, contextPrimitive, type DerReader, tag } from '../../encoding/der.ts';
import { derElement } from '../../encoding/der-writer.ts';
import { CrlError } from './rules.ts';

/** Which certificates and reasons a list speaks of (RFC 5280 5.2.5). */
export interface IssuingDistributionPoint {
  readonly distributionPoint: DistributionPointName | undefined;
  readonly onlyContainsUserCerts: boolean;
  readonly onlyContainsCACerts: boolean;
  readonly onlySomeReasons: ReadonlySet<ReasonFlag> | undefined;
  readonly indirectCRL: boolean;
  readonly onlyContainsAttributeCerts: boolean;
  /** Two lists have the same scope when these octets are the same: the extension in DER, however it was written. */
  readonly der: Uint8Array;
}

const nameTag = contextConstructed(0);
const userCertsTag = contextPrimitive(1);
const caCertsTag = contextPrimitive(2);
const reasonsTag = contextPrimitive(3);
const indirectTag = contextPrimitive(4);
const attributeCertsTag = contextPrimitive(5);

/** Consumes the value. */
export function readIssuingDistributionPoint(reader: ProfileReader): IssuingDistributionPoint {
  const { bytes } = reader;
  const outer = reader.enter(tag.sequence);
  // "CRL issuers MUST NOT issue CRLs where the DER encoding of the issuing distribution point extension is an empty
  // sequence."
  if (reader.isDone) throw new CrlError('crl_scope_empty');
  const nameStart = reader.offset;
  const distributionPoint = readField(reader, nameTag, readName);
  const nameDer = bytes.subarray(nameStart, reader.offset);
  const onlyContainsUserCerts = reader.readDefaultFalse(userCertsTag);
  const onlyContainsCACerts = reader.readDefaultFalse(caCertsTag);
  const onlySomeReasons = readField(reader, reasonsTag, readReasons);
  const indirectCRL = reader.readDefaultFalse(indirectTag);
  const onlyContainsAttributeCerts = reader.readDefaultFalse(attributeCertsTag);
  reader.leave(outer);
  // "at most one of onlyContainsUserCerts, onlyContainsCACerts, and onlyContainsAttributeCerts may be set to TRUE."
  if (Number(onlyContainsUserCerts) + Number(onlyContainsCACerts) + Number(onlyContainsAttributeCerts) > 1) {
    throw new CrlError('crl_scope_several_kinds');
  }
  const der = derElement(
    tag.sequence,
    nameDer,
    ...(onlyContainsUserCerts ? [asserted(userCertsTag)] : []),
    ...(onlyContainsCACerts ? [asserted(caCertsTag)] : []),
    ...(onlySomeReasons === undefined ? [] : [encodeReasonFlags(onlySomeReasons, reasonsTag)]),
    ...(indirectCRL ? [asserted(indirectTag)] : []),
    ...(onlyContainsAttributeCerts ? [asserted(attributeCertsTag)] : []),
  );
  return Object.freeze({
    distributionPoint,
    onlyContainsUserCerts,
    onlyContainsCACerts,
    onlySomeReasons,
    indirectCRL,
    onlyContainsAttributeCerts,
    der,
  });
}

const asserted = (identifier: number): Uint8Array => derElement(identifier, Uint8Array.of(0xff));

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
