/** How a certificate is signed with node:crypto, and the AlgorithmIdentifier that says so (RFC 3279, 4055, 5758, 8410). */
import { constants, type KeyObject, sign } from 'node:crypto';
import * as der from './der.ts';

export type Hash = 'MD5' | 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

/** Default: what suits the key, RSA with PKCS #1 v1.5. Weak hashes are for tests of refusals. */
export interface SignatureOptions {
  /** Default SHA-256; SHA-384 for P-384 and SHA-512 for P-521. Without meaning for Ed25519. */
  readonly hash?: Hash;
  /** RSA keys only. Default `pkcs1`. */
  readonly padding?: 'pkcs1' | 'pss';
  /** PSS only, in octets. Default: the length of the hash. */
  readonly saltLength?: number;
}

export interface SignatureScheme {
  readonly kind: 'rsa' | 'rsa-pss' | 'ecdsa' | 'eddsa';
  readonly hash: Hash;
  readonly saltLength: number;
}

const hashOids = {
  MD5: '1.2.840.113549.2.5',
  'SHA-1': '1.3.14.3.2.26',
  'SHA-256': '2.16.840.1.101.3.4.2.1',
  'SHA-384': '2.16.840.1.101.3.4.2.2',
  'SHA-512': '2.16.840.1.101.3.4.2.3',
} as const;

const hashLengths = { MD5: 16, 'SHA-1': 20, 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 } as const;

const rsaOids = {
  MD5: '1.2.840.113549.1.1.4',
  'SHA-1': '1.2.840.113549.1.1.5',
  'SHA-256': '1.2.840.113549.1.1.11',
  'SHA-384': '1.2.840.113549.1.1.12',
  'SHA-512': '1.2.840.113549.1.1.13',
} as const;

const ecdsaOids = {
  MD5: undefined,
  'SHA-1': '1.2.840.10045.4.1',
  'SHA-256': '1.2.840.10045.4.3.2',
  'SHA-384': '1.2.840.10045.4.3.3',
  'SHA-512': '1.2.840.10045.4.3.4',
} as const;

/** The scheme for a key. Throws TypeError for a key that cannot sign certificates. */
export function resolveSignature(key: KeyObject, options: SignatureOptions = {}): SignatureScheme {
  const details = key.asymmetricKeyDetails ?? {};
  const hash = options.hash ?? hashFor(details.namedCurve);
  const saltLength = options.saltLength ?? hashLengths[hash];
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return { kind: options.padding === 'pss' ? 'rsa-pss' : 'rsa', hash, saltLength };
    case 'rsa-pss':
      return { kind: 'rsa-pss', hash, saltLength };
    case 'ec':
      return { kind: 'ecdsa', hash, saltLength };
    case 'ed25519':
    case 'ed448':
      return { kind: 'eddsa', hash, saltLength };
    default:
      throw new TypeError(`a key of type ${key.asymmetricKeyType} cannot sign certificates here`);
  }
}

function hashFor(curve: string | undefined): Hash {
  if (curve === 'secp384r1') return 'SHA-384';
  return curve === 'secp521r1' ? 'SHA-512' : 'SHA-256';
}

/** The DER of the AlgorithmIdentifier. */
export function encodeSignatureAlgorithm(key: KeyObject, { kind, hash, saltLength }: SignatureScheme): der.Der {
  switch (kind) {
    case 'rsa':
      return der.sequence(der.oid(rsaOids[hash]), der.nullValue());
    case 'rsa-pss': {
      const hashAlgorithm = der.sequence(der.oid(hashOids[hash]), der.nullValue());
      // DER leaves out what is the default: SHA-1, and a salt of 20 octets (RFC 4055 3.1).
      const hashFields = [
        der.constructed(0, hashAlgorithm),
        der.constructed(1, der.sequence(der.oid('1.2.840.113549.1.1.8'), hashAlgorithm)),
      ];
      const parameters = der.sequence(
        ...(hash === 'SHA-1' ? [] : hashFields),
        ...(saltLength === 20 ? [] : [der.constructed(2, der.integer(saltLength))]),
      );
      return der.sequence(der.oid('1.2.840.113549.1.1.10'), parameters);
    }
    case 'ecdsa': {
      const oid = ecdsaOids[hash];
      if (oid === undefined) throw new TypeError(`there is no ECDSA signature algorithm with ${hash}`);
      return der.sequence(der.oid(oid));
    }
    case 'eddsa':
      return der.sequence(der.oid(key.asymmetricKeyType === 'ed448' ? '1.3.101.113' : '1.3.101.112'));
    default:
      return kind satisfies never;
  }
}

/** The octets of the signature over `data`, as the BIT STRING carries them. */
export function signWith(
  privateKey: KeyObject,
  { kind, hash, saltLength }: SignatureScheme,
  data: Uint8Array,
): Uint8Array {
  if (kind === 'eddsa') return sign(null, data, privateKey);
  const algorithm = hash.replace('-', '');
  if (kind !== 'rsa-pss') return sign(algorithm, data, privateKey);
  return sign(algorithm, data, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
}
