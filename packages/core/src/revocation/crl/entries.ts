import { checkGeneralNames, decodeGeneralNames } from '../../certificate/general-name.ts';
import { MalformedError } from '../../certificate/malformed.ts';
import type { Name } from '../../certificate/model.ts';
import { ProfileReader } from '../../certificate/profile-reader.ts';
import { DerReader, tag } from '../../encoding/der.ts';
import { checkGeneralizedTime, checkTime, readTime } from '../../encoding/der-time.ts';
import { CertificateIssuers } from './certificate-issuers.ts';
import { EntryHashes } from './entry-hashes.ts';
import { CrlError } from './rules.ts';
import type { Sliced } from './slices.ts';

/** `revokedCertificates` (RFC 5280 5.1.2.6): walked in slices, no object made for an entry. */

/** `CRLReason` (5.3.1) by its number; 7 is not used. */
export const reasonNames = [
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

export type RevocationReason = Exclude<(typeof reasonNames)[number], undefined>;

/** The number of removeFromCRL. */
const removeFromCrl = 8;

/** Octets walked in one slice: about 4,000 entries, half a millisecond. */
const sliceOctets = 131_072;
/** No entry in honest use comes near: a serial number, a date and three small extensions. */
const largestEntry = 65_536;

/** What was seen of the entries. */
export interface Entries {
  readonly count: number;
  readonly hasExtensions: boolean;
  readonly hasRemovals: boolean;
  readonly hasNonCriticalIssuer: boolean;
  readonly issuers: CertificateIssuers;
  readonly hashes: EntryHashes;
}

/** What the walk gathers. */
class EntryFacts {
  hasExtensions = false;
  hasRemovals = false;
  hasNonCriticalIssuer = false;
  readonly issuers: CertificateIssuers;
  readonly hashes: EntryHashes;

  constructor(issuer: Name, octets: number) {
    this.issuers = new CertificateIssuers(issuer);
    this.hashes = new EntryHashes(octets);
  }
}

/** No entries: the field is absent. */
export function noEntries(issuer: Name): Entries {
  return { ...new EntryFacts(issuer, 0), count: 0 };
}

/** Consumes `revokedCertificates`, checking every entry whole. */
export function* readEntries(reader: ProfileReader, issuer: Name): Sliced<Entries> {
  // 5.1.2.6: "When there are no revoked certificates, the revoked certificates list MUST be absent."
  const outer = reader.enterList(tag.sequence);
  const facts = new EntryFacts(issuer, reader.end - reader.offset);
  let count = 0;
  let sliceEnd = reader.offset + sliceOctets;
  while (!reader.isDone) {
    checkEntry(reader, facts);
    count++;
    if (reader.offset > sliceEnd) {
      sliceEnd = reader.offset + sliceOctets;
      yield;
    }
  }
  reader.leave(outer);
  return { ...facts, count };
}

function checkEntry(reader: ProfileReader, facts: EntryFacts): void {
  const { bytes, offset: start } = reader;
  const outer = reader.enter(tag.sequence);
  if (reader.end - start > largestEntry) throw new CrlError('crl_field_too_large');
  // Of any sign: `EntryIndex` says what a negative one means.
  const serial = reader.readInteger();
  const serialEnd = reader.offset;
  checkTime(reader);
  let reason = -1;
  if (!reader.isDone) {
    facts.hasExtensions = true;
    reason = readEntryExtensions(reader, facts, start);
  }
  reader.leave(outer);
  if (reason === removeFromCrl) facts.hasRemovals = true;
  // Unsigned: behind the zero octet that keeps it positive (X.690 8.3).
  const serialStart = bytes[serial] === 0 && serialEnd - serial > 1 ? serial + 1 : serial;
  facts.hashes.add(facts.hashes.serialHash.of(bytes, serialStart, serialEnd, facts.issuers.current), start);
}

/** Arcs below 2.5.29. */
const reasonCode = 21;
const invalidityDate = 24;
const certificateIssuer = 29;

/**
 * `crlEntryExtensions`: there should be one or more, no two of one type. Returns the number of the reason, or -1 when none is given.
 *
 * @param facts What is gathered; `undefined` where an entry is read again.
 */
function readEntryExtensions(reader: ProfileReader, facts: EntryFacts | undefined, entryStart: number): number {
  const { bytes } = reader;
  let reason = -1;
  let standardTypes = 0;
  let otherTypes: Set<string> | undefined;
  const outer = reader.enterList(tag.sequence);
  while (!reader.isDone) {
    const extension = reader.enter(tag.sequence);
    const oidStart = reader.readObjectIdentifier();
    const isStandard = reader.offset - oidStart === 3 && bytes[oidStart] === 0x55 && bytes[oidStart + 1] === 0x1d;
    const arc = isStandard ? (bytes[oidStart + 2] as number) : -1;
    const bit = arc === reasonCode ? 1 : arc === invalidityDate ? 2 : arc === certificateIssuer ? 4 : 0;
    if (bit === 0) {
      const type = Buffer.from(bytes.subarray(oidStart, reader.offset)).toString('latin1');
      otherTypes ??= new Set();
      if (otherTypes.has(type)) throw new MalformedError('extension_duplicate');
      otherTypes.add(type);
    } else if ((standardTypes & bit) !== 0) throw new MalformedError('extension_duplicate');
    standardTypes |= bit;
    const critical = reader.readDefaultFalse();
    const value = reader.enter(tag.octetString);
    if (arc === reasonCode) reason = readReason(reader);
    else if (arc === invalidityDate) checkGeneralizedTime(reader);
    else if (facts !== undefined && arc === certificateIssuer) {
      readCertificateIssuer(reader, facts.issuers, entryStart);
      if (!critical) facts.hasNonCriticalIssuer = true;
    }
    // 5.3: "If a CRL contains a critical CRL entry extension that the application cannot process, then the application MUST
    // NOT use that CRL to determine the status of any certificates."
    else if (critical && bit === 0) throw new CrlError('crl_entry_critical_extension');
    else reader.offset = reader.end;
    reader.leave(value);
    reader.leave(extension);
  }
  reader.leave(outer);
  return reason;
}

function readReason(reader: DerReader): number {
  const start = reader.readContent(tag.enumerated);
  const reason = reader.bytes[start] as number;
  if (reader.offset - start !== 1 || reasonNames[reason] === undefined) throw new CrlError('crl_reason_code');
  return reason;
}

function readCertificateIssuer(reader: ProfileReader, issuers: CertificateIssuers, entryStart: number): void {
  const start = reader.offset;
  if (issuers.continuesWith(reader.bytes, start, reader.end, entryStart)) {
    reader.offset = reader.end;
    return;
  }
  checkGeneralNames(reader);
  const end = reader.offset;
  const names = decodeGeneralNames(new DerReader(reader.bytes, start, end));
  issuers.startAt(entryStart, reader.bytes, start, end, names);
}

/** What one entry says. */
export interface CrlEntry {
  readonly revocationDate: Date;
  readonly reason: RevocationReason;
}

/** The entry that begins at this offset. */
export function entryAt(bytes: Uint8Array, offset: number): CrlEntry {
  const reader = new ProfileReader(bytes, offset);
  reader.enter(tag.sequence);
  reader.readInteger();
  const revocationDate = new Date(readTime(reader));
  const reason = reader.isDone ? -1 : readEntryExtensions(reader, undefined, offset);
  // 6.3.3 (i)(2): "If the reason code CRL entry extension is not present, set the cert_status variable to the value
  // unspecified."
  return { revocationDate, reason: reasonNames[reason] ?? 'unspecified' };
}
