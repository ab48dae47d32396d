/** Writes DER for tests, and with the raw forms also what is not DER. */

export type Octets = Uint8Array | readonly number[];

/** One element with a minimal length. */
export function element(identifier: number, ...content: readonly Octets[]): Uint8Array {
  const body = join(...content);
  return join([identifier], lengthOctets(body.length), body);
}

export function join(...parts: readonly Octets[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256);
  return [0x80 | octets.length, ...octets];
}

export const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

export const sequence = (...content: readonly Octets[]): Uint8Array => element(0x30, ...content);
export const set = (...content: readonly Octets[]): Uint8Array => element(0x31, ...content);
export const boolean = (value: boolean): Uint8Array => element(0x01, [value ? 0xff : 0]);
export const octetString = (...content: readonly Octets[]): Uint8Array => element(0x04, ...content);
export const nothing: Uint8Array = element(0x05);
/** Whole octets. */
export const bitString = (...content: readonly Octets[]): Uint8Array => element(0x03, [0], ...content);
/** `[n]` around other elements. */
export const explicit = (number: number, ...content: readonly Octets[]): Uint8Array =>
  element(0xa0 | number, ...content);

export const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
export const utf8 = (text: string): Uint8Array => element(0x0c, Buffer.from(text));
export const printable = (text: string): Uint8Array => element(0x13, ascii(text));
export const utcTime = (text: string): Uint8Array => element(0x17, ascii(text));
export const generalizedTime = (text: string): Uint8Array => element(0x18, ascii(text));

/** A small or large INTEGER, minimal. */
export function integer(value: number | bigint): Uint8Array {
  return element(0x02, integerOctets(BigInt(value)));
}

export function integerOctets(value: bigint): number[] {
  const octets = [Number(BigInt.asUintN(8, value))];
  let left = value >> 8n;
  const isCovered = (): boolean => {
    const sign = (octets[0] as number) >= 0x80 ? -1n : 0n;
    return left === sign;
  };
  while (!isCovered()) {
    octets.unshift(Number(BigInt.asUintN(8, left)));
    left >>= 8n;
  }
  return octets;
}

/** An OBJECT IDENTIFIER from its dotted text. */
export function oid(dotted: string): Uint8Array {
  return element(0x06, oidOctets(dotted));
}

export function oidOctets(dotted: string): number[] {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  return [first * 40n + second, ...rest].flatMap((arc) => {
    const groups = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) groups.unshift(Number(left & 0x7fn) | 0x80);
    return groups;
  });
}
