import { pssParameters } from '../certificate/algorithm.ts';
import type { AlgorithmIdentifier, SubjectPublicKeyInfo } from '../certificate/model.ts';
import { DerReader, tag } from '../encoding/der.ts';
import { objectIdentifierText } from '../encoding/object-identifier.ts';

/** What algorithms are called, for the log of a refusal: those that are not accepted, and what else is met in certificates. */

const numbered = (prefix: string, first: number, names: readonly string[]): readonly (readonly [string, string])[] =>
  names.map((name, index) => [`${prefix}.${first + index}`, name]);

const nist = '2.16.840.1.101.3.4';

const names: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.1', 'rsaEncryption'],
  ['1.2.840.113549.1.1.2', 'md2WithRSAEncryption'],
  ['1.2.840.113549.1.1.4', 'md5WithRSAEncryption'],
  ['1.2.840.113549.1.1.7', 'RSAES-OAEP'],
  ['1.2.840.113549.1.1.10', 'RSASSA-PSS'],
  ...numbered('1.2.840.113549.1.1', 14, [
    'sha224WithRSAEncryption',
    'sha512-224WithRSAEncryption',
    'sha512-256WithRSAEncryption',
  ]),
  ['1.2.840.113549.1.3.1', 'Diffie-Hellman'],
  ['1.2.840.10046.2.1', 'Diffie-Hellman'],
  ['1.2.840.10040.4.1', 'DSA'],
  ['1.2.840.10040.4.3', 'dsa-with-SHA1'],
  ['1.2.840.10045.4.3.1', 'ecdsa-with-SHA224'],
  ['1.3.132.1.12', 'EC for Diffie-Hellman alone'],
  ...numbered('1.3.101', 110, ['X25519', 'X448', 'Ed25519', 'Ed448']),
  // RFC 8692.
  ...numbered('1.3.6.1.5.5.7.6', 30, [
    'RSASSA-PSS-SHAKE128',
    'RSASSA-PSS-SHAKE256',
    'ecdsa-with-SHAKE128',
    'ecdsa-with-SHAKE256',
  ]),
  // RFC 4491 and RFC 9215.
  ['1.2.643.2.2.3', 'GOST R 34.10-2001 with GOST R 34.11-94'],
  ['1.2.643.2.2.19', 'GOST R 34.10-2001'],
  ...numbered('1.2.643.7.1.1.1', 1, ['GOST R 34.10-2012 (256)', 'GOST R 34.10-2012 (512)']),
  ...numbered('1.2.643.7.1.1.3', 2, [
    'GOST R 34.10-2012 (256) with GOST R 34.11-2012',
    'GOST R 34.10-2012 (512) with GOST R 34.11-2012',
  ]),
  ['1.2.156.10197.1.501', 'SM2 with SM3'],
  ...numbered(`${nist}.3`, 1, ['dsa-with-SHA224', 'dsa-with-SHA256', 'dsa-with-SHA384', 'dsa-with-SHA512']),
  ...numbered(`${nist}.3`, 9, [
    'ecdsa-with-SHA3-224',
    'ecdsa-with-SHA3-256',
    'ecdsa-with-SHA3-384',
    'ecdsa-with-SHA3-512',
    'rsassa-pkcs1-v1_5-with-SHA3-224',
    'rsassa-pkcs1-v1_5-with-SHA3-256',
    'rsassa-pkcs1-v1_5-with-SHA3-384',
    'rsassa-pkcs1-v1_5-with-SHA3-512',
    // FIPS 204 and 205.
    'ML-DSA-44',
    'ML-DSA-65',
    'ML-DSA-87',
    'SLH-DSA-SHA2-128s',
    'SLH-DSA-SHA2-128f',
    'SLH-DSA-SHA2-192s',
    'SLH-DSA-SHA2-192f',
    'SLH-DSA-SHA2-256s',
    'SLH-DSA-SHA2-256f',
    'SLH-DSA-SHAKE-128s',
    'SLH-DSA-SHAKE-128f',
    'SLH-DSA-SHAKE-192s',
    'SLH-DSA-SHAKE-192f',
    'SLH-DSA-SHAKE-256s',
    'SLH-DSA-SHAKE-256f',
  ]),
]);

const curves: ReadonlyMap<string, string> = new Map([
  ['1.2.840.10045.3.1.1', 'P-192'],
  ['1.3.132.0.33', 'P-224'],
  ['1.3.132.0.10', 'secp256k1'],
  ['1.2.156.10197.1.301', 'SM2'],
  ...numbered(
    '1.3.36.3.3.2.8.1.1',
    1,
    [160, 192, 224, 256, 320, 384, 512].flatMap((bits) => [`brainpoolP${bits}r1`, `brainpoolP${bits}t1`]),
  ),
  ...numbered('1.3.132.0', 16, ['sect283k1', 'sect283r1']),
  ...numbered('1.3.132.0', 26, ['sect233k1', 'sect233r1']),
  ...numbered('1.3.132.0', 36, ['sect409k1', 'sect409r1', 'sect571k1', 'sect571r1']),
]);

const hashes: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.2.5', 'MD5'],
  ['1.3.14.3.2.26', 'SHA-1'],
  ...numbered(`${nist}.2`, 1, [
    'SHA-256',
    'SHA-384',
    'SHA-512',
    'SHA-224',
    'SHA-512/224',
    'SHA-512/256',
    'SHA3-224',
    'SHA3-256',
    'SHA3-384',
    'SHA3-512',
    'SHAKE128',
    'SHAKE256',
  ]),
]);

/** Of a signature. An object identifier that is not known stays as it is. */
export function signatureName(algorithm: AlgorithmIdentifier): string {
  const name = names.get(algorithm.oid) ?? algorithm.oid;
  const pss = name === 'RSASSA-PSS' ? pssParameters(algorithm) : undefined;
  if (pss === undefined) return name;
  const hash = hashes.get(pss.hash) ?? pss.hash;
  return `${name} with ${hash}, MGF1 with ${hashes.get(pss.maskHash) ?? pss.maskHash} and a salt of ${pss.saltLength} octets`;
}

const ecPublicKey = '1.2.840.10045.2.1';

/** Of a key; the name of its curve with it. */
export function keyName({ algorithm }: SubjectPublicKeyInfo): string {
  const { oid, parameters } = algorithm;
  if (oid !== ecPublicKey || parameters === undefined) return names.get(oid) ?? oid;
  const reader = new DerReader(parameters);
  // Whatever else it is was refused when the certificate was read.
  if (reader.peek() !== tag.objectIdentifier) return 'EC';
  const curve = objectIdentifierText(parameters, reader.readObjectIdentifier(), reader.offset);
  return `EC on the curve ${curves.get(curve) ?? curve}`;
}
