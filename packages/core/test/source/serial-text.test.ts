import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSerialNumber } from '../../src/source/serial-text.ts';

describe('a serial number', () => {
  it.each([
    ['03A5B1', 'hex', '03A5B1'],
    ['3a5b1', 'hex', '03A5B1'],
    ['00AB', 'hex', 'AB'],
    ['0', 'hex', '00'],
    ['a1:a1:0f', 'hex', 'A1A10F'],
    ['a1:1:f', 'hex', 'A1010F'],
    ['00:ad:3e', 'hex', 'AD3E'],
    ['1', 'hex', '01'],
    ['255', 'decimal', 'FF'],
    ['0256', 'decimal', '0100'],
    ['0', 'decimal', '00'],
    ['-01', 'hex', '-01'],
    ['-1', 'hex', '-01'],
    ['-70EE1234567890ABCDEF', 'hex', '-70EE1234567890ABCDEF'],
    ['-0', 'hex', '00'],
    ['-1', 'decimal', '-01'],
    ['-255', 'decimal', '-FF'],
    ['4494195086183353291144', 'decimal', 'F3A17C5B9E20D41188'],
  ] as const)('%s in %s is %s', (text, form, serial) => {
    expect(parseSerialNumber(text, form)).toBe(serial);
  });

  it.each([
    ['', 'hex'],
    ['0x1', 'hex'],
    ['a1:', 'hex'],
    [':a1', 'hex'],
    ['a1::a1', 'hex'],
    ['a1:abc', 'hex'],
    ['--1', 'hex'],
    ['-', 'hex'],
    ['(Negative)01', 'hex'],
    [' 1', 'hex'],
    ['1'.repeat(1025), 'hex'],
    ['ff:'.repeat(80), 'hex'],
    ['', 'decimal'],
    ['ff', 'decimal'],
    ['--1', 'decimal'],
    ['1e3', 'decimal'],
    ['9'.repeat(1025), 'decimal'],
  ] as const)('%j is none in %s', (text, form) => {
    expect(parseSerialNumber(text, form)).toBeUndefined();
  });

  it('is the same in every form', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 160n), max: 2n ** 160n }), (serial) => {
        const sign = serial < 0n ? '-' : '';
        const hex = serial.toString(16).replace('-', '');
        const octets = (hex.length % 2 === 0 ? hex : `0${hex}`).match(/../g) ?? [];
        return (
          new Set([
            parseSerialNumber(serial.toString(), 'decimal'),
            parseSerialNumber(sign + hex, 'hex'),
            parseSerialNumber(sign + octets.join(':'), 'hex'),
          ]).size === 1
        );
      }),
    );
  });
});
