import { der } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import type { AlgorithmIdentifier, Certificate, SubjectPublicKeyInfo } from '../../src/certificate/model.ts';
import { keyRefusal, signatureAlgorithm, signatureWeight, weakAlgorithms } from '../../src/path/algorithms.ts';

function identifier(oid: string, parameters?: Uint8Array): AlgorithmIdentifier {
  return { oid, der: new Uint8Array(), parameters };
}

function key(shape: Partial<SubjectPublicKeyInfo>): SubjectPublicKeyInfo {
  return {
    der: new Uint8Array(),
    algorithm: identifier('1.2.3'),
    key: new Uint8Array(),
    keyType: 'rsa',
    curve: undefined,
    bits: 2048,
    exponent: 65_537,
    ...shape,
  };
}

describe('the signature algorithms of certificates', () => {
  it.each([
    ['1.2.840.113549.1.1.11', 'sha256WithRSAEncryption', 'rsa', 'sha256', false],
    ['1.2.840.113549.1.1.12', 'sha384WithRSAEncryption', 'rsa', 'sha384', false],
    ['1.2.840.113549.1.1.13', 'sha512WithRSAEncryption', 'rsa', 'sha512', false],
    ['1.2.840.10045.4.3.2', 'ecdsa-with-SHA256', 'ec', 'sha256', false],
    ['1.2.840.10045.4.3.3', 'ecdsa-with-SHA384', 'ec', 'sha384', false],
    ['1.2.840.10045.4.3.4', 'ecdsa-with-SHA512', 'ec', 'sha512', false],
    ['1.3.101.112', 'Ed25519', 'ed25519', undefined, false],
    ['1.2.840.113549.1.1.5', 'sha1WithRSAEncryption', 'rsa', 'sha1', true],
    ['1.2.840.10045.4.1', 'ecdsa-with-SHA1', 'ec', 'sha1', true],
  ])('know %s as %s', (oid, name, keyType, hash, weak) => {
    expect(signatureAlgorithm(identifier(oid))).toEqual({ name, keyType, hash, saltLength: undefined, weak });
  });

  it.each([
    ['md5WithRSAEncryption', '1.2.840.113549.1.1.4'],
    ['md2WithRSAEncryption', '1.2.840.113549.1.1.2'],
    ['sha224WithRSAEncryption', '1.2.840.113549.1.1.14'],
    ['ecdsa-with-SHA224', '1.2.840.10045.4.3.1'],
    ['Ed448', '1.3.101.113'],
    ['rsaEncryption', '1.2.840.113549.1.1.1'],
  ])('do not include %s', (_name, oid) => {
    expect(signatureAlgorithm(identifier(oid))).toBeUndefined();
  });

  it('count those with SHA-1 as weak, and no others', () => {
    expect(weakAlgorithms).toEqual(['sha1WithRSAEncryption', 'ecdsa-with-SHA1']);
  });
});

describe('RSASSA-PSS', () => {
  const oid = '1.2.840.113549.1.1.10';
  const sha = (digit: number): string => `2.16.840.1.101.3.4.2.${digit}`;
  const hash = (dotted: string, withNull: boolean): Uint8Array =>
    der.sequence(der.oid(dotted), ...(withNull ? [der.nullValue()] : []));
  const pss = (digest: Uint8Array, maskDigest: Uint8Array, salt: number): AlgorithmIdentifier =>
    identifier(
      oid,
      der.sequence(
        der.constructed(0, digest),
        der.constructed(1, der.sequence(der.oid('1.2.840.113549.1.1.8'), maskDigest)),
        der.constructed(2, der.integer(salt)),
      ),
    );

  it.each([
    ['SHA-256', sha(1), 32, 'sha256'],
    ['SHA-384', sha(2), 48, 'sha384'],
    ['SHA-512', sha(3), 64, 'sha512'],
  ])('is accepted with %s throughout and its salt, hash parameters NULL or absent', (_, dotted, salt, name) => {
    for (const withNull of [true, false]) {
      const digest = hash(dotted, withNull);
      expect(signatureAlgorithm(pss(digest, digest, salt))).toEqual({
        name: `RSASSA-PSS-${name}`,
        keyType: 'rsa',
        hash: name,
        saltLength: salt,
        weak: false,
      });
    }
  });

  it.each([0, 19, 31, 33, 222])('is accepted with a salt of %i octets', (salt) => {
    const digest = hash(sha(1), true);
    expect(signatureAlgorithm(pss(digest, digest, salt))).toMatchObject({ hash: 'sha256', saltLength: salt });
  });

  it.each([
    ['another hash in the mask', pss(hash(sha(1), true), hash(sha(2), true), 32)],
    ['SHA-224', pss(hash(sha(4), true), hash(sha(4), true), 28)],
    ['defaults for everything, which are SHA-1', identifier(oid, der.sequence())],
    ['no parameters', identifier(oid)],
  ])('is refused with %s', (_, algorithm) => {
    expect(signatureAlgorithm(algorithm)).toBeUndefined();
  });
});

describe('the cost of a verification', () => {
  it.each([
    ['P-256', key({ keyType: 'ec', curve: 'P-256' }), 1],
    ['P-384', key({ keyType: 'ec', curve: 'P-384' }), 9],
    ['P-521', key({ keyType: 'ec', curve: 'P-521' }), 30],
    ['Ed25519', key({ keyType: 'ed25519' }), 2],
    ['RSA-2048', key({ bits: 2048 }), 0.35],
    ['RSA-4096', key({ bits: 4096 }), 1.4],
    ['RSA-8192 with the largest exponent', key({ bits: 8192, exponent: 2 ** 33 - 1 }), 0.35 * 16 * (33 / 16)],
    ['RSA-2048 with exponent 3, never less than for 65,537', key({ exponent: 3 }), 0.35],
    ['RSA-2048 with an exponent that is not known', key({ exponent: undefined }), 0.35],
    ['an RSA key for PSS alone', key({ keyType: 'rsa-pss' }), 0.35],
  ])('of %s is as measured', (_, spki, weight) => {
    expect(signatureWeight(spki)).toBeCloseTo(weight, 4);
  });
});

describe('a key that may not be used', () => {
  const refusal = (shape: Partial<SubjectPublicKeyInfo>, minimum = 2048): ReturnType<typeof keyRefusal> =>
    keyRefusal({ publicKey: key(shape) } as Certificate, minimum);

  it.each(['rsa', 'rsa-pss'] as const)('is an %s key below the minimum or above 8,192 bits', (keyType) => {
    expect(refusal({ keyType, bits: 2047 })).toEqual({ code: 'key_too_weak', algorithm: 'RSA', bits: 2047 });
    expect(refusal({ keyType, bits: 2048 })).toBeUndefined();
    expect(refusal({ keyType, bits: 8192 })).toBeUndefined();
    expect(refusal({ keyType, bits: 8193 })).toEqual({ code: 'key_too_weak', algorithm: 'RSA', bits: 8193 });
  });

  it('follows the minimum that was chosen', () => {
    expect(refusal({ bits: 1024 }, 1024)).toBeUndefined();
    expect(refusal({ bits: 1023 }, 1024)).toMatchObject({ bits: 1023 });
    expect(refusal({ bits: 2048 }, 3072)).toMatchObject({ bits: 2048 });
  });

  it('is one of an unknown curve or kind', () => {
    const forbidden = { code: 'algorithm_forbidden', algorithm: '1.2.3', bits: 0 };
    expect(refusal({ keyType: 'unsupported', bits: 0 })).toEqual(forbidden);
    expect(refusal({ keyType: 'ec', curve: undefined, bits: 0 })).toEqual(forbidden);
  });

  it('is none of the curves, whatever the RSA minimum', () => {
    expect(refusal({ keyType: 'ec', curve: 'P-256', bits: 256 }, 8192)).toBeUndefined();
    expect(refusal({ keyType: 'ed25519', bits: 256 }, 8192)).toBeUndefined();
  });
});
