import { describe, expect, it } from 'vitest';
import { type Deviation, deviations } from '../../src/certificate/deviations.ts';
import {
  ascii,
  bitString,
  boolean,
  element,
  explicit,
  generalizedTime,
  hex,
  integer,
  join,
  nothing,
  octetString,
  oid,
  sequence,
  set,
  utcTime,
  utf8,
} from '../encoding/der-writer.ts';
import {
  attribute,
  authority,
  authorityKeyIdentifier,
  authorityKeyUsage,
  commonName,
  extension,
  keyIdentifier,
  name,
  nothingAtAll,
  parsed,
  subjectKeyIdentifier,
  type Template,
} from './template.ts';

const noted = (template: Template): readonly Deviation[] => parsed(template).deviations;
const withSubject = (...rdns: Uint8Array[]): readonly Deviation[] => noted({ subject: name(...rdns) });

describe('serial number (4.1.2.2)', () => {
  it('is noted when zero', () => {
    expect(noted({ serialNumber: integer(0) })).toEqual(['serial_number_zero']);
    expect(noted({ serialNumber: integer(1) })).toEqual([]);
  });

  it('is noted when negative, that of the issuer in the key identifier as well', () => {
    expect(noted({ serialNumber: integer(-1) })).toEqual(['serial_number_negative']);
    expect(noted({ serialNumber: hex('02 01 80') })).toEqual(['serial_number_negative']);
    const issuer = element(0xa1, element(0x82, ascii('ca.example')));
    const identifier = (serial: number): Uint8Array =>
      extension('2.5.29.35', sequence(element(0x80, [1]), issuer, element(0x82, [serial])));
    expect(noted({ extensions: [identifier(0x80)] })).toEqual(['serial_number_negative']);
    expect(noted({ extensions: [identifier(0x7f)] })).toEqual([]);
  });

  it('is noted beyond 20 octets', () => {
    expect(noted({ serialNumber: element(0x02, new Uint8Array(20).fill(1)) })).toEqual([]);
    expect(noted({ serialNumber: element(0x02, new Uint8Array(21).fill(1)) })).toEqual(['serial_number_too_long']);
    expect(noted({ serialNumber: element(0x02, [0], new Uint8Array(20).fill(0xff)) })).toEqual([
      'serial_number_too_long',
    ]);
  });
});

describe('validity (4.1.2.5)', () => {
  it('is read in either form, whatever the year', () => {
    expect(noted({ notBefore: generalizedTime('20260101000000Z') })).toEqual([]);
    expect(noted({ notAfter: generalizedTime('20491231235959Z') })).toEqual([]);
    expect(noted({ notAfter: generalizedTime('20500101000000Z') })).toEqual([]);
    expect(noted({ notAfter: generalizedTime('99991231235959Z') })).toEqual([]);
    expect(noted({ notBefore: utcTime('491231235959Z') })).toEqual([]);
  });
});

describe('issuer (4.1.2.4)', () => {
  it('is noted when empty', () => {
    expect(noted({ issuer: name() })).toEqual(['issuer_empty']);
  });
});

describe('subject (4.1.2.6 and 4.2.1.6)', () => {
  const alternative = (critical: boolean): Uint8Array =>
    extension('2.5.29.17', sequence(element(0x82, ascii('a.example'))), critical);

  it('is noted when empty without a critical subjectAltName', () => {
    const subject = name();
    expect(noted({ subject })).toEqual(['subject_missing']);
    expect(noted({ subject, extensions: [authorityKeyIdentifier, alternative(false)] })).toEqual([
      'subject_alt_name_not_critical',
    ]);
    expect(noted({ subject, extensions: [authorityKeyIdentifier, alternative(true)] })).toEqual([]);
    expect(noted({ extensions: [authorityKeyIdentifier, alternative(false)] })).toEqual([]);
  });

  it('is noted when empty in the certificate of an authority', () => {
    const extensions = [authorityKeyIdentifier, subjectKeyIdentifier, authority, alternative(true)];
    expect(noted({ subject: name(), extensions })).toEqual(['ca_subject_empty']);
    expect(noted({ extensions })).toEqual([]);
  });
});

describe('attributes (A.1)', () => {
  const cn = (value: Uint8Array): Uint8Array => set(attribute('2.5.4.3', value));

  it('are noted in another string type than they declare', () => {
    for (const identifier of [0x0c, 0x13, 0x14]) expect(withSubject(cn(element(identifier, ascii('x'))))).toEqual([]);
    expect(withSubject(cn(element(0x1e, hex('0078'))))).toEqual([]);
    expect(withSubject(cn(element(0x1c, hex('00000078'))))).toEqual([]);
    expect(withSubject(cn(element(0x16, ascii('x'))))).toEqual(['attribute_string_type']);
    expect(withSubject(cn(element(0x12, ascii('1'))))).toEqual(['attribute_string_type']);
    for (const type of ['2.5.4.6', '2.5.4.5', '2.5.4.46']) {
      expect(withSubject(set(attribute(type, element(0x13, ascii('DE')))))).toEqual([]);
      expect(withSubject(set(attribute(type, utf8('DE'))))).toEqual(['attribute_string_type']);
      expect(withSubject(set(attribute(type, element(0x16, ascii('DE')))))).toEqual(['attribute_string_type']);
    }
    for (const type of ['0.9.2342.19200300.100.1.25', '1.2.840.113549.1.9.1']) {
      expect(withSubject(set(attribute(type, element(0x16, ascii('a@b')))))).toEqual([]);
      expect(withSubject(set(attribute(type, utf8('a'))))).toEqual(['attribute_string_type']);
      expect(withSubject(set(attribute(type, element(0x13, ascii('a')))))).toEqual(['attribute_string_type']);
    }
    expect(withSubject(set(attribute('0.9.2342.19200300.100.1.1', utf8('uid'))))).toEqual([]);
    expect(withSubject(set(attribute('1.2.3.4', element(0x16, ascii('x')))))).toEqual([]);
  });

  it('are noted when empty or longer than their upper bound, in characters', () => {
    expect(withSubject(cn(utf8('')))).toEqual(['attribute_length']);
    expect(withSubject(cn(utf8('é'.repeat(64))))).toEqual([]);
    expect(withSubject(cn(utf8('x'.repeat(65))))).toEqual(['attribute_length']);
    expect(withSubject(set(attribute('2.5.4.6', element(0x13, ascii('DEU')))))).toEqual(['attribute_length']);
    expect(withSubject(set(attribute('2.5.4.9', utf8('x'.repeat(500)))))).toEqual([]);
    expect(withSubject(set(attribute('2.5.4.8', utf8('x'.repeat(128)))))).toEqual([]);
    expect(withSubject(set(attribute('2.5.4.8', utf8('x'.repeat(129)))))).toEqual(['attribute_length']);
    expect(withSubject(set(attribute('1.2.3.4', utf8(''))))).toEqual([]);
  });
});

describe('unique identifiers (4.1.2.8)', () => {
  it('are read, and mean nothing', () => {
    expect(noted({ uniqueIdentifiers: element(0x81, [0, 1]) })).toEqual([]);
    expect(noted({ uniqueIdentifiers: element(0x82, [0, 1]) })).toEqual([]);
  });
});

describe('key identifiers (4.2.1.1 and 4.2.1.2)', () => {
  it('are noted when the one of the issuer is missing, unless the certificate is self-issued', () => {
    const rawExtensions = nothingAtAll;
    expect(noted({ rawExtensions })).toEqual(['authority_key_identifier_missing']);
    expect(noted({ rawExtensions, version: nothingAtAll })).toEqual(['authority_key_identifier_missing']);
    expect(noted({ rawExtensions, issuer: name(commonName('Leaf')) })).toEqual([]);
    expect(noted({ rawExtensions, issuer: name(commonName('LEAF')) })).toEqual([]);
    expect(noted({ extensions: [extension('2.5.29.35', sequence())] })).toEqual(['authority_key_identifier_missing']);
  });

  it('are noted when the one of the subject is missing in an authority', () => {
    expect(noted({ extensions: [authorityKeyIdentifier, authority] })).toEqual(['subject_key_identifier_missing']);
    expect(noted({ extensions: [authorityKeyIdentifier, authority, subjectKeyIdentifier] })).toEqual([]);
    expect(noted({ extensions: [authorityKeyIdentifier, extension('2.5.29.19', sequence())] })).toEqual([]);
  });
});

describe('the certificate of an authority (4.2.1.3, 4.2.1.9, 4.2.1.10)', () => {
  const base = [authorityKeyIdentifier, subjectKeyIdentifier];
  const constraints = (...content: Uint8Array[]): Uint8Array => extension('2.5.29.19', sequence(...content), true);
  const crlSignOnly = extension('2.5.29.15', hex('03 02 01 02'), true);

  it('is noted when basicConstraints are not critical and its key signs certificates', () => {
    const loose = extension('2.5.29.19', sequence(boolean(true)));
    expect(noted({ extensions: [...base, loose] })).toEqual(['basic_constraints_not_critical']);
    expect(noted({ extensions: [...base, loose, authorityKeyUsage] })).toEqual(['basic_constraints_not_critical']);
    expect(noted({ extensions: [...base, loose, crlSignOnly] })).toEqual([]);
    expect(noted({ extensions: [...base, authority, authorityKeyUsage] })).toEqual([]);
    expect(noted({ extensions: [...base, extension('2.5.29.19', sequence())] })).toEqual([]);
  });

  it('is noted when the key may sign certificates although it is no authority', () => {
    expect(noted({ extensions: [authorityKeyIdentifier, authorityKeyUsage] })).toEqual(['key_cert_sign_without_ca']);
    expect(noted({ extensions: [authorityKeyIdentifier, authorityKeyUsage, constraints()] })).toEqual([
      'key_cert_sign_without_ca',
    ]);
    expect(noted({ extensions: [authorityKeyIdentifier, crlSignOnly] })).toEqual([]);
  });

  it('is noted with a path length where cA or keyCertSign is not asserted', () => {
    const limited = constraints(boolean(true), integer(0));
    expect(noted({ extensions: [...base, limited, authorityKeyUsage] })).toEqual([]);
    expect(noted({ extensions: [...base, limited] })).toEqual([]);
    expect(noted({ extensions: [...base, limited, crlSignOnly] })).toEqual(['path_length_without_key_cert_sign']);
    expect(noted({ extensions: [...base, constraints(boolean(true)), crlSignOnly] })).toEqual([]);
    expect(noted({ extensions: [...base, constraints(integer(0))] })).toEqual(['path_length_without_ca']);
  });

  it('alone may have name constraints', () => {
    const nameConstraints = extension(
      '2.5.29.30',
      sequence(explicit(0, sequence(element(0x82, ascii('example.com'))))),
      true,
    );
    const wrapped = extension('2.5.29.30', sequence(explicit(0, sequence(element(0x82, ascii('example.com'))))), false);
    expect(noted({ extensions: [authorityKeyIdentifier, nameConstraints] })).toEqual(['name_constraints_without_ca']);
    expect(noted({ extensions: [...base, authority, nameConstraints] })).toEqual([]);
    expect(noted({ extensions: [...base, authority, wrapped] })).toEqual(['name_constraints_not_critical']);
  });
});

describe('criticality', () => {
  const access = sequence(sequence(oid('1.3.6.1.5.5.7.48.2'), element(0x86, ascii('http://a.example/ca.cer'))));
  const points = sequence(sequence(explicit(0, explicit(0, element(0x86, ascii('http://a.example/x.crl'))))));

  it.each([
    ['2.5.29.14', octetString(keyIdentifier), 'subject_key_identifier_critical'],
    ['2.5.29.46', points, 'freshest_crl_critical'],
    ['1.3.6.1.5.5.7.1.1', access, 'authority_info_access_critical'],
    ['1.3.6.1.5.5.7.1.11', access, 'subject_info_access_critical'],
    ['2.5.29.9', sequence(sequence(oid('1.2.3'), set(nothing))), 'subject_directory_attributes_critical'],
  ] as const)('must not be on %s', (type, value, deviation) => {
    expect(noted({ extensions: [authorityKeyIdentifier, extension(type, value, true)] })).toEqual([deviation]);
    expect(noted({ extensions: [authorityKeyIdentifier, extension(type, value, false)] })).toEqual([]);
  });

  it('must not be on the authorityKeyIdentifier', () => {
    const critical = extension('2.5.29.35', sequence(element(0x80, keyIdentifier)), true);
    expect(noted({ extensions: [critical] })).toEqual(['authority_key_identifier_critical']);
  });

  it.each([
    ['2.5.29.36', sequence(element(0x80, [0])), 'policy_constraints_not_critical'],
    ['2.5.29.54', integer(0), 'inhibit_any_policy_not_critical'],
  ] as const)('must be on %s', (type, value, deviation) => {
    expect(noted({ extensions: [authorityKeyIdentifier, extension(type, value, false)] })).toEqual([deviation]);
    expect(noted({ extensions: [authorityKeyIdentifier, extension(type, value, true)] })).toEqual([]);
  });

  it.each([
    ['2.5.29.15', hex('03 02 07 80')],
    ['2.5.29.17', sequence(element(0x82, ascii('a.example')))],
    ['2.5.29.18', sequence(element(0x82, ascii('a.example')))],
    ['2.5.29.31', points],
    ['2.5.29.32', sequence(sequence(oid('1.2.3')))],
    ['2.5.29.33', sequence(sequence(oid('1.2.3'), oid('1.2.4')))],
    ['2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.2'))],
    ['1.2.3.4', nothing],
  ])('may be either on %s', (type, value) => {
    for (const critical of [true, false]) {
      expect(noted({ extensions: [authorityKeyIdentifier, extension(type, value, critical)] })).toEqual([]);
    }
  });
});

describe('names and locations', () => {
  it('are noted with underscores, leading periods and blanks', () => {
    const names = (text: string): readonly Deviation[] =>
      noted({ extensions: [authorityKeyIdentifier, extension('2.5.29.17', sequence(element(0x82, ascii(text))))] });
    expect(names('a_b.example')).toEqual(['dns_name_underscore']);
    const constraint = (text: string): readonly Deviation[] =>
      noted({
        extensions: [
          authorityKeyIdentifier,
          subjectKeyIdentifier,
          authority,
          extension('2.5.29.30', sequence(explicit(0, sequence(element(0x82, ascii(text))))), true),
        ],
      });
    expect(constraint('.example.com')).toEqual(['name_constraint_dns_leading_period']);
    expect(constraint('a_b.example.com')).toEqual(['dns_name_underscore']);
    expect(constraint('._b.example.com')).toEqual(['name_constraint_dns_leading_period', 'dns_name_underscore']);
    const blank = element(0x86, ascii('ldap://a.example/cn=A B'));
    const location = (type: string, value: Uint8Array): readonly Deviation[] =>
      noted({ extensions: [authorityKeyIdentifier, extension(type, value)] });
    expect(location('1.3.6.1.5.5.7.1.1', sequence(sequence(oid('1.2.3'), blank)))).toEqual(['location_uri_syntax']);
    expect(location('2.5.29.31', sequence(sequence(explicit(0, explicit(0, blank)))))).toEqual(['location_uri_syntax']);
  });
});

it('are each noted once, in the order of the table', () => {
  const template: Template = {
    serialNumber: integer(0),
    issuer: name(),
    subject: name(set(attribute('2.5.4.6', utf8('DE'))), set(attribute('2.5.4.6', utf8('FR')))),
    notBefore: generalizedTime('20260101000000Z'),
    notAfter: generalizedTime('20270101000000Z'),
    rawExtensions: nothingAtAll,
    uniqueIdentifiers: join(element(0x81, [0, 1]), element(0x82, [0, 1])),
    signature: bitString([1]),
  };
  expect(noted(template)).toEqual([
    'serial_number_zero',
    'issuer_empty',
    'attribute_string_type',
    'authority_key_identifier_missing',
  ]);
});

it('each name the sentence that they break', () => {
  for (const [deviation, { section, sentence }] of Object.entries(deviations)) {
    expect(deviation).toMatch(/^[a-z0-9_]+$/);
    expect(section).toMatch(/^(RFC \d+ [\dA]|X\.\d)/);
    expect(sentence.length).toBeGreaterThan(30);
  }
});
