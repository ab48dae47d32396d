import { describe, expect, it } from 'vitest';
import { halfSipHash } from '../../../src/revocation/crl/half-sip-hash.ts';

const octets = Uint8Array.from({ length: 64 }, (_, index) => index);

describe('HalfSipHash-1-3', () => {
  // The published vectors: the key 00 01 02 .. 07 over the octets 00 01 02 .. of each length.
  it.each([
    [0, 0x5814c896],
    [1, 0xe7e864ca],
    [2, 0xbc4b0e30],
    [3, 0x01539939],
    [4, 0x7e059ea6],
    [5, 0x88e3d89b],
    [6, 0xa0080b65],
    [7, 0x9d38d9d6],
    [8, 0x577999b1],
    [16, 0x8b31d501],
    [20, 0x911bb605],
    [63, 0x87178304],
  ])('over %i octets is the published value', (length, value) => {
    expect(halfSipHash(0x03020100, 0x07060504, octets, 0, length)).toBe(value);
  });

  it('begins and ends where it is told', () => {
    const shifted = Uint8Array.from([0xff, 0xfe, ...octets.subarray(0, 21), 0xfd]);
    expect(halfSipHash(1, 2, shifted, 2, 23)).toBe(halfSipHash(1, 2, octets, 0, 21));
  });

  it('depends on both halves of the key', () => {
    const hashes = [
      halfSipHash(1, 2, octets, 0, 16),
      halfSipHash(3, 2, octets, 0, 16),
      halfSipHash(1, 3, octets, 0, 16),
    ];
    expect(new Set(hashes).size).toBe(3);
  });

  it('is never negative', () => {
    for (let key = -50; key < 50; key++) {
      expect(halfSipHash(key, -key, octets, 0, 16)).toBeGreaterThanOrEqual(0);
    }
  });
});
