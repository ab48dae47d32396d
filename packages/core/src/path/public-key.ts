import { createPublicKey, type KeyObject } from 'node:crypto';
import type { SubjectPublicKeyInfo } from '../certificate/model.ts';
import { loadOnce } from '../certificate/public-key.ts';

/**
 * The key of a certificate, ready to verify with; `undefined` when OpenSSL refuses it (a point off its curve, say).
 * Loaded once a certificate, by the cheapest exact import: an RSA key from its PKCS#1 DER, an EC key from its
 * coordinates as a JWK. OpenSSL's general SubjectPublicKeyInfo decoder costs thirty times as much for RSA.
 */
export function loadPublicKey(spki: SubjectPublicKeyInfo): KeyObject | undefined {
  return loadOnce(spki, importKey) ?? undefined;
}

function importKey(spki: SubjectPublicKeyInfo): KeyObject | null {
  try {
    switch (spki.keyType) {
      case 'rsa':
        return createPublicKey({ key: Buffer.from(spki.key), format: 'der', type: 'pkcs1' });
      case 'ec':
        if (spki.curve === undefined) return null;
        // A JWK has both coordinates of a point (RFC 7518 6.2.1).
        if (spki.key[0] !== 0x04) return createPublicKey({ key: Buffer.from(spki.der), format: 'der', type: 'spki' });
        return createPublicKey({ key: ecJwk(spki.curve, spki.key), format: 'jwk' });
      case 'ed25519':
        return createPublicKey({
          key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(spki.key).toString('base64url') },
          format: 'jwk',
        });
      case 'rsa-pss':
        return createPublicKey({ key: Buffer.from(spki.der), format: 'der', type: 'spki' });
      case 'unsupported':
        return null;
    }
  } catch {
    // The only input is the client's key: what OpenSSL cannot load verifies nothing.
    return null;
  }
}

/** The uncompressed point 04 || X || Y (RFC 5480 2.2) as a JWK (RFC 7518 6.2.1). */
function ecJwk(crv: string, point: Uint8Array): { kty: string; crv: string; x: string; y: string } {
  const half = (point.length - 1) / 2;
  const bytes = Buffer.from(point.buffer, point.byteOffset, point.length);
  return { kty: 'EC', crv, x: bytes.toString('base64url', 1, 1 + half), y: bytes.toString('base64url', 1 + half) };
}
