import { isIPv4, isIPv6 } from 'node:net';
import { decodeLatin1 } from '../encoding/der-string.ts';
import { dnsSyntax, isAlphanumeric } from './dns-name.ts';

/**
 * `Mailbox` (RFC 5321 section 4.1.2), the form of rfc822Name (RFC 5280 4.2.1.6): a local part, `@`, and a domain name or
 * an address literal. ASCII only; addresses beyond ASCII are otherNames (RFC 9598).
 */
export function isMailbox(bytes: Uint8Array, start: number, end: number): boolean {
  const at = lastAt(bytes, start, end);
  if (at <= start || at - start > 64) return false;
  const isLocalPart = bytes[start] === 0x22 ? isQuotedString : isDotString;
  return isLocalPart(bytes, start, at) && isDomain(bytes, at + 1, end);
}

/** Where the last `@` is, or -1. A quoted local part may contain others; a domain cannot. */
export function lastAt(bytes: Uint8Array, start: number, end: number): number {
  for (let at = end - 1; at >= start; at--) if (bytes[at] === 0x40) return at;
  return -1;
}

function isDomain(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== 0x5b || start >= end) return dnsSyntax(bytes, start, end) === 'valid';
  // RFC 5321 4.1.3: `[192.0.2.1]` or `[IPv6:2001:db8::1]`.
  const literal = decodeLatin1(bytes, start, end);
  if (!literal.endsWith(']')) return false;
  const address = literal.slice(1, -1);
  return /^IPv6:/i.test(address) ? isIPv6(address.slice(5)) && !address.includes('%') : isIPv4(address);
}

/** RFC 5322 3.2.3 `atext`, beside letters and digits. */
const atomSpecials = new Set(Array.from("!#$%&'*+-/=?^_`{|}~", (character) => character.charCodeAt(0)));

function isDotString(bytes: Uint8Array, start: number, end: number): boolean {
  let atomStart = start;
  for (let at = start; at < end; at++) {
    const octet = bytes[at] as number;
    if (octet === 0x2e) {
      if (at === atomStart) return false;
      atomStart = at + 1;
    } else if (!isAlphanumeric(octet) && !atomSpecials.has(octet)) {
      return false;
    }
  }
  return atomStart < end;
}

/** RFC 5321 4.1.2 `Quoted-string`: printable ASCII, where `"` and `\` stand behind a `\`. */
function isQuotedString(bytes: Uint8Array, start: number, end: number): boolean {
  const last = end - 1;
  if (last <= start || bytes[last] !== 0x22) return false;
  for (let at = start + 1; at < last; at++) {
    if (bytes[at] === 0x22) return false;
    if (bytes[at] === 0x5c && ++at === last) return false;
    if ((bytes[at] as number) < 0x20 || (bytes[at] as number) > 0x7e) return false;
  }
  return true;
}
