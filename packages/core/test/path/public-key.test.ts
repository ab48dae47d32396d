import { describe, expect, it } from 'vitest';
import type { SubjectPublicKeyInfo } from '../../src/certificate/model.ts';
import { loadPublicKey } from '../../src/path/public-key.ts';
import { authority, type KeyKind, keyOf } from './certificates.ts';

function spkiOf(kind: KeyKind): SubjectPublicKeyInfo {
  return authority(`CN=${kind}`, { keyPair: keyOf('any', kind) }).certificate.publicKey;
}

describe('the public key of a certificate', () => {
  it.each(['P-256', 'P-384', 'P-521', 'Ed25519', 'RSA-1024', 'RSA-2048', 'RSA-PSS-2048'] as const)(
    'is the very %s key that it was made with',
    (kind) => {
      const loaded = loadPublicKey(spkiOf(kind));
      expect(loaded?.equals(keyOf('any', kind).publicKey)).toBe(true);
    },
  );

  it('is loaded once', () => {
    const spki = spkiOf('P-256');
    expect(loadPublicKey(spki)).toBe(loadPublicKey(spki));
  });

  it('is none when its point is not on its curve, however often it is asked for', () => {
    const spki = spkiOf('P-256');
    const key = Uint8Array.from(spki.key);
    key[64] = (key[64] ?? 0) ^ 1;
    const off = { ...spki, key };
    expect(loadPublicKey(off)).toBeUndefined();
    expect(loadPublicKey(off)).toBeUndefined();
  });

  it('is none when its kind or its curve is not supported', () => {
    expect(loadPublicKey(spkiOf('secp256k1'))).toBeUndefined();
    expect(loadPublicKey({ ...spkiOf('P-256'), curve: undefined })).toBeUndefined();
  });

  it('is none when OpenSSL cannot read it', () => {
    expect(loadPublicKey({ ...spkiOf('RSA-2048'), key: Uint8Array.of(0x30, 0x00) })).toBeUndefined();
  });

  it('is read from exactly its own octets, wherever they lie', () => {
    const spki = spkiOf('P-384');
    const padded = new Uint8Array(spki.key.length + 7);
    padded.set(spki.key, 3);
    const moved = { ...spki, key: padded.subarray(3, 3 + spki.key.length) };
    expect(loadPublicKey(moved)?.equals(keyOf('any', 'P-384').publicKey)).toBe(true);
  });
});
