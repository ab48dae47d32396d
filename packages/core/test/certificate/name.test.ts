import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { attributeTypes } from '../../src/certificate/attribute-types.ts';
import type { Name } from '../../src/certificate/model.ts';
import { parseDistinguishedName } from '../../src/certificate/name.ts';
import { ProfileReader } from '../../src/certificate/profile-reader.ts';
import { ascii, element, integer, printable, set, utf8 } from '../encoding/der-writer.ts';
import { attribute, name, parsed } from './template.ts';

function read(text: string): Name {
  const result = parseDistinguishedName(text);
  if (result === undefined) throw new Error(`refused: ${text}`);
  return result;
}

const values = (text: string): (string | undefined)[][] =>
  read(text).rdns.map((rdn) => rdn.flatMap(({ type, text: value }) => [type, value]));

describe('a distinguished name as text (RFC 4514 section 3)', () => {
  it('is read with the most specific RDN first', () => {
    expect(values('CN=a,O=ACME,C=DE')).toEqual([
      ['2.5.4.6', 'DE'],
      ['2.5.4.10', 'ACME'],
      ['2.5.4.3', 'a'],
    ]);
  });

  it('equals the name of a certificate', () => {
    const subject = parsed({
      subject: name(set(attribute('2.5.4.6', printable('DE'))), set(attribute('2.5.4.3', utf8('Müller, A')))),
    }).subject;
    expect(read('CN=Müller\\, A,C=DE').canonical).toBe(subject.canonical);
    expect(read('cn=MÜLLER\\2c  a,c=de').canonical).toBe(subject.canonical);
    expect(read('CN=Müller\\, A,C=DE').der).toEqual(subject.der);
    expect(read(subject.toString()).der).toEqual(subject.der);
  });

  it('is empty as the empty text', () => {
    expect(read('').isEmpty).toBe(true);
    expect(read('').der).toEqual(Uint8Array.of(0x30, 0));
  });

  it('has multi-valued RDNs in any order', () => {
    expect(values('OU=b+CN=a')).toEqual([['2.5.4.3', 'a', '2.5.4.11', 'b']]);
    expect(read('OU=b+CN=a,C=DE').canonical).toBe(read('CN=a+OU=b,C=DE').canonical);
  });

  it('has descriptors in any case, synonyms, and dotted object identifiers', () => {
    for (const { keyword, oid } of attributeTypes) {
      expect(values(`${keyword.toUpperCase()}=x`)).toEqual([[oid, 'x']]);
      expect(values(`${keyword.toLowerCase()}=x`)).toEqual([[oid, 'x']]);
      expect(values(`${oid}=x`)).toEqual([[oid, 'x']]);
      expect(read(`${oid}=x`).der).toEqual(read(`${keyword}=x`).der);
    }
    for (const [synonym, keyword] of [
      ['commonName', 'CN'],
      ['surname', 'sn'],
      ['countryName', 'C'],
      ['localityName', 'L'],
      ['stateOrProvinceName', 'ST'],
      ['streetAddress', 'STREET'],
      ['organizationName', 'O'],
      ['organizationalUnitName', 'OU'],
      ['GN', 'givenName'],
      ['userId', 'UID'],
      ['domainComponent', 'DC'],
      ['email', 'emailAddress'],
    ]) {
      expect(read(`${synonym}=x`).der).toEqual(read(`${keyword}=x`).der);
    }
    expect(values('1.2.3.4=x')).toEqual([['1.2.3.4', 'x']]);
  });

  it.each([
    ['CN=a\\,b', 'a,b'],
    ['CN=a\\+b', 'a+b'],
    ['CN=a\\=b', 'a=b'],
    ['CN=a=b', 'a=b'],
    ['CN=\\"a\\"', '"a"'],
    ['CN=\\<a\\>\\;', '<a>;'],
    ['CN=a\\\\b', 'a\\b'],
    ['CN=\\#a', '#a'],
    ['CN=a#', 'a#'],
    ['CN=\\ a\\ ', ' a '],
    ['CN=\\ ', ' '],
    ['CN=a b', 'a b'],
    ['CN=Lu\\C4\\8Di\\C4\\87', 'Lučić'],
    ['CN=Lu\\c4\\8dić', 'Lučić'],
    ['CN=\\20a\\2C', ' a,'],
    ['CN=', ''],
    ['CN=,O=x', ''],
    ["CN=a'b:c/d", "a'b:c/d"],
    ['CN=😀', '😀'],
  ])('reads %s', (text, value) => {
    expect(read(text).valuesOf('2.5.4.3')).toEqual([value]);
  });

  it('reads values as the hex of their DER', () => {
    expect(values('CN=#0C024C75')).toEqual([['2.5.4.3', 'Lu']]);
    expect(values('CN=#0c024c75+1.2.3=#020105,O=x')).toEqual([
      ['2.5.4.10', 'x'],
      ['1.2.3', undefined, '2.5.4.3', 'Lu'],
    ]);
    expect(read('1.2.3=#020105').rdns[0]?.[0]?.der).toEqual(integer(5));
  });

  it('gives each attribute the string type that it declares, where the value fits', () => {
    const der = (text: string): Uint8Array | undefined => read(text).rdns[0]?.[0]?.der;
    expect(der('C=DE')).toEqual(printable('DE'));
    expect(der("serialNumber=aZ09 '()+\\,-./:=?".replace('+', '\\+'))).toEqual(printable("aZ09 '()+,-./:=?"));
    expect(der('C=Dä')).toEqual(utf8('Dä'));
    expect(der('serialNumber=a@b')).toEqual(utf8('a@b'));
    expect(der('DC=example')).toEqual(element(0x16, ascii('example')));
    expect(der('emailAddress=a~b@c d')).toEqual(element(0x16, ascii('a~b@c d')));
    expect(der('DC=ä')).toEqual(utf8('ä'));
    expect(der('O=x')).toEqual(utf8('x'));
    expect(der('1.2.3=x')).toEqual(utf8('x'));
  });

  it.each([
    ',',
    'CN',
    'CN,O=x',
    '=x',
    'CN=a,',
    ',CN=a',
    'CN=a+',
    'CN=a,,O=b',
    'CN=a, O=b',
    'CN=a ,O=b',
    'CN=a +O=b',
    'CN=a ',
    'CN= a',
    ' CN=a',
    'CN =a',
    'CN= ',
    'XX=a',
    'oid.2.5.4.3=a',
    'OID.2.5.4.3=a',
    '2.5.4.=a',
    '2=a',
    '2.5.04.3=a',
    '3.1=a',
    '1CN=a',
    'C_N=a',
    'CN="a,b"',
    'CN=a"b',
    'CN=a;O=b',
    'CN=<a',
    'CN=a>',
    'CN=a\0b',
    'CN=a\\',
    'CN=a\\x',
    'CN=a\\4',
    'CN=a\\4g',
    'CN=a\\g4',
    'CN=\\C3',
    'CN=\\ff',
    'CN=\\00',
    'CN=a\\0Ab',
    'CN=a\nb',
    'CN=#',
    'CN=#0',
    'CN=#0g',
    'CN=#0c024c',
    'CN=#0c024c7500',
    'CN=#020105',
    'CN=#0c0161 ',
    'CN=#0c0161x',
    'CN=a+CN=a',
    'CN=a\nO=b',
    '/C=DE/CN=a',
    'CN=\ud800',
  ])('refuses %j', (text) => {
    expect(parseDistinguishedName(text)).toBeUndefined();
  });

  it.each([127, 128, 129, 255, 256, 65_535, 65_536])(
    'has a value of %i octets, whatever form its length has',
    (length) => {
      const text = 'a'.repeat(length);
      expect(values(`CN=${text}`)).toEqual([['2.5.4.3', text]]);
    },
  );

  it('reads long names in a moment', () => {
    const long = Array.from({ length: 5_000 }, (_, index) => `OU=unit ${index}`).join(',');
    expect(read(long).rdns.length).toBe(5_000);
    expect(read(`O=${'x'.repeat(70_000)}`).valuesOf('2.5.4.10')[0]?.length).toBe(70_000);
    expect(parseDistinguishedName(`${long},`)).toBeUndefined();
  });

  it('is the inverse of the text of a name', () => {
    const text = fc.string({ unit: fc.constantFrom(...'abÄ€😀 ,+"\\<>;=#/\'0') });
    const type = fc.constantFrom(...attributeTypes.map(({ oid }) => oid), '1.2.3.4');
    const attributes = fc.uniqueArray(fc.tuple(type, text), {
      minLength: 1,
      maxLength: 3,
      selector: ([oid, value]) => `${oid}${value}`,
    });
    fc.assert(
      fc.property(fc.array(attributes, { maxLength: 4 }), (rdns) => {
        const der = name(
          ...rdns.map((rdn) => set(...rdn.map(([oid, value]) => attribute(oid, utf8(value))).sort(Buffer.compare))),
        );
        const original = parsed({ subject: der }).subject;
        const again = read(original.toString());
        expect(again.canonical).toBe(original.canonical);
        expect(again.toString()).toBe(original.toString());
        expect(again.rdns.length).toBe(original.rdns.length);
        for (const oid of [...attributeTypes.map((entry) => entry.oid), '1.2.3.4']) {
          expect([...again.valuesOf(oid)].sort(order)).toEqual([...original.valuesOf(oid)].sort(order));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('throws nothing, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'CNO=,+\\#0a1.2 "é\0') }), (text) => {
        const result = parseDistinguishedName(text);
        if (result !== undefined) expect(read(result.toString()).canonical).toBe(result.canonical);
      }),
      { numRuns: 3_000 },
    );
  });
});

const order = (left: string, right: string): number => (left < right ? -1 : 1);

describe('a mistake of ours', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is thrown, never taken for a fault of the text', () => {
    const mistake = new RangeError('a mistake of ours');
    vi.spyOn(ProfileReader.prototype, 'note').mockImplementation(() => {
      throw mistake;
    });
    expect(() => parseDistinguishedName(`CN=${'a'.repeat(65)}`)).toThrow(mistake);
  });
});
