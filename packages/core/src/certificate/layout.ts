import { contextConstructed, contextPrimitive, equalRanges, tag } from '../encoding/der.ts';
import { DerError } from '../encoding/der-rules.ts';
import { readTime } from '../encoding/der-time.ts';
import { checkSignatureAlgorithm } from './algorithm.ts';
import type { Deviation } from './deviations.ts';
import { type ParsedExtension, readExtensions } from './extensions/extension.ts';
import { keyCertSign } from './extensions/key-usage.ts';
import { checkExtensionValue, ExtensionFacts } from './extensions/standard.ts';
import { MalformedError } from './malformed.ts';
import { checkName, nameAt } from './name-der.ts';
import { ProfileReader } from './profile-reader.ts';
import { checkPublicKey, type KeyShape } from './public-key.ts';

/** Where everything lies in a certificate that was checked whole. Offsets into its octets. */
export interface CertificateLayout {
  readonly tbsStart: number;
  readonly tbsEnd: number;
  readonly version: 1 | 2 | 3;
  readonly serialStart: number;
  readonly serialEnd: number;
  readonly issuerStart: number;
  readonly issuerEnd: number;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly subjectStart: number;
  readonly subjectEnd: number;
  readonly publicKeyStart: number;
  readonly publicKeyEnd: number;
  readonly keyShape: KeyShape;
  readonly extensions: readonly ParsedExtension[];
  readonly facts: ExtensionFacts;
  readonly algorithmStart: number;
  readonly algorithmEnd: number;
  readonly signatureStart: number;
  readonly deviations: readonly Deviation[];
}

const uniqueIdentifierTags = [contextPrimitive(1), contextPrimitive(2)];
const noExtensions: readonly ParsedExtension[] = Object.freeze([]);

/**
 * `Certificate` (RFC 5280 4.1), every rule of form enforced, in the order of its fields.
 *
 * @param reader Of these octets, for whoever wants to know more of how they are read.
 * @throws {DerError | MalformedError} The broken rule.
 */
export function readLayout(bytes: Uint8Array, reader: ProfileReader = new ProfileReader(bytes)): CertificateLayout {
  const facts = new ExtensionFacts();

  const file = reader.enter(tag.sequence);
  const tbsStart = reader.offset;
  const tbs = reader.enter(tag.sequence);
  const version = readVersion(reader);
  const serialStart = readSerialNumber(reader);
  const serialEnd = reader.offset;
  const innerStart = checkSignatureAlgorithm(reader);
  const innerEnd = reader.offset;
  const issuerStart = checkName(reader);
  const issuerEnd = reader.offset;
  const validity = reader.enter(tag.sequence);
  // 4.1.2.5: relying parties process either form, whatever the year.
  const notBeforeMs = readTime(reader);
  const notAfterMs = readTime(reader);
  reader.leave(validity);
  const subjectStart = checkName(reader);
  const subjectEnd = reader.offset;
  const publicKeyStart = reader.offset;
  const keyShape = checkPublicKey(reader);
  const publicKeyEnd = reader.offset;
  for (const identifier of uniqueIdentifierTags) checkUniqueIdentifier(reader, identifier, version);
  let extensions = noExtensions;
  if (reader.peek() === contextConstructed(3)) {
    if (version !== 3) throw new MalformedError('version_extensions');
    const outer = reader.enter(contextConstructed(3));
    extensions = readExtensions(reader, (inside, extension) => checkExtensionValue(inside, extension, facts));
    reader.leave(outer);
  }
  reader.leave(tbs);
  const tbsEnd = reader.offset;

  // 4.1.1.2: the same algorithm identifier as inside, octet for octet.
  const algorithmStart = reader.skip();
  const algorithmEnd = reader.offset;
  if (!equalRanges(bytes, innerStart, innerEnd, algorithmStart, algorithmEnd)) {
    throw new MalformedError('algorithm_mismatch');
  }
  const signatureStart = reader.readBitStringOctets();
  reader.leave(file);
  if (!reader.isDone) throw new DerError('der_trailing_data');

  if (issuerEnd - issuerStart === 2) reader.note('issuer_empty');
  noteSubject(reader, subjectEnd - subjectStart === 2, facts);
  noteAuthority(reader, facts);
  // 4.2.1.1: the one exception is the self-signed certificate. Whether a self-issued one is, only its signature tells.
  if (!facts.hasAuthorityKeyIdentifier && !isSelfIssued(bytes, { issuerStart, issuerEnd, subjectStart, subjectEnd })) {
    reader.note('authority_key_identifier_missing');
  }

  return {
    tbsStart,
    tbsEnd,
    version,
    serialStart,
    serialEnd,
    issuerStart,
    issuerEnd,
    notBeforeMs,
    notAfterMs,
    subjectStart,
    subjectEnd,
    publicKeyStart,
    publicKeyEnd,
    keyShape,
    extensions,
    facts,
    algorithmStart,
    algorithmEnd,
    signatureStart,
    deviations: reader.deviations,
  };
}

/** RFC 5280 6.1: subject and issuer are the same name (7.1). */
export function isSelfIssued(
  bytes: Uint8Array,
  layout: Pick<CertificateLayout, 'issuerStart' | 'issuerEnd' | 'subjectStart' | 'subjectEnd'>,
): boolean {
  const { issuerStart, issuerEnd, subjectStart, subjectEnd } = layout;
  return (
    equalRanges(bytes, issuerStart, issuerEnd, subjectStart, subjectEnd) ||
    nameAt(bytes, issuerStart, issuerEnd).canonical === nameAt(bytes, subjectStart, subjectEnd).canonical
  );
}

/** 4.1.2.1: `[0] EXPLICIT INTEGER DEFAULT v1`. */
function readVersion(reader: ProfileReader): 1 | 2 | 3 {
  if (reader.peek() !== contextConstructed(0)) return 1;
  const outer = reader.enter(contextConstructed(0));
  const version = reader.readNumber();
  reader.leave(outer);
  if (version === 0) {
    reader.deviate('der_default_encoded');
    return 1;
  }
  if (version === 1) return 2;
  if (version === 2) return 3;
  throw new MalformedError('version');
}

/** 4.1.2.2. Returns where the content of the INTEGER begins. */
function readSerialNumber(reader: ProfileReader): number {
  const start = reader.readInteger();
  const first = reader.bytes[start] as number;
  const length = reader.offset - start;
  if (first >= 0x80) reader.note('serial_number_negative');
  if (length === 1 && first === 0) reader.note('serial_number_zero');
  if (length > 20) reader.note('serial_number_too_long');
  return start;
}

/** 4.1.2.8. */
function checkUniqueIdentifier(reader: ProfileReader, identifier: number, version: 1 | 2 | 3): void {
  if (reader.peek() !== identifier) return;
  if (version === 1) throw new MalformedError('version_unique_id');
  reader.readBitString(identifier);
}

/** 4.1.2.6 and 4.2.1.6. */
function noteSubject(reader: ProfileReader, isEmpty: boolean, facts: ExtensionFacts): void {
  if (!isEmpty) return;
  if (facts.basicConstraints?.cA === true) reader.note('ca_subject_empty');
  else if (facts.subjectAltName === 'absent') reader.note('subject_missing');
  else if (facts.subjectAltName === 'non-critical') reader.note('subject_alt_name_not_critical');
}

/** 4.2.1.2, 4.2.1.3, 4.2.1.9 and 4.2.1.10: what belongs together in the certificate of an authority. */
function noteAuthority(reader: ProfileReader, facts: ExtensionFacts): void {
  const signsCertificates = (facts.keyUsage & keyCertSign) !== 0;
  if (facts.basicConstraints?.cA !== true) {
    if (signsCertificates) reader.note('key_cert_sign_without_ca');
    if (facts.hasNameConstraints) reader.note('name_constraints_without_ca');
    return;
  }
  if (!facts.hasSubjectKeyIdentifier) reader.note('subject_key_identifier_missing');
  const hasKeyUsage = facts.keyUsage !== 0;
  if (!facts.isBasicConstraintsCritical && (signsCertificates || !hasKeyUsage)) {
    reader.note('basic_constraints_not_critical');
  }
  if (facts.basicConstraints.pathLenConstraint !== undefined && hasKeyUsage && !signsCertificates) {
    reader.note('path_length_without_key_cert_sign');
  }
}
