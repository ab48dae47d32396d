/** The standard certificate extensions (RFC 5280 4.2) as values: for `extensions` of an issued or a forged certificate. */
import * as der from './der.ts';
import { type DistributionPointInput, encodeDistributionPoint } from './distribution-point.ts';
import { encodeGeneralName, encodeGeneralNames, type GeneralNameInput } from './general-name.ts';

/** Any extension. */
export interface ExtensionInput {
  /** Dotted object identifier. */
  readonly oid: string;
  /** Default false; then the DEFAULT is left out of the encoding, as DER asks. */
  readonly critical?: boolean;
  /** The content of `extnValue`: the DER of the extension itself. */
  readonly value: Uint8Array;
}

export const extensionOids = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  freshestCrl: '2.5.29.46',
  inhibitAnyPolicy: '2.5.29.54',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
} as const;

const keyUsageBits = {
  digitalSignature: 0,
  contentCommitment: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
  encipherOnly: 7,
  decipherOnly: 8,
} as const;

export type KeyUsage = keyof typeof keyUsageBits;

const purposes = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
  any: '2.5.29.37.0',
} as const;

/** A purpose by name, or a dotted object identifier. */
export type Purpose = keyof typeof purposes | `${number}.${number}${string}`;

/** The DER of an Extension. */
export function encodeExtension({ oid, critical = false, value }: ExtensionInput): der.Der {
  return der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value));
}

export interface BasicConstraintsInput {
  readonly cA: boolean;
  readonly pathLenConstraint?: number | undefined;
}

/** 4.2.1.9, critical. */
export function basicConstraints({ cA, pathLenConstraint }: BasicConstraintsInput): ExtensionInput {
  const pathLength = pathLenConstraint === undefined ? [] : [der.integer(pathLenConstraint)];
  const value = der.sequence(...(cA ? [der.boolean(true)] : []), ...pathLength);
  return { oid: extensionOids.basicConstraints, critical: true, value };
}

/** 4.2.1.3, critical. */
export function keyUsage(usages: readonly KeyUsage[]): ExtensionInput {
  const value = der.namedBits(usages.map((usage) => known(keyUsageBits, usage, 'key usage')));
  return { oid: extensionOids.keyUsage, critical: true, value };
}

/** 4.2.1.12, not critical. */
export function extendedKeyUsage(usages: readonly Purpose[]): ExtensionInput {
  const value = der.sequence(
    ...usages.map((usage) =>
      der.oid(/^\d/.test(usage) ? usage : known(purposes, usage as keyof typeof purposes, 'purpose')),
    ),
  );
  return { oid: extensionOids.extendedKeyUsage, value };
}

/** 4.2.1.6, critical only when the subject is empty. */
export function subjectAltName(names: readonly GeneralNameInput[], critical = false): ExtensionInput {
  return { oid: extensionOids.subjectAltName, critical, value: encodeGeneralNames(names) };
}

/** 4.2.1.7, not critical. */
export function issuerAltName(names: readonly GeneralNameInput[]): ExtensionInput {
  return { oid: extensionOids.issuerAltName, value: encodeGeneralNames(names) };
}

/** 4.2.1.2, not critical. */
export function subjectKeyIdentifier(identifier: Uint8Array): ExtensionInput {
  return { oid: extensionOids.subjectKeyIdentifier, value: der.octetString(identifier) };
}

export interface AuthorityKeyIdentifierInput {
  readonly keyIdentifier?: Uint8Array | undefined;
  readonly authorityCertIssuer?: readonly GeneralNameInput[] | undefined;
  readonly authorityCertSerialNumber?: number | bigint | undefined;
}

/** 4.2.1.1, not critical. */
export function authorityKeyIdentifier(input: AuthorityKeyIdentifierInput): ExtensionInput {
  const { keyIdentifier, authorityCertIssuer, authorityCertSerialNumber } = input;
  const value = der.sequence(
    ...(keyIdentifier ? [der.primitive(0, keyIdentifier)] : []),
    ...(authorityCertIssuer ? [der.constructed(1, ...authorityCertIssuer.map(encodeGeneralName))] : []),
    ...(authorityCertSerialNumber === undefined
      ? []
      : [der.primitive(2, der.contents(der.integer(authorityCertSerialNumber)))]),
  );
  return { oid: extensionOids.authorityKeyIdentifier, value };
}

/** A base name, or one with the `minimum` and `maximum` that RFC 5280 forbids to use. */
export type SubtreeInput =
  | GeneralNameInput
  | { readonly base: GeneralNameInput; readonly minimum?: number; readonly maximum?: number };

export interface NameConstraintsInput {
  readonly permitted?: readonly SubtreeInput[];
  readonly excluded?: readonly SubtreeInput[];
}

/** 4.2.1.10, critical. */
export function nameConstraints({ permitted, excluded }: NameConstraintsInput): ExtensionInput {
  const value = der.sequence(
    ...(permitted ? [der.constructed(0, ...permitted.map(encodeSubtree))] : []),
    ...(excluded ? [der.constructed(1, ...excluded.map(encodeSubtree))] : []),
  );
  return { oid: extensionOids.nameConstraints, critical: true, value };
}

function encodeSubtree(subtree: SubtreeInput): der.Der {
  if (!('base' in subtree)) return der.sequence(encodeGeneralName(subtree));
  const { base, minimum = 0, maximum } = subtree;
  return der.sequence(
    encodeGeneralName(base),
    ...(minimum === 0 ? [] : [der.primitive(0, der.contents(der.integer(minimum)))]),
    ...(maximum === undefined ? [] : [der.primitive(1, der.contents(der.integer(maximum)))]),
  );
}

/** A policy by its dotted object identifier, or with the DER of its `policyQualifiers`. */
export type PolicyInput = string | { readonly policyIdentifier: string; readonly qualifiers: Uint8Array };

/** 4.2.1.4, not critical. `'2.5.29.32.0'` is anyPolicy. */
export function certificatePolicies(policies: readonly PolicyInput[]): ExtensionInput {
  const value = der.sequence(
    ...policies.map((policy) =>
      typeof policy === 'string'
        ? der.sequence(der.oid(policy))
        : der.sequence(der.oid(policy.policyIdentifier), policy.qualifiers),
    ),
  );
  return { oid: extensionOids.certificatePolicies, value };
}

export interface PolicyMappingInput {
  readonly issuerDomainPolicy: string;
  readonly subjectDomainPolicy: string;
}

/** 4.2.1.5, critical. */
export function policyMappings(mappings: readonly PolicyMappingInput[]): ExtensionInput {
  const value = der.sequence(
    ...mappings.map((m) => der.sequence(der.oid(m.issuerDomainPolicy), der.oid(m.subjectDomainPolicy))),
  );
  return { oid: extensionOids.policyMappings, critical: true, value };
}

export interface PolicyConstraintsInput {
  readonly requireExplicitPolicy?: number | undefined;
  readonly inhibitPolicyMapping?: number | undefined;
}

/** 4.2.1.11, critical. */
export function policyConstraints(input: PolicyConstraintsInput): ExtensionInput {
  const skipCerts = (tag: number, count: number | undefined): der.Der[] =>
    count === undefined ? [] : [der.primitive(tag, der.contents(der.integer(count)))];
  const value = der.sequence(...skipCerts(0, input.requireExplicitPolicy), ...skipCerts(1, input.inhibitPolicyMapping));
  return { oid: extensionOids.policyConstraints, critical: true, value };
}

/** 4.2.1.14, critical. */
export function inhibitAnyPolicy(skipCerts: number): ExtensionInput {
  return { oid: extensionOids.inhibitAnyPolicy, critical: true, value: der.integer(skipCerts) };
}

/** The names of a distribution point, or all that it can say. */
export type PointInput = readonly GeneralNameInput[] | DistributionPointInput;

/** 4.2.1.13, not critical. */
export function crlDistributionPoints(points: readonly PointInput[]): ExtensionInput {
  return { oid: extensionOids.crlDistributionPoints, value: encodeDistributionPoints(points) };
}

/** 4.2.1.15 and 5.2.6, not critical. */
export function freshestCrl(points: readonly PointInput[]): ExtensionInput {
  return { oid: extensionOids.freshestCrl, value: encodeDistributionPoints(points) };
}

function encodeDistributionPoints(points: readonly PointInput[]): der.Der {
  return der.sequence(
    ...points.map((point) => encodeDistributionPoint(isList(point) ? { distributionPoint: point } : point)),
  );
}

const isList = (point: PointInput): point is readonly GeneralNameInput[] => Array.isArray(point);

export interface AuthorityInfoAccessInput {
  readonly ocsp?: readonly GeneralNameInput[];
  readonly caIssuers?: readonly GeneralNameInput[];
}

/** 4.2.2.1, not critical. */
export function authorityInfoAccess({ ocsp = [], caIssuers = [] }: AuthorityInfoAccessInput): ExtensionInput {
  const describe = (method: string) => (location: GeneralNameInput) =>
    der.sequence(der.oid(method), encodeGeneralName(location));
  const value = der.sequence(
    ...ocsp.map(describe('1.3.6.1.5.5.7.48.1')),
    ...caIssuers.map(describe('1.3.6.1.5.5.7.48.2')),
  );
  return { oid: extensionOids.authorityInfoAccess, value };
}

function known<T extends object, K extends keyof T>(table: T, key: K, what: string): T[K] {
  if (!Object.hasOwn(table, key))
    throw new TypeError(`unknown ${what} ${String(key)}: one of ${Object.keys(table).join(', ')}`);
  return table[key];
}
