import { Buffer } from 'node:buffer';

/**
 * Serial numbers (RFC 5280 4.1.2.2): "Non-conforming CAs may issue certificates with serial numbers that are negative or
 * zero. Certificate users SHOULD be prepared to gracefully handle such certificates."
 *
 * As text they are what Node and `openssl x509 -serial` print: upper-case hex of the magnitude, whole octets, and a minus sign
 * in front of a negative one, `-01`. So no two numbers have one text. The octets are another thing: -1 is the octet FF and 255
 * is 00 FF, and a tool that takes one for the other writes the wrong one into a list. Whatever revokes therefore compares the
 * octets without that zero (`serialOctetsText`), and whatever speaks for a certificate compares the number.
 */

/** The text of an INTEGER of any sign, whose content lies between these offsets. */
export function serialNumberText(bytes: Uint8Array, start: number, end: number): string {
  const first = bytes[start] as number;
  const from = first === 0 && end - start > 1 ? start + 1 : start;
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from)
    .toString('hex')
    .toUpperCase();
  return first < 0x80 ? hex : `-${complement(hex)}`;
}

/** The octets of a serial number as hex, the zero that keeps one positive left out: `FF` for -1 and for 255. */
export function serialOctetsText(serial: string): string {
  return serial.charCodeAt(0) === minus ? octetsOfNegative(serial.slice(1)) : serial;
}

/**
 * The number that a tool makes of a positive one when it takes its octets, that zero left out, for those of a negative one and
 * then writes as few as it needs: -1 of 255 and of 65,535. `undefined` where the number stays the same.
 */
export function serialReadAsSigned(serial: string): string | undefined {
  return serial.charCodeAt(0) >= digitEight ? `-${complement(serial)}` : undefined;
}

/** The content octets of the INTEGER itself (X.690 8.3). */
export function serialIntegerOctets(serial: string): Uint8Array {
  const octets = serialOctetsText(serial);
  const isZeroNeeded = octets === serial && octets.charCodeAt(0) >= digitEight;
  return Buffer.from(isZeroNeeded ? `00${octets}` : octets, 'hex');
}

export function serialOf(value: bigint): string {
  return value < 0n ? `-${wholeOctets((-value).toString(16))}` : wholeOctets(value.toString(16));
}

/**
 * A serial number as people copy it, in the text that certificates here have; `undefined` for what is none. Hexadecimal digits
 * with or without colons between the octets, as most tools print them; with `0x`; a negative one with a minus sign, or behind
 * `(Negative)`, as `openssl x509 -text` writes it.
 */
export function parseSerialText(text: string): string | undefined {
  const parts = /^(-|\(Negative\) ?)?(?:0[Xx])?([0-9A-Fa-f]+|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})+)$/.exec(text);
  if (parts === null) return undefined;
  const magnitude = wholeOctets((parts[2] as string).replaceAll(':', ''));
  return parts[1] === undefined || magnitude === '00' ? magnitude : `-${magnitude}`;
}

const minus = 0x2d;
const digitEight = 0x38;

/** Upper-case hex in the fewest whole octets. */
function wholeOctets(hex: string): string {
  const significant = hex.replace(/^0+(?=.)/, '').toUpperCase();
  return significant.length % 2 === 0 ? significant : `0${significant}`;
}

/** The magnitude of the negative number that these octets are in two's complement. */
function complement(octets: string): string {
  return wholeOctets(((1n << BigInt(octets.length * 4)) - BigInt(`0x${octets}`)).toString(16));
}

/** The octets in two's complement of the negative number of this magnitude, as few as it needs. */
function octetsOfNegative(magnitude: string): string {
  const value = BigInt(`0x${magnitude}`);
  let length = BigInt(magnitude.length / 2);
  if (value > 1n << (length * 8n - 1n)) length += 1n;
  return ((1n << (length * 8n)) - value)
    .toString(16)
    .toUpperCase()
    .padStart(Number(length) * 2, '0');
}
