import { encodeObjectIdentifier } from './object-identifier.ts';

/**
 * A writer of the Distinguished Encoding Rules (X.690), as small as the requests that are sent: each function returns one
 * whole element, its length in the fewest octets (10.1).
 */

/** One element of this identifier octet around its content. */
export function derElement(identifier: number, ...content: readonly Uint8Array[]): Uint8Array {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  const header = [identifier, ...lengthOctets(length)];
  const element = new Uint8Array(header.length + length);
  element.set(header);
  let at = header.length;
  for (const part of content) {
    element.set(part, at);
    at += part.length;
  }
  return element;
}

/** A non-negative INTEGER, given by its octets, in the fewest octets that keep it non-negative (8.3.2). */
export function derUnsigned(octets: Uint8Array): Uint8Array {
  let start = 0;
  while (start < octets.length - 1 && octets[start] === 0) start++;
  const value = octets.subarray(start);
  const first = value[0] ?? 0;
  return derElement(0x02, Uint8Array.from(first >= 0x80 || value.length === 0 ? [0] : []), value);
}

/**
 * An OBJECT IDENTIFIER from its dotted text.
 *
 * @throws {TypeError} When the text is none.
 */
export function derObjectIdentifier(dotted: string): Uint8Array {
  const octets = encodeObjectIdentifier(dotted);
  if (octets === undefined) throw new TypeError(`not a dotted object identifier: ${dotted}`);
  return derElement(0x06, octets);
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256);
  return [0x80 | octets.length, ...octets];
}
