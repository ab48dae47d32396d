import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeBase64,
  decodeBase64Lines,
  decodeBase64Url,
  encodeBase64,
  encodeBase64Url,
} from '../../src/encoding/base64.ts';

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

describe('base64 in lines', () => {
  const decode = (text: string): Uint8Array | undefined => decodeBase64Lines(`-${text}-`, 1, text.length + 1);
  /** What it is, said otherwise: lines that are not empty, joined. */
  const joined = (text: string): Uint8Array | undefined =>
    /^\r?\n|\n\r?\n/.test(text) ? undefined : decodeBase64(text.replaceAll('\r\n', '').replaceAll('\n', ''));

  it.each(['', 'AA==', 'AAA=', 'AAAA', 'AAAA\n', 'AA\r\n==', 'A\nA\nA\n=\n', 'AAAA\nAQ==\r\n', '/+/+'])(
    'reads %j',
    (text) => {
      expect(decode(text)).toEqual(joined(text));
      expect(decode(text)).toBeDefined();
    },
  );

  it.each([
    'A',
    'AA',
    'AAA',
    'AA=',
    'A===',
    'AAAA=',
    'AAAA====',
    'AAA==',
    'AB==',
    'AAB=',
    'AA==AA==',
    'AA=A',
    '=',
    '====',
    '\n',
    '\r\n',
    '\nAAAA',
    'AAAA\n\n',
    'AAAA\r\n\r\nAAAA',
    'AAAA\r',
    'AA\rAA',
    'AAAA\r\r\n',
    ' AAAA',
    'AA AA',
    '-_-_',
    'AAA\0',
    '\u0141AAA',
    'AAA\u0141',
    'ÄAAA',
  ])('refuses %j', (text) => {
    expect(decode(text)).toBeUndefined();
  });

  it('says what joining the lines would say', () => {
    const unit = fc.constantFrom(...'ABQgw01+/=', '\n', '\r\n', '\r', 'AAAA', '\u0141');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        expect(decode(text)).toEqual(joined(text));
      }),
    );
  });

  it('reads back what is written, of any length, as octets that belong to nobody else', () => {
    for (const size of [0, 1, 2, 3, 12_287, 12_288, 12_289, 20_000]) {
      const octets = Uint8Array.from({ length: size }, (_, index) => index * 7);
      const read = decode(encodeBase64(octets).replace(/.{1,64}/g, '$&\n'));
      expect(read).toEqual(octets);
      expect(read?.buffer.byteLength).toBe(size);
    }
  });
});
