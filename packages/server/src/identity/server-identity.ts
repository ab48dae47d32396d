import { createHash } from 'node:crypto';
import { addressText, type Certificate, type FileContents, type FileSource, isFileSource } from '@peercert/core';
import { checkOrder, readChain, type ServerChain } from './certificate-chain.ts';
import { expiringCertificates } from './expiring-certificates.ts';
import { checkKeyType, checkLoads, checkPurpose, checkValidity } from './identity-checks.ts';
import type { IdentityEvent } from './identity-event.ts';
import { keyExposure } from './key-exposure.ts';
import { type PemSource, readPem, readText } from './pem-source.ts';
import { checkKeyMatches, readPrivateKey } from './private-key.ts';

/** The certificate and key by which a server proves its name. One file may hold both. */
export interface ServerIdentityOptions {
  /** PEM: the server's own certificate first, then the intermediates, each the issuer of the one before it. */
  readonly certificate: PemSource;
  /** PEM: one private key, PKCS #8 or legacy (PKCS #1, SEC 1), encrypted or not. */
  readonly key: PemSource;
  /** Of an encrypted key. In a file: its first line. */
  readonly passphrase?: string | FileSource | undefined;
}

export interface IdentitySurroundings {
  readonly clock: () => number;
  /** Contents of files that were read already. Default: files are read now. */
  readonly contents?: FileContents | undefined;
  /** What stands before the names of the options in messages: `names['a.example.com'].`. Default: nothing. */
  readonly where?: string;
}

/** A server's own certificate and key after all checks. Immutable; a new one takes its place on reload. */
export interface ServerIdentity {
  /** The server's own certificate. */
  readonly certificate: Certificate;
  /** What is sent in the handshake: the certificate and its intermediates. */
  readonly chain: ServerChain;
  /** Where the chain was read. `undefined` when it was given as text. */
  readonly path: string | undefined;
  /** The chain as PEM without any other text. */
  readonly chainPem: string;
  /** The names that it is valid for: lower-case dNSNames, wildcards among them, and addresses in text form. */
  readonly names: readonly string[];
  readonly notAfter: Date;
  /** Equal for equal certificates: SHA-256 over the chain in base64url. The key belongs to it. */
  readonly digest: string;
  /** What `tls.createSecureContext` takes. Not enumerable, so that no log prints the key. */
  readonly tls: { readonly cert: string; readonly key: string; readonly passphrase?: string };
  /** What works today and should be looked at. */
  readonly warnings: readonly IdentityEvent[];
}

/** The files of an identity: those to watch for its reload. */
export function identityFiles({ certificate, key, passphrase }: ServerIdentityOptions): readonly string[] {
  return [...new Set([certificate, key, passphrase].filter(isFileSource).map(({ path }) => path))];
}

/**
 * Reads and checks a server's own certificate and key. Throws TypeError for whatever would make clients refuse the
 * server, and Error for a file that cannot be read; the message names option, file and remedy, never any part of the key.
 */
export function readServerIdentity(options: ServerIdentityOptions, surroundings: IdentitySurroundings): ServerIdentity {
  const { clock, contents, where = '' } = surroundings;
  const source = readPem(options.certificate, `${where}certificate`, contents);
  const keySource = readPem(options.key, `${where}key`, contents, 'key');
  const passphrase = readPassphrase(options.passphrase, `${where}passphrase`, contents);
  const chain = readChain(source);
  const key = readPrivateKey(keySource, passphrase, `${where}passphrase`);
  checkKeyMatches(key, chain, keySource.name, source.name);
  checkOrder(chain, source.name);
  const [certificate] = chain;
  const nowMs = clock();
  checkValidity(certificate, source.name, nowMs);
  checkKeyType(certificate, source.name);
  checkPurpose(certificate, source.name);
  const chainPem = chain.map((one) => one.toPem()).join('');
  const tls = Object.freeze({ cert: chainPem, key: key.pem, ...(passphrase !== undefined && { passphrase }) });
  checkLoads(tls, source.name);
  const exposure = keySource.path === undefined ? undefined : keyExposure(keySource.path);
  const identity = {
    certificate,
    chain,
    path: source.path,
    chainPem,
    names: Object.freeze(namesOf(certificate)),
    notAfter: certificate.notAfter,
    digest: digestOf(chain),
    warnings: Object.freeze([
      ...(exposure ? [exposure] : []),
      ...expiringCertificates({ chain, path: source.path }, nowMs),
    ]),
  };
  return Object.freeze(Object.defineProperty(identity, 'tls', { value: tls }) as ServerIdentity);
}

/** From a file: its first line, for editors and `echo` end it with one. */
function readPassphrase(
  source: string | FileSource | undefined,
  option: string,
  contents: FileContents | undefined,
): string | undefined {
  if (source === undefined) return undefined;
  const { text } = readText(source, option, contents);
  return isFileSource(source) ? (text.split(/\r?\n/, 1)[0] ?? '') : text;
}

/** RFC 9525 section 2: a common name is no name of a server. */
function namesOf({ subjectAltName }: Certificate): readonly string[] {
  const names = subjectAltName.map((name) => {
    if (name.kind === 'dNSName') return name.value.toLowerCase();
    return name.kind === 'iPAddress' ? addressText(name.bytes) : undefined;
  });
  return [...new Set(names.filter((name) => name !== undefined))];
}

function digestOf(chain: ServerChain): string {
  const hash = createHash('sha256');
  // Each element of DER says how long it is, so that no two chains run together into the same octets.
  for (const { der } of chain) hash.update(der);
  return hash.digest('base64url');
}
