import { der, forgeCertificate } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { keyName, signatureName } from '../../src/path/algorithm-names.ts';
import { keyOf, read } from './certificates.ts';

const keyPair = keyOf('named');
const nistSignature = '2.16.840.1.101.3.4.3';

describe('the name of a key', () => {
  /** Of a certificate whose key has this identifier. */
  const nameOf = (...identifier: readonly Uint8Array[]): string => {
    const spki = der.sequence(der.sequence(...identifier), der.bitString(Uint8Array.of(4, 1, 2)));
    return keyName(read(forgeCertificate({ keyPair, spki }).certificateDer).publicKey);
  };
  const onCurve = (oid: string): string => nameOf(der.oid('1.2.840.10045.2.1'), der.oid(oid));

  it.each([
    ['1.3.36.3.3.2.8.1.1.7', 'brainpoolP256r1'],
    ['1.3.36.3.3.2.8.1.1.11', 'brainpoolP384r1'],
    ['1.3.36.3.3.2.8.1.1.13', 'brainpoolP512r1'],
    ['1.3.36.3.3.2.8.1.1.14', 'brainpoolP512t1'],
    ['1.3.132.0.10', 'secp256k1'],
    ['1.3.132.0.33', 'P-224'],
    ['1.2.156.10197.1.301', 'SM2'],
    ['1.3.132.0.39', 'sect571r1'],
    ['1.3.132.0.99', '1.3.132.0.99'],
  ])('on the curve %s says %s', (oid, name) => {
    expect(onCurve(oid)).toBe(`EC on the curve ${name}`);
  });

  it.each([
    ['1.2.840.10040.4.1', 'DSA'],
    ['1.3.101.113', 'Ed448'],
    ['1.3.101.110', 'X25519'],
    ['1.2.643.7.1.1.1.1', 'GOST R 34.10-2012 (256)'],
    ['1.2.643.2.2.19', 'GOST R 34.10-2001'],
    [`${nistSignature}.17`, 'ML-DSA-44'],
    [`${nistSignature}.18`, 'ML-DSA-65'],
    [`${nistSignature}.19`, 'ML-DSA-87'],
    [`${nistSignature}.20`, 'SLH-DSA-SHA2-128s'],
    [`${nistSignature}.31`, 'SLH-DSA-SHAKE-256f'],
    [`${nistSignature}.32`, `${nistSignature}.32`],
    ['1.2.3.4', '1.2.3.4'],
  ])('of %s is %s', (oid, name) => {
    expect(nameOf(der.oid(oid))).toBe(name);
  });
});

describe('the name of a signature algorithm', () => {
  it.each([
    ['1.2.840.113549.1.1.4', 'md5WithRSAEncryption'],
    ['1.2.840.113549.1.1.16', 'sha512-256WithRSAEncryption'],
    ['1.2.840.10040.4.3', 'dsa-with-SHA1'],
    [`${nistSignature}.2`, 'dsa-with-SHA256'],
    [`${nistSignature}.10`, 'ecdsa-with-SHA3-256'],
    [`${nistSignature}.14`, 'rsassa-pkcs1-v1_5-with-SHA3-256'],
    ['1.2.156.10197.1.501', 'SM2 with SM3'],
    ['1.2.643.7.1.1.3.3', 'GOST R 34.10-2012 (512) with GOST R 34.11-2012'],
    ['1.3.6.1.5.5.7.6.31', 'RSASSA-PSS-SHAKE256'],
    ['1.2.3.4', '1.2.3.4'],
  ])('%s is %s', (oid, name) => {
    expect(signatureName({ oid, der: new Uint8Array(), parameters: undefined })).toBe(name);
  });
});
