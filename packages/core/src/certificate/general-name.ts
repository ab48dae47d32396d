import { contextConstructed, type DerReader, isOneElement, tag } from '../encoding/der.ts';
import { decodeLatin1, isPrintableAscii } from '../encoding/der-string.ts';
import { objectIdentifierText } from '../encoding/object-identifier.ts';
import type { Deviation } from './deviations.ts';
import { presentedDnsSyntax } from './dns-name.ts';
import { isMailbox } from './mailbox.ts';
import { MalformedError } from './malformed.ts';
import type { GeneralName, UncomparableName } from './model.ts';
import { checkName, nameAt } from './name-der.ts';
import { otherNameText } from './other-name-text.ts';
import type { ProfileReader } from './profile-reader.ts';
import { isAbsoluteUri } from './uri.ts';

/** `GeneralName` (RFC 5280 4.2.1.6): the identifier octet of each kind. */
export const generalNameTag = {
  otherName: 0xa0,
  rfc822Name: 0x81,
  dNSName: 0x82,
  x400Address: 0xa3,
  directoryName: 0xa4,
  ediPartyName: 0xa5,
  uniformResourceIdentifier: 0x86,
  iPAddress: 0x87,
  registeredID: 0x88,
} as const;

/** Whether the content between two offsets has the form of its kind. */
export type Form = (bytes: Uint8Array, start: number, end: number) => boolean;

/**
 * The forms of the kinds that have one as a name, another as the base of a name constraint, and another as a place. What is
 * not in the form of its kind is noted, for the profile to decide, and kept as `uncomparable`.
 */
export interface GeneralNameSyntax {
  readonly isMail: Form;
  readonly isDns: Form;
  readonly isUri: Form;
  readonly isAddress: Form;
  /** Whether a directoryName may be the name without RDNs. */
  readonly allowsEmptyName: boolean;
  readonly broken: Readonly<Record<ComparedKind, Deviation>>;
  /** Notes what is odd about a name that has its form. `reader.offset` is where the content ends. */
  readonly remark: (reader: ProfileReader, identifier: number, start: number) => void;
}

type ComparedKind = 'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier' | 'iPAddress';

const underscore = 0x5f;

/** Notes an underscore in a dNSName that has its form. */
export function noteUnderscore(reader: ProfileReader, start: number): void {
  const at = reader.bytes.indexOf(underscore, start);
  if (at !== -1 && at < reader.offset) reader.note('dns_name_underscore');
}

/** The forms of a name. */
const nameSyntax: GeneralNameSyntax = {
  isMail: isMailbox,
  isDns: (bytes, start, end) => presentedDnsSyntax(bytes, start, end) !== 'invalid',
  isUri: isAbsoluteUri,
  isAddress: (_, start, end) => end - start === 4 || end - start === 16,
  allowsEmptyName: false,
  broken: { rfc822Name: 'rfc822_name', dNSName: 'dns_name', uniformResourceIdentifier: 'uri', iPAddress: 'ip_address' },
  remark(reader, identifier, start) {
    if (identifier === generalNameTag.dNSName) noteUnderscore(reader, start);
  },
};

/**
 * The forms of a place where something can be fetched. Its URI names nobody, and LDAP URLs with blanks are common in
 * real certificates: of what is not a URI of RFC 3986 the text is kept.
 */
export const locationSyntax: GeneralNameSyntax = {
  ...nameSyntax,
  isUri: isPrintableAscii,
  remark(reader, identifier, start) {
    if (identifier === generalNameTag.uniformResourceIdentifier && !isAbsoluteUri(reader.bytes, start, reader.offset)) {
      reader.note('location_uri_syntax');
    }
    nameSyntax.remark(reader, identifier, start);
  },
};

/** Consumes a `GeneralName`. */
export function checkGeneralName(reader: ProfileReader, syntax: GeneralNameSyntax = nameSyntax): void {
  const identifier = reader.peek();
  switch (identifier) {
    case generalNameTag.rfc822Name:
    case generalNameTag.dNSName:
    case generalNameTag.uniformResourceIdentifier:
    case generalNameTag.iPAddress: {
      const start = reader.readContent(identifier);
      if (hasForm(syntax, identifier, reader.bytes, start, reader.offset)) syntax.remark(reader, identifier, start);
      else reader.note(syntax.broken[comparedKind[identifier]]);
      break;
    }
    case generalNameTag.registeredID:
      reader.readObjectIdentifier(identifier);
      break;
    case generalNameTag.directoryName: {
      const outer = reader.enter(identifier);
      const start = checkName(reader);
      if (reader.offset - start === 2 && !syntax.allowsEmptyName) reader.note('directory_name_empty');
      reader.leave(outer);
      break;
    }
    case generalNameTag.otherName: {
      const outer = reader.enter(identifier);
      reader.readObjectIdentifier();
      const value = reader.enter(contextConstructed(0));
      if (!isOneElement(reader.bytes, reader.offset, reader.end)) reader.note('other_name');
      reader.offset = reader.end;
      reader.leave(value);
      reader.leave(outer);
      break;
    }
    case generalNameTag.x400Address:
    case generalNameTag.ediPartyName:
      reader.readAny();
      break;
    default:
      throw new MalformedError('general_name_kind');
  }
}

type ComparedTag = (typeof generalNameTag)[ComparedKind];

const comparedKind: Readonly<Record<ComparedTag, ComparedKind>> = {
  [generalNameTag.rfc822Name]: 'rfc822Name',
  [generalNameTag.dNSName]: 'dNSName',
  [generalNameTag.uniformResourceIdentifier]: 'uniformResourceIdentifier',
  [generalNameTag.iPAddress]: 'iPAddress',
};

function hasForm(
  { isAddress, isDns, isMail, isUri }: GeneralNameSyntax,
  identifier: ComparedTag,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  switch (identifier) {
    case generalNameTag.rfc822Name:
      return isMail(bytes, start, end);
    case generalNameTag.dNSName:
      return isDns(bytes, start, end);
    case generalNameTag.uniformResourceIdentifier:
      return isUri(bytes, start, end);
    case generalNameTag.iPAddress:
      return isAddress(bytes, start, end);
  }
}

/** Consumes `GeneralNames`: a SEQUENCE, or whatever implicit tag stands for it, of at least one. */
export function checkGeneralNames(
  reader: ProfileReader,
  identifier: number = tag.sequence,
  syntax: GeneralNameSyntax = nameSyntax,
): void {
  // Names that somebody has may be none. Names by which something is found may not.
  const outer = identifier === tag.sequence ? reader.enterList(identifier) : reader.enterNonEmpty(identifier);
  while (!reader.isDone) checkGeneralName(reader, syntax);
  reader.leave(outer);
}

/** Decodes a `GeneralName` that was checked by the same syntax. */
export function decodeGeneralName(reader: DerReader, syntax: GeneralNameSyntax = nameSyntax): GeneralName {
  const { bytes } = reader;
  const identifier = reader.peek();
  const elementStart = reader.offset;
  const start = reader.readContent(identifier);
  const end = reader.offset;
  switch (identifier) {
    case generalNameTag.rfc822Name:
    case generalNameTag.dNSName:
    case generalNameTag.uniformResourceIdentifier:
    case generalNameTag.iPAddress:
      if (!hasForm(syntax, identifier, bytes, start, end)) {
        return uncomparable(comparedKind[identifier], bytes.subarray(start, end));
      }
      break;
    case generalNameTag.directoryName:
      // The whole of it is a name of two octets, which has no RDN.
      if (end - start === 2 && !syntax.allowsEmptyName)
        return uncomparable('directoryName', bytes.subarray(start, end));
      break;
    default:
  }
  switch (identifier) {
    case generalNameTag.rfc822Name:
      return Object.freeze({ kind: 'rfc822Name', value: decodeLatin1(bytes, start, end) });
    case generalNameTag.dNSName:
      return Object.freeze({ kind: 'dNSName', value: decodeLatin1(bytes, start, end) });
    case generalNameTag.uniformResourceIdentifier:
      return Object.freeze({ kind: 'uniformResourceIdentifier', value: decodeLatin1(bytes, start, end) });
    case generalNameTag.iPAddress:
      return Object.freeze({ kind: 'iPAddress', bytes: bytes.subarray(start, end) });
    case generalNameTag.registeredID:
      return Object.freeze({ kind: 'registeredID', oid: objectIdentifierText(bytes, start, end) });
    case generalNameTag.directoryName:
      return Object.freeze({ kind: 'directoryName', name: nameAt(bytes, start, end) });
    case generalNameTag.x400Address:
      return Object.freeze({ kind: 'x400Address', value: bytes.subarray(elementStart, end) });
    case generalNameTag.ediPartyName:
      return Object.freeze({ kind: 'ediPartyName', value: bytes.subarray(elementStart, end) });
    default:
      return decodeOtherName(reader, elementStart);
  }
}

function decodeOtherName(reader: DerReader, elementStart: number): GeneralName {
  const elementEnd = reader.offset;
  reader.offset = elementStart;
  const outer = reader.enter(generalNameTag.otherName);
  const typeStart = reader.readObjectIdentifier();
  const typeId = objectIdentifierText(reader.bytes, typeStart, reader.offset);
  reader.readHeader(contextConstructed(0));
  const value = reader.bytes.subarray(reader.offset, elementEnd);
  const valueStart = reader.offset;
  reader.offset = elementEnd;
  reader.leave(outer);
  return isOneElement(reader.bytes, valueStart, elementEnd)
    ? Object.freeze({
        kind: 'otherName',
        typeId,
        value,
        text: otherNameText(typeId, reader.bytes, valueStart, elementEnd),
      })
    : Object.freeze({ kind: 'uncomparable', of: 'otherName', typeId, bytes: value });
}

function uncomparable(of: Exclude<UncomparableName['of'], 'otherName'>, bytes: Uint8Array): UncomparableName {
  return Object.freeze({ kind: 'uncomparable', of, bytes });
}

/** Decodes `GeneralNames` that were checked by the same syntax. */
export function decodeGeneralNames(
  reader: DerReader,
  identifier: number = tag.sequence,
  syntax: GeneralNameSyntax = nameSyntax,
): readonly GeneralName[] {
  const outer = reader.enter(identifier);
  const names: GeneralName[] = [];
  while (!reader.isDone) names.push(decodeGeneralName(reader, syntax));
  reader.leave(outer);
  return Object.freeze(names);
}
