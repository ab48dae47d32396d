import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseSerialText,
  serialIntegerOctets,
  serialNumberText,
  serialOctetsText,
  serialOf,
  serialReadAsSigned,
} from '../../src/encoding/serial-number.ts';

const anyNumber = fc.oneof(
  fc.bigInt({ min: -70_000n, max: 70_000n }),
  fc.bigInt({ min: -(1n << 200n), max: 1n << 200n }),
);

/** Two's complement of content octets, written as X.690 8.3 says. */
function numberIn(octets: Uint8Array): bigint {
  return BigInt.asIntN(octets.length * 8, BigInt(`0x${Buffer.from(octets).toString('hex')}`));
}

describe('a serial number', () => {
  it('has octets, a text and a value that are one another, whatever it is', () => {
    fc.assert(
      fc.property(anyNumber, (value) => {
        const text = serialOf(value);
        const octets = serialIntegerOctets(text);
        expect(numberIn(octets)).toBe(value);
        const isMinimal = octets.length === 1 || numberIn(octets.subarray(1)) !== value;
        expect(isMinimal).toBe(true);
        expect(serialNumberText(octets, 0, octets.length)).toBe(text);
        expect(text).toMatch(/^-?(?:[0-9A-F]{2})+$/);
        expect(serialOctetsText(text)).toBe(
          Buffer.from(octets)
            .toString('hex')
            .toUpperCase()
            .replace(/^00(?=.)/, ''),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('is read from every form that tools print', () => {
    fc.assert(
      fc.property(anyNumber, (value) => {
        const text = serialOf(value);
        const digits = text.replace('-', '');
        const colons = digits.replace(/(?<=^(?:..)+)(?=.)/g, ':').toLowerCase();
        const short = (value < 0n ? -value : value).toString(16);
        const forms = [digits, digits.toLowerCase(), colons, short, `0x${short}`, `0X${digits}`, `000${digits}`];
        const signed =
          value < 0n ? forms.flatMap((form) => [`-${form}`, `(Negative)${form}`, `(Negative) ${form}`]) : forms;
        for (const form of signed) expect(parseSerialText(form)).toBe(text);
      }),
    );
  });

  it.each([
    '',
    '-',
    '0x',
    '-0x',
    '--1',
    '+1',
    ' 1',
    '1 ',
    'g',
    '1:2',
    '01:',
    ':01',
    '01::02',
    '01:0',
    '1h',
    'Negative 1',
  ])('is not %j', (text) => {
    expect(parseSerialText(text)).toBeUndefined();
  });

  it('has no negative zero', () => {
    for (const text of ['-0', '-00', '(Negative)00', '0', '000']) expect(parseSerialText(text)).toBe('00');
    expect(serialOf(0n)).toBe('00');
  });

  it('read as signed is another one only where its first bit is set', () => {
    expect(['00', '7F', '0100', '-01', '-FF'].map(serialReadAsSigned)).toEqual(Array(5).fill(undefined));
    expect(['80', 'FF', 'FFFF', 'FFF9', 'FF01'].map(serialReadAsSigned)).toEqual(['-80', '-01', '-01', '-07', '-FF']);
  });
});

describe('a serial number where another octet begins', () => {
  it.each([
    [0n, '00', '00'],
    [127n, '7F', '7F'],
    [128n, '80', '0080'],
    [255n, 'FF', '00FF'],
    [256n, '0100', '0100'],
    [-1n, '-01', 'FF'],
    [-128n, '-80', '80'],
    [-129n, '-81', 'FF7F'],
    [-255n, '-FF', 'FF01'],
    [-256n, '-0100', 'FF00'],
    [-32_768n, '-8000', '8000'],
    [-32_769n, '-8001', 'FF7FFF'],
  ])('%s is %s, in the octets %s', (value, text, octets) => {
    expect(serialOf(value)).toBe(text);
    expect(Buffer.from(serialIntegerOctets(text)).toString('hex').toUpperCase()).toBe(octets);
    expect(serialOctetsText(text)).toBe(octets.replace(/^00(?=.)/, ''));
    expect(serialNumberText(Buffer.from(octets, 'hex'), 0, octets.length / 2)).toBe(text);
  });
});
