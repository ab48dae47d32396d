import { describe, expect, it } from 'vitest';
import { ascii, element, hex, integer, nothing, oid, printable, sequence, set, utf8 } from '../encoding/der-writer.ts';
import { attribute, commonName, judged, name, parsed, verdict } from './template.ts';

const subject = (...rdns: Uint8Array[]): ReturnType<typeof parsed>['subject'] =>
  parsed({ subject: name(...rdns) }).subject;
const refused = (der: Uint8Array): string => verdict({ subject: der });
const cn = (value: Uint8Array): Uint8Array => set(attribute('2.5.4.3', value));

describe('a name', () => {
  it('keeps its RDNs in order, multi-valued and repeated attributes included', () => {
    const read = subject(
      set(attribute('2.5.4.6', printable('DE'))),
      set(attribute('2.5.4.11', utf8('One'))),
      set(attribute('2.5.4.3', utf8('a')), attribute('2.5.4.11', utf8('Two'))),
    );
    expect(read.rdns.map((rdn) => rdn.map(({ type, text }) => [type, text]))).toEqual([
      [['2.5.4.6', 'DE']],
      [['2.5.4.11', 'One']],
      [
        ['2.5.4.3', 'a'],
        ['2.5.4.11', 'Two'],
      ],
    ]);
    expect(read.valuesOf('2.5.4.11')).toEqual(['One', 'Two']);
    expect(read.valuesOf('2.5.4.10')).toEqual([]);
    expect(read.rdns[0]?.[0]?.der).toEqual(printable('DE'));
    expect(read.isEmpty).toBe(false);
    expect(read.der).toEqual(parsed({ subject: read.der }).subject.der);
    expect(read.rdns).toBe(read.rdns);
    expect(read.der).toBe(read.der);
    expect(read.canonical).toBe(read.canonical);
    expect(read.toString()).toBe(read.toString());
    expect(Object.isFrozen(read.rdns)).toBe(true);
    expect(Object.isFrozen(read.rdns[0])).toBe(true);
  });

  it('may be empty', () => {
    const read = subject();
    expect(read.isEmpty).toBe(true);
    expect(read.rdns).toEqual([]);
    expect(read.canonical).toBe('');
    expect(read.canonicalRdns).toEqual([]);
    expect(read.toString()).toBe('');
    expect(read.der).toEqual(hex('3000'));
  });

  it('is decoded from every string type', () => {
    expect(subject(cn(utf8('Ü'))).valuesOf('2.5.4.3')).toEqual(['Ü']);
    expect(subject(cn(printable('x'))).valuesOf('2.5.4.3')).toEqual(['x']);
    expect(subject(cn(element(0x14, ascii('Ü')))).valuesOf('2.5.4.3')).toEqual(['Ü']);
    expect(subject(cn(element(0x1e, hex('00dc')))).valuesOf('2.5.4.3')).toEqual(['Ü']);
    expect(subject(cn(element(0x1c, hex('000000dc')))).valuesOf('2.5.4.3')).toEqual(['Ü']);
    expect(subject(cn(element(0x16, ascii('x')))).valuesOf('2.5.4.3')).toEqual(['x']);
    expect(subject(cn(element(0x12, ascii('1')))).valuesOf('2.5.4.3')).toEqual(['1']);
  });

  it('keeps values that are no text, of attributes that are not known', () => {
    const read = subject(set(attribute('1.2.3.4', integer(5))));
    expect(read.rdns[0]?.[0]).toEqual({ type: '1.2.3.4', text: undefined, der: integer(5) });
    expect(read.valuesOf('1.2.3.4')).toEqual([]);
  });
});

describe('a value that has no text', () => {
  const [Latin1, octets] = [hex('4a f6 72 67'), hex('41 00 42')];

  it.each<[string, Uint8Array]>([
    ['attribute_characters', element(0x13, Latin1)],
    ['attribute_characters', element(0x13, Buffer.from('Jörg'))],
    ['attribute_characters', element(0x16, Latin1)],
    ['attribute_characters', element(0x12, hex('34 f6 32'))],
    ['attribute_control', element(0x13, octets)],
    ['attribute_control', element(0x16, octets)],
    ['attribute_control', element(0x14, octets)],
    ['attribute_control', utf8('admin\0.example.com')],
    ['attribute_control', utf8('a\nb')],
    ['attribute_control', utf8('ü\u0085')],
    ['attribute_control', element(0x1e, hex('0061 0000'))],
    ['attribute_control', element(0x1c, hex('00000061 00000000'))],
    ['attribute_not_text', element(0x03, hex('00 01'))],
    ['attribute_not_text', sequence(utf8('a'))],
  ])('is kept as octets: %s', (deviation, value) => {
    expect(judged({ subject: name(cn(value)) })).toBe(deviation);
    const read = subject(cn(value));
    expect(read.rdns).toEqual([[{ type: '2.5.4.3', text: undefined, der: value }]]);
    expect(read.valuesOf('2.5.4.3')).toEqual([]);
    const digits = Buffer.from(value).toString('hex');
    expect(read.toString()).toBe(`CN=#${digits}`);
    expect(read.canonical).toBe(`2.5.4.3=#${digits}`);
  });

  it('may be that of an attribute that is not known', () => {
    expect(judged({ subject: name(set(attribute('1.2.3', utf8('\u0085')))) })).toBe('attribute_control');
    expect(judged({ subject: name(set(attribute('1.2.3', element(0x03, hex('00 01'))))) })).toBe('accepted');
  });
});

describe('a name is refused', () => {
  it('with an empty RDN', () => {
    expect(refused(name(set()))).toBe('der_empty_sequence');
  });

  it('with an attribute that is not a type and a value', () => {
    expect(refused(name(set(sequence())))).toBe('der_truncated');
    expect(refused(name(set(sequence(oid('2.5.4.3')))))).toBe('der_truncated');
    expect(refused(name(set(sequence(oid('1.2.3')))))).toBe('der_truncated');
    expect(refused(name(set(sequence(oid('2.5.4.3'), utf8('a'), utf8('b')))))).toBe('der_trailing_data');
    expect(refused(name(set(sequence(utf8('a')))))).toBe('der_unexpected_tag');
    expect(refused(name(sequence(attribute('2.5.4.3', utf8('a')))))).toBe('der_unexpected_tag');
    expect(refused(set(commonName('a')))).toBe('der_unexpected_tag');
  });

  it('with a known attribute that is no character string, nor anything that OpenSSL takes for one', () => {
    expect(refused(name(cn(integer(1))))).toBe('attribute_value');
    expect(refused(name(cn(nothing)))).toBe('attribute_value');
    expect(refused(name(cn(element(0x1a, ascii('x')))))).toBe('attribute_value');
    expect(refused(name(cn(element(0x04, ascii('x')))))).toBe('attribute_value');
  });

  it('with an unknown attribute that is not DER', () => {
    expect(refused(name(set(attribute('1.2.3', hex('01 01 05')))))).toBe('noted der_boolean_true');
  });

  it('with octets that are not in the form of their string type', () => {
    expect(refused(name(cn(element(0x0c, hex('c0 80')))))).toBe('der_string');
    expect(refused(name(cn(element(0x0c, hex('41 e4 42')))))).toBe('der_string');
    expect(refused(name(cn(element(0x1e, hex('0041 00')))))).toBe('der_string');
    expect(refused(name(cn(element(0x1e, hex('d83d de1c')))))).toBe('der_string');
    expect(refused(name(cn(element(0x1c, hex('00110000')))))).toBe('der_string');
  });

  it('with such octets behind a control character, which is read first', () => {
    for (const octets of ['0c 03 00c080', '0c 05 0a41e44242', '1e 04 0000d83d', '1c 08 0000000000110000']) {
      expect(refused(name(cn(hex(octets))))).toMatch(/^der_string/);
    }
  });

  it('never for a character of ASCII, whichever string type it stands in', () => {
    expect(refused(name(cn(printable('a@b'))))).toBe('noted der_string_printable');
    expect(refused(name(cn(printable('a*b'))))).toBe('noted der_string_printable');
  });

  it('with one attribute twice in an RDN, whose order is noted', () => {
    const [first, second] = [attribute('2.5.4.3', utf8('a')), attribute('2.5.4.11', utf8('a'))];
    expect(refused(name(set(first, second)))).toBe('accepted');
    expect(refused(name(set(second, first)))).toBe('noted der_set_order');
    expect(refused(name(set(first, first)))).toBe('attribute_duplicate_value');
    expect(refused(name(set(first, second, second)))).toBe('attribute_duplicate_value');
    expect(refused(name(set(first, second, first)))).toBe('attribute_duplicate_value');
    expect(refused(name(set(second, first, second)))).toBe('attribute_duplicate_value');
    const longer = attribute('2.5.4.3', utf8('aa'));
    expect(refused(name(set(first, longer)))).toBe('accepted');
    expect(refused(name(set(longer, first)))).toBe('noted der_set_order');
  });
});
