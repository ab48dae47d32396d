import { contextConstructed, type DerReader, tag } from '../encoding/der.ts';
import { checkAscii, decodeLatin1 } from '../encoding/der-string.ts';
import { objectIdentifierText } from '../encoding/object-identifier.ts';
import { presentedDnsSyntax } from './dns-name.ts';
import { isMailbox } from './mailbox.ts';
import { MalformedError } from './malformed.ts';
import type { GeneralName } from './model.ts';
import { checkName, nameAt } from './name-der.ts';
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

/** What is asked of the kinds that have one form as a name and another as the base of a name constraint. */
export interface GeneralNameSyntax {
  checkMail(reader: ProfileReader, start: number): void;
  checkDns(reader: ProfileReader, start: number): void;
  checkUri(reader: ProfileReader, start: number): void;
  checkAddress(reader: ProfileReader, start: number): void;
  checkDirectoryName(isEmpty: boolean): void;
}

/** The forms of a name. `reader.offset` is where the content ends. */
const nameSyntax: GeneralNameSyntax = {
  checkMail(reader, start) {
    if (!isMailbox(reader.bytes, start, reader.offset)) throw new MalformedError('rfc822_name');
  },
  checkDns(reader, start) {
    const syntax = presentedDnsSyntax(reader.bytes, start, reader.offset);
    if (syntax === 'invalid') throw new MalformedError('dns_name');
    if (syntax === 'underscore') reader.note('dns_name_underscore');
  },
  checkUri(reader, start) {
    if (!isAbsoluteUri(reader.bytes, start, reader.offset)) throw new MalformedError('uri');
  },
  checkAddress(reader, start) {
    const length = reader.offset - start;
    if (length !== 4 && length !== 16) throw new MalformedError('ip_address');
  },
  checkDirectoryName(isEmpty) {
    if (isEmpty) throw new MalformedError('directory_name_empty');
  },
};

/**
 * The forms of a place where something can be fetched. Its URI names nobody, and LDAP URLs with blanks are common in
 * real certificates: what is not a URI of RFC 3986 is noted, for the profile to decide.
 */
export const locationSyntax: GeneralNameSyntax = {
  ...nameSyntax,
  checkUri(reader, start) {
    if (!isAbsoluteUri(reader.bytes, start, reader.offset)) reader.note('location_uri_syntax');
  },
};

/** Consumes a `GeneralName`. */
export function checkGeneralName(reader: ProfileReader, syntax: GeneralNameSyntax = nameSyntax): void {
  const identifier = reader.peek();
  switch (identifier) {
    case generalNameTag.rfc822Name:
      syntax.checkMail(reader, readAscii(reader, identifier));
      break;
    case generalNameTag.dNSName:
      syntax.checkDns(reader, readAscii(reader, identifier));
      break;
    case generalNameTag.uniformResourceIdentifier:
      syntax.checkUri(reader, readAscii(reader, identifier));
      break;
    case generalNameTag.iPAddress:
      syntax.checkAddress(reader, reader.readContent(identifier));
      break;
    case generalNameTag.registeredID:
      reader.readObjectIdentifier(identifier);
      break;
    case generalNameTag.directoryName: {
      const outer = reader.enter(identifier);
      const start = checkName(reader);
      syntax.checkDirectoryName(reader.offset - start === 2);
      reader.leave(outer);
      break;
    }
    case generalNameTag.otherName: {
      const outer = reader.enter(identifier);
      reader.readObjectIdentifier();
      const value = reader.enter(contextConstructed(0));
      reader.readAny();
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

function readAscii(reader: ProfileReader, identifier: number): number {
  const start = reader.readContent(identifier);
  checkAscii(reader.bytes, start, reader.offset);
  return start;
}

/** Consumes `GeneralNames`: a SEQUENCE, or whatever implicit tag stands for it, of at least one. */
export function checkGeneralNames(
  reader: ProfileReader,
  identifier: number = tag.sequence,
  syntax: GeneralNameSyntax = nameSyntax,
): void {
  const outer = reader.enterNonEmpty(identifier);
  while (!reader.isDone) checkGeneralName(reader, syntax);
  reader.leave(outer);
}

/** Decodes a `GeneralName` that was checked. */
export function decodeGeneralName(reader: DerReader): GeneralName {
  const { bytes } = reader;
  const identifier = reader.peek();
  const elementStart = reader.offset;
  const start = reader.readContent(identifier);
  const end = reader.offset;
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
  reader.offset = elementEnd;
  reader.leave(outer);
  return Object.freeze({ kind: 'otherName', typeId, value });
}

/** Decodes `GeneralNames` that were checked. */
export function decodeGeneralNames(reader: DerReader, identifier: number = tag.sequence): readonly GeneralName[] {
  const outer = reader.enter(identifier);
  const names: GeneralName[] = [];
  while (!reader.isDone) names.push(decodeGeneralName(reader));
  reader.leave(outer);
  return Object.freeze(names);
}
