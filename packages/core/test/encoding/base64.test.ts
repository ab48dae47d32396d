import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } from '../../src/encoding/base64.ts';

describe('base64', () => {
  it.each(['', 'AA==', 'AAA=', 'AAAA', '+/+/'])('reads %j', (text) => {
    expect(encodeBase64(decodeBase64(text) ?? Uint8Array.of(1, 2, 3))).toBe(text);
  });

  it.each([
    'A',
    'AA',
    'AAA',
    'AA=',
    'AAAA=',
    'AB==',
    'AAB=',
    'AA==AA==',
    ' AAAA',
    'AAAA\n',
    'AA AA',
    '-_-_',
    'AA==\0',
    '====',
    'ÄAAA',
  ])('refuses %j', (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });

  it('returns octets that belong to nobody else', () => {
    const octets = decodeBase64('AQID');
    expect(octets?.constructor).toBe(Uint8Array);
    expect(octets?.buffer.byteLength).toBe(3);
  });

  it('reads back what it writes, also from a view into a larger buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (octets) => {
        const view = Uint8Array.from([9, ...octets, 9]).subarray(1, octets.length + 1);
        expect(decodeBase64(encodeBase64(view))).toEqual(octets);
        expect(decodeBase64Url(encodeBase64Url(view))).toEqual(octets);
      }),
    );
  });

  it('has one text for one value', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ABab01+/='), maxLength: 9 }), (text) => {
        const octets = decodeBase64(text);
        if (octets !== undefined) expect(encodeBase64(octets)).toBe(text);
      }),
    );
  });
});

describe('base64url', () => {
  it.each(['', 'AA', 'AAA', 'AAAA', '-_-_'])('reads %j', (text) => {
    expect(encodeBase64Url(decodeBase64Url(text) ?? Uint8Array.of(1, 2, 3))).toBe(text);
  });

  it.each(['A', 'AA==', 'AB', 'AAB', '+/+/', ' AA', 'AA\n'])('refuses %j', (text) => {
    expect(decodeBase64Url(text)).toBeUndefined();
  });
});
