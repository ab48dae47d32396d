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
import { commonName, extensionVerdict, name, withExtension } from './template.ts';

const subjectAltName = '2.5.29.17';
const names = (...content: Octets[]): readonly GeneralName[] =>
  withExtension(subjectAltName, sequence(...content)).subjectAltName;
const refused = (...content: Octets[]): string => extensionVerdict(subjectAltName, sequence(...content));

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
    expect(read[0]).toEqual({ kind: 'otherName', typeId: '1.3.6.1.4.1.311.20.2.3', value: utf8('user@corp') });
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

  it('is at least there', () => {
    expect(refused()).toBe('der_empty_sequence');
  });

  it('is alone in the extension', () => {
    expect(extensionVerdict(subjectAltName, element(0x82, ascii('a.example')))).toBe('der_unexpected_tag');
    expect(extensionVerdict(subjectAltName, Buffer.concat([sequence(element(0x82, ascii('a'))), nothing]))).toBe(
      'der_trailing_data',
    );
  });
});

describe('an otherName', () => {
  it('has a type and one explicit value', () => {
    expect(refused(explicit(0, oid('1.2.3')))).toBe('der_truncated');
    expect(refused(explicit(0, oid('1.2.3'), utf8('x')))).toBe('der_unexpected_tag');
    expect(refused(explicit(0, oid('1.2.3'), explicit(0)))).toBe('der_truncated');
    expect(refused(explicit(0, oid('1.2.3'), explicit(0, utf8('x'), utf8('y'))))).toBe('der_trailing_data');
    expect(refused(explicit(0, oid('1.2.3'), explicit(0, utf8('x')), nothing))).toBe('der_trailing_data');
    expect(refused(explicit(0, oid('1.2.3'), explicit(0, hex('010105'))))).toBe('der_boolean');
    expect(refused(explicit(0, utf8('x'), explicit(0, utf8('x'))))).toBe('der_unexpected_tag');
  });
});

describe('a dNSName, rfc822Name or URI', () => {
  it('is refused outside of its syntax', () => {
    expect(refused(element(0x82, ascii('.example.com')))).toBe('dns_name');
    expect(refused(element(0x82, []))).toBe('dns_name');
    expect(refused(element(0x82, ascii(' ')))).toBe('dns_name');
    expect(refused(element(0x81, ascii('user')))).toBe('rfc822_name');
    expect(refused(element(0x86, ascii('/relative')))).toBe('uri');
  });

  it('is ASCII without control characters', () => {
    for (const identifier of [0x81, 0x82, 0x86]) {
      expect(refused(element(identifier, ascii('a\0b')))).toBe('der_string_control');
      expect(refused(element(identifier, Buffer.from('😜.example')))).toBe('der_string');
    }
  });
});

describe('an iPAddress', () => {
  it.each([0, 3, 5, 8, 15, 17, 32])('is refused with %i octets', (length) => {
    expect(refused(element(0x87, new Uint8Array(length)))).toBe('ip_address');
  });
});

describe('a directoryName', () => {
  it('is a strict name that is not empty', () => {
    expect(refused(explicit(4, name()))).toBe('directory_name_empty');
    expect(refused(explicit(4))).toBe('der_truncated');
    expect(refused(explicit(4, commonName('x')))).toBe('der_unexpected_tag');
    expect(refused(explicit(4, name(commonName('x')), nothing))).toBe('der_trailing_data');
    expect(refused(explicit(4, name(commonName('a\0b'))))).toBe('der_string_control');
  });
});

describe('a registeredID, x400Address or ediPartyName', () => {
  it('is refused when it is not DER', () => {
    expect(refused(element(0x88, [0x80]))).toBe('der_oid');
    expect(refused(element(0x88, []))).toBe('der_oid');
    expect(refused(explicit(3, hex('010105')))).toBe('der_boolean');
    expect(refused(explicit(5, hex('0202007f')))).toBe('der_integer_not_minimal');
    expect(refused(explicit(5, integer(1)))).toBe('accepted');
  });
});

it('issuerAltName is read the same way', () => {
  const read = withExtension('2.5.29.18', sequence(element(0x82, ascii('ca.example'))));
  expect(read.issuerAltName).toEqual([{ kind: 'dNSName', value: 'ca.example' }]);
  expect(read.subjectAltName).toEqual([]);
  expect(extensionVerdict('2.5.29.18', sequence())).toBe('der_empty_sequence');
  expect(extensionVerdict('2.5.29.18', sequence(element(0x82, ascii('-'))))).toBe('dns_name');
});
