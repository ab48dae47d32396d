import { hash } from 'node:crypto';
import { isUint8Array } from 'node:util/types';
import { DerReader } from '../encoding/der.ts';
import { DerError } from '../encoding/der-rules.ts';
import { decodePem, encodePem, type PemRule } from '../encoding/pem.ts';
import { serialNumberText } from '../encoding/serial-number.ts';
import { logText } from '../log-text.ts';
import { type Outcome, reason } from '../reasons.ts';
import { decodeAlgorithm } from './algorithm.ts';
import type { Deviation } from './deviations.ts';
import { decodeDistributionPoints } from './extensions/distribution-points.ts';
import { decodeExtendedKeyUsage } from './extensions/extended-key-usage.ts';
import type { ParsedExtension } from './extensions/extension.ts';
import { decodeInformationAccess } from './extensions/information-access.ts';
import { decodeAuthorityKeyIdentifier, decodeSubjectKeyIdentifier } from './extensions/key-identifiers.ts';
import { keyUsageBits } from './extensions/key-usage.ts';
import { decodeNameConstraints } from './extensions/name-constraints.ts';
import { decodeCertificatePolicies, decodePolicyMappings } from './extensions/policies.ts';
import { extensionOid } from './extensions/standard.ts';
import { decodeGeneralNames } from './general-name.ts';
import { type CertificateLayout, isSelfIssued, readLayout } from './layout.ts';
import { type FormRule, MalformedError, malformedRules } from './malformed.ts';
import { malformedDetail } from './malformed-detail.ts';
import type {
  AccessDescription,
  AlgorithmIdentifier,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  CertificateSummary,
  DistributionPoint,
  Extension,
  GeneralName,
  KeyUsageBit,
  Name,
  NameConstraints,
  PolicyConstraints,
  PolicyInformation,
  PolicyMapping,
  SubjectPublicKeyInfo,
} from './model.ts';
import { nameAt } from './name-der.ts';
import { publicKeyAt } from './public-key.ts';

const label = 'CERTIFICATE';

const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/**
 * Reads one DER certificate strictly (RFC 5280 section 4.1). The octets are copied, so that a later change of the input
 * changes nothing.
 *
 * @param index Which certificate of those presented this is, for the reason.
 * @returns `certificate_malformed` with the broken rule when the octets are not a certificate that can be read one way only.
 * @throws {TypeError} When `der` is not a `Uint8Array`: a mistake of the program, not of the client.
 */
export function parseCertificate(der: Uint8Array, index: number = 0): Outcome<Certificate> {
  if (!isUint8Array(der)) {
    throw new TypeError('parseCertificate takes DER as a Uint8Array; for PEM text there is parseCertificatePem');
  }
  const bytes = new Uint8Array(der);
  try {
    const certificate = new ParsedCertificate(bytes, readLayout(bytes));
    return { ok: true, value: certificate as unknown as Certificate };
  } catch (error) {
    if (error instanceof DerError || error instanceof MalformedError) {
      // A spelling that is only noted never comes here.
      const rule = error.rule as FormRule;
      return { ok: false, reason: reason('certificate_malformed', malformedDetail(bytes, index, rule)) };
    }
    throw error;
  }
}

/**
 * Reads a certificate from PEM text of exactly one block (RFC 7468 section 5), strictly: for what others send. Files of
 * one's own are read by `readCertificates`, in whatever form they lie around.
 *
 * @param index Which certificate of those presented this is, for the reason.
 */
export function parseCertificatePem(text: string, index: number = 0): Outcome<Certificate> {
  const decoded = decodePem(text, label);
  if (!decoded.ok) return malformedText(index, decoded.rule);
  const [der, ...more] = decoded.value;
  if (der === undefined || more.length > 0) return malformedText(index, 'pem_several');
  return parseCertificate(der, index);
}

function malformedText(index: number, rule: PemRule): Outcome<never> {
  const { section, explanation } = malformedRules[rule];
  return {
    ok: false,
    reason: reason('certificate_malformed', { index, rule, explanation: `${section}: ${explanation}` }),
  };
}

/** The public members of a certificate: the brand is not a value and cannot be declared here. */
type Unbranded = { readonly [Field in keyof Certificate as Field extends string ? Field : never]: Certificate[Field] };

/** What `readLayout` found, cut out and decoded when somebody asks. */
class ParsedCertificate implements Unbranded {
  readonly der: Uint8Array;
  readonly #layout: CertificateLayout;
  readonly #memory: Memory = nothingDecoded();

  constructor(der: Uint8Array, layout: CertificateLayout) {
    this.der = der;
    this.#layout = layout;
  }

  get version(): 1 | 2 | 3 {
    return this.#layout.version;
  }

  get notBeforeMs(): number {
    return this.#layout.notBeforeMs;
  }

  get notAfterMs(): number {
    return this.#layout.notAfterMs;
  }

  /** A Date of its own each time: Dates can be changed. */
  get notBefore(): Date {
    return new Date(this.#layout.notBeforeMs);
  }

  get notAfter(): Date {
    return new Date(this.#layout.notAfterMs);
  }

  get extensions(): readonly Extension[] {
    return this.#layout.extensions;
  }

  get basicConstraints(): BasicConstraints | undefined {
    return this.#layout.facts.basicConstraints;
  }

  get policyConstraints(): PolicyConstraints | undefined {
    return this.#layout.facts.policyConstraints;
  }

  get inhibitAnyPolicy(): number | undefined {
    return this.#layout.facts.inhibitAnyPolicy;
  }

  get deviations(): readonly Deviation[] {
    return this.#layout.deviations;
  }

  get tbsDer(): Uint8Array {
    const { tbsStart, tbsEnd } = this.#layout;
    this.#memory.tbsDer ??= this.der.subarray(tbsStart, tbsEnd);
    return this.#memory.tbsDer;
  }

  get serialNumber(): string {
    const { serialStart, serialEnd } = this.#layout;
    this.#memory.serialNumber ??= serialNumberText(this.der, serialStart, serialEnd);
    return this.#memory.serialNumber;
  }

  get signatureAlgorithm(): AlgorithmIdentifier {
    const { algorithmStart, algorithmEnd } = this.#layout;
    this.#memory.signatureAlgorithm ??= decodeAlgorithm(new DerReader(this.der, algorithmStart, algorithmEnd));
    return this.#memory.signatureAlgorithm;
  }

  get signature(): Uint8Array {
    this.#memory.signature ??= this.der.subarray(this.#layout.signatureStart);
    return this.#memory.signature;
  }

  get issuer(): Name {
    const { issuerStart, issuerEnd } = this.#layout;
    this.#memory.issuer ??= nameAt(this.der, issuerStart, issuerEnd);
    return this.#memory.issuer;
  }

  get subject(): Name {
    const { subjectStart, subjectEnd } = this.#layout;
    this.#memory.subject ??= nameAt(this.der, subjectStart, subjectEnd);
    return this.#memory.subject;
  }

  get publicKey(): SubjectPublicKeyInfo {
    const { publicKeyStart, publicKeyEnd, keyShape } = this.#layout;
    this.#memory.publicKey ??= publicKeyAt(this.der, publicKeyStart, publicKeyEnd, keyShape);
    return this.#memory.publicKey;
  }

  get keyUsage(): ReadonlySet<KeyUsageBit> | undefined {
    const { keyUsage } = this.#layout.facts;
    if (keyUsage === 0) return undefined;
    this.#memory.keyUsage ??= keyUsageBits(keyUsage);
    return this.#memory.keyUsage;
  }

  get extendedKeyUsage(): readonly string[] | undefined {
    if (this.#memory.extendedKeyUsage === undefined) {
      this.#memory.extendedKeyUsage = this.#decode(extensionOid.extendedKeyUsage, decodeExtendedKeyUsage);
    }
    return this.#memory.extendedKeyUsage ?? undefined;
  }

  get subjectAltName(): readonly GeneralName[] {
    this.#memory.subjectAltName ??= this.#decode(extensionOid.subjectAltName, decodeGeneralNames) ?? noNames;
    return this.#memory.subjectAltName;
  }

  get issuerAltName(): readonly GeneralName[] {
    this.#memory.issuerAltName ??= this.#decode(extensionOid.issuerAltName, decodeGeneralNames) ?? noNames;
    return this.#memory.issuerAltName;
  }

  get nameConstraints(): NameConstraints | undefined {
    if (this.#memory.nameConstraints === undefined) {
      this.#memory.nameConstraints = this.#decode(extensionOid.nameConstraints, decodeNameConstraints);
    }
    return this.#memory.nameConstraints ?? undefined;
  }

  get certificatePolicies(): readonly PolicyInformation[] | undefined {
    if (this.#memory.certificatePolicies === undefined) {
      this.#memory.certificatePolicies = this.#decode(extensionOid.certificatePolicies, decodeCertificatePolicies);
    }
    return this.#memory.certificatePolicies ?? undefined;
  }

  get policyMappings(): readonly PolicyMapping[] | undefined {
    if (this.#memory.policyMappings === undefined) {
      this.#memory.policyMappings = this.#decode(extensionOid.policyMappings, decodePolicyMappings);
    }
    return this.#memory.policyMappings ?? undefined;
  }

  get authorityKeyIdentifier(): AuthorityKeyIdentifier | undefined {
    if (this.#memory.authorityKeyIdentifier === undefined) {
      this.#memory.authorityKeyIdentifier = this.#decode(
        extensionOid.authorityKeyIdentifier,
        decodeAuthorityKeyIdentifier,
      );
    }
    return this.#memory.authorityKeyIdentifier ?? undefined;
  }

  get subjectKeyIdentifier(): Uint8Array | undefined {
    if (this.#memory.subjectKeyIdentifier === undefined) {
      this.#memory.subjectKeyIdentifier = this.#decode(extensionOid.subjectKeyIdentifier, decodeSubjectKeyIdentifier);
    }
    return this.#memory.subjectKeyIdentifier ?? undefined;
  }

  get crlDistributionPoints(): readonly DistributionPoint[] | undefined {
    if (this.#memory.crlDistributionPoints === undefined) {
      this.#memory.crlDistributionPoints = this.#decode(extensionOid.cRLDistributionPoints, decodeDistributionPoints);
    }
    return this.#memory.crlDistributionPoints ?? undefined;
  }

  get freshestCrl(): readonly DistributionPoint[] | undefined {
    if (this.#memory.freshestCrl === undefined) {
      this.#memory.freshestCrl = this.#decode(extensionOid.freshestCRL, decodeDistributionPoints);
    }
    return this.#memory.freshestCrl ?? undefined;
  }

  get authorityInfoAccess(): readonly AccessDescription[] | undefined {
    if (this.#memory.authorityInfoAccess === undefined) {
      this.#memory.authorityInfoAccess = this.#decode(extensionOid.authorityInfoAccess, decodeInformationAccess);
    }
    return this.#memory.authorityInfoAccess ?? undefined;
  }

  get thumbprint(): string {
    this.#memory.thumbprint ??= hash('sha256', this.der, 'base64url');
    return this.#memory.thumbprint;
  }

  get spkiSha256(): string {
    const { publicKeyStart, publicKeyEnd } = this.#layout;
    this.#memory.spkiSha256 ??= hash('sha256', this.der.subarray(publicKeyStart, publicKeyEnd), 'base64');
    return this.#memory.spkiSha256;
  }

  get isSelfIssued(): boolean {
    this.#memory.isSelfIssued ??= isSelfIssued(this.der, this.#layout);
    return this.#memory.isSelfIssued;
  }

  toPem(): string {
    return encodePem(this.der, label);
  }

  toJSON(): CertificateSummary {
    return {
      subject: this.subject.toJSON(),
      issuer: this.issuer.toJSON(),
      serialNumber: logText(this.serialNumber),
      notBefore: this.notBefore,
      notAfter: this.notAfter,
      thumbprint: this.thumbprint,
    };
  }

  toString(): string {
    const { issuer, serialNumber, subject } = this.toJSON();
    return `Certificate (subject ${subject}, issuer ${issuer}, serial number ${serialNumber})`;
  }

  [inspect](_depth: number, options: object, format: (value: unknown, options: object) => string): string {
    return `Certificate ${format(this.toJSON(), options)}`;
  }

  /** `null` where there is no such extension, so that it is looked for once. */
  #decode<T>(oid: string, decode: (reader: DerReader) => T): T | null {
    const { extensions } = this.#layout;
    // By index: the list is frozen, over which V8 makes an object for each step of an iterator.
    for (let index = 0; index < extensions.length; index += 1) {
      const extension = extensions[index] as ParsedExtension;
      if (extension.oid === oid) return decode(extension.open());
    }
    return null;
  }
}

Object.freeze(ParsedCertificate.prototype);

const noNames: readonly GeneralName[] = Object.freeze([]);

/** What was decoded so far: `undefined` not yet, `null` where there is nothing to decode. */
type Memory = { -readonly [Field in DecodedField]: ParsedCertificate[Field] | null | undefined };

type DecodedField = Exclude<
  keyof ParsedCertificate,
  | 'der'
  | 'toPem'
  | 'toJSON'
  | 'toString'
  | typeof inspect
  | 'version'
  | 'notBefore'
  | 'notAfter'
  | 'notBeforeMs'
  | 'notAfterMs'
  | 'extensions'
  | 'basicConstraints'
  | 'policyConstraints'
  | 'inhibitAnyPolicy'
  | 'deviations'
>;

/** All fields from the start: an object that grows field by field is copied again and again. */
const nothingDecoded = (): Memory => ({
  tbsDer: undefined,
  serialNumber: undefined,
  signatureAlgorithm: undefined,
  signature: undefined,
  issuer: undefined,
  subject: undefined,
  publicKey: undefined,
  keyUsage: undefined,
  extendedKeyUsage: undefined,
  subjectAltName: undefined,
  issuerAltName: undefined,
  nameConstraints: undefined,
  certificatePolicies: undefined,
  policyMappings: undefined,
  authorityKeyIdentifier: undefined,
  subjectKeyIdentifier: undefined,
  crlDistributionPoints: undefined,
  freshestCrl: undefined,
  authorityInfoAccess: undefined,
  thumbprint: undefined,
  spkiSha256: undefined,
  isSelfIssued: undefined,
});
