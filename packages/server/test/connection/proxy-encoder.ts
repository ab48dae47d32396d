// An encoder of its own, written from the specification, so that the reader is not checked against itself.

export const signature: Buffer = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');

export interface Endpoints {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

export function version1(
  family: 'TCP4' | 'TCP6',
  { source, destination, sourcePort, destinationPort }: Endpoints,
): Buffer {
  return Buffer.from(`PROXY ${family} ${source} ${destination} ${sourcePort} ${destinationPort}\r\n`, 'latin1');
}

export interface Version2 {
  /** Default 0x21: version 2, PROXY. */
  readonly command?: number;
  /** Family and transport. */
  readonly family: number;
  readonly addresses?: Buffer;
  readonly tlvs?: readonly Tlv[];
  /** Adds the TLV of a CRC32c, before the others. */
  readonly checksum?: boolean;
}

export interface Tlv {
  readonly type: number;
  readonly value: Uint8Array;
}

export function version2({
  command = 0x21,
  family,
  addresses = Buffer.alloc(0),
  tlvs = [],
  checksum = false,
}: Version2): Buffer {
  const all = checksum ? [{ type: 3, value: Buffer.alloc(4) }, ...tlvs] : tlvs;
  const encoded = all.map(({ type, value }) => {
    const head = Buffer.alloc(3);
    head.writeUInt8(type, 0);
    head.writeUInt16BE(value.length, 1);
    return Buffer.concat([head, value]);
  });
  const block = Buffer.concat([addresses, ...encoded]);
  const fixed = Buffer.alloc(4);
  fixed.writeUInt8(command, 0);
  fixed.writeUInt8(family, 1);
  fixed.writeUInt16BE(block.length, 2);
  const header = Buffer.concat([signature, fixed, block]);
  if (checksum) header.writeUInt32BE(castagnoli(header), 16 + addresses.length + 3);
  return header;
}

/** Source, destination, and their ports, for addresses of 4 or 16 octets. */
export function inetAddresses(
  source: Uint8Array,
  destination: Uint8Array,
  sourcePort: number,
  destinationPort: number,
): Buffer {
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(sourcePort, 0);
  ports.writeUInt16BE(destinationPort, 2);
  return Buffer.concat([source, destination, ports]);
}

/** Bit by bit with the polynomial 0x1edc6f41 as RFC 4960 Appendix B writes it, not reflected. */
function castagnoli(octets: Uint8Array): number {
  let remainder = 0xffffffffn;
  for (const octet of octets) {
    remainder ^= BigInt(reversed(octet, 8)) << 24n;
    for (let bit = 0; bit < 8; bit++) {
      remainder = (remainder & 0x80000000n) === 0n ? remainder << 1n : ((remainder << 1n) ^ 0x1edc6f41n) & 0xffffffffn;
    }
  }
  return (reversed(Number(remainder), 32) ^ 0xffffffff) >>> 0;
}

function reversed(value: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result = result * 2 + (Math.floor(value / 2 ** bit) % 2);
  return result;
}
