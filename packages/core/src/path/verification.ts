import { constants, type KeyObject, type VerifyKeyObjectInput, verify } from 'node:crypto';
import type { SubjectPublicKeyInfo } from '../certificate/model.ts';
import { isAllowedByPssKey, type SignatureAlgorithm } from './algorithms.ts';

/** The arithmetic of signatures, the same for certificates, revocation lists and OCSP responses. */

/** Whether such keys sign by this algorithm. One of id-RSASSA-PSS signs by no other (RFC 4055 1.2). */
export function isKeyFor(algorithm: SignatureAlgorithm, key: SubjectPublicKeyInfo): boolean {
  return key.keyType === 'rsa-pss' ? isAllowedByPssKey(key.algorithm, algorithm) : key.keyType === algorithm.keyType;
}

/** The key with the padding that the algorithm asks for. */
export function paddedKey({ saltLength }: SignatureAlgorithm, key: KeyObject): VerifyKeyObjectInput {
  return saltLength === undefined ? { key } : { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
}

export function isVerified(
  algorithm: SignatureAlgorithm,
  octets: Uint8Array,
  key: KeyObject,
  signature: Uint8Array,
): boolean {
  try {
    return verify(algorithm.hash, octets, paddedKey(algorithm, key), signature);
  } catch {
    // OpenSSL throws on some keys and signatures instead of answering no.
    return false;
  }
}
