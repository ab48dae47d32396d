/**
 * HalfSipHash-1-3 (Aumasson and Bernstein), the keyed hash for tables on 32-bit arithmetic: who does not know the key
 * cannot choose values that collide. `key0` and `key1` are 32 bits each. Returns 32 bits, unsigned.
 */
export function halfSipHash(key0: number, key1: number, bytes: Uint8Array, start: number, end: number): number {
  let v0 = key0 | 0;
  let v1 = key1 | 0;
  let v2 = 0x6c796765 ^ key0;
  let v3 = 0x74656462 ^ key1;
  let word = 0;
  const length = end - start;
  const whole = length - (length & 3);
  // One round for each word, the last of which holds the remaining octets and the length; then three to finish.
  for (let at = 0; at <= whole + 12; at += 4) {
    if (at < whole) {
      const from = start + at;
      word =
        (bytes[from] as number) |
        ((bytes[from + 1] as number) << 8) |
        ((bytes[from + 2] as number) << 16) |
        ((bytes[from + 3] as number) << 24);
    } else if (at === whole) {
      word = length << 24;
      for (let left = 0; left < (length & 3); left++) word |= (bytes[start + at + left] as number) << (left * 8);
    } else {
      word = 0;
      if (at === whole + 4) v2 ^= 0xff;
    }
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return (v1 ^ v3) >>> 0;
}
