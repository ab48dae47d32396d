/**
 * Domain names in the preferred name syntax (RFC 5280 4.2.1.6, RFC 1034 section 3.5 as changed by RFC 1123 2.1): labels
 * of 1 to 63 letters, digits and inner hyphens, 253 octets in all, no final period.
 *
 * Underscores are outside of it, but common in private networks and taken by OpenSSL and Go: they are reported, so that
 * the profile decides.
 */
export type DnsSyntax = 'valid' | 'underscore' | 'invalid';

export function dnsSyntax(bytes: Uint8Array, start: number, end: number): DnsSyntax {
  const length = end - start;
  if (length === 0 || length > 253) return 'invalid';
  let syntax: DnsSyntax = 'valid';
  let labelStart = start;
  for (let at = start; at <= end; at++) {
    const octet = at === end ? 0x2e : (bytes[at] as number);
    if (octet === 0x2e) {
      const labelLength = at - labelStart;
      if (labelLength === 0 || labelLength > 63 || bytes[at - 1] === 0x2d) return 'invalid';
      labelStart = at + 1;
    } else if (octet === 0x2d) {
      if (at === labelStart) return 'invalid';
    } else if (octet === 0x5f) {
      syntax = 'underscore';
    } else if (!isAlphanumeric(octet)) {
      return 'invalid';
    }
  }
  return syntax;
}

/**
 * The syntax of a dNSName in a certificate: a domain name, or one whose first label is `*`. RFC 5280 leaves the meaning
 * of wildcards to applications; RFC 9525 6.3 knows them only as the whole of the first label.
 */
export function presentedDnsSyntax(bytes: Uint8Array, start: number, end: number): DnsSyntax {
  const isWildcard = end - start > 2 && bytes[start] === 0x2a && bytes[start + 1] === 0x2e;
  if (isWildcard && end - start > 253) return 'invalid';
  return dnsSyntax(bytes, isWildcard ? start + 2 : start, end);
}

/** A-Z, a-z, 0-9. */
export function isAlphanumeric(octet: number): boolean {
  return (octet >= 0x61 && octet <= 0x7a) || (octet >= 0x41 && octet <= 0x5a) || (octet >= 0x30 && octet <= 0x39);
}
