import { isIPv6 } from 'node:net';
import { decodeLatin1 } from '../encoding/der-string.ts';

/**
 * `URI` (RFC 3986 appendix A) with a scheme and a scheme-specific part, as RFC 5280 4.2.1.6 asks: not relative, not
 * empty, every character one that a URI may have and in a place where it may stand.
 */

/** What an octet may be part of. */
const scheme = 1;
const registeredName = 2;
const userInformation = 4;
const path = 8;
const query = 16;

/** For each octet, the parts in which it may stand as it is. */
const parts = new Uint8Array(256);
function allow(characters: string, where: number): void {
  for (const character of characters) {
    const code = character.charCodeAt(0);
    parts[code] = (parts[code] as number) | where;
  }
}
const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
allow(`${alphanumeric}+-.`, scheme);
allow(`${alphanumeric}-._~!$&'()*+,;=`, registeredName | userInformation | path | query);
allow(':', userInformation | path | query);
allow('@/', path | query);
allow('?', query);

export function isAbsoluteUri(bytes: Uint8Array, start: number, end: number): boolean {
  let at = endOf(bytes, start, end, scheme);
  // 3.1: a scheme begins with a letter. Of what a scheme may hold, only letters come behind the digits.
  if (at === start || (bytes[start] as number) < 0x41 || bytes[at] !== colon || at + 1 >= end) return false;
  at++;
  if (bytes[at] === slash && bytes[at + 1] === slash && at + 1 < end) {
    const authorityEnd = endOfAuthority(bytes, at + 2, end);
    if (!isAuthority(bytes, at + 2, authorityEnd)) return false;
    at = authorityEnd;
  }
  at = endOfEscaped(bytes, at, end, path);
  if (at < end && bytes[at] === questionMark) at = endOfEscaped(bytes, at + 1, end, query);
  if (at < end && bytes[at] === numberSign) at = endOfEscaped(bytes, at + 1, end, query);
  return at === end;
}

const percent = 0x25;
const numberSign = 0x23;
const slash = 0x2f;
const colon = 0x3a;
const questionMark = 0x3f;
const commercialAt = 0x40;
const openingBracket = 0x5b;
const closingBracket = 0x5d;

const isDigit = (octet: number): boolean => octet >= 0x30 && octet <= 0x39;
const isHexDigit = (octet: number): boolean =>
  isDigit(octet) || (octet >= 0x41 && octet <= 0x46) || (octet >= 0x61 && octet <= 0x66);

/** Where the octets allowed in a part end. */
function endOf(bytes: Uint8Array, start: number, end: number, part: number): number {
  let at = start;
  while (at < end && ((parts[bytes[at] as number] as number) & part) !== 0) at++;
  return at;
}

/** The same, with percent-encoded octets (2.1) among them. */
function endOfEscaped(bytes: Uint8Array, start: number, end: number, part: number): number {
  let at = endOf(bytes, start, end, part);
  while (at + 2 < end && bytes[at] === percent) {
    if (!isHexDigit(bytes[at + 1] as number) || !isHexDigit(bytes[at + 2] as number)) return at;
    at = endOf(bytes, at + 3, end, part);
  }
  return at;
}

function endOfAuthority(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== slash && bytes[at] !== questionMark && bytes[at] !== numberSign) at++;
  return at;
}

/** 3.2: `[ userinfo "@" ] host [ ":" port ]`. */
function isAuthority(bytes: Uint8Array, start: number, end: number): boolean {
  const userEnd = endOfEscaped(bytes, start, end, userInformation);
  const hostStart = userEnd < end && bytes[userEnd] === commercialAt ? userEnd + 1 : start;
  let at =
    bytes[hostStart] === openingBracket && hostStart < end
      ? endOfLiteral(bytes, hostStart, end)
      : endOfEscaped(bytes, hostStart, end, registeredName);
  if (at < end && bytes[at] === colon) {
    at++;
    while (at < end && isDigit(bytes[at] as number)) at++;
  }
  return at === end;
}

/** 3.2.2 `IP-literal`: where it ends, or its start when it is none. */
function endOfLiteral(bytes: Uint8Array, start: number, end: number): number {
  const closing = bytes.indexOf(closingBracket, start);
  if (closing === -1 || closing >= end) return start;
  const literal = decodeLatin1(bytes, start + 1, closing);
  const isAddress = literal.startsWith('v') || literal.startsWith('V') ? futureAddress : isIPv6Address;
  return isAddress(literal) ? closing + 1 : start;
}

const futureAddress = (literal: string): boolean => /^v[0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+$/i.test(literal);
/** Without a zone, which only means something on one machine. */
const isIPv6Address = (literal: string): boolean => isIPv6(literal) && !literal.includes('%');
