import { constants, type KeyObject, type VerifyKeyObjectInput, verify } from 'node:crypto';
import type { SubjectPublicKeyInfo } from '../certificate/model.ts';
import type { SignatureAlgorithm } from './algorithms.ts';

/** The arithmetic of signatures, the same for certificates, revocation lists and OCSP responses. */

/** Whether such keys sign by this algorithm. One of id-RSASSA-PSS signs by no other (RFC 4055 1.2). */
export function isKeyFor(algorithm: SignatureAlgorithm, { keyType }: SubjectPublicKeyInfo): boolean {
  return keyType === 'rsa-pss' ? algorithm.pss : keyType === algorithm.keyType;
}

/** The key with the padding that the algorithm asks for. */
export function paddedKey({ pss }: SignatureAlgorithm, key: KeyObject): VerifyKeyObjectInput {
  return pss
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { key };
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
