/** The one door to @peculiar/x509: it assembles tbsCertificate and signs it with the webcrypto of Node. */
import './metadata.ts';
import { type KeyObject, webcrypto } from 'node:crypto';
import { Extension, Name, PublicKey, X509CertificateGenerator } from '@peculiar/x509';
import type { ExtensionInput } from './extension.ts';
import { forgeCertificate } from './forge.ts';
import { type KeyPair, spkiOf } from './key-pair.ts';
import { resolveSignature, type SignatureOptions, type SignatureScheme } from './signature.ts';

export interface CertificateParts {
  readonly version: 1 | 3;
  readonly serialNumber: bigint;
  /** DER. */
  readonly subject: Uint8Array;
  /** DER. */
  readonly issuer: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly keyPair: KeyPair;
  readonly signer: KeyPair;
  readonly signature: SignatureOptions;
  readonly extensions: readonly ExtensionInput[];
}

/** The DER of the signed certificate. */
export async function signCertificate(parts: CertificateParts): Promise<Uint8Array> {
  const { signer, extensions } = parts;
  const scheme = resolveSignature(signer.privateKey, parts.signature);
  const algorithm = webAlgorithm(signer.privateKey, scheme);
  if (algorithm === undefined || isOtherRealm || isOutOfReach(parts)) return forgeCertificate(parts).certificateDer;
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: evenHex(parts.serialNumber),
      subject: new Name(parts.subject),
      issuer: new Name(parts.issuer),
      notBefore: parts.notBefore,
      notAfter: parts.notAfter,
      publicKey: new PublicKey(spkiOf(parts.keyPair.publicKey)),
      signingKey: await importSigningKey(signer.privateKey, algorithm),
      signingAlgorithm: { ...algorithm, hash: scheme.hash, saltLength: scheme.saltLength },
      extensions: extensions.map(({ oid, critical = false, value }) => new Extension(oid, critical, value)),
    },
    webcrypto,
  );
  return new Uint8Array(certificate.rawData);
}

/** Under Jest with jsdom: webcrypto takes no octets that were made there (Node 20). */
const isOtherRealm = !(Buffer.alloc(0) instanceof Uint8Array);

/**
 * @peculiar/x509 writes no version 1, an empty SEQUENCE where there are no extensions (RFC 5280 4.1 asks for one or more),
 * and a random number instead of a serial number of zero.
 */
function isOutOfReach({ version, extensions, serialNumber }: CertificateParts): boolean {
  return version === 1 || extensions.length === 0 || serialNumber === 0n;
}

interface WebAlgorithm {
  readonly name: string;
  readonly hash?: string;
  readonly namedCurve?: string;
}

const webCurves: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

/** `undefined` for what webcrypto does not know: MD5, keys bound to PSS, other curves. */
function webAlgorithm(key: KeyObject, { kind, hash }: SignatureScheme): WebAlgorithm | undefined {
  if (hash === 'MD5') return undefined;
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return { name: kind === 'rsa-pss' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5', hash };
    case 'ec': {
      const namedCurve = webCurves[key.asymmetricKeyDetails?.namedCurve ?? ''];
      return namedCurve === undefined ? undefined : { name: 'ECDSA', namedCurve };
    }
    case 'ed25519':
      return { name: 'Ed25519' };
    default:
      return undefined;
  }
}

function evenHex(serialNumber: bigint): string {
  const hex = serialNumber.toString(16);
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}

/** Webcrypto binds an RSA key to its hash and padding, so one key pair may need several imports. */
const imported = new WeakMap<KeyObject, Map<string, Promise<webcrypto.CryptoKey>>>();

function importSigningKey(privateKey: KeyObject, algorithm: WebAlgorithm): Promise<webcrypto.CryptoKey> {
  const forms = imported.get(privateKey) ?? new Map<string, Promise<webcrypto.CryptoKey>>();
  imported.set(privateKey, forms);
  const form = `${algorithm.name} ${algorithm.hash}`;
  const known = forms.get(form);
  if (known !== undefined) return known;
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const key = webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  forms.set(form, key);
  return key;
}
