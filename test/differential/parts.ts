import { der } from '@peercert/pki';
import { type CertificateParts, extensionsOf, type Signer } from '../fuzz/keyring.ts';
import { type Element, parseElement, primitive } from '../fuzz/mutation/tree.ts';
import type { Random } from '../fuzz/random.ts';

/** A chain that is being changed: its certificates as trees, and how each is to be signed. */
export interface Draft {
  /** The leaf first, the anchor last. */
  readonly chain: readonly CertificateParts[];
  /** The one to change. */
  readonly target: CertificateParts;
  /** Who signs the target. */
  readonly issuer: Signer;
  /** How the target is signed, where it is not as usual. */
  signing: Signing | undefined;
}

export interface Signing {
  /** `signature` and `signatureAlgorithm`. */
  readonly algorithm: Uint8Array;
  /** Default: what the key of the issuer is signed with. */
  readonly hash?: string;
  readonly pss?: { readonly saltLength: number };
  /** Another `signatureAlgorithm`, which is not signed. */
  readonly outer?: Uint8Array;
  /** What becomes of the signature. */
  readonly change?: (signature: Uint8Array) => Uint8Array;
}

/** Changes one thing of one certificate, so that the question is about its content. */
export type Mutation = (draft: Draft, random: Random) => void;

/** Well-formed or not: what is no tree becomes one element with these contents. */
export function element(bytes: Uint8Array): Element {
  const parsed = parseElement(bytes);
  if (parsed !== undefined) return parsed;
  const short = (bytes[1] ?? 0) < 0x80 ? 2 : 2 + ((bytes[1] ?? 0) & 0x7f);
  return primitive(bytes[0] ?? 0, bytes.subarray(short));
}

export const leafOf = ({ chain }: Draft): CertificateParts => chain[0] as CertificateParts;

/** An authority of the chain, or the only certificate. */
export function authorityOf({ chain }: Draft, random: Random): CertificateParts {
  return chain.length === 1
    ? (chain[0] as CertificateParts)
    : (chain[1 + random.below(chain.length - 1)] as CertificateParts);
}

/** `critical`: a BOOLEAN, or its contents verbatim, or nothing. */
export function putExtension(
  parts: CertificateParts,
  oid: string,
  value: Uint8Array,
  critical?: boolean | Uint8Array,
): void {
  removeExtension(parts, oid);
  extensionsOf(parts).push(extensionElement(oid, value, critical));
}

export function extensionElement(oid: string, value: Uint8Array, critical?: boolean | Uint8Array): Element {
  const flag =
    critical instanceof Uint8Array ? der.tlv(0x01, critical) : critical === true ? der.boolean(true) : undefined;
  return element(der.sequence(der.oid(oid), ...(flag === undefined ? [] : [flag]), der.octetString(value)));
}

export function removeExtension(parts: CertificateParts, oid: string): void {
  const list = extensionsOf(parts);
  const at = list.findIndex((one) => isOf(one, oid));
  if (at !== -1) list.splice(at, 1);
  if (list.length === 0) parts.fields.pop();
}

function isOf({ children }: Element, oid: string): boolean {
  const type = children?.[0]?.content;
  return type !== undefined && Buffer.compare(type, der.oidOctets(oid)) === 0;
}

export function setField(parts: CertificateParts, name: Field, bytes: Uint8Array): void {
  const offset = fieldOffsets[name];
  parts.fields[parts.at + offset] = element(bytes);
}

export type Field = keyof typeof fieldOffsets;

const fieldOffsets = { serialNumber: -1, signature: 0, issuer: 1, validity: 2, subject: 3, publicKey: 4 } as const;

export const oid = {
  subjectDirectoryAttributes: '2.5.29.9',
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
  subjectInfoAccess: '1.3.6.1.5.5.7.1.11',
  tlsFeature: '1.3.6.1.5.5.7.1.24',
  netscapeCertType: '2.16.840.1.113730.1.1',
  netscapeComment: '2.16.840.1.113730.1.13',
  microsoftTemplate: '1.3.6.1.4.1.311.21.7',
  signedCertificateTimestamps: '1.3.6.1.4.1.11129.2.4.2',
  unknown: '1.3.6.1.4.1.99999.77',
} as const;

export const hex = (text: string): Uint8Array => Buffer.from(text, 'hex');
export const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');
