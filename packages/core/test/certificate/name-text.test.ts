import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributeTypeAndValue } from '../../src/certificate/model.ts';
import { parseDistinguishedName } from '../../src/certificate/name.ts';
import { nameText } from '../../src/certificate/name-text.ts';
import { integer, utf8 } from '../encoding/der-writer.ts';

const value = (type: string, text: string): AttributeTypeAndValue => ({ type, text, der: utf8(text) });
const cn = (text: string): string => nameText([[value('2.5.4.3', text)]]);

describe('the text of a name (RFC 4514 section 2)', () => {
  it('has the most specific RDN first, and plus signs inside an RDN', () => {
    expect(
      nameText([
        [value('2.5.4.6', 'DE')],
        [value('2.5.4.10', 'ACME')],
        [value('2.5.4.3', 'a'), value('2.5.4.11', 'b')],
      ]),
    ).toBe('CN=a+OU=b,O=ACME,C=DE');
    expect(nameText([])).toBe('');
  });

  it.each([
    ['2.5.4.3', 'CN'],
    ['2.5.4.7', 'L'],
    ['2.5.4.8', 'ST'],
    ['2.5.4.10', 'O'],
    ['2.5.4.11', 'OU'],
    ['2.5.4.6', 'C'],
    ['2.5.4.9', 'STREET'],
    ['0.9.2342.19200300.100.1.25', 'DC'],
    ['0.9.2342.19200300.100.1.1', 'UID'],
    ['2.5.4.5', 'serialNumber'],
    ['1.2.840.113549.1.9.1', 'emailAddress'],
  ])('writes %s as %s', (type, keyword) => {
    expect(nameText([[value(type, 'x')]])).toBe(`${keyword}=x`);
  });

  it('writes what it cannot name in hex', () => {
    expect(nameText([[value('1.3.6.1.4.1.1466.0', 'Lu')]])).toBe('1.3.6.1.4.1.1466.0=#0c024c75');
    expect(nameText([[{ type: '1.2.3', text: undefined, der: integer(5) }]])).toBe('1.2.3=#020105');
    expect(nameText([[{ type: '2.5.4.3', text: undefined, der: integer(5) }]])).toBe('CN=#020105');
  });

  it.each([
    ['x,OU=Administrators', 'x\\,OU=Administrators'],
    ['a+b', 'a\\+b'],
    ['a"b"', 'a\\"b\\"'],
    ['a;b', 'a\\;b'],
    ['<a>', '\\<a\\>'],
    ['a\\b', 'a\\\\b'],
    ['#a', '\\#a'],
    ['a#', 'a#'],
    [' a', '\\ a'],
    ['a ', 'a\\ '],
    [' ', '\\ '],
    ['  ', '\\ \\ '],
    ['   ', '\\  \\ '],
    ['a b', 'a b'],
    ['a=b', 'a=b'],
    ['Lučić', 'Lučić'],
    ['', ''],
    ['a\u2028b', 'a\\e2\\80\\a8b'],
    ['\u202etxt.exe\ufeff', '\\e2\\80\\aetxt.exe\\ef\\bb\\bf'],
    ['a\nb\u0000\u0085', 'a\\0ab\\00\\c2\\85'],
    ['\u3164', '\\e3\\85\\a4'],
    ['\u{e0041}', '\\f3\\a0\\81\\81'],
  ])('escapes %j as %j', (text, expected) => {
    expect(cn(text)).toBe(`CN=${expected}`);
  });

  it('is read as the name that it is of', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
        fc.constantFrom('', '\u2028', '\u202e\ufeff'),
        (text, mark) => {
          const written = cn(`${text}${mark}`);
          expect(written).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          expect(parseDistinguishedName(written)?.valuesOf('2.5.4.3')).toEqual([`${text}${mark}`]);
        },
      ),
    );
  });
});
