import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerReader, tag } from '../../src/encoding/der.ts';
import { DerError } from '../../src/encoding/der-rules.ts';
import { decodeString, isTextTag, readString } from '../../src/encoding/der-string.ts';
import { ascii, element, hex } from './der-writer.ts';

function read(identifier: number, content: Uint8Array): string {
  const reader = new DerReader(element(identifier, content));
  try {
    readString(reader, identifier);
  } catch (error) {
    if (error instanceof DerError) return error.rule;
    throw error;
  }
  expect(reader.isDone).toBe(true);
  return JSON.stringify(decodeString(reader.bytes, identifier, reader.bytes.length - content.length, reader.offset));
}

const length = (identifier: number, content: Uint8Array): number =>
  readString(new DerReader(element(identifier, content)), identifier);

describe('PrintableString', () => {
  it('has its own 74 characters and no other', () => {
    const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?";
    for (let code = 0; code < 256; code++) {
      const text = String.fromCharCode(code);
      const isControl = code < 0x20 || code === 0x7f;
      const other = code >= 0x80 ? 'der_string' : isControl ? 'der_string_control' : 'der_string_printable';
      const expected = allowed.includes(text) ? JSON.stringify(text) : other;
      expect(read(tag.printableString, Uint8Array.of(code))).toBe(expected);
    }
  });
});

describe('NumericString', () => {
  it('has digits and space', () => {
    expect(read(tag.numericString, ascii('01 89'))).toBe('"01 89"');
    for (const text of ['/', ':', 'a', '-']) expect(read(tag.numericString, ascii(text))).toBe('der_string_printable');
    expect(read(tag.numericString, Uint8Array.of(0x80))).toBe('der_string');
    expect(read(tag.numericString, Uint8Array.of(0))).toBe('der_string_control');
  });
});

describe('IA5String', () => {
  const identifier = tag.ia5String;

  it('has the printable characters of ASCII', () => {
    expect(read(identifier, ascii(' user@example.com~'))).toBe('" user@example.com~"');
    for (const code of [0x00, 0x0a, 0x1f, 0x7f])
      expect(read(identifier, Uint8Array.of(code))).toBe('der_string_control');
    for (const code of [0x80, 0xe9, 0xff]) expect(read(identifier, Uint8Array.of(code))).toBe('der_string');
  });
});

describe('TeletexString', () => {
  it('is taken as ISO 8859-1 without control characters', () => {
    expect(read(tag.teletexString, ascii('Müller ~'))).toBe('"Müller ~"');
    for (const code of [0x00, 0x1f, 0x7f, 0x80, 0x9f]) {
      expect(read(tag.teletexString, Uint8Array.of(code))).toBe('der_string_control');
    }
    expect(read(tag.teletexString, Uint8Array.of(0xa0))).toBe('"\u00a0"');
  });
});

describe('BMPString', () => {
  it('has two octets a character', () => {
    expect(read(tag.bmpString, hex('0041 00fc 20ac'))).toBe('"Aü€"');
    expect(length(tag.bmpString, hex('0041 00fc 20ac'))).toBe(3);
    expect(read(tag.bmpString, hex('004100'))).toBe('der_string');
  });

  it.each(['d800', 'dbff', 'dc00', 'dfff'])('has no surrogates: %s', (octets) => {
    expect(read(tag.bmpString, hex(octets))).toBe('der_string');
  });

  it.each(['d7ff', 'e000', 'ffff'])('has the characters beside them: %s', (octets) => {
    expect(read(tag.bmpString, hex(octets))).not.toBe('der_string');
  });

  it.each(['0000', '0041 0000', '007f', '0085', '009f'])('has no control characters: %s', (octets) => {
    expect(read(tag.bmpString, hex(octets))).toBe('der_string_control');
  });
});

describe('UniversalString', () => {
  it('has four octets a character', () => {
    expect(read(tag.universalString, hex('00000041 0001f600'))).toBe('"A😀"');
    expect(length(tag.universalString, hex('00000041 0001f600'))).toBe(2);
    expect(read(tag.universalString, hex('0010ffff'))).not.toBe('der_string');
    expect(read(tag.universalString, hex('00110000'))).toBe('der_string');
    expect(read(tag.universalString, hex('ffffffff'))).toBe('der_string');
    expect(read(tag.universalString, hex('0000d800'))).toBe('der_string');
    expect(read(tag.universalString, hex('00000000'))).toBe('der_string_control');
    expect(read(tag.universalString, hex('000041'))).toBe('der_string');
    expect(read(tag.universalString, hex('00000041 0041'))).toBe('der_string');
  });
});

describe('UTF8String', () => {
  it.each([
    ['c3bc', '"ü"'],
    ['c280', 'der_string_control'],
    ['c29f', 'der_string_control'],
    ['c2a0', '"\u00a0"'],
    ['dfbf', '"\u07ff"'],
    ['e0a080', '"\u0800"'],
    ['ed9fbf', '"\ud7ff"'],
    ['ee8080', '"\ue000"'],
    ['efbfbf', '"\uffff"'],
    ['f0908080', '"𐀀"'],
    ['f48fbfbf', JSON.stringify('\u{10ffff}')],
    ['00', 'der_string_control'],
    ['410041', 'der_string_control'],
    ['7f', 'der_string_control'],
    ['1f', 'der_string_control'],
    ['20', '" "'],
    ['7e', '"~"'],
  ])('%s is %s', (octets, expected) => {
    expect(read(tag.utf8String, hex(octets))).toBe(expected);
  });

  it.each([
    ['c080', 'overlong'],
    ['c1bf', 'overlong'],
    ['e08080', 'overlong'],
    ['e09fbf', 'overlong'],
    ['f0808080', 'overlong'],
    ['f08fbfbf', 'overlong'],
    ['eda080', 'surrogate'],
    ['edbfbf', 'surrogate'],
    ['f4908080', 'above U+10FFFF'],
    ['f5808080', 'above U+10FFFF'],
    ['ff', 'no first octet'],
    ['80', 'no first octet'],
    ['bf41', 'no first octet'],
    ['c3', 'cut off'],
    ['e282', 'cut off'],
    ['f09f98', 'cut off'],
    ['c341', 'no following octet'],
    ['c3c3', 'no following octet'],
    ['e28241', 'no following octet'],
  ])('%s is refused: %s', (octets) => {
    expect(read(tag.utf8String, hex(octets))).toBe('der_string');
  });

  it('is counted in characters', () => {
    expect(length(tag.utf8String, Buffer.from('aü€😀'))).toBe(4);
  });

  it('agrees with the fatal decoder of the platform', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 12 }),
          fc.string({ unit: 'binary' }).map((text) => new Uint8Array(Buffer.from(text))),
        ),
        (octets) => {
          let expected: string;
          try {
            const text = decoder.decode(octets);
            // biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are refused
            expected = /[\x00-\x1f\x7f-\x9f]/.test(text) ? 'der_string_control' : JSON.stringify(text);
          } catch {
            expected = 'der_string';
          }
          const actual = read(tag.utf8String, octets);
          // What breaks both rules is refused by whichever comes first.
          const isRefused = expected.startsWith('der_');
          expect(isRefused ? actual.startsWith('der_') : actual).toBe(isRefused ? true : expected);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

it('takes seven types for text, and nothing else', () => {
  const text = Array.from({ length: 256 }, (_, identifier) => identifier).filter(isTextTag);
  expect(text).toEqual([0x0c, 0x12, 0x13, 0x14, 0x16, 0x1c, 0x1e]);
});
