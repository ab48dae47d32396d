import { Buffer } from 'node:buffer';

/**
 * Strict base64 and base64url (RFC 4648): one text for one value. Node's decoder skips what it does not know and drops
 * stray bits; encoding the result again and comparing shows whether it did.
 */

/** Base64 with its padding (section 4), or `undefined` when the text is not the canonical one of any octets. */
export function decodeBase64(text: string): Uint8Array | undefined {
  return canonical(text, 'base64');
}

/** Base64url without padding (section 5), or `undefined` when the text is not the canonical one of any octets. */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  return canonical(text, 'base64url');
}

function canonical(text: string, alphabet: 'base64' | 'base64url'): Uint8Array | undefined {
  const decoded = Buffer.from(text, alphabet);
  // A copy: small Buffers share one pooled allocation, which would keep foreign bytes reachable.
  return decoded.toString(alphabet) === text ? new Uint8Array(decoded) : undefined;
}

/** The value of a character of base64 by its code, or -1. */
const sextets: Int8Array = Int8Array.from({ length: 256 }, (_, code) =>
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.indexOf(String.fromCharCode(code)),
);

function sextetAt(text: string, at: number): number {
  return sextets[text.charCodeAt(at)] ?? -1;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const equalsSign = 0x3d;

/** Nearly all certificates fit into it. The octets leave it as a copy before anything else can run. */
const scratch: Uint8Array = new Uint8Array(16_384);

/**
 * Base64 with its padding in `text` from `start` to `end`, in lines that end in LF or CRLF, none of them empty.
 * `undefined` when it is anything else, or not the canonical text of any octets. In one walk: to join the lines, decode
 * and encode again for comparison takes twice as long.
 */
export function decodeBase64Lines(text: string, start: number, end: number): Uint8Array | undefined {
  const octets = end - start <= scratch.length ? scratch : new Uint8Array(end - start);
  let length = 0;
  let at = start;
  let lineStart = start;
  /** The characters of an unfinished group of four, and how many they are. */
  let group = 0;
  let count = 0;
  let padding = 0;
  while (at < end) {
    // Nearly all of a text is whole groups within a line.
    while (count === 0 && at + 4 <= end) {
      const whole =
        (sextetAt(text, at) << 18) |
        (sextetAt(text, at + 1) << 12) |
        (sextetAt(text, at + 2) << 6) |
        sextetAt(text, at + 3);
      if (whole < 0 || padding > 0) break;
      octets[length] = whole >> 16;
      octets[length + 1] = whole >> 8;
      octets[length + 2] = whole;
      length += 3;
      at += 4;
    }
    if (at === end) break;
    const code = text.charCodeAt(at);
    const sextet = sextetAt(text, at);
    at += 1;
    if (sextet >= 0) {
      if (padding > 0) return undefined;
      group = (group << 6) | sextet;
      count += 1;
      if (count === 4) {
        octets[length] = group >> 16;
        octets[length + 1] = group >> 8;
        octets[length + 2] = group;
        length += 3;
        group = 0;
        count = 0;
      }
    } else if (code === lineFeed || (code === carriageReturn && at < end && text.charCodeAt(at) === lineFeed)) {
      if (at - 1 === lineStart) return undefined;
      if (code === carriageReturn) at += 1;
      lineStart = at;
    } else if (code === equalsSign) {
      padding += 1;
    } else {
      return undefined;
    }
  }
  if (count === 0) return padding === 0 ? octets.slice(0, length) : undefined;
  // Two or three characters hold one or two octets; the bits that are left over are zero (section 3.5).
  if (count + padding !== 4 || count === 1) return undefined;
  const spare = 2 * padding;
  if ((group & ((1 << spare) - 1)) !== 0) return undefined;
  for (let shift = 8 * (count - 2); shift >= 0; shift -= 8) octets[length++] = group >> (shift + spare);
  return octets.slice(0, length);
}

/** Base64 with its padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return view(bytes).toString('base64');
}

/** Base64url without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return view(bytes).toString('base64url');
}

const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
