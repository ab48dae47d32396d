import { describe, expect, it } from 'vitest';
import { ascii, element, hex, integer, nothing, type Octets, oid, sequence } from '../../encoding/der-writer.ts';
import { extensionVerdict, withExtension } from '../template.ts';

const policy = (dotted: string, ...qualifiers: Octets[]): Uint8Array => sequence(oid(dotted), ...qualifiers);

describe('certificatePolicies (4.2.1.4)', () => {
  const type = '2.5.29.32';
  const practice = sequence(oid('1.3.6.1.5.5.7.2.1'), element(0x16, ascii('http://a.example/cps')));

  it('are listed with their qualifiers, which are not interpreted', () => {
    const certificate = withExtension(type, sequence(policy('1.2.3'), policy('2.5.29.32.0', sequence(practice))));
    const read = certificate.certificatePolicies;
    expect(read).toEqual([
      { policyIdentifier: '1.2.3', qualifiers: undefined, qualifierIds: [] },
      { policyIdentifier: '2.5.29.32.0', qualifiers: sequence(practice), qualifierIds: ['1.3.6.1.5.5.7.2.1'] },
    ]);
    expect(Object.isFrozen(read)).toBe(true);
    expect(certificate.certificatePolicies).toBe(read);
  });

  it('are not empty anywhere', () => {
    expect(extensionVerdict(type, sequence())).toBe('der_empty_sequence');
    expect(extensionVerdict(type, sequence(sequence()))).toBe('der_truncated');
    expect(extensionVerdict(type, sequence(policy('1.2.3', sequence())))).toBe('noted der_empty_list');
    expect(extensionVerdict(type, sequence(policy('1.2.3', sequence(sequence(oid('1.2'))))))).toBe('der_truncated');
    expect(extensionVerdict(type, sequence(policy('1.2.3', sequence(practice), nothing)))).toBe('der_trailing_data');
    expect(extensionVerdict(type, sequence(policy('1.2.3', sequence(sequence(oid('1.2'), nothing, nothing)))))).toBe(
      'der_trailing_data',
    );
    expect(extensionVerdict(type, sequence(policy('1.2.3', sequence(sequence(oid('1.2'), hex('010105'))))))).toBe(
      'noted der_boolean_true',
    );
  });

  it('are each named once, however many', () => {
    const many = (count: number): Uint8Array[] => Array.from({ length: count }, (_, index) => policy(`1.2.3.${index}`));
    for (const count of [1, 2, 7, 8, 9, 500]) {
      expect(extensionVerdict(type, sequence(...many(count)))).toBe('accepted');
      expect(extensionVerdict(type, sequence(...many(count), policy('1.2.3.0')))).toBe('policy_duplicate');
      expect(extensionVerdict(type, sequence(...many(count), policy(`1.2.3.${count - 1}`)))).toBe('policy_duplicate');
    }
  });
});

describe('policyMappings (4.2.1.5)', () => {
  const type = '2.5.29.33';
  const mapping = (from: string, to: string): Uint8Array => sequence(oid(from), oid(to));

  it('are pairs of policies', () => {
    const certificate = withExtension(type, sequence(mapping('1.2.3', '1.2.4'), mapping('1.2.3', '2.5.29.32.1')));
    expect(certificate.policyMappings).toEqual([
      { issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' },
      { issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '2.5.29.32.1' },
    ]);
    expect(Object.isFrozen(certificate.policyMappings)).toBe(true);
    expect(certificate.policyMappings).toBe(certificate.policyMappings);
  });

  it('are refused empty or halved', () => {
    expect(extensionVerdict(type, sequence())).toBe('der_empty_sequence');
    expect(extensionVerdict(type, sequence(sequence(oid('1.2.3'))))).toBe('der_truncated');
    expect(extensionVerdict(type, sequence(sequence(oid('1.2.3'), oid('1.2.4'), oid('1.2.5'))))).toBe(
      'der_trailing_data',
    );
  });

  it('never map from or to anyPolicy', () => {
    expect(extensionVerdict(type, sequence(mapping('2.5.29.32.0', '1.2.3')))).toBe('policy_mapping_any_policy');
    expect(extensionVerdict(type, sequence(mapping('1.2.3', '2.5.29.32.0')))).toBe('policy_mapping_any_policy');
    expect(extensionVerdict(type, sequence(mapping('1.2.3', '1.2.4'), mapping('1.2.3', '2.5.29.32.0')))).toBe(
      'policy_mapping_any_policy',
    );
    expect(extensionVerdict(type, sequence(mapping('2.5.29.32', '2.5.29.32.0.1')))).toBe('accepted');
  });
});

describe('policyConstraints (4.2.1.11)', () => {
  const type = '2.5.29.36';
  const read = (...content: Octets[]): unknown => withExtension(type, sequence(...content), true).policyConstraints;

  it('have one value or two', () => {
    expect(read(element(0x80, [0]))).toEqual({ requireExplicitPolicy: 0, inhibitPolicyMapping: undefined });
    expect(read(element(0x81, [5]))).toEqual({ requireExplicitPolicy: undefined, inhibitPolicyMapping: 5 });
    expect(read(element(0x80, [1]), element(0x81, [2]))).toEqual({ requireExplicitPolicy: 1, inhibitPolicyMapping: 2 });
    expect(Object.isFrozen(read(element(0x80, [0])))).toBe(true);
  });

  it('are refused otherwise', () => {
    expect(extensionVerdict(type, sequence())).toBe('policy_constraints_empty');
    expect(extensionVerdict(type, sequence(element(0x81, [2]), element(0x80, [1])))).toBe('der_trailing_data');
    expect(extensionVerdict(type, sequence(element(0x80, [0xff])))).toBe('der_integer_negative');
    expect(extensionVerdict(type, sequence(element(0x80, [])))).toBe('der_integer_empty');
    expect(extensionVerdict(type, sequence(element(0x80, [0, 1])))).toBe('der_integer_not_minimal');
    expect(extensionVerdict(type, sequence(element(0x80, [1, 0, 0, 0, 0])))).toBe('der_integer_too_large');
    expect(extensionVerdict(type, sequence(integer(0)))).toBe('der_trailing_data');
  });
});

describe('inhibitAnyPolicy (4.2.1.14)', () => {
  it('is a number of certificates', () => {
    expect(withExtension('2.5.29.54', integer(0)).inhibitAnyPolicy).toBe(0);
    expect(withExtension('2.5.29.54', integer(3)).inhibitAnyPolicy).toBe(3);
    expect(extensionVerdict('2.5.29.54', integer(-1))).toBe('der_integer_negative');
    expect(extensionVerdict('2.5.29.54', integer(2 ** 31))).toBe('der_integer_too_large');
  });
});
