import { der, type ExtensionInput, type IssuingDistributionPointInput } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { authority } from '../../path/certificates.ts';
import { list, listDer, readList, ruleOf } from './lists.ts';

const ca = authority('CN=Issuer');

const nothing = {
  distributionPoint: undefined,
  onlyContainsUserCerts: false,
  onlyContainsCACerts: false,
  onlySomeReasons: undefined,
  indirectCRL: false,
  onlyContainsAttributeCerts: false,
};

describe('an issuing distribution point (RFC 5280 5.2.5)', () => {
  it.each<[string, IssuingDistributionPointInput, object]>([
    ['user certificates', { onlyContainsUserCerts: true }, { onlyContainsUserCerts: true }],
    ['authorities', { onlyContainsCACerts: true }, { onlyContainsCACerts: true }],
    ['attribute certificates', { onlyContainsAttributeCerts: true }, { onlyContainsAttributeCerts: true }],
    ['others', { indirectCRL: true }, { indirectCRL: true }],
    [
      'some reasons',
      { onlySomeReasons: ['keyCompromise', 'aACompromise'] },
      { onlySomeReasons: new Set(['keyCompromise', 'aACompromise']) },
    ],
    [
      'one place',
      { distributionPoint: [{ uri: 'http://a.test/1' }] },
      {
        distributionPoint: {
          kind: 'fullName',
          names: [{ kind: 'uniformResourceIdentifier', value: 'http://a.test/1' }],
        },
      },
    ],
  ])('can speak of %s alone', (_, scope, expected) => {
    expect(list(ca, { scope }).issuingDistributionPoint).toEqual({
      ...nothing,
      ...expected,
      der: expect.any(Uint8Array),
    });
  });

  it('can have a name relative to the issuer of the list', () => {
    const { issuingDistributionPoint } = list(ca, {
      scope: { distributionPoint: { nameRelativeToCrlIssuer: { CN: 'Part 1' } } },
    });
    expect(issuingDistributionPoint?.distributionPoint).toMatchObject({
      kind: 'nameRelativeToCRLIssuer',
      canonicalRdn: '2.5.4.3=part 1',
    });
  });

  const value = (...fields: readonly Uint8Array[]): ExtensionInput => ({
    oid: '2.5.29.28',
    critical: true,
    value: der.sequence(...fields),
  });
  const yes = Uint8Array.of(0xff);
  it.each<[string, ExtensionInput]>([
    ['crl_scope_empty', value()],
    ['crl_scope_several_kinds', value(der.primitive(1, yes), der.primitive(2, yes))],
    ['crl_scope_several_kinds', value(der.primitive(1, yes), der.primitive(5, yes))],
    ['crl_scope_several_kinds', value(der.primitive(2, yes), der.primitive(5, yes))],
    ['noted der_default_encoded', value(der.primitive(1, Uint8Array.of(0)))],
    ['noted der_boolean_true', value(der.primitive(2, Uint8Array.of(1)))],
    ['der_boolean', value(der.primitive(4, Uint8Array.of(0xff, 0xff)))],
    ['der_boolean', value(der.primitive(4))],
    ['der_trailing_data', value(der.primitive(2, yes), der.primitive(1, yes))],
    ['der_trailing_data', value(der.primitive(4, yes), der.nullValue())],
    ['read', value(der.primitive(3, Uint8Array.of(7, 0x80)))],
    ['distribution_point_reasons', value(der.primitive(3, Uint8Array.of(6, 0, 0x40)))],
    ['noted der_named_bits_not_minimal', value(der.primitive(3, Uint8Array.of(0, 0x40)))],
    ['der_empty_sequence', value(der.constructed(0, der.constructed(0)))],
    [
      'der_trailing_data',
      value(der.constructed(0, der.constructed(0, der.primitive(2, Buffer.from('a.test'))), der.nullValue())),
    ],
    ['der_unexpected_tag', { oid: '2.5.29.28', critical: true, value: der.nullValue() }],
  ])('gives %s', (rule, extension) => {
    expect(ruleOf(listDer(ca, { extensions: [extension] }))).toBe(rule);
  });

  it('is kept as octets, by which scopes are compared', () => {
    const extension = value(der.primitive(4, yes));
    expect(Buffer.from(readList(listDer(ca, { extensions: [extension] })).scopeDer)).toEqual(
      Buffer.from(extension.value),
    );
  });
});
