import { contextConstructed, contextPrimitive, type DerReader, tag } from '../../encoding/der.ts';
import { serialNumberText } from '../../encoding/serial-number.ts';
import { checkGeneralNames, decodeGeneralNames } from '../general-name.ts';
import type { AuthorityKeyIdentifier } from '../model.ts';
import type { ProfileReader } from '../profile-reader.ts';

/** Key identifiers (RFC 5280 4.2.1.1 and 4.2.1.2). */

const keyIdentifierTag = contextPrimitive(0);
const issuerTag = contextConstructed(1);
const serialNumberTag = contextPrimitive(2);

/** Returns whether there is a keyIdentifier. */
export function checkAuthorityKeyIdentifier(reader: ProfileReader): boolean {
  const outer = reader.enter(tag.sequence);
  const hasKeyIdentifier = reader.peek() === keyIdentifierTag;
  if (hasKeyIdentifier) reader.readContent(keyIdentifierTag);
  const hasIssuer = reader.peek() === issuerTag;
  if (hasIssuer) checkGeneralNames(reader, issuerTag);
  const hasSerialNumber = reader.peek() === serialNumberTag;
  if (hasSerialNumber && (reader.bytes[reader.readInteger(serialNumberTag)] as number) >= 0x80) {
    reader.note('serial_number_negative');
  }
  reader.leave(outer);
  // A.2. It is a hint, of which keyIdentifier alone is followed here.
  if (hasIssuer !== hasSerialNumber) reader.note('authority_key_identifier_halved');
  return hasKeyIdentifier;
}

export function decodeAuthorityKeyIdentifier(reader: DerReader): AuthorityKeyIdentifier {
  const outer = reader.enter(tag.sequence);
  const { bytes } = reader;
  let keyIdentifier: Uint8Array | undefined;
  if (reader.peek() === keyIdentifierTag) {
    const start = reader.readContent(keyIdentifierTag);
    keyIdentifier = bytes.subarray(start, reader.offset);
  }
  const authorityCertIssuer = reader.peek() === issuerTag ? decodeGeneralNames(reader, issuerTag) : undefined;
  let authorityCertSerialNumber: string | undefined;
  if (reader.peek() === serialNumberTag) {
    const start = reader.readInteger(serialNumberTag);
    authorityCertSerialNumber = serialNumberText(bytes, start, reader.offset);
  }
  reader.leave(outer);
  return Object.freeze({ keyIdentifier, authorityCertIssuer, authorityCertSerialNumber });
}

export function decodeSubjectKeyIdentifier(reader: DerReader): Uint8Array {
  const start = reader.readContent(tag.octetString);
  return reader.bytes.subarray(start, reader.offset);
}
