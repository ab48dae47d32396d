import { describe, expect, it } from 'vitest';
import {
  attributeTypeByKeyword,
  attributeTypeByOid,
  attributeTypes,
  findAttributeType,
} from '../../src/certificate/attribute-types.ts';
import { encodeObjectIdentifier } from '../../src/encoding/object-identifier.ts';
import { join } from '../encoding/der-writer.ts';

/** Looks up the type among other octets, so that an offset that is off by one finds something else. */
function find(content: readonly number[] | Uint8Array): string | undefined {
  const bytes = join([0x06, 0x55, 0x04], content, [0x03, 0x04]);
  return findAttributeType(bytes, 3, 3 + content.length)?.keyword;
}

const octetsOf = (oid: string): Uint8Array => encodeObjectIdentifier(oid) as Uint8Array;

describe('the attribute types', () => {
  it('are those of RFC 5280 and of certificates in use, with their string types and upper bounds', () => {
    const lines = attributeTypes.map(({ oid, keyword, strings, maximum }) =>
      [oid, keyword, strings, maximum].join(' '),
    );
    expect(lines).toEqual([
      '2.5.4.3 CN directory 64',
      '2.5.4.4 sn directory 32768',
      '2.5.4.5 serialNumber printable 64',
      '2.5.4.6 C printable 2',
      '2.5.4.7 L directory 128',
      '2.5.4.8 ST directory 128',
      '2.5.4.9 STREET directory ',
      '2.5.4.10 O directory 64',
      '2.5.4.11 OU directory 64',
      '2.5.4.12 title directory 64',
      '2.5.4.13 description directory ',
      '2.5.4.15 businessCategory directory ',
      '2.5.4.17 postalCode directory ',
      '2.5.4.41 name directory 32768',
      '2.5.4.42 givenName directory 32768',
      '2.5.4.43 initials directory 32768',
      '2.5.4.44 generationQualifier directory 32768',
      '2.5.4.46 dnQualifier printable ',
      '2.5.4.65 pseudonym directory 128',
      '2.5.4.97 organizationIdentifier directory ',
      '0.9.2342.19200300.100.1.1 UID directory ',
      '0.9.2342.19200300.100.1.25 DC ia5 ',
      '1.2.840.113549.1.9.1 emailAddress ia5 255',
    ]);
  });

  it.each(attributeTypes)('$keyword is found by its object identifier, as text and as octets', (type) => {
    expect(attributeTypeByOid.get(type.oid)).toBe(type);
    expect(find(octetsOf(type.oid))).toBe(type.keyword);
  });

  it.each(attributeTypes)('$keyword is found by its keyword in lower case', (type) => {
    expect(attributeTypeByKeyword.get(type.keyword.toLowerCase())).toBe(type);
  });

  it.each([
    ['commonname', 'CN'],
    ['surname', 'sn'],
    ['countryname', 'C'],
    ['localityname', 'L'],
    ['stateorprovincename', 'ST'],
    ['streetaddress', 'STREET'],
    ['organizationname', 'O'],
    ['organizationalunitname', 'OU'],
    ['gn', 'givenName'],
    ['userid', 'UID'],
    ['domaincomponent', 'DC'],
    ['email', 'emailAddress'],
  ])('%s is another name of %s', (synonym, keyword) => {
    expect(attributeTypeByKeyword.get(synonym)?.keyword).toBe(keyword);
  });

  it('have no other keywords', () => {
    expect(attributeTypeByKeyword.size).toBe(attributeTypes.length + 12);
  });
});

describe('an object identifier', () => {
  it.each(['2.5.4.2', '2.5.4.14', '2.5.4.127', '2.5.29.3', '2.5.4.3.1', '2.5.4', '1.5.4.3', '2.5.4.128'])(
    '%s is no attribute type',
    (oid) => expect(find(octetsOf(oid))).toBeUndefined(),
  );

  it.each(['0.9.2342.19200300.100.1.1', '1.2.840.113549.1.9.1'])(
    'that differs from %s in any octet is another',
    (oid) => {
      const octets = octetsOf(oid);
      for (let at = 0; at < octets.length; at += 1) {
        const changed = Uint8Array.from(octets);
        changed[at] = 0x02;
        expect(find(changed)).toBeUndefined();
      }
      expect(find(octets.subarray(1))).toBeUndefined();
      expect(find(octets.subarray(0, -1))).toBeUndefined();
      expect(find(join(octets, [0x01]))).toBeUndefined();
    },
  );
});
