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
  const end = octets.write(text, 'latin1');
  // Written as octets and decoded in place, which is faster than to ask the string for each character; one that is no
  // octet is another one when it is read back.
  if (octets.toString('latin1', 0, end) !== text) return undefined;
  let length = 0;
  for (let at = 0; at < end; at++) {
    let code = octets[at] as number;
    if (code === percent) {
      if (at + 2 >= end) return undefined;
      const high = digits[octets[at + 1] as number] as number;
      const low = digits[octets[at + 2] as number] as number;
      if (high > 15 || low > 15) return undefined;
      code = high * 16 + low;
      at += 2;
    } else if (code === plus) {
      code = plusValue;
    }
    octets[length++] = code;
  }
  return octets.toString('latin1', 0, length);
}
