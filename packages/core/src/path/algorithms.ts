import type { AlgorithmIdentifier, Certificate, SubjectPublicKeyInfo } from '../certificate/model.ts';

/**
 * The signature algorithms of certificates that are accepted, as data (RFC 3279, 4055, 5758, 8410). Everything else is
 * `algorithm_forbidden`. Parameters were checked when the certificate was parsed.
 */
export interface SignatureAlgorithm {
  readonly name: string;
  readonly keyType: 'rsa' | 'ec' | 'ed25519';
  /** For `crypto.verify`; `undefined` where the algorithm hashes by itself. */
  readonly hash: 'sha1' | 'sha256' | 'sha384' | 'sha512' | undefined;
  /** RSASSA-PSS with a salt as long as the hash and MGF1 on the same hash. */
  readonly pss: boolean;
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
  ).map(([oid, name, keyType, hash]) => [oid, { name, keyType, hash, pss: false, weak: hash === 'sha1' }]),
);

/**
 * The three RSASSA-PSS parameter sets that RFC 4055 certificates use in practice: hash, MGF1 on the same hash, salt of
 * the hash's length, trailer 1. Compared as exact DER: any other combination is forbidden rather than interpreted.
 */
const pssOid = '1.2.840.113549.1.1.10';
const pssByParameters: ReadonlyMap<string, SignatureAlgorithm> = new Map(
  (
    [
      ['sha256', '01', '20'],
      ['sha384', '02', '30'],
      ['sha512', '03', '40'],
    ] as const
  ).flatMap(([hash, digit, salt]): [string, SignatureAlgorithm][] => {
    const algorithm: SignatureAlgorithm = { name: `RSASSA-PSS-${hash}`, keyType: 'rsa', hash, pss: true, weak: false };
    const oid = `06096086480165030402${digit}`;
    const pss = (hashIdentifier: string): string => {
      const mgf = sequence(`06092a864886f70d010108${hashIdentifier}`);
      return sequence(`${tagged('a0', hashIdentifier)}${tagged('a1', mgf)}a2030201${salt}`);
    };
    // RFC 4055 2.1 requires the hash parameters to be accepted both absent and NULL.
    return [sequence(oid), sequence(`${oid}0500`)].map((identifier) => [pss(identifier), algorithm]);
  }),
);

/** The accepted algorithm behind an identifier, or `undefined`. */
export function signatureAlgorithm(identifier: AlgorithmIdentifier): SignatureAlgorithm | undefined {
  if (identifier.oid !== pssOid) return byOid.get(identifier.oid);
  return identifier.parameters && pssByParameters.get(Buffer.from(identifier.parameters).toString('hex'));
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

function forbidden({ algorithm, bits }: SubjectPublicKeyInfo): KeyRefusal {
  return { code: 'algorithm_forbidden', algorithm: algorithm.oid, bits };
}

function sequence(content: string): string {
  return tagged('30', content);
}

function tagged(tag: string, content: string): string {
  return `${tag}${(content.length / 2).toString(16).padStart(2, '0')}${content}`;
}
