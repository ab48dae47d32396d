import { Buffer, isUtf8 } from 'node:buffer';
import { DerError, DerReader, tag } from '../encoding/der.ts';
import { decodeLatin1, decodeString, isPrintableAscii, isTextTag, readString } from '../encoding/der-string.ts';
import { ProfileReader } from './profile-reader.ts';

/**
 * Character strings that are kept as octets, because nobody can say which characters they are, or because they have control
 * characters. OpenSSL takes them as well, and so does the TLS layer of Node. What is not even in the form of its type, as
 * octets that are no UTF-8, neither takes: such a string is refused.
 */
export type StringProblem = 'attribute_characters' | 'attribute_control';

/** Consumes a character string of this type. Returns the number of its characters, or why it has no text. */
export function readCharacters(reader: DerReader, identifier: number): number | StringProblem {
  const start = reader.offset;
  try {
    return readString(reader, identifier);
  } catch (error) {
    // The reader stands behind the string by now: what is wrong is inside.
    if (!(error instanceof DerError)) throw error;
    if (error.rule === 'der_string' && isOfOctets(identifier)) return 'attribute_characters';
    if (error.rule === 'der_string_control' && isWellFormed(contentFrom(reader, start), identifier)) {
      return 'attribute_control';
    }
    throw error;
  }
}

/** A type of one octet for a character, in any of which something can be read. */
function isOfOctets(identifier: number): boolean {
  return identifier !== tag.utf8String && identifier !== tag.bmpString && identifier !== tag.universalString;
}

/** The content of the element that the reader stands behind. */
function contentFrom({ bytes, offset }: DerReader, start: number): Uint8Array {
  const again = new DerReader(bytes, start, offset);
  return bytes.subarray(again.readContent(again.peek()), offset);
}

/** Whether content is in the form of its string type, control characters aside. */
function isWellFormed(content: Uint8Array, identifier: number): boolean {
  switch (identifier) {
    case tag.utf8String:
      return isUtf8(content);
    case tag.bmpString:
    case tag.universalString:
      return everyCodePoint(content, identifier === tag.bmpString ? 2 : 4);
    default:
      return true;
  }
}

/** The length was found to be right. A surrogate is half a character. */
function everyCodePoint(content: Uint8Array, width: 2 | 4): boolean {
  for (let at = 0; at < content.length; at += width) {
    const codePoint = Buffer.from(content.buffer, content.byteOffset + at, width).readUIntBE(0, width);
    if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return false;
  }
  return true;
}

/** The text of the element that fills these offsets, or `undefined` where it is no character string or has no text. */
export function textAt(bytes: Uint8Array, start: number, end: number): string | undefined {
  const identifier = bytes[start] as number;
  if (!isTextTag(identifier)) return undefined;
  // Most are short, of ASCII, and of this type.
  if (identifier === tag.utf8String && end - start < 0x80 && isPrintableAscii(bytes, start + 2, end)) {
    return decodeLatin1(bytes, start + 2, end);
  }
  // Takes characters of another string type as when the certificate was read.
  const reader = new ProfileReader(bytes, start, end);
  try {
    readString(reader, identifier);
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
  reader.offset = start;
  return decodeString(bytes, identifier, reader.readContent(identifier), end);
}
