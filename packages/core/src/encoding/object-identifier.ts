/** Dotted text of OBJECT IDENTIFIER contents (X.690 8.19), both ways. */

/** The texts under 2.5.4 (attribute types) and 2.5.29 (extensions), which every certificate has by the dozen. */
const attributeTypeTexts = Array.from({ length: 128 }, (_, arc) => `2.5.4.${arc}`);
const extensionTexts = Array.from({ length: 128 }, (_, arc) => `2.5.29.${arc}`);

/** The dotted text of content that `DerReader.readObjectIdentifier` accepted. */
export function objectIdentifierText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start === 3 && bytes[start] === 0x55) {
    if (bytes[start + 1] === 0x1d) return extensionTexts[bytes[start + 2] as number] as string;
    if (bytes[start + 1] === 0x04) return attributeTypeTexts[bytes[start + 2] as number] as string;
  }
  const known = wellKnown.get(digest(bytes, start, end));
  return known !== undefined && holds(bytes, start, end, known.octets) ? known.text : decode(bytes, start, end);
}

function decode(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  let at = start;
  while (at < end) {
    let value = 0;
    let big: bigint | undefined;
    for (;;) {
      const octet = bytes[at++] as number;
      // 2^46 times 128 is still an exact number; only the arcs of UUIDs (X.667) go beyond.
      if (big === undefined && value >= 0x4000_0000_0000) big = BigInt(value);
      if (big === undefined) value = value * 128 + (octet & 0x7f);
      else big = big * 128n + BigInt(octet & 0x7f);
      if (octet < 0x80) break;
    }
    if (text !== '') text += `.${big ?? value}`;
    // X.690 8.19.4: the first two arcs share one subidentifier.
    else if (big !== undefined) text = `2.${big - 80n}`;
    else text = value < 80 ? `${Math.floor(value / 40)}.${value % 40}` : `2.${value - 80}`;
  }
  return text;
}

const dotted = /^(?:[01]\.(?:0|[1-3]?[0-9])|2\.(?:0|[1-9][0-9]*))(?:\.(?:0|[1-9][0-9]*))*$/;

/** The content octets for a dotted text (RFC 4512 `numericoid`), or `undefined` when it is not one. */
export function encodeObjectIdentifier(text: string): Uint8Array | undefined {
  if (!dotted.test(text)) return undefined;
  const [first, second, ...rest] = text.split('.').map((arc) => (arc.length > 41 ? undefined : BigInt(arc)));
  if (first === undefined || second === undefined) return undefined;
  const octets: number[] = [];
  for (const arc of [first * 40n + second, ...rest]) {
    if (arc === undefined || arc >= 1n << 133n) return undefined;
    const groups = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) groups.unshift(Number(left & 0x7fn) | 0x80);
    octets.push(...groups);
  }
  return Uint8Array.from(octets);
}

/**
 * Others that many certificates have: to put their text together takes ten times as long as to recognise their octets.
 * What is recognised is compared whole, so that the list changes nothing but the time.
 */
const wellKnown: ReadonlyMap<number, { readonly octets: Uint8Array; readonly text: string }> = new Map(
  [
    ...[1, 10, 11, 12, 13].map((arc) => `1.2.840.113549.1.1.${arc}`), // keys and signatures of RFC 8017
    '1.2.840.10045.2.1', // id-ecPublicKey
    '1.2.840.10045.3.1.7', // secp256r1
    ...[2, 3, 4].map((arc) => `1.2.840.10045.4.3.${arc}`), // ecdsa-with-SHA256, -SHA384, -SHA512
    '1.3.101.112', // id-Ed25519
    '1.2.840.113549.1.9.1', // emailAddress
    '0.9.2342.19200300.100.1.1', // UID
    '0.9.2342.19200300.100.1.25', // DC
    '1.3.6.1.5.5.7.1.1', // id-pe-authorityInfoAccess
    ...[1, 2, 3, 4, 8, 9].map((arc) => `1.3.6.1.5.5.7.3.${arc}`), // id-kp
    ...[1, 2].map((arc) => `1.3.6.1.5.5.7.48.${arc}`), // id-ad-ocsp, id-ad-caIssuers
  ].map((text) => {
    const octets = encodeObjectIdentifier(text) as Uint8Array;
    return [digest(octets, 0, octets.length), { octets, text }] as const;
  }),
);

/** The length, the first octet and the last two: enough to tell those of the list apart. */
function digest(bytes: Uint8Array, start: number, end: number): number {
  const ends = ((bytes[start] as number) << 16) | ((bytes[end - 2] as number) << 8) | (bytes[end - 1] as number);
  return ((end - start) << 24) | ends;
}

function holds(bytes: Uint8Array, start: number, end: number, octets: Uint8Array): boolean {
  if (end - start !== octets.length) return false;
  for (let index = 0; index < octets.length; index += 1) {
    if (bytes[start + index] !== octets[index]) return false;
  }
  return true;
}
