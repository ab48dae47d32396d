/**
 * A DER writer (X.690): every function returns one whole encoding, header included. What a standard forbids can be
 * written too, with `tlv` and with content octets given verbatim: hostile tests need exactly that.
 */
import { isUint8Array } from 'node:util/types';

/** Octets of one or more DER encodings. */
export type Der = Uint8Array;

/** One value: identifier octet, definite length in the fewest octets, contents. */
export function tlv(identifier: number, ...contents: readonly Uint8Array[]): Der {
  const content = concat(...contents);
  return concat(Uint8Array.of(identifier), lengthOctets(content.length), content);
}

export function concat(...parts: readonly Uint8Array[]): Der {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

export function sequence(...items: readonly Uint8Array[]): Der {
  return tlv(0x30, ...items);
}

/** SET OF: the items in ascending order of their encodings (X.690 11.6). `tlv(0x31, ...)` keeps an order given. */
export function setOf(...items: readonly Uint8Array[]): Der {
  return tlv(0x31, ...[...items].sort((a, b) => Buffer.compare(a, b)));
}

export function boolean(value: boolean): Der {
  return tlv(0x01, Uint8Array.of(value ? 0xff : 0x00));
}

/** A number, or content octets verbatim. */
export function integer(value: number | bigint | Uint8Array): Der {
  return tlv(0x02, isUint8Array(value) ? value : integerOctets(BigInt(value)));
}

export function enumerated(value: number): Der {
  return tlv(0x0a, integerOctets(BigInt(value)));
}

export function nullValue(): Der {
  return tlv(0x05);
}

export function octetString(...contents: readonly Uint8Array[]): Der {
  return tlv(0x04, ...contents);
}

/** `unusedBits`: 0 to 7. */
export function bitString(bytes: Uint8Array, unusedBits = 0): Der {
  return tlv(0x03, Uint8Array.of(unusedBits), bytes);
}

/** A BIT STRING with a NamedBitList: no trailing zero bits (X.690 11.2.2). Bit 0 is the first of the list. */
export function namedBits(bits: readonly number[]): Der {
  if (bits.length === 0) return bitString(new Uint8Array());
  const last = Math.max(...bits);
  const bytes = new Uint8Array((last >> 3) + 1);
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return bitString(bytes, 7 - (last & 7));
}

/** An object identifier in dotted form. */
export function oid(dotted: string): Der {
  return tlv(0x06, oidOctets(dotted));
}

/** The content octets of an object identifier, for implicit tags. */
export function oidOctets(dotted: string): Der {
  if (!/^[0-2](\.(0|[1-9]\d*))+$/.test(dotted)) throw new TypeError(`not a dotted object identifier: ${dotted}`);
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  return Uint8Array.from([first * 40n + second, ...rest].flatMap(base128));
}

export function utf8String(text: string): Der {
  return tlv(0x0c, Buffer.from(text, 'utf8'));
}

export function printableString(text: string): Der {
  return tlv(0x13, ascii(text));
}

export function ia5String(text: string): Der {
  return tlv(0x16, ascii(text));
}

/** TeletexString, written as ISO 8859-1, as practice has it. */
export function teletexString(text: string): Der {
  return tlv(0x14, Buffer.from(text, 'latin1'));
}

export function bmpString(text: string): Der {
  return tlv(0x1e, Buffer.from(text, 'utf16le').swap16());
}

export function universalString(text: string): Der {
  const points = [...text].map((character) => character.codePointAt(0) ?? 0);
  return tlv(0x1c, Uint8Array.from(points.flatMap((p) => [p >>> 24, (p >>> 16) & 255, (p >>> 8) & 255, p & 255])));
}

/** `Time` of RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on. Whole seconds. */
export function time(date: Date): Der {
  const digits = date.toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '');
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050 ? utcTime(digits.slice(2)) : generalizedTime(digits);
}

/** The text verbatim: `250131120000Z`. */
export function utcTime(text: string): Der {
  return tlv(0x17, ascii(text));
}

/** The text verbatim: `20500131120000Z`. */
export function generalizedTime(text: string): Der {
  return tlv(0x18, ascii(text));
}

/** `[number]`, constructed: an explicit tag around whole encodings, or the implicit tag of a SEQUENCE. */
export function constructed(number: number, ...contents: readonly Uint8Array[]): Der {
  return tlv(0xa0 | number, ...contents);
}

/** `[number]`, primitive: the implicit tag of a string, over its content octets. */
export function primitive(number: number, ...contents: readonly Uint8Array[]): Der {
  return tlv(0x80 | number, ...contents);
}

/** US-ASCII octets; a TypeError for any other character. */
export function ascii(text: string): Der {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  if (bytes.length !== text.length || [...text].some((character) => character.charCodeAt(0) > 0x7f)) {
    throw new TypeError(`only US-ASCII can be written here, give the DER for anything else: ${JSON.stringify(text)}`);
  }
  return bytes;
}

/** The encodings directly inside one well-formed value: the inverse of `sequence`. Meant for what this package wrote. */
export function children(value: Uint8Array): readonly Der[] {
  const { start, end } = header(value, 0);
  const found: Der[] = [];
  for (let offset = start; offset < end; ) {
    const child = header(value, offset);
    found.push(Uint8Array.from(value.subarray(offset, child.end)));
    offset = child.end;
  }
  return found;
}

/** The content octets of one well-formed value. */
export function contents(value: Uint8Array): Der {
  const { start, end } = header(value, 0);
  return Uint8Array.from(value.subarray(start, end));
}

function header(bytes: Uint8Array, offset: number): { start: number; end: number } {
  const first = bytes[offset + 1] ?? 0;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  let length = first < 0x80 ? first : 0;
  for (let i = 0; i < octets; i++) length = length * 256 + (bytes[offset + 2 + i] ?? 0);
  const start = offset + 2 + octets;
  if (start + length > bytes.length) throw new TypeError('not a whole DER value');
  return { start, end: start + length };
}

function lengthOctets(length: number): Der {
  if (length < 0x80) return Uint8Array.of(length);
  const octets = unsignedOctets(BigInt(length));
  return Uint8Array.of(0x80 | octets.length, ...octets);
}

/** Two's complement in the fewest octets (X.690 8.3). */
function integerOctets(value: bigint): Der {
  if (value < 0n) {
    let bits = 8n;
    while (value < -(1n << (bits - 1n))) bits += 8n;
    const octets = unsignedOctets((1n << bits) + value);
    return octets;
  }
  const octets = unsignedOctets(value);
  return (octets[0] ?? 0) & 0x80 ? concat(Uint8Array.of(0), octets) : octets;
}

function unsignedOctets(value: bigint): Der {
  const hex = value.toString(16);
  return Uint8Array.from(Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex'));
}

function base128(value: bigint): number[] {
  const digits = [Number(value & 0x7fn)];
  for (let rest = value >> 7n; rest > 0n; rest >>= 7n) digits.unshift(Number(rest & 0x7fn) | 0x80);
  return digits;
}
