import { Buffer } from 'node:buffer';
import { DerReader, equalRanges, isAscending, tag } from '../encoding/der.ts';
import { decodeLatin1, isTextTag } from '../encoding/der-string.ts';
import { objectIdentifierText } from '../encoding/object-identifier.ts';
import { logText } from '../log-text.ts';
import { findAttributeType } from './attribute-types.ts';
import { readCharacters, textAt } from './character-string.ts';
import { MalformedError } from './malformed.ts';
import type { AttributeTypeAndValue, Name, RelativeDistinguishedName } from './model.ts';
import { canonicalRdns } from './name-comparison.ts';
import { nameText } from './name-text.ts';
import type { ProfileReader } from './profile-reader.ts';

/** Distinguished names (RFC 5280 4.1.2.4): checked whole when the certificate is read, decoded when asked for. */

/** Consumes a `Name`. Returns where it begins, header included. */
export function checkName(reader: ProfileReader): number {
  const start = reader.offset;
  const outer = reader.enter(tag.sequence);
  while (!reader.isDone) {
    const set = reader.enterNonEmpty(tag.set);
    checkRdnContent(reader);
    reader.leave(set);
  }
  reader.leave(outer);
  return start;
}

/**
 * Consumes the attributes of one RDN, up to the end of the content. It is a set: two that differ in the order alone are one
 * RDN, so that authorities which do not sort (X.690 11.6) name the same as those which do.
 */
export function checkRdnContent(reader: ProfileReader): void {
  const rdnStart = reader.offset;
  let previous = -1;
  let previousEnd = -1;
  let isSorted = true;
  while (!reader.isDone) {
    const start = reader.offset;
    checkAttribute(reader);
    if (previous !== -1) {
      // X.501 9.3: no attribute twice.
      if (equalRanges(reader.bytes, previous, previousEnd, start, reader.offset)) {
        throw new MalformedError('attribute_duplicate_value');
      }
      isSorted &&= isAscending(reader.bytes, previous, previousEnd, start, reader.offset);
    }
    previous = start;
    previousEnd = reader.offset;
  }
  if (isSorted) return;
  reader.deviate('der_set_order');
  // Where they do not ascend, equal ones need not be neighbours.
  const attributes = attributesBetween(reader.bytes, rdnStart, previousEnd);
  if (new Set(attributes.map(latin1)).size < attributes.length) throw new MalformedError('attribute_duplicate_value');
}

/** The octets of each attribute of an RDN, in the order of the encoding. */
function attributesBetween(bytes: Uint8Array, start: number, end: number): Uint8Array[] {
  const reader = new DerReader(bytes, start, end);
  const attributes: Uint8Array[] = [];
  while (!reader.isDone) attributes.push(bytes.subarray(reader.skip(), reader.offset));
  return attributes;
}

const latin1 = (bytes: Uint8Array): string => decodeLatin1(bytes, 0, bytes.length);

function checkAttribute(reader: ProfileReader): void {
  const outer = reader.enter(tag.sequence);
  const typeStart = reader.readObjectIdentifier();
  const type = findAttributeType(reader.bytes, typeStart, reader.offset);
  const identifier = reader.peek();
  if (isTextTag(identifier)) {
    const length = readCharacters(reader, identifier);
    if (typeof length === 'string') {
      reader.note(length);
    } else if (type !== undefined) {
      if (!hasStringType(type.strings, identifier)) reader.note('attribute_string_type');
      if (length === 0 || (type.maximum !== undefined && length > type.maximum)) reader.note('attribute_length');
    }
  } else {
    reader.readAny();
    if (type !== undefined) noteValue(reader, identifier);
  }
  reader.leave(outer);
}

/**
 * What is known is a character string, whichever. Of values that are none OpenSSL takes those of two types, and no other
 * reader in use takes any.
 */
function noteValue(reader: ProfileReader, identifier: number): void {
  if (identifier !== tag.bitString && identifier !== tag.sequence) throw new MalformedError('attribute_value');
  reader.note('attribute_not_text');
}

/** RFC 5280 A.1. */
function hasStringType(strings: 'directory' | 'printable' | 'ia5', identifier: number): boolean {
  if (identifier === tag.printableString) return strings !== 'ia5';
  if (strings !== 'directory') return strings === 'ia5' && identifier === tag.ia5String;
  return (
    identifier === tag.utf8String ||
    identifier === tag.teletexString ||
    identifier === tag.bmpString ||
    identifier === tag.universalString
  );
}

/** The name whose DER, already checked, lies between these offsets. */
export function nameAt(bytes: Uint8Array, start: number, end: number): Name {
  return new DerName(bytes, start, end);
}

const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom');

class DerName implements Name {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  #der: Uint8Array | undefined;
  #rdns: readonly RelativeDistinguishedName[] | undefined;
  #canonicalRdns: readonly string[] | undefined;
  #canonical: string | undefined;
  #text: string | undefined;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  get der(): Uint8Array {
    this.#der ??= this.#bytes.subarray(this.#start, this.#end);
    return this.#der;
  }

  get isEmpty(): boolean {
    return this.#end - this.#start === 2;
  }

  get rdns(): readonly RelativeDistinguishedName[] {
    if (this.#rdns === undefined) {
      const reader = new DerReader(this.#bytes, this.#start, this.#end);
      const rdns: RelativeDistinguishedName[] = [];
      reader.enter(tag.sequence);
      while (!reader.isDone) {
        const outer = reader.enter(tag.set);
        rdns.push(decodeRdnContent(reader));
        reader.leave(outer);
      }
      this.#rdns = Object.freeze(rdns);
    }
    return this.#rdns;
  }

  get canonicalRdns(): readonly string[] {
    this.#canonicalRdns ??= Object.freeze(canonicalRdns(this.rdns));
    return this.#canonicalRdns;
  }

  get canonical(): string {
    this.#canonical ??= this.canonicalRdns.join(',');
    return this.#canonical;
  }

  valuesOf(type: string): readonly string[] {
    const values: string[] = [];
    for (const rdn of this.rdns) {
      for (const attribute of rdn) {
        if (attribute.type === type && attribute.text !== undefined) values.push(attribute.text);
      }
    }
    return values;
  }

  toString(): string {
    this.#text ??= nameText(this.rdns);
    return this.#text;
  }

  toJSON(): string {
    return logText(this.toString());
  }

  [inspect](): string {
    return `Name ${JSON.stringify(this)}`;
  }
}

Object.freeze(DerName.prototype);

/**
 * Decodes the attributes of one RDN, already checked, up to the end of the content. They come in the order of DER, whatever
 * the order of the encoding: what is made of them, texts and lists of values, is then the same as well.
 */
export function decodeRdnContent(reader: DerReader): RelativeDistinguishedName {
  const { bytes, offset, end } = reader;
  const attributes = decodeAttributes(reader);
  if (attributes.length === 1) return Object.freeze(attributes);
  const sorted = attributesBetween(bytes, offset, end).sort(Buffer.compare);
  return Object.freeze(sorted.flatMap((attribute) => decodeAttributes(new DerReader(attribute))));
}

function decodeAttributes(reader: DerReader): AttributeTypeAndValue[] {
  const attributes: AttributeTypeAndValue[] = [];
  while (!reader.isDone) {
    const outer = reader.enter(tag.sequence);
    const typeStart = reader.readObjectIdentifier();
    const type = objectIdentifierText(reader.bytes, typeStart, reader.offset);
    const valueStart = reader.offset;
    reader.skip();
    const text = textAt(reader.bytes, valueStart, reader.offset);
    attributes.push(Object.freeze({ type, text, der: reader.bytes.subarray(valueStart, reader.offset) }));
    reader.leave(outer);
  }
  return attributes;
}
