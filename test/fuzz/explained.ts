import type { Certificate } from '@peercert/core';

/** What others refuse and core accepts, on purpose. */
export interface Explanation {
  readonly by: 'node:crypto' | 'openssl' | 'pkijs';
  /** What the other one says. */
  readonly says: RegExp;
  /** Of which certificates it may say so: one alone, or a verified path from the leaf to the anchor. Default: of all. */
  readonly of?: (path: readonly Certificate[]) => boolean;
  /** Why core is right. */
  readonly because: string;
  /** The sentence of the standard that says so. */
  readonly sentence: string;
}

const links = (path: readonly Certificate[]): readonly (readonly [child: Certificate, issuer: Certificate])[] =>
  path.slice(0, -1).map((child, index) => [child, path[index + 1] as Certificate]);

export const explained: readonly Explanation[] = [
  {
    by: 'node:crypto',
    says: /^error:03000072:digital envelope routines::decode error/,
    of: ([certificate]) => certificate?.publicKey.keyType === 'ec',
    because: 'The point is not on its curve. That is seen when the key is loaded, and nothing verifies with it.',
    sentence:
      'RFC 5480 2.2: "The elliptic curve public key (a value of type ECPoint which is an OCTET STRING) is mapped to a subjectPublicKey"',
  },
  {
    by: 'node:crypto',
    says: /^error:0480006C:PEM routines::no start line/,
    of: ([certificate]) => certificate !== undefined && hasAttributeOfOtherType(certificate),
    because: 'OpenSSL reads attribute values of the types that it can print, and no OBJECT IDENTIFIER for one.',
    sentence: 'RFC 5280 4.1.2.4: "AttributeValue ::= ANY -- DEFINED BY AttributeType"',
  },
  {
    by: 'openssl',
    says: /^error (20|30) at/,
    of: (path) => links(path).some(([child, issuer]) => isOtherKey(child, issuer)),
    because:
      'OpenSSL takes an issuer only if the identifiers of authorityKeyIdentifier are its own. They help to find the issuer; the signature proves it.',
    sentence:
      'RFC 5280 4.2.1.1: "The authority key identifier extension provides a means of identifying the public key corresponding to the private key used to sign a certificate"; 6.1 does not compare it.',
  },
  {
    by: 'openssl',
    says: /^error (47|48) at 0/,
    of: ([leaf, ...issuers]) =>
      leaf?.subjectAltName.every(({ kind }) => kind !== 'dNSName') === true &&
      issuers.some(({ nameConstraints }) => hasDnsSubtree(nameConstraints)),
    because: 'OpenSSL takes a CN for a host name when there is no dNSName. No CN is ever matched as one here.',
    sentence:
      'RFC 5280 4.2.1.10: "Restrictions apply to the subject distinguished name and apply to subject alternative names." Those on the form dNSName apply to names of that form.',
  },
  {
    by: 'pkijs',
    says: /^-1 No valid certificate paths found/,
    of: (path) => links(path).some(([child, issuer]) => isOtherKey(child, issuer)),
    because: 'pkijs takes an issuer only if the identifiers of authorityKeyIdentifier are its own, as OpenSSL does.',
    sentence:
      'RFC 5280 4.2.1.1: "The authority key identifier extension provides a means of identifying the public key corresponding to the private key used to sign a certificate"; 6.1 does not compare it.',
  },
  {
    by: 'pkijs',
    says: /^14 One of intermediate certificates is not a CA certificate/,
    of: ({ length }) => length === 1,
    because:
      'The leaf is itself the trust anchor: the operator listed this very client. pkijs takes every anchor for an issuer.',
    sentence:
      'RFC 5280 6.1.1 (d): "The trust anchor information may be provided to the path processing procedure in the form of a self-signed certificate."',
  },
];

function hasAttributeOfOtherType({ issuer, subject, subjectAltName }: Certificate): boolean {
  const names = [
    issuer,
    subject,
    ...subjectAltName.flatMap((name) => (name.kind === 'directoryName' ? [name.name] : [])),
  ];
  return names.some(({ rdns }) => rdns.some((rdn) => rdn.some(({ text }) => text === undefined)));
}

function hasDnsSubtree(constraints: Certificate['nameConstraints']): boolean {
  const bases = [...(constraints?.permittedSubtrees ?? []), ...(constraints?.excludedSubtrees ?? [])];
  return bases.some(({ kind }) => kind === 'dNSName');
}

function isOtherKey(child: Certificate, issuer: Certificate): boolean {
  const { keyIdentifier, authorityCertSerialNumber } = child.authorityKeyIdentifier ?? {};
  const own = issuer.subjectKeyIdentifier;
  const isOtherKeyIdentifier =
    keyIdentifier !== undefined && own !== undefined && Buffer.compare(keyIdentifier, own) !== 0;
  return (
    isOtherKeyIdentifier ||
    (authorityCertSerialNumber !== undefined && authorityCertSerialNumber !== issuer.serialNumber)
  );
}

export function isExplained(by: Explanation['by'], said: string, path: readonly Certificate[]): boolean {
  return explained.some((entry) => entry.by === by && entry.says.test(said) && (entry.of?.(path) ?? true));
}
