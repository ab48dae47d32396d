import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeObjectIdentifier, objectIdentifierText } from '../../src/encoding/object-identifier.ts';
import { hex, oidOctets } from './der-writer.ts';

const textOf = (octets: Uint8Array | readonly number[]): string => {
  const bytes = Uint8Array.from([0xff, ...octets, 0xff]);
  return objectIdentifierText(bytes, 1, bytes.length - 1);
};

describe('the text of an object identifier', () => {
  it.each([
    ['00', '0.0'],
    ['27', '0.39'],
    ['28', '1.0'],
    ['4f', '1.39'],
    ['50', '2.0'],
    ['78', '2.40'],
    ['8100', '2.48'],
    ['883703', '2.999.3'],
    ['2a', '1.2'],
    ['551d11', '2.5.29.17'],
    ['550403', '2.5.4.3'],
    ['551d7f', '2.5.29.127'],
    ['55047f', '2.5.4.127'],
    ['551e11', '2.5.30.17'],
    ['541d11', '2.4.29.17'],
    ['551d8101', '2.5.29.129'],
    ['2a864886f70d01010b', '1.2.840.113549.1.1.11'],
    ['2b060105050703 02', '1.3.6.1.5.5.7.3.2'],
  ])('%s is %s', (octets, text) => {
    expect(textOf(hex(octets))).toBe(text);
  });

  it('is exact for arcs beyond 2^53', () => {
    const uuid = '2.25.329800735698586629295641978511506172918';
    expect(textOf(oidOctets(uuid))).toBe(uuid);
    expect(textOf(oidOctets('2.340282366920938463463374607431768211455.1'))).toBe(
      '2.340282366920938463463374607431768211455.1',
    );
    for (const arc of [2n ** 46n - 1n, 2n ** 46n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n]) {
      expect(textOf(oidOctets(`1.2.${arc}.3`))).toBe(`1.2.${arc}.3`);
    }
  });
});

describe('an object identifier from text', () => {
  it.each(['0.0', '0.39', '1.39', '2.0', '2.999', '2.5.4.3', '1.2.840.113549.1.9.1'])('reads %s', (text) => {
    expect(Array.from(encodeObjectIdentifier(text) ?? [])).toEqual(oidOctets(text));
  });

  it.each([
    '',
    '1',
    '1.',
    '.1',
    '1..2',
    '3.1',
    '0.40',
    '1.40',
    '1.100',
    '1.02',
    '01.2',
    '1.2.03',
    '1.2.a',
    '1.2.-1',
    '1.2 ',
    ' 1.2',
    '1.2.3.',
    `1.2.${'9'.repeat(41)}`,
    `1.2.${2n ** 133n}`,
    `2.${2n ** 133n}`,
    `${'9'.repeat(50)}.1`,
  ])('refuses %j', (text) => {
    expect(encodeObjectIdentifier(text)).toBeUndefined();
  });

  it('reads arcs up to 133 bits', () => {
    expect(textOf(encodeObjectIdentifier(`1.2.${2n ** 133n - 1n}`) ?? [])).toBe(`1.2.${2n ** 133n - 1n}`);
  });

  it('is the inverse of the text', () => {
    const arcs = fc.array(fc.bigInt({ min: 0n, max: 2n ** 128n }), { minLength: 0, maxLength: 8 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 39 }), arcs, (first, second, rest) => {
        const text = [first, second, ...rest].join('.');
        expect(textOf(encodeObjectIdentifier(text) ?? [])).toBe(text);
      }),
    );
  });
});
