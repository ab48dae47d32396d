import { checkSignatureAlgorithm } from '../../certificate/algorithm.ts';
import type { Name } from '../../certificate/model.ts';
import { checkName, nameAt } from '../../certificate/name-der.ts';
import { ProfileReader } from '../../certificate/profile-reader.ts';
import { contextConstructed, DerError, type DerReader, equalRanges, tag } from '../../encoding/der.ts';
import { readTime } from '../../encoding/der-time.ts';
import type { CrlDeviation } from './deviations.ts';
import { type Entries, noEntries, readEntries } from './entries.ts';
import { CrlExtensions, readCrlExtensions } from './extensions.ts';
import { CrlError } from './rules.ts';
import type { Sliced } from './slices.ts';

/** Where everything lies in a list that was checked whole. Offsets into its octets. */
export interface CrlLayout {
  readonly tbsStart: number;
  readonly tbsEnd: number;
  readonly issuer: Name;
  readonly thisUpdateMs: number;
  readonly nextUpdateMs: number | undefined;
  readonly entries: Entries;
  readonly extensions: CrlExtensions;
  readonly algorithmStart: number;
  readonly algorithmEnd: number;
  readonly signatureStart: number;
  readonly deviations: readonly CrlDeviation[];
}

/** Offsets into a list are kept in 32 bits. */
const largestList = 0x7fff_ffff;
/** Of every field but the entries, which are walked in slices. */
const largestField = 65_536;
const extensionsTag = contextConstructed(0);

/**
 * `CertificateList` (RFC 5280 5.1), every rule of form enforced, in the order of its fields.
 *
 * @param reader Of these octets, for whoever wants to know more of how they are read.
 * @throws {DerError | MalformedError | CrlError} The broken rule.
 */
export function* readCrlLayout(bytes: Uint8Array, reader: ProfileReader = new ProfileReader(bytes)): Sliced<CrlLayout> {
  if (bytes.length > largestList) throw new CrlError('crl_too_large');

  const file = reader.enter(tag.sequence);
  const tbsStart = reader.offset;
  const tbs = reader.enter(tag.sequence);
  const version = readVersion(reader);
  const innerStart = bounded(reader, checkSignatureAlgorithm);
  const innerEnd = reader.offset;
  const issuerStart = bounded(reader, checkName);
  // 5.1.2.3: "The issuer field MUST contain a non-empty X.500 distinguished name (DN)."
  if (reader.offset - issuerStart === 2) throw new CrlError('crl_issuer_empty');
  const issuer = nameAt(bytes, issuerStart, reader.offset);
  const thisUpdateMs = readTime(reader);
  const hasNextUpdate = reader.peek() === tag.utcTime || reader.peek() === tag.generalizedTime;
  const nextUpdateMs = hasNextUpdate ? readTime(reader) : undefined;
  const entries = reader.peek() === tag.sequence ? yield* readEntries(reader, issuer) : noEntries(issuer);
  let extensions = new CrlExtensions();
  const hasExtensions = reader.peek() === extensionsTag;
  if (hasExtensions) {
    bounded(reader, () => {
      const outer = reader.enter(extensionsTag);
      extensions = readCrlExtensions(reader);
      reader.leave(outer);
    });
  }
  reader.leave(tbs);
  const tbsEnd = reader.offset;

  // 5.1.1.2: the same algorithm identifier as inside, octet for octet.
  const algorithmStart = reader.skip();
  const algorithmEnd = reader.offset;
  if (!equalRanges(bytes, innerStart, innerEnd, algorithmStart, algorithmEnd)) {
    throw new CrlError('crl_algorithm_mismatch');
  }
  const signatureStart = reader.readBitStringOctets();
  reader.leave(file);
  if (!reader.isDone) throw new DerError('der_trailing_data');

  // 5.1.2.1: "When extensions are used, as required by this profile, this field MUST be present and MUST specify version
  // 2." 5.1: "crlEntryExtensions: if present, version MUST be v2".
  if (version !== 2 && (hasExtensions || entries.hasExtensions)) throw new CrlError('crl_version_extensions');
  checkEntriesAgainst(entries, extensions);
  return {
    tbsStart,
    tbsEnd,
    issuer,
    thisUpdateMs,
    nextUpdateMs,
    entries,
    extensions,
    algorithmStart,
    algorithmEnd,
    signatureStart,
    deviations: Object.freeze([
      ...(version === 1 ? (['crl_version_1_written'] as const) : []),
      ...missing(extensions, nextUpdateMs, entries),
      ...extensions.deviations,
      ...reader.nameDeviations,
      ...reader.encodingDeviations,
    ]),
  };
}

/** Reads a field whose size was looked at first, so that nobody has to wait for it. */
function bounded<T>(reader: ProfileReader, read: (reader: ProfileReader) => T): T {
  const start = reader.skip();
  if (reader.offset - start > largestField) throw new CrlError('crl_field_too_large');
  reader.offset = start;
  return read(reader);
}

/** 5.1.2.1: absent, or version 2, which is the number 1. Version 1 should be absent, and is the number 0. */
function readVersion(reader: DerReader): 1 | 2 | undefined {
  if (reader.peek() !== tag.integer) return undefined;
  const start = reader.readInteger();
  const number = reader.bytes[start];
  if (reader.offset - start !== 1 || (number !== 0 && number !== 1)) throw new CrlError('crl_version');
  return number === 1 ? 2 : 1;
}

/** What the extensions of the list say about those of its entries. */
function checkEntriesAgainst(entries: Entries, extensions: CrlExtensions): void {
  // 5.3.1: "The removeFromCRL (8) reasonCode value may only appear in delta CRLs".
  if (entries.hasRemovals && extensions.baseCrlNumber === undefined) throw new CrlError('crl_reason_remove');
  // 5.3.3: "This CRL entry extension identifies the certificate issuer associated with an entry in an indirect CRL".
  const isIndirect = extensions.issuingDistributionPoint?.indirectCRL === true;
  if (entries.issuers.isUsed && !isIndirect) throw new CrlError('crl_entry_issuer');
}

/** What conforming issuers include. */
function* missing(
  { authorityKeyIdentifier, crlNumber }: CrlExtensions,
  nextUpdateMs: number | undefined,
  { hasNonCriticalIssuer }: Entries,
): Generator<CrlDeviation> {
  if (nextUpdateMs === undefined) yield 'crl_next_update_missing';
  if (crlNumber === undefined) yield 'crl_number_missing';
  if (authorityKeyIdentifier?.keyIdentifier === undefined) yield 'crl_authority_key_identifier_missing';
  if (hasNonCriticalIssuer) yield 'crl_entry_issuer_not_critical';
}
