import { describe, expect, it } from 'vitest';
import type { GeneralName } from '../../src/certificate/model.ts';
import {
  ascii,
  element,
  explicit,
  hex,
  integer,
  nothing,
  type Octets,
  oid,
  oidOctets,
  sequence,
  utf8,
} from '../encoding/der-writer.ts';
import { commonName, extension, formVerdict, name, parsed, withExtension } from './template.ts';

const subjectAltName = '2.5.29.17';
const names = (...content: Octets[]): readonly GeneralName[] =>
  withExtension(subjectAltName, sequence(...content)).subjectAltName;
const refused = (...content: Octets[]): string => formVerdict(subjectAltName, sequence(...content));

describe('each kind of GeneralName (4.2.1.6)', () => {
  it('is read', () => {
    const read = names(
      explicit(0, oid('1.3.6.1.4.1.311.20.2.3'), explicit(0, utf8('user@corp'))),
      element(0x81, ascii('user@example.com')),
      element(0x82, ascii('*.example.com')),
      explicit(3, nothing),
      explicit(4, name(commonName('x'))),
      explicit(5, element(0x81, utf8('party'))),
      element(0x86, ascii('spiffe://acme/web')),
      element(0x87, [192, 0, 2, 1]),
      element(0x87, hex('20010db8000000000000000000000001')),
      element(0x88, oidOctets('1.2.3.4')),
    );
    expect(read.map(({ kind }) => kind)).toEqual([
      'otherName',
      'rfc822Name',
      'dNSName',
      'x400Address',
      'directoryName',
      'ediPartyName',
      'uniformResourceIdentifier',
      'iPAddress',
      'iPAddress',
      'registeredID',
    ]);
    expect(read[0]).toEqual({
      kind: 'otherName',
      typeId: '1.3.6.1.4.1.311.20.2.3',
      value: utf8('user@corp'),
      text: 'user@corp',
    });
    expect(read[1]).toEqual({ kind: 'rfc822Name', value: 'user@example.com' });
    expect(read[2]).toEqual({ kind: 'dNSName', value: '*.example.com' });
    expect(read[3]).toEqual({ kind: 'x400Address', value: explicit(3, nothing) });
    expect(read[4]?.kind === 'directoryName' && read[4].name.toString()).toBe('CN=x');
    expect(read[4]?.kind === 'directoryName' && read[4].name.der).toEqual(name(commonName('x')));
    expect(read[5]).toEqual({ kind: 'ediPartyName', value: explicit(5, element(0x81, utf8('party'))) });
    expect(read[6]).toEqual({ kind: 'uniformResourceIdentifier', value: 'spiffe://acme/web' });
    expect(read[7]).toEqual({ kind: 'iPAddress', bytes: Uint8Array.of(192, 0, 2, 1) });
    expect(read[8]?.kind === 'iPAddress' && read[8].bytes.length).toBe(16);
    expect(read[9]).toEqual({ kind: 'registeredID', oid: '1.2.3.4' });
    expect(Object.isFrozen(read)).toBe(true);
    expect(read.every((one) => Object.isFrozen(one))).toBe(true);
  });

  it('is one of nine', () => {
    expect(refused(element(0x89, [1]))).toBe('general_name_kind');
    expect(refused(element(0x80, ascii('test.localhost')))).toBe('general_name_kind');
    expect(refused(element(0xa1, utf8('a@b.c')))).toBe('general_name_kind');
    expect(refused(utf8('x'))).toBe('general_name_kind');
    expect(refused(element(0x84, [1]))).toBe('general_name_kind');
  });

  it('is at least there, or else stands for nobody', () => {
    expect(refused()).toBe('noted der_empty_list');
    const read = parsed({ subject: name(), extensions: [extension('2.5.29.17', sequence(), true)] });
    expect(read.subjectAltName).toEqual([]);
    expect(read.deviations).toContain('subject_missing');
  });

  it('is alone in the extension', () => {
    expect(formVerdict(subjectAltName, element(0x82, ascii('a.example')))).toBe('der_unexpected_tag');
    expect(formVerdict(subjectAltName, Buffer.concat([sequence(element(0x82, ascii('a'))), nothing]))).toBe(
      'der_trailing_data',
    );
  });
});

describe('an otherName', () => {
  it('has a type and one explicit value', () => {
    expect(refused(explicit(0, oid('1.2.3')))).toBe('der_truncated');
    expect(refused(explicit(0, oid('1.2.3'), utf8('x')))).toBe('der_unexpected_tag');
    expect(refused(explicit(0, oid('1.2.3'), explicit(0, utf8('x')), nothing))).toBe('der_trailing_data');
    expect(refused(explicit(0, oid('1.2.3'), explicit(0, hex('010105'))))).toBe('other_name');
    expect(refused(explicit(0, utf8('x'), explicit(0, utf8('x'))))).toBe('der_unexpected_tag');
  });
});

describe('a name that is not in the form of its kind', () => {
  const octets = (text: string): Buffer => Buffer.from(text, 'latin1');

  it.each([
    'node-1.cluster.internal.',
    'a b.example',
    'a.example:443',
    'Alice Example',
    '192.0.2.1/24',
    'J\xc3\xb6rg.example',
    'a\0.example',
    'a.example\n',
    '',
    '*',
    'w*.example',
    '.example',
    'x'.repeat(64),
  ])('is kept as octets: the dNSName %j', (text) => {
    expect(names(element(0x82, octets(text)))).toEqual([
      { kind: 'uncomparable', of: 'dNSName', bytes: Uint8Array.from(octets(text)) },
    ]);
  });

  it.each<[string, number, string]>([
    ['rfc822Name', 0x81, 'Alice Example'],
    ['rfc822Name', 0x81, 'J\xf6rg@example.com'],
    ['uniformResourceIdentifier', 0x86, 'client.example'],
    ['uniformResourceIdentifier', 0x86, 'spiffe://acme/a b'],
    ['iPAddress', 0x87, '192.0.2.1'],
    ['iPAddress', 0x87, '12345'],
    ['iPAddress', 0x87, ''],
    ['directoryName', 0xa4, '0\0'],
  ])('is kept as octets: the %s in %d %j', (of, identifier, text) => {
    const [name] = names(element(identifier, octets(text)));
    expect(name).toEqual({ kind: 'uncomparable', of, bytes: Uint8Array.from(octets(text)) });
    expect(Object.isFrozen(name)).toBe(true);
  });

  it.each<[string, string]>([
    ['two elements', '0c01780c0179'],
    ['none', ''],
    ['an element that is cut off', '0c0541'],
    ['a length of too many octets', '0c810141'],
    ['a length of the indefinite form', '30800000'],
  ])('is kept as octets: an otherName with %s', (_, value) => {
    expect(names(explicit(0, oid('1.2.3'), explicit(0, hex(value))))).toEqual([
      { kind: 'uncomparable', of: 'otherName', typeId: '1.2.3', bytes: Uint8Array.from(hex(value)) },
    ]);
    expect(refused(explicit(0, oid('1.2.3'), explicit(0, hex(value))))).toBe('other_name');
  });

  it('leaves its neighbours what they are', () => {
    expect(names(element(0x82, ascii('a.')), element(0x82, ascii('a.example'))).map(({ kind }) => kind)).toEqual([
      'uncomparable',
      'dNSName',
    ]);
  });
});

describe('the text of an otherName', () => {
  const textOf = (typeId: string, value: Uint8Array): string | undefined => {
    const [name] = names(explicit(0, oid(typeId), explicit(0, value)));
    if (name?.kind !== 'otherName') throw new Error('not an otherName');
    return name.text;
  };
  const upn = '1.3.6.1.4.1.311.20.2.3';
  const icpBrasil = '2.16.76.1.3.1';

  it.each<[string, Uint8Array]>([
    ['UTF8String', utf8('alice@corp.example')],
    ['IA5String', element(0x16, ascii('alice@corp.example'))],
    ['BMPString', element(0x1e, Buffer.from('alice@corp.example', 'utf16le').swap16())],
    ['an IA5String inside an OCTET STRING', element(4, element(0x16, ascii('alice@corp.example')))],
  ])('is that of any string type: %s', (_, value) => {
    expect(textOf(upn, value)).toBe('alice@corp.example');
  });

  it('is that of ICP-Brasil, in a string, in a string in octets, or in octets', () => {
    const text = '01011970123456789091234567890';
    for (const value of [element(0x13, ascii(text)), element(4, element(0x13, ascii(text))), element(4, ascii(text))]) {
      expect(textOf(icpBrasil, value)).toBe(text);
    }
    // Of other types nobody says that their octets are text.
    expect(textOf('1.3.6.1.4.1.311.25.1', element(4, ascii(text)))).toBeUndefined();
  });

  it.each<[string, Uint8Array]>([
    ['a number', integer(7)],
    ['a sequence', sequence(utf8('a'))],
    ['a NUL', utf8('alice@corp.example\0')],
    ['octets that are no UTF-8', element(0x0c, hex('41e442'))],
    ['ISO 8859-1 in an IA5String', element(0x16, hex('41e442'))],
    ['octets that are no text', element(4, hex('00ff'))],
    ['no octets', element(4, [])],
    ['octets behind a string in octets', element(4, hex('0c014100'))],
    ['a string that is cut off in octets', element(4, hex('0c0541'))],
  ])('is not there for %s', (_, value) => {
    expect(textOf(icpBrasil, value)).toBeUndefined();
  });
});

describe('a dNSName, rfc822Name or URI', () => {
  it('is noted outside of its syntax', () => {
    expect(refused(element(0x82, ascii('.example.com')))).toBe('dns_name');
    expect(refused(element(0x82, []))).toBe('dns_name');
    expect(refused(element(0x82, ascii(' ')))).toBe('dns_name');
    expect(refused(element(0x81, ascii('user')))).toBe('rfc822_name');
    expect(refused(element(0x86, ascii('/relative')))).toBe('uri');
  });

  it.each([
    ['rfc822_name', 0x81],
    ['dns_name', 0x82],
    ['uri', 0x86],
  ])('is ASCII without control characters: %s', (deviation, identifier) => {
    expect(refused(element(identifier, ascii('urn:a\0b')))).toBe(deviation);
    expect(refused(element(identifier, Buffer.from('urn:😜.example')))).toBe(deviation);
  });
});

describe('an iPAddress', () => {
  it.each([0, 3, 5, 8, 15, 17, 32])('is noted with %i octets', (length) => {
    expect(refused(element(0x87, new Uint8Array(length)))).toBe('ip_address');
  });
});

describe('a directoryName', () => {
  it('is a strict name that is not empty', () => {
    expect(refused(explicit(4, name()))).toBe('directory_name_empty');
    expect(refused(explicit(4))).toBe('der_truncated');
    expect(refused(explicit(4, commonName('x')))).toBe('der_unexpected_tag');
    expect(refused(explicit(4, name(commonName('x')), nothing))).toBe('der_trailing_data');
    expect(refused(explicit(4, name(commonName('a\0b'))))).toBe('attribute_control');
  });
});

describe('a registeredID, x400Address or ediPartyName', () => {
  it('is refused when it is not DER', () => {
    expect(refused(element(0x88, [0x80]))).toBe('der_oid');
    expect(refused(element(0x88, []))).toBe('der_oid');
    expect(refused(explicit(3, hex('010105')))).toBe('noted der_boolean_true');
    expect(refused(explicit(5, hex('0202007f')))).toBe('der_integer_not_minimal');
    expect(refused(explicit(5, integer(1)))).toBe('accepted');
  });
});

it('issuerAltName is read the same way', () => {
  const read = withExtension('2.5.29.18', sequence(element(0x82, ascii('ca.example'))));
  expect(read.issuerAltName).toEqual([{ kind: 'dNSName', value: 'ca.example' }]);
  expect(read.subjectAltName).toEqual([]);
  expect(formVerdict('2.5.29.18', sequence())).toBe('noted der_empty_list');
  expect(formVerdict('2.5.29.18', sequence(element(0x82, ascii('-'))))).toBe('dns_name');
});
