import { pssParameters } from '../certificate/algorithm.ts';
import type { AlgorithmIdentifier, Certificate, SubjectPublicKeyInfo } from '../certificate/model.ts';
import { keyName } from './algorithm-names.ts';

/**
 * The signature algorithms of certificates that are accepted, as data (RFC 3279, 4055, 5758, 8410). Everything else is
 * `algorithm_forbidden`. Parameters were checked when the certificate was parsed.
 */
export interface SignatureAlgorithm {
  readonly name: string;
  readonly keyType: 'rsa' | 'ec' | 'ed25519';
  /** For `crypto.verify`; `undefined` where the algorithm hashes by itself. */
  readonly hash: 'sha1' | 'sha256' | 'sha384' | 'sha512' | undefined;
  /** Of RSASSA-PSS, with MGF1 on the same hash: the octets of the salt. `undefined`: another algorithm. */
  readonly saltLength: number | undefined;
  /** Refused unless the operator lists it under `dangerouslyAllowAlgorithms`. */
  readonly weak: boolean;
}

/** Names of the algorithms that are refused unless an operator allows them by name. */
export type WeakAlgorithm = 'sha1WithRSAEncryption' | 'ecdsa-with-SHA1';

export const weakAlgorithms: readonly WeakAlgorithm[] = ['sha1WithRSAEncryption', 'ecdsa-with-SHA1'];

const byOid: ReadonlyMap<string, SignatureAlgorithm> = new Map(
  (
    [
      ['1.2.840.113549.1.1.11', 'sha256WithRSAEncryption', 'rsa', 'sha256'],
      ['1.2.840.113549.1.1.12', 'sha384WithRSAEncryption', 'rsa', 'sha384'],
      ['1.2.840.113549.1.1.13', 'sha512WithRSAEncryption', 'rsa', 'sha512'],
      ['1.2.840.10045.4.3.2', 'ecdsa-with-SHA256', 'ec', 'sha256'],
      ['1.2.840.10045.4.3.3', 'ecdsa-with-SHA384', 'ec', 'sha384'],
      ['1.2.840.10045.4.3.4', 'ecdsa-with-SHA512', 'ec', 'sha512'],
      ['1.3.101.112', 'Ed25519', 'ed25519', undefined],
      ['1.2.840.113549.1.1.5', 'sha1WithRSAEncryption', 'rsa', 'sha1'],
      ['1.2.840.10045.4.1', 'ecdsa-with-SHA1', 'ec', 'sha1'],
    ] as const
  ).map(([oid, name, keyType, hash]) => [oid, { name, keyType, hash, saltLength: undefined, weak: hash === 'sha1' }]),
);

const pssOid = '1.2.840.113549.1.1.10';

/** RFC 4055 2.1, by their object identifiers. */
const pssHashes: ReadonlyMap<string, 'sha256' | 'sha384' | 'sha512'> = new Map([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);

/** The accepted algorithm behind an identifier, or `undefined`. */
export function signatureAlgorithm(identifier: AlgorithmIdentifier): SignatureAlgorithm | undefined {
  return identifier.oid === pssOid ? pssAlgorithm(identifier) : byOid.get(identifier.oid);
}

/**
 * RSASSA-PSS with MGF1 on the same hash, as RFC 4055 3.1 recommends, and a salt of any length: "saltLength does not need to be
 * fixed for a given RSA key pair". openssl takes the longest that the key has room for. The salt is part of what is verified,
 * and never found out from the signature.
 */
function pssAlgorithm(identifier: AlgorithmIdentifier): SignatureAlgorithm | undefined {
  const parameters = pssParameters(identifier);
  if (parameters === undefined || parameters.maskHash !== parameters.hash) return undefined;
  const hash = pssHashes.get(parameters.hash);
  if (hash === undefined) return undefined;
  return { name: `RSASSA-PSS-${hash}`, keyType: 'rsa', hash, saltLength: parameters.saltLength, weak: false };
}

/**
 * Whether keys of id-RSASSA-PSS with these parameters sign by this algorithm (RFC 4055 3.3): "the hash algorithm and mask
 * generation [...] MUST match", and "the value of saltLength [...] MUST be greater or equal". Without parameters they sign by any.
 */
export function isAllowedByPssKey(key: AlgorithmIdentifier, { hash, saltLength }: SignatureAlgorithm): boolean {
  if (saltLength === undefined) return false;
  const parameters = pssParameters(key);
  return (
    parameters === undefined ||
    (pssHashes.get(parameters.hash) === hash &&
      parameters.maskHash === parameters.hash &&
      saltLength >= parameters.saltLength)
  );
}

/** Cost of one verification with this key; a P-256 verification is 1 (measured on OpenSSL 3.0). */
export function signatureWeight(key: SubjectPublicKeyInfo): number {
  if (key.keyType === 'ec') return key.curve === 'P-256' ? 1 : key.curve === 'P-384' ? 9 : 30;
  if (key.keyType === 'ed25519') return 2;
  // RSA: squarings for each bit of the exponent, each quadratic in the modulus; 2,048 bits with 65,537 cost 0.35.
  const exponentFactor = Math.max(1, Math.log2(key.exponent ?? 65_537) / 16);
  return 0.35 * (key.bits / 2048) ** 2 * exponentFactor;
}

export interface KeyRefusal {
  readonly code: 'algorithm_forbidden' | 'key_too_weak';
  readonly algorithm: string;
  readonly bits: number;
}

/** RSA moduli outside 2,048 to 8,192 bits are refused: too weak, or made to cost time. */
export function keyRefusal({ publicKey }: Certificate, minimumRsaBits: number): KeyRefusal | undefined {
  const { bits } = publicKey;
  switch (publicKey.keyType) {
    case 'rsa':
    case 'rsa-pss':
      return bits < minimumRsaBits || bits > 8192 ? { code: 'key_too_weak', algorithm: 'RSA', bits } : undefined;
    case 'ec':
      return publicKey.curve === undefined ? forbidden(publicKey) : undefined;
    case 'ed25519':
      return undefined;
    case 'unsupported':
      return forbidden(publicKey);
  }
}

function forbidden(publicKey: SubjectPublicKeyInfo): KeyRefusal {
  return { code: 'algorithm_forbidden', algorithm: keyName(publicKey), bits: publicKey.bits };
}
