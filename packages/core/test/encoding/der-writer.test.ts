import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerReader, tag } from '../../src/encoding/der.ts';
import { derElement, derObjectIdentifier, derUnsigned } from '../../src/encoding/der-writer.ts';
import { hex, oid } from './der-writer.ts';

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(0x61);

describe('an element that is written', () => {
  it('has its parts behind its identifier and length', () => {
    expect(derElement(tag.sequence, hex('0101ff'), hex('0500'))).toEqual(hex('30050101ff0500'));
    expect(derElement(tag.null)).toEqual(hex('0500'));
  });

  it.each([
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65_536, '0483010000'],
  ])('of %i octets has a length of the fewest octets', (length, header) => {
    const written = derElement(tag.octetString, bytes(length));
    expect(Buffer.from(written.subarray(0, header.length / 2)).toString('hex')).toBe(header);
    expect(written.length).toBe(header.length / 2 + length);
  });

  it('is read again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (content) => {
        const reader = new DerReader(derElement(tag.octetString, content));
        const start = reader.readContent(tag.octetString);
        expect(reader.isDone).toBe(true);
        expect(reader.bytes.subarray(start)).toEqual(content);
      }),
    );
  });
});

describe('a number that is written', () => {
  it.each([
    ['', '020100'],
    ['00', '020100'],
    ['7f', '02017f'],
    ['80', '02020080'],
    ['0080', '02020080'],
    ['00007f', '02017f'],
    ['0100', '02020100'],
  ])('of the octets "%s" is non-negative in the fewest octets', (octets, expected) => {
    expect(derUnsigned(hex(octets))).toEqual(hex(expected));
  });

  it('is read again, whatever its octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 24 }), (octets) => {
        const reader = new DerReader(derUnsigned(octets));
        const start = reader.readUnsigned();
        const read = Buffer.from(reader.bytes.subarray(start, reader.offset)).toString('hex');
        expect(BigInt(`0x${read}`)).toBe(BigInt(`0x${Buffer.from(octets).toString('hex')}`));
      }),
    );
  });
});

describe('an object identifier that is written', () => {
  it('has the octets of its arcs', () => {
    expect(derObjectIdentifier('1.3.6.1.5.5.7.48.1.2')).toEqual(oid('1.3.6.1.5.5.7.48.1.2'));
  });

  it('must be one', () => {
    expect(() => derObjectIdentifier('1.3.six')).toThrow(new TypeError('not a dotted object identifier: 1.3.six'));
  });
});
