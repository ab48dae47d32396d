import { type DerDeviation, DerError } from './der-rules.ts';

export { DerError };

/**
 * A strict reader of the Distinguished Encoding Rules (X.690 sections 8, 10 and 11), as RFC 5280 4.1 asks for; one for a
 * profile overrides `deviate` to take note of what is written in another way and means the same. It walks
 * offsets over one buffer: nothing is copied, and no object is made for an element, so that a revocation list of a
 * million entries costs what its bytes cost.
 *
 * Each `read...` method consumes one element and returns where its content begins; it ends at `offset`. A constructed
 * element is entered and left: `const outer = reader.enter(tag.sequence); ... reader.leave(outer);`.
 */

/** Identifier octets. Only low tag numbers exist in the formats read here, so that one octet is the whole identifier. */
export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The identifier octet of a primitive context-specific element: `[n] IMPLICIT` of a simple type. */
export const contextPrimitive = (number: number): number => 0x80 | number;
/** The identifier octet of a constructed context-specific element: `[n] EXPLICIT`, or `[n] IMPLICIT SEQUENCE`. */
export const contextConstructed = (number: number): number => 0xa0 | number;

/** Deeper than any parameter, qualifier or other name that is issued; a bound, not a rule of the encoding. */
const maximumDepth = 16;

/** 19 octets of 7 bits hold the 128-bit arc of a UUID (X.667); nothing registered is longer. */
const maximumArcOctets = 19;

export class DerReader {
  readonly bytes: Uint8Array;
  /** Where the next element begins. */
  offset: number;
  /** Where the content being read ends. */
  end: number;

  constructor(bytes: Uint8Array, start: number = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.offset = start;
    this.end = end;
  }

  /** The identifier octet of the next element, or -1 where the content ends. */
  peek(): number {
    return this.offset < this.end ? (this.bytes[this.offset] as number) : -1;
  }

  get isDone(): boolean {
    return this.offset >= this.end;
  }

  /** Hears of another spelling than the one of DER. To be strict is to refuse it. */
  deviate(deviation: DerDeviation): void {
    throw new DerError(deviation);
  }

  /** Consumes one identifier and length. Returns where the content ends; `offset` is where it begins. */
  readHeader(expected: number): number {
    if (this.offset >= this.end) throw new DerError('der_truncated');
    const identifier = this.bytes[this.offset] as number;
    if (identifier !== expected) {
      throw new DerError((identifier & 0x1f) === 0x1f ? 'der_high_tag_number' : 'der_unexpected_tag');
    }
    return this.#readLength();
  }

  #readLength(): number {
    const { bytes, end } = this;
    let at = this.offset + 1;
    if (at >= end) throw new DerError('der_truncated');
    let length = bytes[at++] as number;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0) throw new DerError('der_indefinite_length');
      if (octets > 4) throw new DerError('der_length_too_large');
      if (octets > end - at) throw new DerError('der_truncated');
      if (bytes[at] === 0) throw new DerError('der_length_not_minimal');
      length = 0;
      for (let index = 0; index < octets; index++) length = length * 256 + (bytes[at++] as number);
      if (length < 0x80) throw new DerError('der_length_not_minimal');
    }
    if (length > end - at) throw new DerError('der_truncated');
    this.offset = at;
    return at + length;
  }

  /** Goes into a constructed element. Returns what `leave` needs. */
  enter(expected: number): number {
    const contentEnd = this.readHeader(expected);
    const outer = this.end;
    this.end = contentEnd;
    return outer;
  }

  /** Goes out of a constructed element, all of whose content must have been read. */
  leave(outer: number): void {
    if (this.offset !== this.end) throw new DerError('der_trailing_data');
    this.end = outer;
  }

  /** Goes into an element that must hold at least one other: `SEQUENCE SIZE (1..MAX)`. */
  enterNonEmpty(expected: number): number {
    const outer = this.enter(expected);
    if (this.offset === this.end) throw new DerError('der_empty_sequence');
    return outer;
  }

  /** Goes into a list that should hold an element, and whose emptiness says that there is none. */
  enterList(expected: number): number {
    const outer = this.enter(expected);
    if (this.offset === this.end) this.deviate('der_empty_list');
    return outer;
  }

  /** Consumes an element of this type as it is. */
  readContent(expected: number): number {
    const contentEnd = this.readHeader(expected);
    const start = this.offset;
    this.offset = contentEnd;
    return start;
  }

  /** Consumes one element of any type without looking inside. Returns where the element, header included, begins. */
  skip(): number {
    const start = this.offset;
    const identifier = this.peek();
    if ((identifier & 0x1f) === 0x1f && identifier !== -1) throw new DerError('der_high_tag_number');
    this.readContent(identifier);
    return start;
  }

  /** X.690 8.2.2: false is 00 and true is anything else; 11.1: in DER it is FF. */
  readBoolean(expected: number = tag.boolean): boolean {
    const start = this.readContent(expected);
    if (this.offset - start !== 1) throw new DerError('der_boolean');
    const value = this.bytes[start] as number;
    if (value !== 0 && value !== 0xff) this.deviate('der_boolean_true');
    return value !== 0;
  }

  /** `BOOLEAN DEFAULT FALSE`: absent is false, and DER does not write it out (X.690 11.5). */
  readDefaultFalse(expected: number = tag.boolean): boolean {
    if (this.peek() !== expected) return false;
    const value = this.readBoolean(expected);
    if (!value) this.deviate('der_default_encoded');
    return value;
  }

  /** Consumes an INTEGER of any size and sign. */
  readInteger(expected: number = tag.integer): number {
    const start = this.readContent(expected);
    const length = this.offset - start;
    if (length === 0) throw new DerError('der_integer_empty');
    const first = this.bytes[start] as number;
    if (length > 1 && (first === 0 || first === 0xff)) {
      if (((this.bytes[start + 1] as number) ^ first) < 0x80) throw new DerError('der_integer_not_minimal');
    }
    return start;
  }

  /** Consumes a non-negative INTEGER of any size. Returns where its octets begin, a leading zero octet left out. */
  readUnsigned(expected: number = tag.integer): number {
    const start = this.readInteger(expected);
    const first = this.bytes[start] as number;
    if (first >= 0x80) throw new DerError('der_integer_negative');
    return first === 0 && this.offset - start > 1 ? start + 1 : start;
  }

  /** Consumes an INTEGER between 0 and `maximum`, which is below 2^31. Returns its value. */
  readNumber(maximum: number = 0x7fffffff, expected: number = tag.integer): number {
    const start = this.readUnsigned(expected);
    if (this.offset - start > 4) throw new DerError('der_integer_too_large');
    let value = 0;
    for (let at = start; at < this.offset; at++) value = value * 256 + (this.bytes[at] as number);
    if (value > maximum) throw new DerError('der_integer_too_large');
    return value;
  }

  /** Consumes a BIT STRING of any length. Returns where its count of unused bits stands. */
  readBitString(expected: number = tag.bitString): number {
    const start = this.readContent(expected);
    const length = this.offset - start;
    if (length === 0) throw new DerError('der_bit_string');
    const unused = this.bytes[start] as number;
    if (unused > 7 || (length === 1 && unused !== 0)) throw new DerError('der_bit_string');
    if (((this.bytes[this.offset - 1] as number) & ((1 << unused) - 1)) !== 0 && length > 1) {
      throw new DerError('der_bit_string_padding');
    }
    return start;
  }

  /** Consumes a BIT STRING that holds whole octets. Returns where they begin. */
  readBitStringOctets(): number {
    const start = this.readBitString();
    if (this.bytes[start] !== 0) throw new DerError('der_bit_string_not_octets');
    return start + 1;
  }

  /** Goes into the DER that a BIT STRING holds. Returns what `leave` needs. */
  enterBitString(): number {
    const start = this.readBitStringOctets();
    const outer = this.end;
    this.end = this.offset;
    this.offset = start;
    return outer;
  }

  /** Consumes a named bit list of at most 16 bits. Bit 0 of the standard is bit 15 of the returned number. */
  readNamedBits(expected: number = tag.bitString): number {
    const start = this.readBitString(expected);
    const { bytes, offset } = this;
    for (let at = start + 3; at < offset; at++) if (bytes[at] !== 0) throw new DerError('der_integer_too_large');
    if (offset - start > 1 && (((bytes[offset - 1] as number) >> (bytes[start] as number)) & 1) === 0) {
      this.deviate('der_named_bits_not_minimal');
    }
    return namedBitsAt(bytes, start, offset);
  }

  readNull(): void {
    if (this.readContent(tag.null) !== this.offset) throw new DerError('der_null');
  }

  /** Consumes an OBJECT IDENTIFIER. Returns where its content begins. */
  readObjectIdentifier(expected: number = tag.objectIdentifier): number {
    const start = this.readContent(expected);
    const { bytes, offset } = this;
    if (offset === start || (bytes[offset - 1] as number) >= 0x80) throw new DerError('der_oid');
    let arcStart = start;
    for (let at = start; at < offset; at++) {
      const octet = bytes[at] as number;
      if (at === arcStart && octet === 0x80) throw new DerError('der_oid');
      if (octet < 0x80) {
        if (at - arcStart >= maximumArcOctets) throw new DerError('der_oid_arc_too_large');
        arcStart = at + 1;
      }
    }
    return start;
  }

  /** Consumes one element of any type, checking all that can be checked without knowing its schema. */
  readAny(depth: number = 0): number {
    if (depth > maximumDepth) throw new DerError('der_too_deep');
    const start = this.offset;
    const identifier = this.peek();
    switch (identifier) {
      case tag.boolean:
        this.readBoolean();
        break;
      case tag.integer:
      case tag.enumerated:
        this.readInteger(identifier);
        break;
      case tag.bitString:
        this.readBitString();
        break;
      case tag.null:
        this.readNull();
        break;
      case tag.objectIdentifier:
        this.readObjectIdentifier();
        break;
      case 0:
        // X.690 8.1.5: end-of-contents belongs to the indefinite form only.
        throw new DerError('der_unexpected_tag');
      case -1:
        throw new DerError('der_truncated');
      default:
        this.#readOther(identifier, depth);
    }
    return start;
  }

  /** X.690 10.2: a string is primitive in DER, so that in the universal class only SEQUENCE and SET are constructed. */
  #readOther(identifier: number, depth: number): void {
    const number = identifier & 0x1f;
    if (number === 0x1f) throw new DerError('der_high_tag_number');
    const isConstructed = (identifier & 0x20) !== 0;
    const isUniversal = identifier < 0x40;
    if (isUniversal && isConstructed !== (number === 0x10 || number === 0x11)) throw new DerError('der_unexpected_tag');
    if (!isConstructed) {
      this.skip();
      return;
    }
    const outer = this.enter(identifier);
    while (this.offset < this.end) this.readAny(depth + 1);
    this.leave(outer);
  }
}

/** Whether there is one element of DER between the offsets, and nothing behind it. */
export function isOneElement(bytes: Uint8Array, start: number, end: number): boolean {
  const reader = new DerReader(bytes, start, end);
  try {
    reader.readAny();
    return reader.isDone;
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}

/** The same of a BIT STRING that `readNamedBits` accepted, from its count of unused bits to its end. */
export function namedBitsAt(bytes: Uint8Array, start: number, end: number): number {
  const first = end - start > 1 ? (bytes[start + 1] as number) : 0;
  const second = end - start > 2 ? (bytes[start + 2] as number) : 0;
  return (first << 8) | second;
}

/** X.690 11.6: the order of the elements of a SET OF. Both run from their identifier octet to their end. */
export function isAscending(
  bytes: Uint8Array,
  start: number,
  end: number,
  nextStart: number,
  nextEnd: number,
): boolean {
  const shorter = Math.min(end - start, nextEnd - nextStart);
  for (let index = 0; index < shorter; index++) {
    const difference = (bytes[start + index] as number) - (bytes[nextStart + index] as number);
    if (difference !== 0) return difference < 0;
  }
  return end - start <= nextEnd - nextStart;
}

/** The octets of two ranges are the same. */
export function equalRanges(
  bytes: Uint8Array,
  start: number,
  end: number,
  otherStart: number,
  otherEnd: number,
): boolean {
  if (end - start !== otherEnd - otherStart) return false;
  for (let at = start, other = otherStart; at < end; at++, other++) {
    if (bytes[at] !== bytes[other]) return false;
  }
  return true;
}
