import { describe, expect, it } from 'vitest';
import type { SubjectPublicKeyInfo } from '../../src/certificate/model.ts';
import { isSameKey } from '../../src/certificate/public-key.ts';
import {
  bitString,
  element,
  explicit,
  hex,
  integer,
  join,
  nothing,
  type Octets,
  oid,
  sequence,
} from '../encoding/der-writer.ts';
import { ecKey, p256, p256Key, parsed, rsaKey, verdict } from './template.ts';

const key = (publicKey: Octets): SubjectPublicKeyInfo => parsed({ publicKey }).publicKey;
const refused = (publicKey: Octets): string => verdict({ publicKey });
const shape = ({ keyType, curve, bits, exponent }: SubjectPublicKeyInfo): unknown[] => [keyType, curve, bits, exponent];

const modulus = (bits: number): Uint8Array => integer(2n ** BigInt(bits - 1) + 1n);
const e = integer(65_537);

describe('an RSA key (RFC 3279 2.3.1, RFC 8017 3.1)', () => {
  it('is read with the size of its modulus and its exponent', () => {
    for (const bits of [512, 1023, 1024, 2047, 2048, 2049, 2052, 4096, 16_384]) {
      expect(shape(key(rsaKey(modulus(bits), e)))).toEqual(['rsa', undefined, bits, 65_537]);
    }
    const read = key(rsaKey(modulus(2048), e));
    expect(read.key).toEqual(sequence(modulus(2048), e));
    expect(read.algorithm.oid).toBe('1.2.840.113549.1.1.1');
    expect(read.algorithm.parameters).toEqual(nothing);
    expect(Object.isFrozen(read)).toBe(true);
  });

  it('has an odd exponent between 3 and 2^33', () => {
    for (const exponent of [3, 5, 17, 65_537, 2 ** 32 + 1, 2 ** 33 - 1]) {
      expect(key(rsaKey(modulus(2048), integer(exponent))).exponent).toBe(exponent);
    }
    for (const exponent of [
      0,
      1,
      2,
      4,
      65_536,
      2 ** 33,
      2 ** 33 + 1,
      2n ** 40n - 1n,
      2n ** 40n + 1n,
      2n ** 2047n + 1n,
    ]) {
      expect(refused(rsaKey(modulus(2048), integer(exponent)))).toBe('rsa_exponent');
    }
    expect(refused(rsaKey(modulus(2048), integer(-3)))).toBe('der_integer_negative');
  });

  it('has a positive odd modulus', () => {
    expect(refused(rsaKey(integer(2n ** 2047n), e))).toBe('rsa_key');
    expect(refused(rsaKey(integer(0), e))).toBe('rsa_key');
    expect(refused(rsaKey(integer(-(2n ** 2047n) + 1n), e))).toBe('der_integer_negative');
    expect(refused(rsaKey(element(0x02, [0, 0x7f]), e))).toBe('der_integer_not_minimal');
  });

  it('has NULL for parameters', () => {
    const withParameters = (...parameters: Octets[]): Uint8Array =>
      sequence(sequence(oid('1.2.840.113549.1.1.1'), ...parameters), bitString(sequence(modulus(2048), e)));
    expect(refused(withParameters(nothing))).toBe('accepted');
    expect(refused(withParameters())).toBe('noted rsa_key_parameters_absent');
    expect(refused(withParameters(integer(1)))).toBe('algorithm_parameters');
    expect(refused(withParameters(nothing, nothing))).toBe('der_trailing_data');
  });

  it('is nothing but the two numbers', () => {
    const raw = (content: Octets): Uint8Array =>
      sequence(sequence(oid('1.2.840.113549.1.1.1'), nothing), element(0x03, content));
    expect(refused(raw(join([0], sequence(modulus(2048), e, nothing))))).toBe('der_trailing_data');
    expect(refused(raw(join([0], sequence(modulus(2048), e), nothing)))).toBe('der_trailing_data');
    expect(refused(raw(join([0], sequence(modulus(2048)))))).toBe('der_truncated');
    expect(refused(raw(join([1], sequence(modulus(2048), integer(4)))))).toBe('der_bit_string_not_octets');
    expect(refused(raw([0]))).toBe('der_truncated');
  });
});

describe('an RSA key restricted to RSASSA-PSS (RFC 4055 1.2)', () => {
  const pss = (...parameters: Octets[]): Uint8Array =>
    sequence(sequence(oid('1.2.840.113549.1.1.10'), ...parameters), bitString(sequence(modulus(2048), e)));

  it('has strict parameters or none', () => {
    expect(shape(key(pss()))).toEqual(['rsa-pss', undefined, 2048, 65_537]);
    expect(shape(key(pss(sequence(explicit(2, integer(32))))))).toEqual(['rsa-pss', undefined, 2048, 65_537]);
    expect(refused(pss(nothing))).toBe('pss_parameters');
    expect(refused(pss(sequence(explicit(2, integer(20)))))).toBe('noted der_default_encoded');
  });
});

describe('an elliptic curve key (RFC 5480)', () => {
  const point = (octets: number): Uint8Array => join([0x04], new Uint8Array(2 * octets).fill(1));

  it.each([
    ['1.2.840.10045.3.1.7', 'P-256', 256, 32],
    ['1.3.132.0.34', 'P-384', 384, 48],
    ['1.3.132.0.35', 'P-521', 521, 66],
  ])('is read: %s is %s', (curve, curveName, bits, octets) => {
    expect(shape(key(ecKey(curve, point(octets))))).toEqual(['ec', curveName, bits, undefined]);
    expect(refused(ecKey(curve, point(octets - 1)))).toBe('ec_point');
    expect(refused(ecKey(curve, point(octets + 1)))).toBe('ec_point');
    expect(refused(ecKey(curve, join(point(octets), [0])))).toBe('ec_point');
    expect(refused(ecKey(curve, join([0x04], new Uint8Array(octets))))).toBe('ec_point');
    expect(refused(ecKey(curve, join([0x02], new Uint8Array(octets - 1))))).toBe('ec_point');
    expect(refused(ecKey(curve, join([0x03], new Uint8Array(octets + 1))))).toBe('ec_point');
    expect(refused(ecKey(curve, join([0x02], point(octets).subarray(1))))).toBe('ec_point');
    expect(refused(ecKey(curve, join([0x06], point(octets).subarray(1))))).toBe('ec_point');
    expect(refused(ecKey(curve, [0]))).toBe('ec_point');
    expect(refused(ecKey(curve, []))).toBe('ec_point');
  });

  it.each([0x02, 0x03])('is read in the compressed form, which is noted: %i', (form) => {
    const spki = ecKey('1.2.840.10045.3.1.7', join([form], new Uint8Array(32).fill(1)));
    expect(shape(key(spki))).toEqual(['ec', 'P-256', 256, undefined]);
    expect(parsed({ publicKey: spki }).deviations).toContain('ec_point_compressed');
    expect(parsed({ publicKey: ecKey('1.2.840.10045.3.1.7', point(32)) }).deviations).not.toContain(
      'ec_point_compressed',
    );
  });

  it('is unsupported on other named curves, but read', () => {
    for (const curve of ['1.2.840.10045.3.1.1', '1.3.132.0.10', '1.3.36.3.3.2.8.1.1.7']) {
      expect(shape(key(ecKey(curve, point(24))))).toEqual(['unsupported', undefined, 0, undefined]);
    }
  });

  it('has its curve given by name', () => {
    const withParameters = (...parameters: Octets[]): Uint8Array =>
      sequence(sequence(oid('1.2.840.10045.2.1'), ...parameters), bitString(p256Key));
    expect(refused(withParameters(sequence(integer(1))))).toBe('ec_parameters');
    expect(refused(withParameters(nothing))).toBe('ec_parameters');
    expect(refused(withParameters())).toBe('ec_parameters');
    expect(refused(withParameters(oid('1.2.840.10045.3.1.7'), nothing))).toBe('der_trailing_data');
  });

  it('is a point of whole octets', () => {
    const raw = sequence(sequence(oid('1.2.840.10045.2.1'), oid('1.2.3')), hex('03 02 04 f0'));
    expect(refused(raw)).toBe('der_bit_string_not_octets');
    expect(shape(key(p256))).toEqual(['ec', 'P-256', 256, undefined]);
  });
});

describe('an Ed25519 key (RFC 8410)', () => {
  const ed25519 = (octets: number, ...parameters: Octets[]): Uint8Array =>
    sequence(sequence(oid('1.3.101.112'), ...parameters), bitString(new Uint8Array(octets)));

  it('is 32 octets without parameters', () => {
    expect(shape(key(ed25519(32)))).toEqual(['ed25519', undefined, 256, undefined]);
    expect(refused(ed25519(31))).toBe('ed25519_key');
    expect(refused(ed25519(33))).toBe('ed25519_key');
    expect(refused(ed25519(32, nothing))).toBe('algorithm_parameters');
  });
});

describe('any other key', () => {
  it('is unsupported, but read', () => {
    const other = (type: string, ...parameters: Octets[]): Uint8Array =>
      sequence(sequence(oid(type), ...parameters), bitString([1, 2]));
    expect(shape(key(other('1.3.101.113')))).toEqual(['unsupported', undefined, 0, undefined]);
    expect(shape(key(other('1.2.840.10040.4.1', sequence(integer(1)))))).toEqual([
      'unsupported',
      undefined,
      0,
      undefined,
    ]);
    expect(key(other('1.2.3')).key).toEqual(Uint8Array.of(1, 2));
    expect(refused(other('1.2.3', hex('01 01 05')))).toBe('noted der_boolean_true');
    expect(refused(sequence(sequence(oid('1.2.3')), hex('03 01 01')))).toBe('der_bit_string');
    expect(refused(sequence(sequence(oid('1.2.3')), bitString([1]), nothing))).toBe('der_trailing_data');
    expect(refused(sequence(sequence(oid('1.2.3'), nothing, nothing), bitString([1])))).toBe('der_trailing_data');
    expect(refused(sequence(sequence(), bitString([1])))).toBe('der_truncated');
  });
});

it('a key is cut out once', () => {
  const read = key(rsaKey(modulus(2048), e));
  expect(read.key).toBe(read.key);
  expect(read.algorithm).toBe(read.algorithm);
});

describe('two keys', () => {
  const keys = [p256, ecKey('1.2.840.10045.3.1.7', join([0x04], new Uint8Array(64).fill(8))), rsaKey(modulus(2048), e)];
  /** As a certificate has it that was read by another copy of this package. */
  const foreign = ({ der }: SubjectPublicKeyInfo): SubjectPublicKeyInfo => ({ der }) as SubjectPublicKeyInfo;

  it('are the same when their octets are, wherever they stand', () => {
    for (const [index, one] of keys.entries()) {
      for (const [other, two] of keys.entries()) {
        const left = parsed({ publicKey: one }).publicKey;
        const right = parsed({ publicKey: two, serialNumber: integer(2n ** 90n) }).publicKey;
        expect(isSameKey(left, right)).toBe(index === other);
        expect(isSameKey(foreign(left), right)).toBe(index === other);
        expect(isSameKey(left, foreign(right))).toBe(index === other);
      }
    }
  });

  it('differ by the last octet alone', () => {
    const last = Uint8Array.from(p256Key);
    last[64] = 8;
    expect(isSameKey(key(p256), key(ecKey('1.2.840.10045.3.1.7', last)))).toBe(false);
  });
});
