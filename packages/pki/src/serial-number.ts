/**
 * Serial numbers as text: upper-case hex, two digits an octet, without leading zero octets; a negative one has a minus sign in
 * front of its magnitude, as Node and `openssl x509 -serial` print it.
 */

/** Of the content octets of an INTEGER, which need not be the fewest. */
export function serialText(octets: Uint8Array): string {
  const value = serialFromOctets(octets);
  const hex = (value < 0n ? -value : value).toString(16).toUpperCase();
  return `${value < 0n ? '-' : ''}${hex.length % 2 === 0 ? hex : `0${hex}`}`;
}

export function serialFromText(text: string): bigint {
  return text.startsWith('-') ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
}

/** Two's complement (X.690 8.3). */
export function serialFromOctets(octets: Uint8Array): bigint {
  if (octets.length === 0) throw new TypeError('an INTEGER without octets');
  const unsigned = BigInt(`0x${Buffer.from(octets).toString('hex')}`);
  return (octets[0] ?? 0) < 0x80 ? unsigned : unsigned - (1n << BigInt(octets.length * 8));
}
