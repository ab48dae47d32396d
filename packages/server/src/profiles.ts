/**
 * The Server Side TLS guidelines of Mozilla, version 6.0 (3 May 2026), the last before the project went on as TLSRef:
 * https://ssl-config.mozilla.org/guidelines/6.0.json. Since 5.8 the intermediate list has no finite-field Diffie-Hellman.
 */
import { createSecureContext, type SecureVersion } from 'node:tls';

/** `'intermediate'`: TLS 1.2 and 1.3, for nearly every client. `'modern'`: TLS 1.3 alone. */
export type TlsProfileName = 'intermediate' | 'modern';

export interface TlsProfile {
  /** Of the guidelines: `Mozilla Server Side TLS 6.0`. */
  readonly guidelines: string;
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
  /** Names of OpenSSL; those of TLS 1.3 first. */
  readonly ciphers: readonly string[];
  /** Groups for the key exchange in order of preference. */
  readonly curves: readonly string[];
  /** Whose order of ciphers counts: every one of the list is strong, so the client knows best what its hardware can do. */
  readonly honorCipherOrder: false;
}

const guidelines = 'Mozilla Server Side TLS 6.0';

const tls13Ciphers = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'] as const;

const tls12Ciphers = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
] as const;

const curves = ['X25519MLKEM768', 'X25519', 'prime256v1', 'secp384r1'] as const;

/** As the guidelines give them. */
export const tlsProfiles: Readonly<Record<TlsProfileName, TlsProfile>> = Object.freeze({
  intermediate: Object.freeze({
    guidelines,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: Object.freeze([...tls13Ciphers, ...tls12Ciphers]),
    curves: Object.freeze([...curves]),
    honorCipherOrder: false,
  }),
  modern: Object.freeze({
    guidelines,
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    ciphers: Object.freeze([...tls13Ciphers]),
    curves: Object.freeze([...curves]),
    honorCipherOrder: false,
  }),
});

let available: string | undefined;

/** The curves that this Node has, as `ecdhCurve` wants them: OpenSSL before 3.5 refuses a list with X25519MLKEM768. */
export function availableCurves(): string {
  available ??= curves.filter(isAvailable).join(':');
  return available;
}

function isAvailable(ecdhCurve: string): boolean {
  try {
    createSecureContext({ ca: [], ecdhCurve });
    return true;
  } catch {
    return false;
  }
}
