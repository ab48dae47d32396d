/** CRC32c (Castagnoli) as RFC 4960 Appendix B has it: reflected polynomial 0x82f63b78, start and end inverted. */
export function crc32c(...parts: readonly Uint8Array[]): number {
  let crc = ~0;
  for (const part of parts) {
    for (const octet of part) crc = (table[(crc ^ octet) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

const table: Int32Array = Int32Array.from({ length: 256 }, (_, octet) => {
  let crc = octet;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});
