import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Certificate } from '@peercert/core';
import { nameOf } from './certificate-chain.ts';
import type { ServerIdentity } from './server-identity.ts';

/** What every client would refuse about a server's own certificate is refused here first, where it can be mended. */

/** RFC 5280 4.1.2.5: valid from notBefore through notAfter, which is a whole second. */
export function checkValidity(leaf: Certificate, name: string, nowMs: number): void {
  if (nowMs < leaf.notBeforeMs) {
    throw new TypeError(
      `${name} is not yet valid: ${nameOf(leaf)} begins at ${leaf.notBefore.toISOString()}, and it is ${textOf(nowMs)} here: ` +
        'is the clock of this machine right?',
    );
  }
  if (nowMs >= leaf.notAfterMs + 1_000) {
    throw new TypeError(
      `${name} has expired: ${nameOf(leaf)} ended at ${leaf.notAfter.toISOString()}, and it is ${textOf(nowMs)} here: renew it`,
    );
  }
}

/**
 * The same of the intermediates of a chain that takes the place of another: clients refuse what is not valid yet, and the chain
 * before it was good. At the start there is none before it, and some clients know another way.
 */
export function checkBegun(
  next: Pick<ServerIdentity, 'chain' | 'path'>,
  current: Pick<ServerIdentity, 'chain'>,
  where: string,
  nowMs: number,
): void {
  const early = next.chain.findIndex(({ notBeforeMs }) => nowMs < notBeforeMs);
  const certificate = next.chain[early];
  if (certificate === undefined || current.chain.some(({ notBeforeMs }) => nowMs < notBeforeMs)) return;
  throw new TypeError(
    `${where}certificate ${next.path ?? '(given as text)'} is not yet valid: certificate ${early + 1} of it, ${nameOf(certificate)}, ` +
      `begins at ${certificate.notBefore.toISOString()}, and it is ${textOf(nowMs)} here: it is taken then`,
  );
}

function textOf(nowMs: number): string {
  return new Date(nowMs).toISOString();
}

const serverAuth = '1.3.6.1.5.5.7.3.1';
const anyPurpose = '2.5.29.37.0';

/**
 * RFC 5280 4.2.1.12: with the extension, "the certificate MUST only be used for one of the purposes indicated". RFC 8446
 * 4.4.2.2: "the digitalSignature bit MUST be set if the Key Usage extension is present"; so for the key exchanges of
 * TLS 1.2 that are offered.
 */
export function checkPurpose(leaf: Certificate, name: string): void {
  const { extendedKeyUsage, keyUsage } = leaf;
  if (extendedKeyUsage !== undefined && !extendedKeyUsage.some((oid) => oid === serverAuth || oid === anyPurpose)) {
    throw new TypeError(
      `${name} is not for servers: the extended key usage of ${nameOf(leaf)} lacks serverAuth, and clients refuse it: ` +
        'have one issued with that purpose',
    );
  }
  if (keyUsage !== undefined && !keyUsage.has('digitalSignature')) {
    throw new TypeError(
      `${name} is not for TLS: the key usage of ${nameOf(leaf)} lacks digitalSignature: have one issued with that usage`,
    );
  }
}

const leastRsaBits = 2_048;

/** The keys that the guidelines for servers name, which every client knows. */
export function checkKeyType({ publicKey }: Certificate, name: string): void {
  const { bits, keyType } = publicKey;
  if (keyType === 'unsupported') {
    throw new TypeError(`${name} has a key that TLS clients do not know: use ECDSA P-256, RSA or Ed25519`);
  }
  if (keyType.startsWith('rsa') && bits < leastRsaBits) {
    throw new TypeError(`${name} has an RSA key of ${bits} bits, and clients ask for ${leastRsaBits}: make a new key`);
  }
}

/** What OpenSSL has against it that nothing above foresaw. */
export function checkLoads(options: SecureContextOptions, name: string): void {
  try {
    createSecureContext(options);
  } catch (error) {
    const { code = 'no code' } = error as NodeJS.ErrnoException;
    throw new TypeError(`${name} cannot be loaded by OpenSSL (${code})`, { cause: error });
  }
}
