import { Buffer } from 'node:buffer';
import { tag } from '../encoding/der.ts';
import { DerError } from '../encoding/der-rules.ts';
import { encodeObjectIdentifier } from '../encoding/object-identifier.ts';
import { type AttributeType, attributeTypeByKeyword, attributeTypeByOid } from './attribute-types.ts';
import { textAt } from './character-string.ts';
import { MalformedError } from './malformed.ts';
import type { Name } from './model.ts';
import { checkName, nameAt } from './name-der.ts';
import { ProfileReader } from './profile-reader.ts';

/**
 * Reads a distinguished name from its string representation (RFC 4514 section 3), to the letter: RDNs divided by commas
 * without blanks, the most specific first; `+` inside a multi-valued RDN; descriptors in any case or dotted object
 * identifiers; escapes `\,` and `\2C`; values as `#` and the hex of their DER. Quoted strings and semicolons of older
 * forms are not part of it. The empty text is the empty name.
 *
 * The name is encoded and read like that of a certificate, so that everything refused there is refused here too. The
 * string types are those that RFC 5280 prefers, which comparison ignores.
 *
 * @returns `undefined` when the text is not such a name.
 */
export function parseDistinguishedName(text: string): Name | undefined {
  const der = encodeName(text);
  if (der === undefined) return undefined;
  try {
    const reader = new ProfileReader(der);
    checkName(reader);
    return nameAt(der, 0, der.length);
  } catch (error) {
    if (error instanceof DerError || error instanceof MalformedError) return undefined;
    throw error;
  }
}

function encodeName(text: string): Uint8Array | undefined {
  if (text === '') return element(tag.sequence, []);
  // Half a surrogate pair has no UTF-8; encoding would put another character in its place.
  if (/\p{Surrogate}/u.test(text)) return undefined;
  const rdns: Uint8Array[] = [];
  let attributes: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const read = readAttribute(text, at);
    if (read === undefined) return undefined;
    attributes.push(read.der);
    const separator = text[read.end];
    if (separator !== '+') {
      // X.690 11.6: the elements of a SET OF ascend.
      rdns.push(element(tag.set, attributes.sort(Buffer.compare)));
      attributes = [];
    }
    if (separator === undefined) return element(tag.sequence, rdns.reverse());
    at = read.end + 1;
  }
}

interface ReadAttribute {
  readonly der: Uint8Array;
  /** Where the separator stands behind the attribute, or the end of the text. */
  readonly end: number;
}

const typePattern = /(?:([A-Za-z][A-Za-z0-9-]*)|([0-9]+(?:\.[0-9]+)+))=/y;
const hexPattern = /#((?:[0-9A-Fa-f]{2})+)(?=[,+]|$)/y;

function readAttribute(text: string, start: number): ReadAttribute | undefined {
  typePattern.lastIndex = start;
  const [matched, keyword, dotted] = typePattern.exec(text) ?? [];
  if (matched === undefined) return undefined;
  const type = keyword === undefined ? undefined : attributeTypeByKeyword.get(keyword.toLowerCase());
  const oid = encodeObjectIdentifier(type?.oid ?? dotted ?? '');
  if (oid === undefined) return undefined;
  const valueStart = start + matched.length;
  const value =
    text[valueStart] === '#' ? readHex(text, valueStart) : readValue(text, valueStart, type ?? known(dotted));
  if (value === undefined) return undefined;
  return { der: element(tag.sequence, [element(tag.objectIdentifier, [oid]), value.der]), end: value.end };
}

const known = (dotted: string | undefined): AttributeType | undefined => attributeTypeByOid.get(dotted ?? '');

/** `hexstring`: the DER of a value. */
function readHex(text: string, start: number): ReadAttribute | undefined {
  hexPattern.lastIndex = start;
  const [matched, hex] = hexPattern.exec(text) ?? [];
  if (matched === undefined || hex === undefined) return undefined;
  return { der: Buffer.from(hex, 'hex'), end: start + matched.length };
}

/** `string`: characters as they are, or behind a backslash. */
function readValue(text: string, start: number, type: AttributeType | undefined): ReadAttribute | undefined {
  const parts: Uint8Array[] = [];
  let at = start;
  let plainStart = start;
  const takePlain = (): void => {
    if (at > plainStart) parts.push(Buffer.from(text.slice(plainStart, at), 'utf8'));
  };
  for (; at < text.length; at++) {
    const character = text[at] as string;
    if (character === ',' || character === '+') break;
    if ('";<>\0'.includes(character)) return undefined;
    if (character === ' ' && (at === start || isEndOfValue(text, at + 1))) return undefined;
    if (character !== '\\') continue;
    takePlain();
    const escaped = text[at + 1] ?? '';
    if (/["+,;<>\\ #=]/.test(escaped)) {
      parts.push(Buffer.from(escaped));
      at += 1;
    } else {
      const pair = text.slice(at + 1, at + 3);
      if (!/^[0-9A-Fa-f]{2}$/.test(pair)) return undefined;
      parts.push(Buffer.from(pair, 'hex'));
      at += 2;
    }
    plainStart = at + 1;
  }
  takePlain();
  const der = element(stringTag(type, parts), parts);
  // What no certificate of an honest authority spells out is written as the hex of its DER, which is its only spelling.
  return textAt(der, 0, der.length) === undefined ? undefined : { der, end: at };
}

const isEndOfValue = (text: string, at: number): boolean => at === text.length || text[at] === ',' || text[at] === '+';

/** RFC 5280 4.1.2.4 and A.1: the type that the attribute declares if the value fits it, else UTF8String. */
function stringTag(type: AttributeType | undefined, parts: readonly Uint8Array[]): number {
  const isWithin = (pattern: RegExp): boolean => pattern.test(Buffer.concat(parts).toString('latin1'));
  if (type?.strings === 'printable' && isWithin(/^[A-Za-z0-9 '()+,\-./:=?]*$/)) return tag.printableString;
  if (type?.strings === 'ia5' && isWithin(/^[ -~]*$/)) return tag.ia5String;
  return tag.utf8String;
}

/** One DER element around the given content. */
function element(identifier: number, content: readonly Uint8Array[]): Uint8Array {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  const octets: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256);
  const header = length < 0x80 ? [identifier, length] : [identifier, 0x80 | octets.length, ...octets];
  return new Uint8Array(Buffer.concat([Buffer.from(header), ...content]));
}
