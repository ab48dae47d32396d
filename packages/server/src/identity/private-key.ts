import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { nameOfBlock, nameOfDer } from '@peercert/core';
import { nameOf, type ServerChain } from './certificate-chain.ts';
import type { PemBlock, PemText } from './pem-source.ts';

/** A private key as it was given and as Node reads it. */
export interface PrivateKey {
  /** The one block, encrypted if it was. */
  readonly pem: string;
  readonly key: KeyObject;
}

/** Throws TypeError when there is not exactly one private key, or when it cannot be read with this passphrase. */
export function readPrivateKey(source: PemText, passphrase: string | undefined, passphraseOption: string): PrivateKey {
  const block = onlyKey(source);
  const { name } = source;
  const isEncrypted = block.label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type: *4, *ENCRYPTED/m.test(block.text);
  if (isEncrypted && passphrase === undefined) {
    throw new TypeError(`${name} is encrypted, and there is no passphrase: set the option ${passphraseOption}`);
  }
  try {
    const key = createPrivateKey({ key: block.text, ...(isEncrypted && { passphrase }) });
    return { pem: block.text, key };
  } catch (error) {
    // What OpenSSL says of it stays out of the message: it differs by release and names no file.
    const words = isEncrypted ? unreadable(error, passphraseOption) : (nameOfOther(block) ?? damaged);
    throw new TypeError(`${name} ${words}`, { cause: error });
  }
}

/** What is no key, whatever its boundaries say. */
function nameOfOther({ octets }: PemBlock): string | undefined {
  const kind = nameOfDer(octets, 'key');
  return kind?.startsWith('is a private key') ? undefined : kind;
}

const damaged = 'is damaged: its "-----BEGIN" line announces a private key, and none can be read';

function unreadable(error: unknown, passphraseOption: string): string {
  // The code without EVP is of something else: one wrong passphrase in 256 decrypts to what looks like an unknown format.
  return (error as { readonly code?: unknown }).code === 'ERR_OSSL_EVP_UNSUPPORTED'
    ? 'is encrypted in a way that this OpenSSL no longer reads: encrypt it again with openssl pkcs8 -topk8 -v2 aes-256-cbc'
    : `cannot be decrypted: the option ${passphraseOption} is wrong for it, or the file is damaged`;
}

function onlyKey({ blocks, name }: PemText): PemBlock {
  const keys = blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'));
  const [first] = keys;
  const labels = blocks.map(({ label }) => label);
  if (first === undefined) {
    throw new TypeError(`${name} holds no private key but ${labels.join(', ')}: ${insteadOfKey(labels)}`);
  }
  if (keys.length > 1) {
    throw new TypeError(`${name} holds ${keys.length} private keys: leave the one that belongs to the certificate`);
  }
  if (first.label === 'OPENSSH PRIVATE KEY') {
    throw new TypeError(`${name} is a key of OpenSSH: convert it with ssh-keygen -p -m PKCS8 -f FILE`);
  }
  return first;
}

function insteadOfKey(labels: readonly string[]): string {
  if (labels.includes('CERTIFICATE')) return 'this is a certificate file; are certificate and key swapped?';
  if (labels.includes('PUBLIC KEY')) return 'give the private half';
  return `it ${nameOfBlock(labels[0] as string, 'key')}`;
}

/** Throws TypeError unless the key is that of the first certificate. */
export function checkKeyMatches({ key }: PrivateKey, chain: ServerChain, keyName: string, chainName: string): void {
  const owner = chain.findIndex(({ der }) => new X509Certificate(der).checkPrivateKey(key));
  if (owner === 0) return;
  const [first] = chain;
  if (owner > 0) {
    throw new TypeError(
      `${chainName} is out of order: the key belongs to certificate ${owner + 1}, and certificate 1 (${nameOf(first)}) is ` +
        `${first.basicConstraints?.cA ? 'an authority' : 'another one'}: put the server's own first, and behind each its issuer`,
    );
  }
  throw new TypeError(
    first.basicConstraints?.cA
      ? `${chainName} starts with an authority (${nameOf(first)}), and ${keyName} belongs to none of its certificates: put the server's own certificate first`
      : `${keyName} does not belong to ${chainName} (${nameOf(first)}): take both from the same issuance`,
  );
}
