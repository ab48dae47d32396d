import type { Certificate } from '@peercert/core';
import { type Element, parseElement } from './mutation/tree.ts';

/** What others refuse and core accepts, on purpose. */
export interface Explanation {
  readonly by: 'node:crypto' | 'openssl' | 'pkijs';
  /** What the other one says. */
  readonly says: RegExp;
  /** Of which certificates it may say so: one alone, or a verified path from the leaf to the anchor. Default: of all. */
  readonly of?: (path: readonly Certificate[], nowMs: number) => boolean;
  /** Why core is right. */
  readonly because: string;
  /** The sentence of the standard that says so. */
  readonly sentence: string;
}

const links = (path: readonly Certificate[]): readonly (readonly [child: Certificate, issuer: Certificate])[] =>
  path.slice(0, -1).map((child, index) => [child, path[index + 1] as Certificate]);

const anyValue = 'RFC 5280 4.1.2.4: "AttributeValue ::= ANY -- DEFINED BY AttributeType"';

const parametersVary =
  'RFC 5280 4.1.1.2: "The contents of the optional parameters field will vary according to the algorithm identified."';

const ed25519 = '1.3.101.112';

const throughNotAfter =
  'RFC 5280 4.1.2.5: "The validity period for a certificate is the period of time from notBefore through notAfter, inclusive."';

function isLastSecond(path: readonly Certificate[], nowMs: number): boolean {
  return path.some(({ notAfterMs }) => notAfterMs === nowMs - (nowMs % 1000));
}

export const explained: readonly Explanation[] = [
  {
    by: 'node:crypto',
    says: /^error:03000072:digital envelope routines::decode error/,
    of: ([certificate]) => certificate?.publicKey.keyType === 'ec',
    because: 'The point is not on its curve. That is seen when the key is loaded, and nothing verifies with it.',
    sentence:
      'RFC 5280 6.1.3 (a)(1): "The signature on the certificate can be verified using working_public_key_algorithm, the working_public_key, and the working_public_key_parameters."',
  },
  {
    by: 'node:crypto',
    says: /^error:0480006C:PEM routines::no start line/,
    of: (path) => path.some(hasAttributeOfOtherType),
    because: 'OpenSSL reads attribute values of the types that it can print, and no OBJECT IDENTIFIER for one.',
    sentence: anyValue,
  },
  {
    by: 'node:crypto',
    says: /^rsa key written otherwise/,
    of: ([certificate]) => certificate?.deviations.includes('rsa_key_parameters_absent') === true,
    because: 'OpenSSL writes the NULL that the algorithm of the key lacks.',
    sentence: 'RFC 3279 2.3.1: "The parameters field MUST have ASN.1 type NULL for this algorithm identifier."',
  },
  {
    by: 'openssl',
    says: /^certificate not loaded/,
    of: (path) => path.some(hasAttributeOfOtherType),
    because: 'OpenSSL reads attribute values of the types that it can print, and no OBJECT IDENTIFIER for one.',
    sentence: anyValue,
  },
  {
    by: 'node:crypto',
    says: /^error:0480006C:PEM routines::no start line/,
    of: (path) => path.some(hasParametersOfUnknownAlgorithm),
    because: 'OpenSSL reads the parameters of algorithms that it does not know: a BMPString, say, of half a character.',
    sentence: parametersVary,
  },
  {
    by: 'openssl',
    says: /^certificate not loaded/,
    of: (path) => path.some(hasParametersOfUnknownAlgorithm),
    because: 'OpenSSL reads the parameters of algorithms that it does not know: a BMPString, say, of half a character.',
    sentence: parametersVary,
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
      'RFC 5280 4.2.1.10: "Restrictions apply only when the specified name form is present. If no name of the type is in the certificate, the certificate is acceptable."',
  },
  {
    by: 'openssl',
    says: /^error 10 at/,
    of: isLastSecond,
    because: 'It is the last second of a certificate, which OpenSSL does not count as valid.',
    sentence: throughNotAfter,
  },
  {
    by: 'openssl',
    says: /^error 89 at/,
    of: (path) => path.some(isAuthorityForOtherThanCertificates),
    because: 'OpenSSL asks for it of every authority; the RFC of those whose key validates signatures on certificates.',
    sentence:
      'RFC 5280 4.2.1.9: "This extension MAY appear as a critical or non-critical extension in CA certificates that contain public keys used exclusively for purposes other than validating digital signatures on certificates."',
  },
  {
    by: 'openssl',
    says: /^error 92 at/,
    because:
      'An authority without keyUsage breaks a rule for those who issue; who validates is told what to do about it.',
    sentence: 'RFC 5280 6.1.4 (n): "If a key usage extension is present, verify that the keyCertSign bit is set."',
  },
  {
    by: 'pkijs',
    says: /^exception: /,
    of: (path) => path.some(hasParametersOfUnknownAlgorithm),
    because: 'pkijs reads the parameters of algorithms that it does not know: a GeneralizedTime, say, that is no time.',
    sentence: parametersVary,
  },
  {
    by: 'pkijs',
    says: /^exception: AsnError: Error during parsing of ASN\.1 data/,
    of: (path) => path.some(hasManyElements),
    because: 'pkijs reads 10,000 elements at most. How large a certificate may be is said in octets here.',
    sentence: 'RFC 5280 4.2.1.6: "GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName"',
  },
  {
    by: 'pkijs',
    says: /^8 The certificate is either not yet valid or expired/,
    of: isLastSecond,
    because: 'It is the last second of a certificate, of which pkijs counts the first millisecond.',
    sentence: throughNotAfter,
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
    says: /^-1 No valid certificate paths found/,
    of: (path) => path.some(({ signatureAlgorithm }) => signatureAlgorithm.oid === ed25519),
    because: 'pkijs does not verify Ed25519, and takes what it cannot verify for no issuer.',
    sentence:
      'RFC 8410 3: "The same algorithm identifiers are used for identifying a public key, a private key, and a signature (for the two EdDSA related OIDs)."',
  },
  {
    by: 'pkijs',
    says: /^(-1|10|14) /,
    of: ({ length }) => length === 1,
    because:
      'The leaf is itself the trust anchor: the operator listed this very client. pkijs takes every anchor for an issuer.',
    sentence:
      'RFC 5280 6.1.1 (d): "The trust anchor information may be provided to the path processing procedure in the form of a self-signed certificate."',
  },
];

export function hasAttributeOfOtherType({ issuer, subject, subjectAltName }: Certificate): boolean {
  const names = [
    issuer,
    subject,
    ...subjectAltName.flatMap((name) => (name.kind === 'directoryName' ? [name.name] : [])),
  ];
  return names.some(({ rdns }) => rdns.some((rdn) => rdn.some(({ text }) => text === undefined)));
}

/** With such a key nothing verifies, and no such signature is verified. */
function hasParametersOfUnknownAlgorithm({ publicKey, signatureAlgorithm }: Certificate): boolean {
  return (
    (publicKey.keyType === 'unsupported' && publicKey.algorithm.parameters !== undefined) ||
    (!knownSignatures.test(signatureAlgorithm.oid) && signatureAlgorithm.parameters !== undefined)
  );
}

/** PKCS #1, ECDSA and EdDSA. */
const knownSignatures = /^1\.2\.840\.113549\.1\.1\.|^1\.2\.840\.10045\.4\.|^1\.3\.101\.11[23]$/;

/** Those within strings among them. */
function countElements({ children = [] }: Element): number {
  return children.reduce((count, child) => count + countElements(child), 1);
}

function hasManyElements({ der }: Certificate): boolean {
  const root = parseElement(der);
  return root !== undefined && countElements(root) > 10_000;
}

function hasDnsSubtree(constraints: Certificate['nameConstraints']): boolean {
  const bases = [...(constraints?.permittedSubtrees ?? []), ...(constraints?.excludedSubtrees ?? [])];
  return bases.some(({ kind }) => kind === 'dNSName');
}

function isAuthorityForOtherThanCertificates({ basicConstraints, keyUsage }: Certificate): boolean {
  return basicConstraints?.cA === true && keyUsage !== undefined && !keyUsage.has('keyCertSign');
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

/** Whether there is an explanation for what is said of one certificate, or of a path at a time. */
export function isExplained(
  by: Explanation['by'],
  said: string,
  path: readonly Certificate[],
  nowMs: number = Number.NaN,
): boolean {
  return explained.some((entry) => entry.by === by && entry.says.test(said) && (entry.of?.(path, nowMs) ?? true));
}
