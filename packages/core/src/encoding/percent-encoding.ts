import { Buffer } from 'node:buffer';

/**
 * Strict percent-encoding (RFC 3986 section 2.1) of octets, one character each. A plus sign is a plus sign: the one
 * encoding in which it is a space (HTML forms, Go's `url.QueryEscape`, Java's `URLEncoder`) has a function of its own,
 * because base64 has plus signs too.
 */

const percent = 0x25;
const plus = 0x2b;
const space = 0x20;

/** The value of a hexadecimal digit by its code; above 15 for anything else. */
const digits: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase());
  return digit === -1 ? 0xff : digit;
});

/** The text, or `undefined` when a percent sign is not followed by two hexadecimal digits or a character is no octet. */
export function decodePercent(text: string): string | undefined {
  return decode(text, plus);
}

/** The same, where a plus sign is a space. */
export function decodeFormPercent(text: string): string | undefined {
  return decode(text, space);
}

/** Nearly all values fit into it. The decoded octets leave it as a string before anything else can run. */
const scratch: Buffer = Buffer.allocUnsafeSlow(16_384);

function decode(text: string, plusValue: number): string | undefined {
  const octets = text.length <= scratch.length ? scratch : Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    let code = text.charCodeAt(at);
    if (code === percent) {
      const high = digits[text.charCodeAt(at + 1)] ?? 0xff;
      const low = digits[text.charCodeAt(at + 2)] ?? 0xff;
      if (high > 15 || low > 15) return undefined;
      code = high * 16 + low;
      at += 2;
    } else if (code === plus) {
      code = plusValue;
    } else if (code > 0xff) {
      return undefined;
    }
    octets[length++] = code;
  }
  return octets.toString('latin1', 0, length);
}
