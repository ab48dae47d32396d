import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { shown } from './option-keys.ts';

/**
 * Ranges of network addresses. Two readings of one text are a way in, so there is one: an address is what `net.isIP`
 * takes (`010.0.0.1`, which some read as 8.0.0.1, and `127.1` are none), an IPv4-mapped IPv6 address is its IPv4
 * address (RFC 4291 section 2.5.5.2), and the zone of `fe80::1%eth0` (RFC 4007 section 11) is no part of the address.
 */
export interface AddressRanges {
  /** The ranges as compiled: IPv4-mapped ones in IPv4 form, a single address with its full prefix length. */
  readonly ranges: readonly string[];
  /**
   * Whether an address in text form lies in one of the ranges; `false` for text that is no address. `::/0` is every
   * IPv6 address and no IPv4 address: that takes `0.0.0.0/0`.
   */
  includes(address: string): boolean;
  /** The same for the 4 or 16 octets of an `iPAddress` (RFC 5280 4.2.1.6); `false` for any other length. */
  includesBytes(address: Uint8Array): boolean;
  /** How much they cover together, and not one by one: two halves are everybody. */
  readonly coverage: AddressCoverage;
}

/** From 0, nothing, to 1, everything. */
export interface AddressCoverage {
  /** Of all IPv4 addresses. */
  readonly ipv4: number;
  /** Of the IPv6 addresses that are given out, 2000::/3 (RFC 4291 section 2.4, IANA's registry of the IPv6 address space). */
  readonly ipv6: number;
}

/** 32-bit words, most significant first: one for IPv4, four for IPv6. */
type Words = readonly number[];

interface Range {
  readonly network: Words;
  readonly mask: Words;
}

/**
 * Compiles ranges in CIDR form and single addresses. Throws TypeError for an empty list, for text that is not an
 * address or range, and for a range with host bits set (`10.0.0.1/8`), which is more often a slip than a wish.
 */
export function compileAddressRanges(list: readonly string[], optionName: string): AddressRanges {
  if (!Array.isArray(list)) {
    throw new TypeError(`${optionName}: expected a list such as ['10.0.0.0/8', '2001:db8::/32'], got ${shown(list)}`);
  }
  if (list.length === 0) {
    throw new TypeError(`${optionName}: an empty list matches no address; leave the option out or name a range`);
  }
  const ranges = Array.from(list, (entry: unknown, index) => parseRange(entry, `${optionName}[${index}]`));
  return Object.freeze({
    ranges: Object.freeze(ranges.map(rangeText)),
    includes: (address: string): boolean => {
      const words = parseAddress(address);
      return words !== undefined && ranges.some((range) => contains(range, words));
    },
    includesBytes: (address: Uint8Array): boolean => {
      const words = wordsOfBytes(address);
      return words !== undefined && ranges.some((range) => contains(range, words));
    },
    coverage: coverageOf(ranges),
  });
}

/**
 * Throws TypeError for ranges from which headers are believed, where together they cover more than a sixteenth of all
 * addresses of a family: that is no list of proxies, and many a client is among them.
 */
export function refuseStrangers({ coverage, ranges }: AddressRanges, where: string, friends: string): void {
  for (const [share, isOfFamily, all] of [
    [coverage.ipv4, isIPv4Range, 'IPv4 addresses'],
    [coverage.ipv6, isIPv6Range, 'IPv6 addresses in use (2000::/3)'],
  ] as const) {
    if (share <= widestShare) continue;
    const widest = ranges.filter(isOfFamily).sort((one, other) => prefixOf(one) - prefixOf(other));
    const named = widest.slice(0, 4).join(', ') + (widest.length > 4 ? ', ...' : '');
    throw new TypeError(
      `${where} with ${named} would believe headers that any client writes: name the ${friends}. Together that is ` +
        `${Number((share * 100).toPrecision(3))} % of all ${all}, and more than ${widestShare * 100} % is no list of ${friends}`,
    );
  }
}

const widestShare = 1 / 16;

function isIPv6Range(range: string): boolean {
  return range.includes(':');
}

function isIPv4Range(range: string): boolean {
  return !isIPv6Range(range);
}

function prefixOf(range: string): number {
  return Number(range.slice(range.indexOf('/') + 1));
}

/** Two ranges in CIDR form are apart, or one of them lies in the other: the outermost ones add up. */
function coverageOf(ranges: readonly Range[]): AddressCoverage {
  const ordered = [...ranges].sort(outermostFirst);
  const coverage = { ipv4: 0, ipv6: 0 };
  let outer: Range | undefined;
  for (const range of ordered) {
    if (outer !== undefined && contains(outer, range.network)) continue;
    outer = range;
    if (range.network.length === 1) coverage.ipv4 += 2 ** -prefixLength(range);
    else coverage.ipv6 += shareOfUnicast(range);
  }
  return Object.freeze(coverage);
}

/** Of 2000::/3. */
function shareOfUnicast(range: Range): number {
  const prefix = prefixLength(range);
  const [first = 0] = range.network;
  if (prefix <= 3) return contains(range, [0x20000000, 0, 0, 0]) ? 1 : 0;
  return first >>> 29 === 1 ? 2 ** (3 - prefix) : 0;
}

function outermostFirst(one: Range, other: Range): number {
  const byFamily = one.network.length - other.network.length;
  if (byFamily !== 0) return byFamily;
  for (const [index, word] of one.network.entries()) {
    const byWord = (word >>> 0) - ((other.network[index] as number) >>> 0);
    if (byWord !== 0) return byWord;
  }
  return prefixLength(one) - prefixLength(other);
}

/** The text of 4 or 16 octets (RFC 5952 for IPv6), or `undefined` for any other length. */
export function addressText(octets: Uint8Array): string | undefined {
  return octets.length === 4 || octets.length === 16 ? String(ipaddr.fromByteArray([...octets])) : undefined;
}

/** Whether the text is one address, as these ranges read it. */
export function isAddress(text: string): boolean {
  return parseAddress(text) !== undefined;
}

/** The one text for an address (RFC 5952), IPv4-mapped ones as IPv4 and without a zone; `undefined` for other text. */
export function canonicalAddress(text: string): string | undefined {
  const words = parseAddress(text);
  if (words === undefined) return undefined;
  // Asked of every request, and to write an address by the book takes as long as the rest of a warm one.
  return words.length === 1 ? dotted(words[0] as number) : writtenOnce(words);
}

/**
 * The network that one client has to itself, for counting: its IPv4 address, or the /64 of its IPv6 address, whose other
 * half it chooses freely (RFC 4291 section 2.5.1, RFC 8981). `undefined` for text that is no address.
 */
export function clientNetwork(text: string): string | undefined {
  const words = parseAddress(text);
  if (words === undefined) return undefined;
  // Asked of every connection, and to write an address by the book takes as long as a hundredth of its handshake.
  return words.length === 1 ? dotted(words[0] as number) : rangeText(rangeOf(words, 64));
}

function dotted(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 0xff}.${(word >>> 8) & 0xff}.${word & 0xff}`;
}

function contains({ network, mask }: Range, address: Words): boolean {
  if (network.length !== address.length) return false;
  for (let index = 0; index < network.length; index++) {
    if (((address[index] as number) & (mask[index] as number)) !== network[index]) return false;
  }
  return true;
}

function parseRange(entry: unknown, where: string): Range {
  const [text = '', prefixText, ...rest] = typeof entry === 'string' ? entry.split('/') : [];
  const given = text.includes('%') ? undefined : parseWords(text);
  if (given === undefined || rest.length > 0) {
    throw new TypeError(
      `${where}: ${shown(entry)} is not an IP address or range: write '192.0.2.7', '10.0.0.0/8' or '2001:db8::/32'` +
        (text.includes('%') ? ', without a zone' : ''),
    );
  }
  const bits = given.length * 32;
  const prefix = prefixText === undefined ? bits : /^(0|[1-9]\d{0,2})$/.test(prefixText) ? Number(prefixText) : -1;
  if (prefix < 0 || prefix > bits) {
    throw new TypeError(`${where}: the prefix length of ${shown(entry)} must be a number from 0 to ${bits}`);
  }
  const whole = rangeOf(given, prefix);
  if (given.some((word, index) => word !== whole.network[index])) {
    throw new TypeError(
      `${where}: ${shown(entry)} has host bits set: write '${rangeText(whole)}' for the range, or '${text}' for the one address`,
    );
  }
  const address = unmapped(given);
  // A range that holds a mapped address and has no host bits set is at least a /96.
  return address === given ? whole : rangeOf(address, prefix - 96);
}

function rangeOf(address: Words, prefix: number): Range {
  const mask = address.map((_, index) => {
    const ones = Math.min(32, Math.max(0, prefix - 32 * index));
    return ones === 0 ? 0 : -1 << (32 - ones);
  });
  return { network: address.map((word, index) => word & (mask[index] as number)), mask };
}

function rangeText(range: Range): string {
  return `${wordsText(range.network)}/${prefixLength(range)}`;
}

function prefixLength({ mask }: Range): number {
  return mask.reduce((ones, word) => ones + (word === 0 ? 0 : 32 - Math.log2(-word)), 0);
}

function wordsText(words: Words): string {
  const octets = words.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 0xff));
  return String(ipaddr.fromByteArray(octets));
}

// Reading an IPv6 address costs 2 us, more than all the rest of a warm request. It is a pure function of the text, so
// the last ones read are remembered; no decision is.
const lastRead = new Map<string, Words>();
const lastReadCount = 1_000;
// Kept beside the words and no longer than they are.
const written = new WeakMap<Words, string>();

function writtenOnce(words: Words): string {
  let text = written.get(words);
  if (text === undefined) {
    text = wordsText(words);
    written.set(words, text);
  }
  return text;
}

function parseAddress(text: string): Words | undefined {
  const known = lastRead.get(text);
  if (known !== undefined) return known;
  const words = parseWords(text);
  if (words === undefined) return undefined;
  if (lastRead.size >= lastReadCount) lastRead.clear();
  const address = unmapped(words);
  lastRead.set(text, address);
  return address;
}

function parseWords(text: unknown): Words | undefined {
  // An address has 45 characters at most, an interface name fewer than the 55 left here.
  if (typeof text !== 'string' || text.length > 100 || isIP(text) === 0) return undefined;
  const address = text.split('%', 1)[0] as string;
  return wordsOf(ipaddr.parse(address.replace(dottedTail, hexTail)).toByteArray());
}

// ipaddr.js 2.5 reads `::10.0.0.1` as if it were `::ffff:10.0.0.1`, so it never sees the mixed form.
const dottedTail = /(?<=:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/;

function hexTail(_: string, ...octets: unknown[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = octets.slice(0, 4).map(Number);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

function wordsOfBytes(octets: Uint8Array): Words | undefined {
  return octets.length === 4 || octets.length === 16 ? unmapped(wordsOf(octets)) : undefined;
}

function wordsOf(octets: ArrayLike<number>): Words {
  const at = (index: number): number => octets[index] as number;
  return Array.from({ length: octets.length / 4 }, (_, word) => {
    const first = word * 4;
    return (at(first) << 24) | (at(first + 1) << 16) | (at(first + 2) << 8) | at(first + 3);
  });
}

function unmapped(words: Words): Words {
  return words.length === 4 && words[0] === 0 && words[1] === 0 && words[2] === 0xffff ? words.slice(3) : words;
}
