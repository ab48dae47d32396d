import { der } from '@peercert/pki';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('integer', () => {
  it.each([
    [0, '020100'],
    [127, '02017f'],
    [128, '02020080'],
    [256, '02020100'],
    [-1, '0201ff'],
    [-128, '020180'],
    [-129, '0202ff7f'],
    [-32768, '02028000'],
  ])('writes %i in the fewest octets', (value, expected) => {
    expect(hex(der.integer(value))).toBe(expected);
  });

  it('writes every number so that two reading it as two’s complement agree', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), (value) => {
        const octets = der.contents(der.integer(value));
        expect(BigInt.asIntN(octets.length * 8, BigInt(`0x${hex(octets)}`))).toBe(value);
        // X.690 8.3.2: the first nine bits are not all equal.
        if (octets.length > 1) expect([0x000, 0x1ff]).not.toContain(((octets[0]! << 8) | octets[1]!) >> 7);
      }),
    );
  });

  it('writes content octets verbatim, even superfluous zeros', () => {
    expect(hex(der.integer(Uint8Array.of(0, 0, 1)))).toBe('0203000001');
  });
});

describe('oid', () => {
  it.each([
    ['1.2.840.113549', '06062a864886f70d'],
    ['2.999.3', '0603883703'],
    ['2.5.29.15', '0603551d0f'],
  ])('writes %s', (dotted, expected) => {
    expect(hex(der.oid(dotted))).toBe(expected);
  });

  it('refuses text that is no object identifier', () => {
    for (const text of ['', '1', '3.1', '1.2.', '1.02', 'CN']) expect(() => der.oid(text)).toThrow(TypeError);
  });
});

describe('structures', () => {
  it('counts long contents in the fewest length octets', () => {
    expect(hex(der.octetString(new Uint8Array(127)).subarray(0, 2))).toBe('047f');
    expect(hex(der.octetString(new Uint8Array(128)).subarray(0, 3))).toBe('048180');
    expect(hex(der.octetString(new Uint8Array(65_536)).subarray(0, 5))).toBe('0483010000');
  });

  it('sorts a SET OF by its encodings', () => {
    const set = der.setOf(der.integer(300), der.integer(2), der.integer(1));
    expect(hex(set)).toBe('310a0201010201020202012c');
  });

  it('gives back with children what sequence was made of', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (values) => {
        const items = values.map((value) => der.octetString(value));
        expect(der.children(der.sequence(...items)).map(hex)).toEqual(items.map(hex));
      }),
    );
  });

  it('writes a named bit list without trailing zero bits', () => {
    expect(hex(der.namedBits([0]))).toBe('03020780');
    expect(hex(der.namedBits([5, 6]))).toBe('03020106');
    expect(hex(der.namedBits([8]))).toBe('0303070080');
    expect(hex(der.namedBits([]))).toBe('030100');
  });
});

describe('time', () => {
  it('is UTCTime from 1950 through 2049 and GeneralizedTime outside', () => {
    const text = (date: string): string => Buffer.from(der.time(new Date(date)).subarray(2)).toString();
    expect(text('1949-12-31T23:59:59Z')).toBe('19491231235959Z');
    expect(text('1950-01-01T00:00:00Z')).toBe('500101000000Z');
    expect(text('2049-12-31T23:59:59.999Z')).toBe('491231235959Z');
    expect(text('2050-01-01T00:00:00Z')).toBe('20500101000000Z');
    expect(der.time(new Date('2050-01-01T00:00:00Z'))[0]).toBe(0x18);
  });
});

describe('strings', () => {
  it('refuses characters that are not ASCII where only ASCII can be meant', () => {
    expect(() => der.ia5String('bücher')).toThrow(TypeError);
    expect(() => der.printableString('😀')).toThrow(TypeError);
  });

  it('writes BMPString and UniversalString in big-endian order', () => {
    expect(hex(der.bmpString('é'))).toBe('1e0200e9');
    expect(hex(der.universalString('😀'))).toBe('1c040001f600');
  });
});
