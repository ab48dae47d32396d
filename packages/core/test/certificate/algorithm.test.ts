import { describe, expect, it } from 'vitest';
import { pssParameters } from '../../src/certificate/algorithm.ts';
import { explicit, hex, integer, nothing, type Octets, oid, sequence, utf8 } from '../encoding/der-writer.ts';
import { parsed, verdict } from './template.ts';

const refused = (type: string, ...parameters: Octets[]): string =>
  verdict({ algorithm: sequence(oid(type), ...parameters) });

describe('the parameters of a signature algorithm', () => {
  it.each([2, 4, 5, 11, 12, 13, 14])('are NULL or absent for RSA with PKCS #1 v1.5, arc %i', (arc) => {
    const type = `1.2.840.113549.1.1.${arc}`;
    expect(refused(type, nothing)).toBe('accepted');
    expect(refused(type)).toBe('accepted');
    expect(refused(type, integer(1))).toBe('algorithm_parameters');
    expect(refused(type, sequence())).toBe('algorithm_parameters');
    expect(refused(type, hex('05 01 00'))).toBe('der_null');
    expect(refused(type, nothing, nothing)).toBe('der_trailing_data');
  });

  it.each([
    '1.2.840.10045.4.1',
    '1.2.840.10045.4.3.1',
    '1.2.840.10045.4.3.2',
    '1.2.840.10045.4.3.3',
    '1.2.840.10045.4.3.4',
  ])('are absent, or a NULL that is noted, for %s', (type) => {
    expect(refused(type)).toBe('accepted');
    expect(refused(type, nothing)).toBe('noted algorithm_parameters_null');
    expect(refused(type, oid('1.2.840.10045.3.1.7'))).toBe('algorithm_parameters');
    expect(refused(type, sequence())).toBe('algorithm_parameters');
    expect(refused(type, hex('05 01 00'))).toBe('der_null');
    expect(refused(type, nothing, nothing)).toBe('der_trailing_data');
  });

  it('stand inside and outside of the signed part alike', () => {
    const type = '1.2.840.10045.4.3.2';
    expect(verdict({ algorithm: sequence(oid(type)), outerAlgorithm: sequence(oid(type), nothing) })).toBe(
      'algorithm_mismatch',
    );
    expect(verdict({ algorithm: sequence(oid(type), nothing), outerAlgorithm: sequence(oid(type)) })).toBe(
      'algorithm_mismatch',
    );
  });

  it.each(['1.3.101.112', '1.3.101.113'])('are absent for %s', (type) => {
    expect(refused(type)).toBe('accepted');
    expect(refused(type, nothing)).toBe('algorithm_parameters');
  });

  it('are anything for an algorithm that is not known, as long as it is DER', () => {
    expect(refused('1.2.3')).toBe('accepted');
    expect(refused('1.2.3', sequence(utf8('x')))).toBe('accepted');
    expect(refused('1.2.3', hex('01 01 05'))).toBe('noted der_boolean_true');
    expect(refused('1.2.3', nothing, nothing)).toBe('der_trailing_data');
    expect(parsed({ algorithm: sequence(oid('1.2.3'), nothing) }).signatureAlgorithm.parameters).toEqual(nothing);
  });
});

describe('an algorithm is known by its whole object identifier', () => {
  it.each(['1.3.101.112.1', '1.3.101', '1.4.101.112', '1.3.102.112', '1.3.101.111'])('which %s is not', (type) => {
    expect(refused(type, nothing)).toBe('accepted');
  });

  it.each([
    '1.2.840.113549.1.1',
    '1.2.840.113549.1.1.0',
    '1.2.840.113549.1.1.15',
    '1.2.840.113549.1.1.5.1',
    '1.2.840.10045.4',
    '1.2.840.10045.4.2',
    '1.2.840.10045.4.1.1',
    '1.2.840.10045.4.3',
    '1.2.840.10045.4.3.0',
    '1.2.840.10045.4.3.5',
    '1.3.101.114',
  ])('which %s is not either: it may have what it wants', (type) => {
    expect(refused(type, integer(1))).toBe('accepted');
  });
});

describe('the parameters of RSASSA-PSS (RFC 4055 3.1)', () => {
  const pss = '1.2.840.113549.1.1.10';
  const sha256 = '2.16.840.1.101.3.4.2.1';
  const sha1 = '1.3.14.3.2.26';
  const hash = (type: string, ...parameters: Octets[]): Uint8Array => sequence(oid(type), ...parameters);
  const mask = (...inner: Octets[]): Uint8Array => sequence(oid('1.2.840.113549.1.1.8'), ...inner);
  const full = sequence(
    explicit(0, hash(sha256, nothing)),
    explicit(1, mask(hash(sha256, nothing))),
    explicit(2, integer(32)),
  );
  const read = (parameters: Octets): ReturnType<typeof pssParameters> =>
    pssParameters(parsed({ algorithm: sequence(oid(pss), parameters) }).signatureAlgorithm);

  it('are read, with their defaults', () => {
    expect(read(full)).toEqual({ hash: sha256, maskHash: sha256, saltLength: 32 });
    expect(read(sequence())).toEqual({ hash: sha1, maskHash: sha1, saltLength: 20 });
    expect(read(sequence(explicit(0, hash(sha256))))).toEqual({ hash: sha256, maskHash: sha1, saltLength: 20 });
    expect(read(sequence(explicit(1, mask(hash(sha256)))))).toEqual({ hash: sha1, maskHash: sha256, saltLength: 20 });
    expect(read(sequence(explicit(2, integer(0))))).toEqual({ hash: sha1, maskHash: sha1, saltLength: 0 });
    expect(Object.isFrozen(read(full))).toBe(true);
  });

  it('are absent only where a key has none', () => {
    expect(refused(pss)).toBe('algorithm_parameters');
    expect(pssParameters({ oid: pss, der: new Uint8Array(), parameters: undefined })).toBeUndefined();
  });

  it('are noted when they write out a default', () => {
    expect(refused(pss, sequence(explicit(0, hash(sha1, nothing))))).toBe('noted der_default_encoded');
    expect(refused(pss, sequence(explicit(0, hash(sha1))))).toBe('noted der_default_encoded');
    expect(refused(pss, sequence(explicit(1, mask(hash(sha1, nothing)))))).toBe('noted der_default_encoded');
    expect(refused(pss, sequence(explicit(2, integer(20))))).toBe('noted der_default_encoded');
    expect(refused(pss, sequence(explicit(2, integer(21))))).toBe('accepted');
  });

  it('have no trailer field but the default one', () => {
    expect(refused(pss, sequence(explicit(3, integer(1))))).toBe('noted der_default_encoded');
    expect(refused(pss, sequence(explicit(3, integer(2))))).toBe('pss_parameters');
    expect(refused(pss, sequence(explicit(3, integer(0))))).toBe('pss_parameters');
  });

  it('are refused in any other shape', () => {
    expect(refused(pss, nothing)).toBe('pss_parameters');
    expect(refused(pss, full, nothing)).toBe('der_trailing_data');
    expect(refused(pss, sequence(integer(1)))).toBe('pss_parameters');
    expect(refused(pss, sequence(explicit(2, integer(32)), explicit(0, hash(sha256))))).toBe('pss_parameters');
    expect(refused(pss, sequence(explicit(0, hash(sha256, integer(1)))))).toBe('algorithm_parameters');
    expect(refused(pss, sequence(explicit(0, hash(sha256, nothing, nothing))))).toBe('der_trailing_data');
    expect(refused(pss, sequence(explicit(0, hash(sha256), nothing)))).toBe('der_trailing_data');
    expect(refused(pss, sequence(explicit(1, sequence(oid('1.2.3'), hash(sha256)))))).toBe('pss_parameters');
    expect(refused(pss, sequence(explicit(1, mask())))).toBe('der_truncated');
    expect(refused(pss, sequence(explicit(1, mask(hash(sha256), nothing))))).toBe('der_trailing_data');
    expect(refused(pss, sequence(explicit(2, integer(-1))))).toBe('der_integer_negative');
    expect(refused(pss, sequence(explicit(2, integer(2n ** 40n))))).toBe('der_integer_too_large');
  });
});
