import { describe, expect, it } from 'vitest';
import type { NameConstraints } from '../../../src/certificate/model.ts';
import {
  ascii,
  element,
  explicit,
  hex,
  join,
  nothing,
  type Octets,
  oid,
  oidOctets,
  sequence,
  utf8,
} from '../../encoding/der-writer.ts';
import { commonName, formVerdict, name, withExtension } from '../template.ts';

const type = '2.5.29.30';
const subtree = (base: Octets, ...more: Octets[]): Uint8Array => sequence(base, ...more);
const permitted = (...bases: Octets[]): Uint8Array => explicit(0, ...bases.map((base) => subtree(base)));
const excluded = (...bases: Octets[]): Uint8Array => explicit(1, ...bases.map((base) => subtree(base)));
const dns = (text: string): Uint8Array => element(0x82, ascii(text));
const mail = (text: string): Uint8Array => element(0x81, ascii(text));
const uri = (text: string): Uint8Array => element(0x86, ascii(text));
const address = (octets: string): Uint8Array => element(0x87, hex(octets));

const read = (...content: Octets[]): NameConstraints | undefined =>
  withExtension(type, sequence(...content), true).nameConstraints;
const refused = (...content: Octets[]): string => formVerdict(type, sequence(...content), true);
const base = (der: Uint8Array): string => {
  const one = refused(permitted(der));
  expect(refused(excluded(der))).toBe(one);
  return one;
};

describe('nameConstraints (4.2.1.10)', () => {
  it('are permitted and excluded subtrees', () => {
    const constraints = read(permitted(dns('a.example'), dns('b.example')), excluded(dns('c.a.example')));
    expect(constraints).toEqual({
      permittedSubtrees: [
        { kind: 'dNSName', value: 'a.example' },
        { kind: 'dNSName', value: 'b.example' },
      ],
      excludedSubtrees: [{ kind: 'dNSName', value: 'c.a.example' }],
    });
    expect(Object.isFrozen(constraints) && Object.isFrozen(constraints?.permittedSubtrees)).toBe(true);
    expect(read(permitted(dns('a')))?.excludedSubtrees).toEqual([]);
    expect(read(excluded(dns('a')))?.permittedSubtrees).toEqual([]);
  });

  it('are not empty', () => {
    expect(refused()).toBe('name_constraints_empty');
    expect(refused(explicit(0))).toBe('der_empty_sequence');
    expect(refused(explicit(1))).toBe('der_empty_sequence');
    expect(refused(permitted(dns('a')), explicit(1))).toBe('der_empty_sequence');
    expect(refused(nothing, nothing)).toBe('der_trailing_data');
    expect(refused(excluded(dns('a')), permitted(dns('a')))).toBe('der_trailing_data');
    expect(refused(explicit(0, sequence()))).toBe('general_name_kind');
  });

  it('have a minimum of zero, which is noted when it is written out, and no maximum', () => {
    expect(refused(explicit(0, subtree(dns('a'), element(0x80, [0]))))).toBe('noted der_default_encoded');
    expect(refused(explicit(0, subtree(dns('a'), element(0x80, [0]), element(0x81, [1]))))).toBe(
      'name_constraint_base_distance',
    );
    expect(refused(explicit(0, subtree(dns('a'), element(0x80, [1]))))).toBe('name_constraint_base_distance');
    expect(refused(explicit(0, subtree(dns('a'), element(0x81, [1]))))).toBe('name_constraint_base_distance');
    expect(refused(explicit(0, subtree(dns('a'), nothing)))).toBe('der_trailing_data');
  });

  it('are remembered', () => {
    const certificate = withExtension(type, sequence(permitted(dns('a'))));
    expect(certificate.nameConstraints).toBe(certificate.nameConstraints);
  });
});

describe('a dNSName constraint', () => {
  it.each(['', 'com', 'example.com', '.example.com', 'a_b.example'])('may be %j', (text) => {
    expect(base(dns(text))).toBe('accepted');
  });

  it.each(['*.example.com', '.', '..example.com', 'example.com.', 'a..b', '-a', 'a b'])('may not be %j', (text) => {
    expect(base(dns(text))).toBe('name_constraint_dns');
  });
});

describe('an rfc822Name constraint', () => {
  it.each(['user@example.com', '*@example.com', 'example.com', '.example.com', 'localhost'])('may be %s', (text) => {
    expect(base(mail(text))).toBe('accepted');
  });

  it.each([
    '',
    '.',
    '@example.com',
    'user@',
    'a@b@example.com',
    'user@.example.com',
    '..example.com',
    'a_b.example',
    '*.example.com',
  ])('may not be %j', (text) => {
    expect(base(mail(text))).toBe('name_constraint_mail');
  });
});

describe('a URI constraint', () => {
  it.each(['example.com', '.example.com', 'localhost', '1.example', 'a.1a'])('may be %s', (text) => {
    expect(base(uri(text))).toBe('accepted');
  });

  it.each([
    '',
    '.',
    'http://example.com',
    'example.com/',
    'example.com:80',
    '192.0.2.1',
    '192.0.2.10',
    '.2',
    '10',
    '7',
    '*.example.com',
    'a_b.example',
  ])('may not be %j', (text) => {
    expect(base(uri(text))).toBe('name_constraint_uri');
  });
});

describe('an iPAddress constraint', () => {
  it.each([
    'c0000200 ffffff00',
    '00000000 00000000',
    'c0000201 ffffffff',
    'c0000201 ffffff00',
    '0a000000 ff800000',
    '0a000000 fffe0000',
    '0a000000 80000000',
    `20010db8${'00'.repeat(12)} ffffffff${'00'.repeat(12)}`,
    `${'00'.repeat(16)} ${'ff'.repeat(16)}`,
    `${'00'.repeat(16)} ${'00'.repeat(16)}`,
    `${'00'.repeat(16)} ${'ff'.repeat(8)}fc${'00'.repeat(7)}`,
  ])('may be %s', (octets) => {
    expect(base(address(octets))).toBe('accepted');
  });

  it.each([
    'c0000200 ff00ff00',
    'c0000200 ffffff01',
    'c0000200 00ffffff',
    'c0000200 fd000000',
    'c0000200 7f000000',
    'c0000200 fffffefe',
    'c0000200 fe010000',
    'c0000200 80800000',
    `${'00'.repeat(16)} ${'ff'.repeat(8)}00ff${'00'.repeat(6)}`,
    'c0000201',
    'c0000201 18',
    '',
    '00'.repeat(16),
    '00'.repeat(31),
    '00'.repeat(33),
  ])('may not be %s', (octets) => {
    expect(base(address(octets))).toBe('name_constraint_ip');
  });
});

describe('a constraint of another kind', () => {
  it('is kept', () => {
    expect(base(explicit(4, name()))).toBe('accepted');
    expect(base(explicit(4, name(commonName('x'))))).toBe('accepted');
    expect(base(explicit(0, oid('1.2.3'), explicit(0, utf8('x'))))).toBe('accepted');
    expect(base(element(0x88, oidOctets('1.2.3')))).toBe('accepted');
    expect(base(explicit(3))).toBe('accepted');
    expect(base(explicit(4, commonName('x')))).toBe('der_unexpected_tag');
    expect(base(element(0x89, []))).toBe('general_name_kind');
    expect(base(join(dns('a\0')))).toBe('name_constraint_dns');
  });
});

it('a base in no form is kept as octets, so that no name is ever held against it', () => {
  const text = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value));
  expect(
    read(permitted(dns('*.example.com'), mail('')), excluded(uri('http://a.example/'), address('c0000201'))),
  ).toEqual({
    permittedSubtrees: [
      { kind: 'uncomparable', of: 'dNSName', bytes: text('*.example.com') },
      { kind: 'uncomparable', of: 'rfc822Name', bytes: text('') },
    ],
    excludedSubtrees: [
      { kind: 'uncomparable', of: 'uniformResourceIdentifier', bytes: text('http://a.example/') },
      { kind: 'uncomparable', of: 'iPAddress', bytes: Uint8Array.from(hex('c0000201')) },
    ],
  });
});
