import type {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  Certificate,
  DistributionPoint,
  GeneralName,
  Name,
  RelativeDistinguishedName,
  UncomparableName,
} from '@peercert/core';
import { der } from '@peercert/pki';

/**
 * A certificate written again from what core says of it, field by field, with the DER writer of another package: what
 * core left out, or read otherwise than it stands there, makes a difference.
 */
export function encodeCertificate(
  certificate: Certificate,
  content: (extension: Certificate['extensions'][number]) => Uint8Array = ({ value }) => value,
): Uint8Array {
  const written = der.children(certificate.tbsDer);
  const algorithm = encodeAlgorithm(certificate.signatureAlgorithm);
  const { version, extensions } = certificate;
  const tbs = der.sequence(
    ...(version === 1 ? [] : [der.constructed(0, der.integer(version - 1))]),
    der.integer(serialOf(certificate.serialNumber)),
    algorithm,
    encodeName(certificate.issuer),
    encodeValidity(certificate, written[version === 1 ? 3 : 4]),
    encodeName(certificate.subject),
    encodePublicKey(certificate),
    // The model does not keep unique identifiers, only that there are some.
    ...written.filter((field) => field[0] === 0x81 || field[0] === 0x82),
    ...(extensions.length === 0
      ? []
      : [der.constructed(3, der.sequence(...extensions.map((one) => encodeExtension(one, content(one)))))]),
  );
  return der.sequence(tbs, algorithm, der.bitString(certificate.signature));
}

/** A minus sign stands in front of the magnitude of a negative one. */
function serialOf(text: string): bigint {
  return text.startsWith('-') ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
}

function encodeAlgorithm({ oid, parameters }: AlgorithmIdentifier): Uint8Array {
  return der.sequence(der.oid(oid), ...(parameters === undefined ? [] : [parameters]));
}

/** Whether a time before 2050 stands as GeneralizedTime is the one thing that is not in the model. */
function encodeValidity({ notBefore, notAfter }: Certificate, written: Uint8Array | undefined): Uint8Array {
  const [first, second] = der.children(written ?? der.sequence());
  const encode = (date: Date, as: Uint8Array | undefined): Uint8Array =>
    as?.[0] === 0x18 ? der.generalizedTime(digitsOf(date)) : der.utcTime(digitsOf(date).slice(2));
  return der.sequence(encode(notBefore, first), encode(notAfter, second));
}

const digitsOf = (date: Date): string => date.toISOString().replace(/\.000|[-:T]/g, '');

function encodePublicKey({ publicKey }: Certificate): Uint8Array {
  // The count of unused bits in a key of an unknown kind is not kept.
  if (publicKey.keyType === 'unsupported') return publicKey.der;
  return der.sequence(encodeAlgorithm(publicKey.algorithm), der.bitString(publicKey.key));
}

function encodeExtension({ oid, critical }: Certificate['extensions'][number], value: Uint8Array): Uint8Array {
  return der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value));
}

export function encodeName(name: Name): Uint8Array {
  return der.sequence(...name.rdns.map((rdn) => encodeRdn(rdn)));
}

function encodeRdn(rdn: RelativeDistinguishedName, identifier = 0x31): Uint8Array {
  return der.tlv(identifier, ...rdn.map(encodeAttribute));
}

function encodeAttribute(attribute: AttributeTypeAndValue): Uint8Array {
  return der.sequence(der.oid(attribute.type), encodeText(attribute) ?? attribute.der);
}

/** The text in the string type that the value had. */
function encodeText({ text, der: value }: AttributeTypeAndValue): Uint8Array | undefined {
  if (text === undefined) return undefined;
  switch (value[0]) {
    case 0x0c:
      return der.utf8String(text);
    case 0x14:
      return der.teletexString(text);
    case 0x1c:
      return der.universalString(text);
    case 0x1e:
      return der.bmpString(text);
    default:
      return der.tlv(value[0] ?? 0, der.ascii(text));
  }
}

export function encodeGeneralName(name: GeneralName): Uint8Array {
  switch (name.kind) {
    case 'otherName':
      return der.constructed(0, der.oid(name.typeId), der.constructed(0, name.value));
    case 'rfc822Name':
      return der.primitive(1, der.ascii(name.value));
    case 'dNSName':
      return der.primitive(2, der.ascii(name.value));
    case 'directoryName':
      return der.constructed(4, encodeName(name.name));
    case 'uniformResourceIdentifier':
      return der.primitive(6, der.ascii(name.value));
    case 'iPAddress':
      return der.primitive(7, name.bytes);
    case 'registeredID':
      return der.primitive(8, der.oidOctets(name.oid));
    case 'x400Address':
    case 'ediPartyName':
      return name.value;
    case 'uncomparable':
      return encodeUncomparable(name);
  }
}

function encodeUncomparable(name: UncomparableName): Uint8Array {
  switch (name.of) {
    case 'otherName':
      return der.constructed(0, der.oid(name.typeId), der.constructed(0, name.bytes));
    case 'rfc822Name':
      return der.primitive(1, name.bytes);
    case 'dNSName':
      return der.primitive(2, name.bytes);
    case 'directoryName':
      return der.constructed(4, name.bytes);
    case 'uniformResourceIdentifier':
      return der.primitive(6, name.bytes);
    case 'iPAddress':
      return der.primitive(7, name.bytes);
  }
}

type Field = (certificate: Certificate) => Uint8Array | undefined;

/** The standard extensions that the model decodes, written from their decoded form. */
export const decodedExtensions: Readonly<Record<string, Field>> = {
  '2.5.29.19': ({ basicConstraints: value }) =>
    value &&
    der.sequence(...(value.cA ? [der.boolean(true)] : []), ...optional(value.pathLenConstraint, (n) => der.integer(n))),
  '2.5.29.15': ({ keyUsage }) => keyUsage && der.namedBits([...keyUsage].map((bit) => keyUsageBits.indexOf(bit))),
  '2.5.29.37': ({ extendedKeyUsage }) => extendedKeyUsage && der.sequence(...extendedKeyUsage.map(der.oid)),
  '2.5.29.17': ({ subjectAltName }) => der.sequence(...subjectAltName.map(encodeGeneralName)),
  '2.5.29.18': ({ issuerAltName }) => der.sequence(...issuerAltName.map(encodeGeneralName)),
  '2.5.29.30': ({ nameConstraints }) => nameConstraints && encodeNameConstraints(nameConstraints),
  '2.5.29.32': ({ certificatePolicies }) =>
    certificatePolicies &&
    der.sequence(
      ...certificatePolicies.map(({ policyIdentifier, qualifiers }) =>
        der.sequence(der.oid(policyIdentifier), ...optional(qualifiers, (value) => value)),
      ),
    ),
  '2.5.29.33': ({ policyMappings }) =>
    policyMappings &&
    der.sequence(
      ...policyMappings.map((one) => der.sequence(der.oid(one.issuerDomainPolicy), der.oid(one.subjectDomainPolicy))),
    ),
  '2.5.29.36': ({ policyConstraints: value }) =>
    value &&
    der.sequence(
      ...optional(value.requireExplicitPolicy, (n) => der.primitive(0, der.contents(der.integer(n)))),
      ...optional(value.inhibitPolicyMapping, (n) => der.primitive(1, der.contents(der.integer(n)))),
    ),
  '2.5.29.54': ({ inhibitAnyPolicy }) => (inhibitAnyPolicy === undefined ? undefined : der.integer(inhibitAnyPolicy)),
  '2.5.29.35': ({ authorityKeyIdentifier: value }) =>
    value &&
    der.sequence(
      ...optional(value.keyIdentifier, (octets) => der.primitive(0, octets)),
      ...optional(value.authorityCertIssuer, (names) => der.constructed(1, ...names.map(encodeGeneralName))),
      ...optional(value.authorityCertSerialNumber, (serial) =>
        der.primitive(2, der.contents(der.integer(serialOf(serial)))),
      ),
    ),
  '2.5.29.14': ({ subjectKeyIdentifier }) => subjectKeyIdentifier && der.octetString(subjectKeyIdentifier),
  '2.5.29.31': ({ crlDistributionPoints: points }) => points && der.sequence(...points.map(encodeDistributionPoint)),
  '2.5.29.46': ({ freshestCrl: points }) => points && der.sequence(...points.map(encodeDistributionPoint)),
  '1.3.6.1.5.5.7.1.1': ({ authorityInfoAccess }) =>
    authorityInfoAccess &&
    der.sequence(
      ...authorityInfoAccess.map((one) =>
        der.sequence(der.oid(one.accessMethod), encodeGeneralName(one.accessLocation)),
      ),
    ),
};

const optional = <T>(value: T | undefined, encode: (value: T) => Uint8Array): Uint8Array[] =>
  value === undefined ? [] : [encode(value)];

const keyUsageBits: readonly string[] = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];

const reasonBits: readonly string[] = [
  'unused',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
];

export function encodeNameConstraints(value: NonNullable<Certificate['nameConstraints']>): Uint8Array {
  const subtrees = (identifier: number, bases: readonly GeneralName[]): Uint8Array[] =>
    bases.length === 0
      ? []
      : [der.constructed(identifier, ...bases.map((base) => der.sequence(encodeGeneralName(base))))];
  return der.sequence(...subtrees(0, value.permittedSubtrees), ...subtrees(1, value.excludedSubtrees));
}

function encodeDistributionPoint({ distributionPoint: point, reasons, cRLIssuer }: DistributionPoint): Uint8Array {
  return der.sequence(
    ...optional(point, (name) =>
      der.constructed(
        0,
        name.kind === 'fullName' ? der.constructed(0, ...name.names.map(encodeGeneralName)) : encodeRdn(name.rdn, 0xa1),
      ),
    ),
    ...optional(reasons, (flags) =>
      der.primitive(1, der.contents(der.namedBits([...flags].map((flag) => reasonBits.indexOf(flag))))),
    ),
    ...optional(cRLIssuer, (names) => der.constructed(2, ...names.map(encodeGeneralName))),
  );
}
