import { describe, expect, it } from 'vitest';
import type { AuthorityKeyIdentifier } from '../../../src/certificate/model.ts';
import { element, explicit, nothing, type Octets, octetString, sequence } from '../../encoding/der-writer.ts';
import { commonName, extension, name, parsed, verdict, withExtension } from '../template.ts';

const authority = (...content: Octets[]): Uint8Array => extension('2.5.29.35', sequence(...content));
const read = (...content: Octets[]): AuthorityKeyIdentifier | undefined =>
  parsed({ extensions: [authority(...content)] }).authorityKeyIdentifier;
const refused = (...content: Octets[]): string => verdict({ extensions: [authority(...content)] });

const issuer = explicit(1, explicit(4, name(commonName('Root'))));
const serialNumber = element(0x82, [0, 0x80]);

describe('authorityKeyIdentifier (4.2.1.1)', () => {
  it('has a key identifier, or an issuer with a serial number, or all of them', () => {
    expect(read(element(0x80, [1, 2]))).toEqual({
      keyIdentifier: Uint8Array.of(1, 2),
      authorityCertIssuer: undefined,
      authorityCertSerialNumber: undefined,
    });
    const all = read(element(0x80, [1]), issuer, serialNumber);
    expect(all?.keyIdentifier).toEqual(Uint8Array.of(1));
    expect(all?.authorityCertIssuer?.map((one) => one.kind === 'directoryName' && one.name.toString())).toEqual([
      'CN=Root',
    ]);
    expect(all?.authorityCertSerialNumber).toBe('80');
    expect(Object.isFrozen(all)).toBe(true);
    expect(read(issuer, serialNumber)?.keyIdentifier).toBeUndefined();
    expect(read()).toEqual({
      keyIdentifier: undefined,
      authorityCertIssuer: undefined,
      authorityCertSerialNumber: undefined,
    });
  });

  it('has a serial number of any sign, as authorities have', () => {
    expect(read(issuer, element(0x82, [0xff]))?.authorityCertSerialNumber).toBe('-01');
    expect(read(issuer, element(0x82, [0, 0xff]))?.authorityCertSerialNumber).toBe('FF');
  });

  it('has issuer and serial number only together', () => {
    for (const content of [[issuer], [serialNumber], [element(0x80, [1]), issuer]]) {
      expect(parsed({ extensions: [authority(...content)] }).deviations).toContain('authority_key_identifier_halved');
    }
    expect(parsed({ extensions: [authority(issuer, serialNumber)] }).deviations).not.toContain(
      'authority_key_identifier_halved',
    );
    expect(refused(issuer, serialNumber)).toBe('accepted');
  });

  it('is refused in any other shape', () => {
    expect(refused(explicit(1), serialNumber)).toBe('der_empty_sequence');
    expect(refused(issuer, element(0x82))).toBe('der_integer_empty');
    expect(refused(issuer, element(0x82, [0xff, 0xff]))).toBe('der_integer_not_minimal');
    expect(refused(issuer, element(0x82, [0, 1]))).toBe('der_integer_not_minimal');
    expect(refused(serialNumber, issuer)).toBe('der_trailing_data');
    expect(refused(issuer, element(0x80, [1]), serialNumber)).toBe('der_trailing_data');
    expect(refused(nothing)).toBe('der_trailing_data');
  });
});

describe('subjectKeyIdentifier (4.2.1.2)', () => {
  it('is the octets', () => {
    const certificate = withExtension('2.5.29.14', octetString([1, 2, 3]));
    expect(certificate.subjectKeyIdentifier).toEqual(Uint8Array.of(1, 2, 3));
    expect(certificate.subjectKeyIdentifier).toBe(certificate.subjectKeyIdentifier);
  });
});
