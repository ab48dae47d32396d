import { proxyHeaderVersion1, readVersion1 } from './proxy-header-v1.ts';
import { proxyHeaderVersion2, readVersion2 } from './proxy-header-v2.ts';

/**
 * The header of the PROXY protocol, versions 1 and 2: The PROXY protocol, Versions 1 & 2, by Willy Tarreau, as of
 * 2020/03/05. Section numbers here are its own.
 */

/** What the first octets of a connection are. */
export type ProxyHeaderReading =
  /** No header, whatever follows. */
  | { readonly kind: 'none' }
  /** The beginning of one. `recognized`: nothing but a header begins like this. */
  | { readonly kind: 'incomplete'; readonly recognized: boolean }
  | { readonly kind: 'malformed'; readonly rule: ProxyHeaderRule }
  /** `length`: where the client's own octets begin. */
  | { readonly kind: 'header'; readonly length: number; readonly source: ProxySource };

/** For whom the balancer opened the connection. */
export type ProxySource =
  /** For itself, as a health check does: the address of the connection itself counts (2.1 UNKNOWN, 2.2 LOCAL). */
  | { readonly kind: 'local' }
  | { readonly kind: 'inet'; readonly address: string; readonly port: number }
  /** For a client whose address it does not tell, or which has none: a Unix socket (2.2 UNSPEC, AF_UNIX). */
  | { readonly kind: 'unknown' };

/** The rules a header can break. */
export const proxyHeaderRules = {
  v1_length: 'A line of version 1 has 107 octets at most, with its CRLF (2.1).',
  v1_line: 'A line of version 1 ends in CRLF, and holds no other CR or LF (2.1).',
  v1_grammar: 'PROXY, TCP4 or TCP6, two addresses and two ports, with exactly one space between them (2.1).',
  v1_address: 'An address in its canonical form and of the family that was announced (2.1).',
  v1_port: 'A port is a decimal number up to 65535 without leading zeroes (2.1).',
  v2_version: 'The signature of version 2 is followed by the version 2 (2.2).',
  v2_command: 'The command is LOCAL or PROXY (2.2).',
  v2_family: 'The octet for family and transport is one of those that the specification expects (2.2).',
  v2_length: 'The length has room for the addresses of the family (2.2).',
  v2_limit: 'A header is as short as a segment (2); here it has 4,096 octets at most.',
  v2_tlv: 'What follows the addresses are whole TLVs up to the very end (2.2).',
  v2_checksum: 'A CRC32c in the header is the one of the header (2.2.3).',
} as const;

export type ProxyHeaderRule = keyof typeof proxyHeaderRules;

/**
 * Reads what has arrived so far. Whatever follows the header is left alone. A beginning that no header has is told as
 * soon as it is seen, so that nobody waits for the rest.
 */
export function readProxyHeader(octets: Uint8Array): ProxyHeaderReading {
  for (const [start, read] of readers) {
    if (!beginsAlike(start, octets)) continue;
    return octets.length < start.length ? { kind: 'incomplete', recognized: false } : read(octets);
  }
  return { kind: 'none' };
}

const readers: readonly (readonly [Uint8Array, (octets: Uint8Array) => ProxyHeaderReading])[] = [
  [proxyHeaderVersion1, readVersion1],
  [proxyHeaderVersion2, readVersion2],
];

function beginsAlike(start: Uint8Array, octets: Uint8Array): boolean {
  const length = Math.min(start.length, octets.length);
  return Buffer.compare(start.subarray(0, length), octets.subarray(0, length)) === 0;
}
