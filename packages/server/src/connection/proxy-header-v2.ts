import { addressText, canonicalAddress } from '@peercert/core';
import { crc32c } from './crc32c.ts';
import type { ProxyHeaderReading, ProxyHeaderRule, ProxySource } from './proxy-header.ts';

/** The signature (2.2), chosen to be the beginning of no other protocol. */
export const proxyHeaderVersion2: Uint8Array = Uint8Array.of(
  ...[0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a],
);

const fixedLength = 16;

/** Section 2 wants a header to fit in 536 octets; certificates and identifiers in TLVs take more. */
const longestHeader = 4_096;

/** The octet for family and transport (2.2): what is expected in practice, with the length of the addresses. */
const families: ReadonlyMap<number, { readonly kind: 'inet' | 'unknown'; readonly addressLength: number }> = new Map([
  [0x00, { kind: 'unknown', addressLength: 0 }],
  [0x11, { kind: 'inet', addressLength: 12 }],
  [0x12, { kind: 'inet', addressLength: 12 }],
  [0x21, { kind: 'inet', addressLength: 36 }],
  [0x22, { kind: 'inet', addressLength: 36 }],
  [0x31, { kind: 'unknown', addressLength: 216 }],
  [0x32, { kind: 'unknown', addressLength: 216 }],
]);

/** 2.2: the version is judged as soon as it is there, the rest once the header is whole. */
export function readVersion2(octets: Uint8Array): ProxyHeaderReading {
  const [command = 0x20, family = 0] = octets.subarray(12, 14);
  if (command >> 4 !== 2) return malformed('v2_version');
  if (octets.length < fixedLength) return incomplete;
  const length = fixedLength + uint16(octets, 14);
  if (length > longestHeader) return malformed('v2_limit');
  if (octets.length < length) return incomplete;
  const header = octets.subarray(0, length);
  switch (command & 0x0f) {
    case 0:
      return readLocal(header, family);
    case 1:
      return readProxied(header, family);
    default:
      return malformed('v2_command');
  }
}

/** 2.2, LOCAL: the block is discarded, its family is ignored. A checksum that is there is still checked (2.2.3). */
function readLocal(header: Uint8Array, family: number): ProxyHeaderReading {
  const start = fixedLength + (families.get(family)?.addressLength ?? 0);
  if (checkTlvs(header, start) === 'v2_checksum') return malformed('v2_checksum');
  return { kind: 'header', length: header.length, source: { kind: 'local' } };
}

function readProxied(header: Uint8Array, family: number): ProxyHeaderReading {
  const { kind, addressLength = 0 } = families.get(family) ?? {};
  if (kind === undefined) return malformed('v2_family');
  const start = fixedLength + addressLength;
  if (header.length < start) return malformed('v2_length');
  const broken = checkTlvs(header, start);
  if (broken !== undefined) return malformed(broken);
  return {
    kind: 'header',
    length: header.length,
    source: kind === 'inet' ? readInet(header.subarray(fixedLength, start)) : { kind },
  };
}

/** Source address, destination address, source port, destination port. */
function readInet(addresses: Uint8Array): ProxySource {
  const width = (addresses.length - 4) / 2;
  const text = addressText(addresses.subarray(0, width)) as string;
  return { kind: 'inet', address: canonicalAddress(text) as string, port: uint16(addresses, 2 * width) };
}

const checksumType = 0x03;

/** What follows the addresses: type, length in two octets, value. Only the checksum (2.2.3) matters here. */
function checkTlvs(header: Uint8Array, start: number): 'v2_tlv' | 'v2_checksum' | undefined {
  let checksumAt: number | undefined;
  let at = start;
  while (at < header.length) {
    if (header.length - at < 3) return 'v2_tlv';
    const value = at + 3;
    const next = value + uint16(header, at + 1);
    if (next > header.length) return 'v2_tlv';
    if (header[at] === checksumType) {
      // Two would each have to be computed over the other.
      if (next - value !== 4 || checksumAt !== undefined) return 'v2_checksum';
      checksumAt = value;
    }
    at = next;
  }
  return checksumAt === undefined || isChecksum(header, checksumAt) ? undefined : 'v2_checksum';
}

/** Of the whole header, its own four octets taken as zeroes. */
function isChecksum(header: Uint8Array, at: number): boolean {
  const computed = crc32c(header.subarray(0, at), new Uint8Array(4), header.subarray(at + 4));
  return computed === uint16(header, at) * 0x1_0000 + uint16(header, at + 2);
}

function uint16(octets: Uint8Array, at: number): number {
  return ((octets[at] as number) << 8) | (octets[at + 1] as number);
}

const incomplete: ProxyHeaderReading = { kind: 'incomplete', recognized: true };

function malformed(rule: ProxyHeaderRule): ProxyHeaderReading {
  return { kind: 'malformed', rule };
}
