/** Key pairs as Node has them, and the two forms in which the rest of the package needs them. */
import { createHash, generateKeyPair as generateWithCallback, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import * as der from './der.ts';

const generate = promisify(generateWithCallback);

/** The pair that `generateKeyPairSync` of node:crypto makes, too. */
export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** `RSA-1024` is for tests of refusals only. */
export type KeyType = 'P-256' | 'P-384' | 'P-521' | 'RSA-1024' | 'RSA-2048' | 'RSA-3072' | 'RSA-4096' | 'Ed25519';

/** A fresh key pair. Default type `P-256`: 0.1 ms; RSA takes from 50 ms to seconds, so tests should share theirs. */
export async function generateKeyPair(keyType: KeyType = 'P-256'): Promise<KeyPair> {
  switch (keyType) {
    case 'P-256':
    case 'P-384':
    case 'P-521':
      return generate('ec', { namedCurve: keyType });
    case 'RSA-1024':
    case 'RSA-2048':
    case 'RSA-3072':
    case 'RSA-4096':
      return generate('rsa', { modulusLength: Number(keyType.slice(4)) });
    case 'Ed25519':
      return generate('ed25519');
    default:
      throw new TypeError(`unknown key type ${String(keyType satisfies never)}: use P-256, RSA-2048, Ed25519...`);
  }
}

/** The DER of the SubjectPublicKeyInfo. */
export function spkiOf(publicKey: KeyObject): der.Der {
  return Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }));
}

/** The key identifier of RFC 5280 4.2.1.2, method 1: SHA-1 of the subjectPublicKey bits. */
export function keyIdentifierOf(spki: Uint8Array): Uint8Array {
  const [, bits] = der.children(spki);
  if (bits === undefined) throw new TypeError('not a SubjectPublicKeyInfo');
  return createHash('sha1').update(der.contents(bits).subarray(1)).digest();
}
