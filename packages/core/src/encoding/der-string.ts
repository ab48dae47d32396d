import { Buffer } from 'node:buffer';
import { type DerReader, tag } from './der.ts';
import { DerError } from './der-rules.ts';

/**
 * Character strings (X.690 8.23) as names of RFC 5280 use them. A string is checked when the certificate is read and
 * decoded when somebody asks for its text. NUL and control characters are refused in all of them: no name needs them,
 * and every known attack on name matching by embedded NUL does. So is an octet above 7F where ASCII should be: one tool
 * means ISO 8859-1 by it and another UTF-8. A character of ASCII, however, is the same one in whichever string it stands.
 */

/** The types that are read as text; anything else is kept as DER. */
export function isTextTag(identifier: number): boolean {
  switch (identifier) {
    case tag.utf8String:
    case tag.printableString:
    case tag.ia5String:
    case tag.teletexString:
    case tag.bmpString:
    case tag.universalString:
    case tag.numericString:
      return true;
    default:
      return false;
  }
}

/** X.680 table 10: letters, digits, space and ' ( ) + , - . / : = ? */
const printable = new Uint8Array(128);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?") {
  printable[character.charCodeAt(0)] = 1;
}

const isControl = (codePoint: number): boolean => codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa0);
const isSurrogate = (codePoint: number): boolean => codePoint >= 0xd800 && codePoint <= 0xdfff;

/** Consumes a character string of this type. Returns the number of its characters. */
export function readString(reader: DerReader, identifier: number): number {
  const start = reader.readContent(identifier);
  const { bytes, offset: end } = reader;
  switch (identifier) {
    case tag.utf8String:
      return checkUtf8(bytes, start, end);
    case tag.printableString:
      for (let at = start; at < end; at++) {
        if (printable[bytes[at] as number] !== 1) checkOther(reader, bytes[at] as number);
      }
      return end - start;
    case tag.numericString:
      for (let at = start; at < end; at++) {
        const octet = bytes[at] as number;
        if (octet !== 0x20 && (octet < 0x30 || octet > 0x39)) checkOther(reader, octet);
      }
      return end - start;
    case tag.teletexString:
      // RFC 5280 4.1.2.4 keeps TeletexString for old names; as everywhere, it is taken as ISO 8859-1.
      for (let at = start; at < end; at++) checkCodePoint(bytes[at] as number);
      return end - start;
    case tag.bmpString:
      return checkWide(bytes, start, end, 2);
    case tag.universalString:
      return checkWide(bytes, start, end, 4);
    default:
      checkAscii(bytes, start, end);
      return end - start;
  }
}

/** IA5String, without control characters. */
export function checkAscii(bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    const octet = bytes[at] as number;
    if (octet >= 0x80) throw new DerError('der_string');
    if (isControl(octet)) throw new DerError('der_string_control');
  }
}

/** Characters of ASCII without the control characters. */
export function isPrintableAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const octet = bytes[at] as number;
    if (octet < 0x20 || octet >= 0x7f) return false;
  }
  return true;
}

/** Outside of the set of its string type: authorities write `@`, `_`, `*` and `&` into PrintableStrings. */
function checkOther(reader: DerReader, octet: number): void {
  if (octet >= 0x80) throw new DerError('der_string');
  if (isControl(octet)) throw new DerError('der_string_control');
  reader.deviate('der_string_printable');
}

function checkCodePoint(codePoint: number): void {
  if (isControl(codePoint)) throw new DerError('der_string_control');
  if (codePoint > 0x10ffff || isSurrogate(codePoint)) throw new DerError('der_string');
}

function checkWide(bytes: Uint8Array, start: number, end: number, width: 2 | 4): number {
  if ((end - start) % width !== 0) throw new DerError('der_string');
  for (let at = start; at < end; at += width) checkCodePoint(wideAt(bytes, at, width));
  return (end - start) / width;
}

function wideAt(bytes: Uint8Array, at: number, width: 2 | 4): number {
  const low = ((bytes[at + width - 2] as number) << 8) | (bytes[at + width - 1] as number);
  return width === 2 ? low : (((bytes[at] as number) << 8) | (bytes[at + 1] as number)) * 0x10000 + low;
}

/** RFC 3629 section 4: no overlong forms, no surrogates, nothing above U+10FFFF. */
function checkUtf8(bytes: Uint8Array, start: number, end: number): number {
  let characters = 0;
  let at = start;
  while (at < end) {
    const first = bytes[at++] as number;
    characters++;
    if (first < 0x80) {
      if (isControl(first)) throw new DerError('der_string_control');
      continue;
    }
    const following = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || at + following > end) throw new DerError('der_string');
    let codePoint = first & (0x3f >> following);
    for (let index = 0; index < following; index++) {
      const octet = bytes[at++] as number;
      if ((octet & 0xc0) !== 0x80) throw new DerError('der_string');
      codePoint = (codePoint << 6) | (octet & 0x3f);
    }
    if (codePoint < (following === 1 ? 0x80 : following === 2 ? 0x800 : 0x10000)) throw new DerError('der_string');
    checkCodePoint(codePoint);
  }
  return characters;
}

/** The text of content that `readString` accepted. */
export function decodeString(bytes: Uint8Array, identifier: number, start: number, end: number): string {
  switch (identifier) {
    case tag.utf8String:
      return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
    case tag.bmpString:
    case tag.universalString: {
      const width = identifier === tag.bmpString ? 2 : 4;
      let text = '';
      for (let at = start; at < end; at += width) text += String.fromCodePoint(wideAt(bytes, at, width));
      return text;
    }
    default:
      return decodeLatin1(bytes, start, end);
  }
}

/** Octets as ISO 8859-1, of which ASCII is a part. */
export function decodeLatin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
