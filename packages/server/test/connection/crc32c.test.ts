import { describe, expect, it } from 'vitest';
import { crc32c } from '../../src/connection/crc32c.ts';

describe('CRC32c', () => {
  // The check value of the catalogue of CRC parameters, and the examples of RFC 3720 B.4.
  it.each([
    ['the digits 1 to 9', Buffer.from('123456789'), 0xe3069283],
    ['32 zeroes', Buffer.alloc(32), 0x8a9136aa],
    ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['32 octets that count up', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
    ['32 octets that count down', Buffer.from(Array.from({ length: 32 }, (_, index) => 31 - index)), 0x113fdb5c],
    ['nothing', Buffer.alloc(0), 0],
  ])('of %s is the published one', (_, octets, expected) => {
    expect(crc32c(octets)).toBe(expected);
  });

  it('of parts is that of the whole', () => {
    expect(crc32c(Buffer.from('1234'), Buffer.alloc(0), Buffer.from('56789'))).toBe(0xe3069283);
  });
});
