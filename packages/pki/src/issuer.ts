/** What an authority contributes to the certificates that it issues, read from its own certificate. */
import { X509Certificate } from 'node:crypto';
import * as der from './der.ts';
import { extensionOids } from './extension.ts';
import type { IssuedCertificate } from './issued-certificate.ts';
import type { KeyPair } from './key-pair.ts';

export interface Issuer {
  readonly keyPair: KeyPair;
  /** DER of its subject. */
  readonly name: Uint8Array;
  /** Its subjectKeyIdentifier; `undefined` when it has none. */
  readonly keyIdentifier: Uint8Array | undefined;
  readonly notAfterMs: number;
  /** What follows an issued certificate in its chain: nothing when the authority is a root. */
  readonly chain: readonly Uint8Array[];
}

export function readIssuer(own: IssuedCertificate): Issuer {
  const certificate = new X509Certificate(own.certificateDer);
  const [tbs = own.certificateDer] = der.children(own.certificateDer);
  const fields = der.children(tbs);
  // Version 1 is the DEFAULT and leaves no field.
  const [, , issuer, , subject] = fields[0]?.[0] === 0xa0 ? fields.slice(1) : fields;
  if (issuer === undefined || subject === undefined) throw new TypeError('not a certificate');
  const isRoot = Buffer.compare(issuer, subject) === 0 && certificate.verify(own.keyPair.publicKey);
  return {
    keyPair: own.keyPair,
    name: subject,
    keyIdentifier: readKeyIdentifier(fields),
    notAfterMs: Date.parse(certificate.validTo),
    chain: isRoot ? [] : own.chainDer,
  };
}

function readKeyIdentifier(fields: readonly der.Der[]): Uint8Array | undefined {
  const field = fields.find((candidate) => candidate[0] === 0xa3);
  if (field === undefined) return undefined;
  const wanted = Buffer.from(der.oid(extensionOids.subjectKeyIdentifier));
  const extension = der
    .children(der.contents(field))
    .find((candidate) => wanted.equals(der.children(candidate)[0] ?? wanted.subarray(1)));
  const value = extension && der.children(extension).at(-1);
  return value && der.contents(der.contents(value));
}
