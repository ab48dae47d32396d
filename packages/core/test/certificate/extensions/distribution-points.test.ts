import { describe, expect, it } from 'vitest';
import type { DistributionPoint } from '../../../src/certificate/model.ts';
import { ascii, element, explicit, hex, nothing, type Octets, sequence, utf8 } from '../../encoding/der-writer.ts';
import { attribute, commonName, formVerdict, name, withExtension } from '../template.ts';

const type = '2.5.29.31';
const uri = (text: string): Uint8Array => element(0x86, ascii(text));
const fullName = (...names: Octets[]): Uint8Array => explicit(0, explicit(0, ...names));
const relative = (...attributes: Octets[]): Uint8Array => explicit(0, explicit(1, ...attributes));
const issuer = (...names: Octets[]): Uint8Array => explicit(2, ...names);
const directory = (text: string): Uint8Array => explicit(4, name(commonName(text)));

const points = (...content: Octets[]): readonly DistributionPoint[] | undefined =>
  withExtension(type, sequence(...content)).crlDistributionPoints;
const refused = (...content: Octets[]): string => formVerdict(type, sequence(sequence(...content)));

describe('cRLDistributionPoints (4.2.1.13)', () => {
  it('have full names, reasons and CRL issuers', () => {
    const read = points(
      sequence(fullName(uri('http://a.example/1.crl'), uri('ldap://a.example/x'))),
      sequence(fullName(uri('http://a.example/2.crl')), element(0x81, hex('05 60')), issuer(directory('CRL'))),
      sequence(issuer(directory('CRL'))),
    );
    expect(read?.[0]).toEqual({
      distributionPoint: {
        kind: 'fullName',
        names: [
          { kind: 'uniformResourceIdentifier', value: 'http://a.example/1.crl' },
          { kind: 'uniformResourceIdentifier', value: 'ldap://a.example/x' },
        ],
      },
      reasons: undefined,
      cRLIssuer: undefined,
    });
    expect([...(read?.[1]?.reasons ?? [])]).toEqual(['keyCompromise', 'cACompromise']);
    expect(read?.[1]?.cRLIssuer?.map((one) => one.kind)).toEqual(['directoryName']);
    expect(read?.[2]?.distributionPoint).toBeUndefined();
    expect(read?.every((one) => Object.isFrozen(one)) && Object.isFrozen(read)).toBe(true);
  });

  it('have names relative to the one CRL issuer', () => {
    const read = points(sequence(relative(attribute('2.5.4.3', utf8('One'))), issuer(directory('CRL'))));
    expect(read?.[0]?.distributionPoint).toEqual({
      kind: 'nameRelativeToCRLIssuer',
      rdn: [{ type: '2.5.4.3', text: 'One', der: utf8('One') }],
      canonicalRdn: '2.5.4.3=one',
    });
    expect(refused(relative(attribute('2.5.4.3', utf8('One'))))).toBe('accepted');
    expect(refused(relative(attribute('2.5.4.3', utf8('x'))), issuer(directory('a'), directory('b')))).toBe(
      'distribution_point_relative',
    );
    expect(refused(fullName(uri('http://a/')), issuer(directory('a'), directory('b')))).toBe('accepted');
    expect(refused(issuer(directory('a'), directory('b')))).toBe('accepted');
    expect(refused(relative())).toBe('der_empty_sequence');
    expect(refused(relative(attribute('2.5.4.11', utf8('a')), attribute('2.5.4.3', utf8('a'))))).toBe(
      'noted der_set_order',
    );
    expect(refused(relative(attribute('2.5.4.3', utf8('a\0'))))).toBe('attribute_control');
  });

  it('go on behind a point with several issuers', () => {
    const read = points(
      sequence(relative(attribute('2.5.4.3', utf8('One'))), issuer(directory('CRL'))),
      sequence(fullName(uri('http://a/'))),
    );
    expect(read?.length).toBe(2);
  });

  it('have a name or an issuer', () => {
    expect(refused()).toBe('distribution_point_empty');
    expect(refused(element(0x81, hex('06 40')))).toBe('distribution_point_empty');
    expect(formVerdict(type, sequence())).toBe('noted der_empty_list');
  });

  it.each([
    ['06 40', 'keyCompromise'],
    ['05 20', 'cACompromise'],
    ['04 10', 'affiliationChanged'],
    ['03 08', 'superseded'],
    ['02 04', 'cessationOfOperation'],
    ['01 02', 'certificateHold'],
    ['00 01', 'privilegeWithdrawn'],
    ['07 00 80', 'aACompromise'],
  ])('have the reason of each bit: %s is %s', (octets, reason) => {
    const read = points(sequence(fullName(uri('http://a/')), element(0x81, hex(octets))));
    expect([...(read?.[0]?.reasons ?? [])]).toEqual([reason]);
  });

  it('have reasons that exist', () => {
    const reasons = (octets: string): string => refused(fullName(uri('http://a/')), element(0x81, hex(octets)));
    expect(reasons('06 00 40')).toBe('distribution_point_reasons');
    expect(reasons('00 00 00 01')).toBe('der_integer_too_large');
    expect(reasons('00 40')).toBe('noted der_named_bits_not_minimal');
    expect(reasons('00 40 00 00')).toBe('noted der_named_bits_not_minimal');
  });

  it.each([
    ['00', []],
    ['07 80', []],
    ['06 c0', ['keyCompromise']],
  ])('may have the bit unused, which names none, as well as none at all: %s', (octets, named) => {
    const content = [fullName(uri('http://a/')), element(0x81, hex(octets))];
    expect(refused(...content)).toBe('accepted');
    expect([...(points(sequence(...content))?.[0]?.reasons ?? ['none'])]).toEqual(named);
  });

  it('are refused in any other shape', () => {
    expect(refused(explicit(0))).toBe('der_truncated');
    expect(refused(explicit(0, explicit(0)))).toBe('der_empty_sequence');
    expect(refused(explicit(0, explicit(2, nothing)))).toBe('der_unexpected_tag');
    expect(refused(explicit(0, explicit(0, uri('http://a/')), nothing))).toBe('der_trailing_data');
    expect(refused(fullName(uri('http://a/')), nothing)).toBe('der_trailing_data');
    expect(refused(fullName(uri('http://a/')), issuer())).toBe('der_empty_sequence');
    expect(refused(issuer(directory('a')), fullName(uri('http://a/')))).toBe('der_trailing_data');
    expect(refused(fullName(element(0x82, ascii('-'))))).toBe('dns_name');
    expect(refused(issuer(uri('relative')))).toBe('uri');
  });

  it('are remembered', () => {
    const certificate = withExtension(type, sequence(sequence(fullName(uri('http://a/')))));
    expect(certificate.crlDistributionPoints).toBe(certificate.crlDistributionPoints);
  });
});

describe('freshestCRL (4.2.1.15)', () => {
  it('has the same syntax', () => {
    const certificate = withExtension('2.5.29.46', sequence(sequence(fullName(uri('http://a/delta')))));
    expect(certificate.freshestCrl?.[0]?.distributionPoint?.kind).toBe('fullName');
    expect(certificate.freshestCrl).toBe(certificate.freshestCrl);
    expect(certificate.crlDistributionPoints).toBeUndefined();
    expect(formVerdict('2.5.29.46', sequence(sequence()))).toBe('distribution_point_empty');
  });
});
