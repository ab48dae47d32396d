/** A certificate with its private key, in the forms that servers, clients and tests ask for. */
import { createHash, X509Certificate } from 'node:crypto';
import { type KeyPair, spkiOf } from './key-pair.ts';

export interface IssuedCertificate {
  readonly certificateDer: Uint8Array;
  readonly certificatePem: string;
  /** PKCS #8. */
  readonly privateKeyPem: string;
  readonly keyPair: KeyPair;
  /** The certificate, then the intermediates up to the root, which is not part of it: what TLS presents. */
  readonly chainPem: string;
  /** As `chainPem`, DER. */
  readonly chainDer: readonly Uint8Array[];
  /** Upper-case hex, two digits an octet, without leading zero octets; a negative one with a minus sign in front. */
  readonly serialNumber: string;
  /** SHA-256 of the DER in base64url: `x5t#S256` (RFC 8705). */
  readonly thumbprint: string;
  /** `sha256/BASE64` of the SubjectPublicKeyInfo (RFC 7469 form). */
  readonly pin: string;
}

/** Wraps DER. `intermediates`: what follows the certificate in the chain, nearest first. */
export function wrapCertificate(
  certificateDer: Uint8Array,
  keyPair: KeyPair,
  serialNumber: string,
  intermediates: readonly Uint8Array[],
): IssuedCertificate {
  const chainDer = Object.freeze([certificateDer, ...intermediates]);
  return Object.freeze({
    certificateDer,
    certificatePem: toPem(certificateDer),
    privateKeyPem: keyPair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    keyPair,
    chainPem: chainDer.map((one) => toPem(one)).join(''),
    chainDer,
    serialNumber,
    thumbprint: createHash('sha256').update(certificateDer).digest('base64url'),
    pin: `sha256/${createHash('sha256').update(spkiOf(keyPair.publicKey)).digest('base64')}`,
  });
}

/** RFC 7468 text, one block, LF line ends. Default label: `CERTIFICATE`. */
export function toPem(der: Uint8Array, label = 'CERTIFICATE'): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** Every certificate in a PEM text, DER. */
export function derFromPem(pem: string): Uint8Array[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new TypeError('no CERTIFICATE block in this text');
  return blocks.map((block) => Uint8Array.from(new X509Certificate(block).raw));
}
