import { createPublicKey } from 'node:crypto';
import { type Certificate, type Deviation, type GeneralName, tolerances } from '@peercert/core';
import { explained as explainedByFuzzer, hasAttributeOfOtherType } from '../fuzz/explained.ts';
import { issuerOf, partsOf, subjectOf } from '../fuzz/keyring.ts';
import { parseElement, writeElement } from '../fuzz/mutation/tree.ts';
import { refusals } from './refusals.ts';
import type { Case } from './verdicts.ts';

export type Table =
  | 'refused here, taken by OpenSSL'
  | 'refused here, taken by Go alone'
  | 'taken here, refused by OpenSSL'
  | 'taken here, refused by Go'
  | 'refused by strict alone, taken by OpenSSL';

/** Why something is taken here that somebody else refuses. */
interface Explanation {
  readonly says: RegExp;
  /** Of which paths, the anchor last. Default: of all. */
  readonly of?: (path: readonly Certificate[], nowMs: number) => boolean;
  readonly because: string;
}

const oids = {
  netscapeCertType: '2.16.840.1.113730.1.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  rsassaPss: '1.2.840.113549.1.1.10',
} as const;

/** Deviations, by name. */
const malformedNames: ReadonlySet<Deviation> = new Set([
  'directory_name_empty',
  'dns_name',
  'dns_name_underscore',
  'ip_address',
  'other_name',
  'rfc822_name',
  'uri',
]);
const malformedTexts: ReadonlySet<string> = new Set([
  'attribute_characters',
  'attribute_control',
  'attribute_not_text',
  'attribute_string_type',
  'der_string_printable',
]);

const noSuchPoint: Pick<Explanation, 'of' | 'because'> = {
  of: ([leaf]) => leaf?.publicKey.keyType === 'ec' && !isKey(leaf),
  because:
    'the key of the client is no point of its curve, or one in a form that is read later: no handshake succeeds with it',
};

const byOpenssl: readonly Explanation[] = [
  {
    says: /^error 20 at/,
    of: (path) =>
      path.some((child, index) => isSpeltOtherwise(child, path[index + 1]) && hasNumericString(child, path[index + 1])),
    because:
      'OpenSSL compares a NumericString with strings of other types by its octets; RFC 5280 7.1 has its characters compared',
  },
  ...explainedByFuzzer.flatMap(({ by, says, of, because }): Explanation[] =>
    by === 'openssl' ? [{ says, because, ...(of === undefined ? {} : { of }) }] : [],
  ),
  { says: /^error 1 at 0/, ...noSuchPoint },
  {
    says: /^error 20 at/,
    of: (path) =>
      path.some((certificate) => hasAttributeOfOtherType(certificate) || namesIn(certificate).some(isUnread)),
    because:
      'OpenSSL reads no extension of a certificate in which a name has a value of another type than it can print, or an otherName is no string of its type; nothing asks for that',
  },
  {
    says: /^error 1 at 0/,
    of: ([leaf, ...issuers]) =>
      leaf?.subject.rdns.some((rdn) => rdn.some(({ text }) => text === undefined)) === true &&
      hasSubtree(issuers, (base) => formOf(base) === 'dNSName'),
    because:
      'OpenSSL takes a CN for a host name when there is no dNSName, also one that is no text. No CN is ever matched as one here',
  },
  {
    says: /^error (26|20) at/,
    of: (path) => path.some(({ extensions }) => extensions.some(({ oid }) => oid === oids.netscapeCertType)),
    because:
      'OpenSSL obeys netscapeCertType, which is in no RFC (RFC 5280 4.2: what is not critical and not known is ignored)',
  },
  {
    says: /^error 51 at/,
    of: (path) => hasSubtree(path, (base) => formOf(base) === 'otherName'),
    because: 'constraints on user principal names are processed here, and not by OpenSSL',
  },
  {
    says: /^error 53 at/,
    of: (path) => !hasSubtree(path, (base) => formOf(base) === 'rfc822Name'),
    because:
      'OpenSSL looks at the form of mail addresses before it knows that no constraint speaks of them (RFC 5280 4.2.1.10)',
  },
  {
    says: /^error 26 at/,
    of: (path) =>
      path.some(
        ({ extendedKeyUsage }) => extendedKeyUsage !== undefined && !extendedKeyUsage.includes(oids.clientAuth),
      ),
    because: 'anyExtendedKeyUsage allows every use (RFC 5280 4.2.1.12), which OpenSSL does not take for a TLS client',
  },
];

const byGo: readonly Explanation[] = [
  { says: /failed to unmarshal elliptic curve point/, ...noSuchPoint },
  {
    says: /cannot verify signature: algorithm unimplemented/,
    of: (path) => path.some(({ signatureAlgorithm: { oid } }) => oid === oids.rsassaPss),
    because:
      'Go takes three sets of parameters of RSASSA-PSS alone, with NULL beside the hashes and a salt of their length; RFC 4055 3.1 lets the salt have any',
  },
  {
    says: /failed to unmarshal elliptic curve point/,
    of: (path) => path.some(({ publicKey: { key, keyType } }) => keyType === 'ec' && key[0] !== 0x04),
    because: 'Go reads no compressed point (RFC 5480 2.2: MAY support)',
  },
  {
    says: /unhandled critical extension/,
    of: (path) => path.some(({ extensions }) => extensions.some(({ critical }) => critical)),
    because:
      'Go processes fewer critical extensions: none of policies, and name constraints and names of four kinds alone',
  },
  {
    says: /certificate signed by unknown authority$/,
    of: (path) => path.some((child, index) => isSpeltOtherwise(child, path[index + 1])),
    because: 'Go compares names octet by octet; RFC 5280 7.1 has their characters compared',
  },
  {
    says: /cannot parse URI .* invalid URL escape/,
    of: (path) => path.some((one) => namesIn(one).some(({ kind }) => kind === 'uniformResourceIdentifier')),
    because: 'Go reads no URI whose host has an escaped octet; RFC 3986 3.2.2 has it',
  },
  {
    says: /: URI .* is excluded by constraint "[^."]/,
    of: (path) => hasSubtree(path, (base) => formOf(base) === 'uniformResourceIdentifier'),
    because:
      'Go takes a constraint on URIs without a leading period for a domain; RFC 5280 4.2.1.10 has it name one host, as OpenSSL reads it',
  },
  {
    says: /invalid attribute type|malformed extension OID field|invalid extended key usages/,
    of: (path) =>
      path.some((certificate) =>
        oidsOf(certificate).some((oid) => oid.split('.').some((arc) => Number(arc) >= 2 ** 31)),
      ),
    because: 'Go reads no OBJECT IDENTIFIER whose arcs go beyond 31 bits',
  },
  {
    says: /(cannot parse (dnsName|rfc822Name|URI|IP address)|SAN \w+ is malformed)/,
    of: (path) => path.some(({ deviations }) => deviations.some((one) => malformedNames.has(one))),
    because:
      'Go reads no certificate with a name that is not in the form of its kind. Here it is kept as octets and equal to nothing',
  },
  {
    says: /(failed to parse \w+ constraint|IP constraint contained|invalid constraint value)/,
    of: (path) => path.some(({ deviations }) => deviations.some((one) => one.startsWith('name_constraint_'))),
    because:
      'Go reads no certificate with a constraint that is not in the form of its kind. Here it refuses every name of that kind',
  },
  {
    says: /invalid attribute value: invalid \w+/,
    of: (path) => path.some(({ deviations }) => deviations.some((one) => malformedTexts.has(one))),
    because:
      'Go reads no certificate with an attribute that has other characters than its string type. Here it is kept as octets, or has one meaning',
  },
  {
    says: /malformed extension critical field|invalid basic constraints/,
    of: (path) => path.some(({ deviations }) => deviations.some((one) => String(one) === 'der_boolean_true')),
    because: 'Go reads no certificate with a BOOLEAN whose true is not FF',
  },
  {
    says: /RSA key missing NULL parameters/,
    of: (path) =>
      path.some(({ publicKey: { algorithm, keyType } }) => keyType === 'rsa' && algorithm.parameters === undefined),
    because: 'Go reads no RSA key whose algorithm lacks its NULL, which says nothing',
  },
  {
    says: /unsupported string type/,
    because: 'Go reads fewer types of attribute values; RFC 5280 4.1.2.4 allows any',
  },
  {
    says: /invalid CRL distribution point/,
    because: 'Go reads no name that is relative to an issuer; RFC 5280 4.2.1.13 has it',
    of: (path) => path.some(({ crlDistributionPoints }) => crlDistributionPoints !== undefined),
  },
];

/** The text that explains a disagreement; `undefined` when nothing does. */
export function explanationOf(table: Table, kind: string, one: Case): string | undefined {
  switch (table) {
    case 'refused here, taken by OpenSSL':
    case 'refused here, taken by Go alone':
      return refusals.get(kind);
    case 'refused by strict alone, taken by OpenSSL':
      return tolerances.find(({ deviation }) => kind === deviation)?.because;
    case 'taken here, refused by OpenSSL':
      return becauseOf(byOpenssl, one.openssl.says.replace(/^not loaded/, 'certificate not loaded'), one);
    case 'taken here, refused by Go':
      return becauseOf(byGo, one.go?.says ?? '', one);
  }
}

function becauseOf(table: readonly Explanation[], said: string, { input, interoperable }: Case): string | undefined {
  const path = interoperable.path ?? [];
  return table.find(({ says, of }) => says.test(said) && (of?.(path, input.nowMs) ?? true))?.because;
}

function isKey({ publicKey }: Certificate): boolean {
  try {
    createPublicKey({ key: Buffer.from(publicKey.der), format: 'der', type: 'spki' });
    return true;
  } catch {
    return false;
  }
}

function isSpeltOtherwise(child: Certificate, issuer: Certificate | undefined): boolean {
  const [of, by] = [partsOf(parseElement(child.der)), issuer && partsOf(parseElement(issuer.der))];
  if (of === undefined || by === undefined) return false;
  return Buffer.compare(writeElement(issuerOf(of)), writeElement(subjectOf(by))) !== 0;
}

function hasNumericString(child: Certificate, issuer: Certificate | undefined): boolean {
  return [child.issuer, issuer?.subject].some(
    (name) => name?.rdns.some((rdn) => rdn.some(({ der }) => der[0] === 0x12)) === true,
  );
}

/** Those that OpenSSL reads before it looks for the issuer. */
function namesIn(certificate: Certificate): readonly GeneralName[] {
  const { authorityKeyIdentifier, crlDistributionPoints = [], nameConstraints, subjectAltName } = certificate;
  const points = crlDistributionPoints.flatMap(({ cRLIssuer = [], distributionPoint: point }) => [
    ...cRLIssuer,
    ...(point?.kind === 'fullName' ? point.names : []),
  ]);
  const bases = [...(nameConstraints?.permittedSubtrees ?? []), ...(nameConstraints?.excludedSubtrees ?? [])];
  return [...subjectAltName, ...bases, ...points, ...(authorityKeyIdentifier?.authorityCertIssuer ?? [])];
}

function isUnread(name: GeneralName): boolean {
  if (name.kind !== 'directoryName') return formOf(name) === 'otherName';
  return name.name.rdns.some((rdn) => rdn.some(({ text }) => text === undefined));
}

const formOf = (name: GeneralName): string => (name.kind === 'uncomparable' ? name.of : name.kind);

function hasSubtree(path: readonly Certificate[], is: (base: GeneralName) => boolean): boolean {
  return path.some(({ nameConstraints }) =>
    [...(nameConstraints?.permittedSubtrees ?? []), ...(nameConstraints?.excludedSubtrees ?? [])].some(is),
  );
}

function oidsOf({ extendedKeyUsage = [], extensions, issuer, subject }: Certificate): readonly string[] {
  const types = [issuer, subject].flatMap(({ rdns }) => rdns.flatMap((rdn) => rdn.map(({ type }) => type)));
  return [...extensions.map(({ oid }) => oid), ...extendedKeyUsage, ...types];
}
