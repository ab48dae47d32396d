import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { AsciiOctets, decodeText } from '../../src/encoding/text-octets.ts';

const littleEndian = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
const bigEndian = (text: string): Buffer => littleEndian(text).swap16();

/** What comes of these pieces, as latin1. */
function ascii(...pieces: readonly Uint8Array[]): string {
  const reader = new AsciiOctets();
  return Buffer.concat(pieces.map((piece) => reader.write(piece))).toString('latin1');
}

const one = (text: string): readonly Uint8Array[] =>
  Array.from(Buffer.from(text, 'latin1'), (octet) => Uint8Array.of(octet));

describe('the text of a file', () => {
  it.each<[string, Uint8Array, string | undefined]>([
    ['UTF-8', Buffer.from('Łódź'), 'Łódź'],
    ['UTF-8 with its mark', Buffer.from('\ufeffŁódź'), 'Łódź'],
    ['UTF-16, little end first', littleEndian('Łódź'), 'Łódź'],
    ['UTF-16, big end first', bigEndian('Łódź'), 'Łódź'],
    ['no octets', new Uint8Array(), ''],
    ['half a mark', Uint8Array.of(0xff), undefined],
    ['half of a mark and something else', Uint8Array.of(0xff, 0x41), undefined],
    ['half of the other mark and something else', Uint8Array.of(0xfe, 0x41), undefined],
    ['the second half of a mark', Uint8Array.of(0x41, 0xfe), undefined],
    ['half a unit of UTF-16', littleEndian('ab').subarray(0, 5), undefined],
    ['ISO 8859-1', Buffer.from('é', 'latin1'), undefined],
  ])('is read, or is none: %s', (_, octets, text) => {
    expect(decodeText(octets)).toBe(text);
  });
});

describe('the octets of which ASCII counts', () => {
  it('are those of the file where it is no UTF-16', () => {
    expect(ascii(Buffer.from('a\u00e9', 'latin1'))).toBe('a\u00e9');
    expect(ascii(Uint8Array.of(0xff, 0x41), Uint8Array.of(0x42))).toBe('\u00ffAB');
    expect(ascii(Uint8Array.of(0xfe, 0x41))).toBe('\u00feA');
    expect(ascii(...one('\u00ffA\u00feB'))).toBe('\u00ffA\u00feB');
  });

  it.each([littleEndian, bigEndian])('come of units of UTF-16, wherever they are parted', (encoded) => {
    const octets = encoded('ab\u4e2dc');
    const expected = ascii(octets);
    expect(expected).toBe('\u00ef\u00bb\u00bfab\x7fc');
    for (let at = 0; at <= octets.length; at += 1) {
      expect(ascii(octets.subarray(0, at), octets.subarray(at)), `parted at ${at}`).toBe(expected);
    }
    expect(ascii(...Array.from(octets, (octet) => Uint8Array.of(octet)))).toBe(expected);
  });

  it('are not asked for before there are any', () => {
    expect(ascii(new Uint8Array(), new Uint8Array(), littleEndian('a'))).toBe('\u00ef\u00bb\u00bfa');
  });

  it('leave the octets of the caller as they are', () => {
    const octets = bigEndian('ab');
    ascii(octets);
    expect(octets).toEqual(bigEndian('ab'));
  });
});
