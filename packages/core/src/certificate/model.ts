import type { Deviation } from './deviations.ts';

/**
 * The certificate as the later stages see it (RFC 5280 section 4). Immutable, made only from strictly read DER by
 * `parseCertificate`, which is the only place that can make one: the brand is not exported as a value.
 */

declare const parsed: unique symbol;

/**
 * An X.509 certificate of which there is one reading. Where `deviations` has none of the encoding, its DER encodes to the same
 * octets again; where it has, its authority wrote something in another way than DER does, which means the same. Either way
 * the octets are those that were signed, and what is not signed has one form.
 */
export interface Certificate {
  /** @internal Only `parseCertificate` makes certificates. */
  readonly [parsed]: true;
  /** The whole certificate, DER. Do not modify. */
  readonly der: Uint8Array;
  /** The signed part, `tbsCertificate`, header included (RFC 5280 4.1.1.1). */
  readonly tbsDer: Uint8Array;
  readonly version: 1 | 2 | 3;
  /**
   * Upper-case hex, two digits an octet, no leading zero octets: `03A5B1` (RFC 5280 4.1.2.2). A negative one, which only
   * `interoperable` takes, has a minus sign in front, `-01`, as Node and `openssl x509 -serial` print it.
   */
  readonly serialNumber: string;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /** The content of the signature BIT STRING, unused-bits octet removed. */
  readonly signature: Uint8Array;
  readonly issuer: Name;
  readonly subject: Name;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** `notBefore` in milliseconds since the epoch, for comparisons on the hot path. */
  readonly notBeforeMs: number;
  /** `notAfter` in milliseconds since the epoch. The certificate is valid through this whole second. */
  readonly notAfterMs: number;
  readonly publicKey: SubjectPublicKeyInfo;
  /** Every extension in the order of the certificate, known or not. */
  readonly extensions: readonly Extension[];
  readonly basicConstraints: BasicConstraints | undefined;
  readonly keyUsage: ReadonlySet<KeyUsageBit> | undefined;
  /** Object identifiers in dotted form; `undefined` when the extension is absent. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  /** Empty when the extension is absent. */
  readonly subjectAltName: readonly GeneralName[];
  readonly issuerAltName: readonly GeneralName[];
  readonly nameConstraints: NameConstraints | undefined;
  readonly certificatePolicies: readonly PolicyInformation[] | undefined;
  readonly policyMappings: readonly PolicyMapping[] | undefined;
  readonly policyConstraints: PolicyConstraints | undefined;
  /** SkipCerts (RFC 5280 4.2.1.14). */
  readonly inhibitAnyPolicy: number | undefined;
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  readonly subjectKeyIdentifier: Uint8Array | undefined;
  readonly crlDistributionPoints: readonly DistributionPoint[] | undefined;
  readonly freshestCrl: readonly DistributionPoint[] | undefined;
  readonly authorityInfoAccess: readonly AccessDescription[] | undefined;
  /** SHA-256 of the DER in base64url without padding: `x5t#S256` (RFC 8705 section 3.1). */
  readonly thumbprint: string;
  /** SHA-256 of the SubjectPublicKeyInfo in base64: the body of a `sha256/...` pin (RFC 7469 section 2.4). */
  readonly spkiSha256: string;
  /** Subject and issuer are the same name (RFC 5280 6.1). It says nothing about the signature. */
  readonly isSelfIssued: boolean;
  /** What differs from RFC 5280 without making the certificate unreadable, each once, in the order of the table. */
  readonly deviations: readonly Deviation[];
  /** RFC 7468 text, one block, LF line ends. */
  toPem(): string;
  /** What a log needs to know which certificate it is, as `JSON.stringify` writes it. No octets. */
  toJSON(): CertificateSummary;
  /** The same on one short line, for messages; nothing to compare certificates by. */
  toString(): string;
}

/** Which certificate it is, in texts that are fit for a log: on one line, and cut where they are longer than 1,000. */
export interface CertificateSummary {
  /** RFC 4514. */
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the DER in base64url. */
  readonly thumbprint: string;
}

export interface AlgorithmIdentifier {
  /** Dotted object identifier. */
  readonly oid: string;
  /** The whole `AlgorithmIdentifier` SEQUENCE, DER. */
  readonly der: Uint8Array;
  /** The DER of `parameters`, header included, or `undefined` when absent. */
  readonly parameters: Uint8Array | undefined;
}

export interface SubjectPublicKeyInfo {
  /** The whole SEQUENCE, DER. */
  readonly der: Uint8Array;
  readonly algorithm: AlgorithmIdentifier;
  /** The content of the BIT STRING, unused-bits octet removed. */
  readonly key: Uint8Array;
  readonly keyType: KeyType;
  /** Of an `ec` key. */
  readonly curve: CurveName | undefined;
  /** Bits of the RSA modulus, or of the field of the curve; 0 for an unsupported key. */
  readonly bits: number;
  /** Of an RSA key: odd, between 3 and 2^33. */
  readonly exponent: number | undefined;
}

/** `rsa-pss` is a key restricted to RSASSA-PSS (RFC 4055 1.2). Keys of other kinds parse; no path is built over them. */
export type KeyType = 'rsa' | 'rsa-pss' | 'ec' | 'ed25519' | 'unsupported';

export type CurveName = 'P-256' | 'P-384' | 'P-521';

export interface Extension {
  /** Dotted object identifier. */
  readonly oid: string;
  readonly critical: boolean;
  /** The content of `extnValue`: the DER of the extension itself. */
  readonly value: Uint8Array;
}

/** A distinguished name (RFC 5280 4.1.2.4), its RDNs in the order of the encoding. */
export interface Name {
  readonly der: Uint8Array;
  readonly rdns: readonly RelativeDistinguishedName[];
  /** No RDN at all. */
  readonly isEmpty: boolean;
  /**
   * Two names are the same name (RFC 5280 7.1) exactly when these texts are equal: attribute values are prepared as
   * RFC 4518 asks (case folded, inner white space collapsed), the order inside a multi-valued RDN does not count.
   */
  readonly canonical: string;
  /** One canonical text for each RDN, for subtree comparisons (RFC 5280 4.2.1.10). */
  readonly canonicalRdns: readonly string[];
  /** All values of an attribute type, given by its dotted OID, in order; exact decoded text, never folded. */
  valuesOf(type: string): readonly string[];
  /** RFC 4514 text, most specific RDN first. */
  toString(): string;
  /** The same, cut where it is longer than 1,000 characters. */
  toJSON(): string;
}

export type RelativeDistinguishedName = readonly AttributeTypeAndValue[];

export interface AttributeTypeAndValue {
  /** Dotted object identifier. */
  readonly type: string;
  /**
   * The decoded text, or `undefined` when the value is not a character string, or one that is not in its character set or
   * has control characters. Such a value is equal to the same octets alone.
   */
  readonly text: string | undefined;
  /** The value, DER, header included. */
  readonly der: Uint8Array;
}

export type KeyUsageBit =
  | 'digitalSignature'
  | 'contentCommitment'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly';

export interface BasicConstraints {
  readonly cA: boolean;
  readonly pathLenConstraint: number | undefined;
}

/** RFC 5280 4.2.1.6. `value` is the exact decoded text; `bytes` are octets as encoded. */
export type GeneralName =
  | {
      readonly kind: 'otherName';
      readonly typeId: string;
      /** DER, header included. */
      readonly value: Uint8Array;
      /** Where the value is a character string of any type, also inside an OCTET STRING. */
      readonly text: string | undefined;
    }
  | { readonly kind: 'rfc822Name'; readonly value: string }
  | { readonly kind: 'dNSName'; readonly value: string }
  | { readonly kind: 'x400Address'; readonly value: Uint8Array }
  | { readonly kind: 'directoryName'; readonly name: Name }
  | { readonly kind: 'ediPartyName'; readonly value: Uint8Array }
  | { readonly kind: 'uniformResourceIdentifier'; readonly value: string }
  /** 4 or 16 octets; in a name constraint 8 or 32: address, then mask. */
  | { readonly kind: 'iPAddress'; readonly bytes: Uint8Array }
  | { readonly kind: 'registeredID'; readonly oid: string }
  | UncomparableName;

/**
 * A name that is not in the form that its kind has (RFC 5280 4.2.1.6), as a dNSName with a blank: its octets as they are
 * encoded. It is equal to nothing, no rule matches it, and where its kind is under name constraints its certificate is
 * refused. It has a kind of its own, so that nobody who looks for a dNSName ever finds it.
 */
export type UncomparableName =
  | {
      readonly kind: 'uncomparable';
      readonly of: 'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier' | 'iPAddress' | 'directoryName';
      readonly bytes: Uint8Array;
    }
  /** The octets where its value should be, which are not one element of DER. */
  | {
      readonly kind: 'uncomparable';
      readonly of: 'otherName';
      readonly typeId: string;
      readonly bytes: Uint8Array;
    };

export type GeneralNameKind = GeneralName['kind'];

/** RFC 5280 4.2.1.10. `minimum` must be 0 and `maximum` absent: anything else is refused when parsing. */
export interface NameConstraints {
  readonly permittedSubtrees: readonly GeneralName[];
  readonly excludedSubtrees: readonly GeneralName[];
}

export interface PolicyInformation {
  readonly policyIdentifier: string;
  /** The DER of `policyQualifiers`, or `undefined` when absent. Kept, never interpreted. */
  readonly qualifiers: Uint8Array | undefined;
  /** The kinds of the qualifiers, dotted object identifiers. */
  readonly qualifierIds: readonly string[];
}

export interface PolicyMapping {
  readonly issuerDomainPolicy: string;
  readonly subjectDomainPolicy: string;
}

/** SkipCerts values (RFC 5280 4.2.1.11). */
export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | undefined;
  readonly inhibitPolicyMapping: number | undefined;
}

export interface AuthorityKeyIdentifier {
  readonly keyIdentifier: Uint8Array | undefined;
  readonly authorityCertIssuer: readonly GeneralName[] | undefined;
  /** Upper-case hex as `Certificate.serialNumber`. */
  readonly authorityCertSerialNumber: string | undefined;
}

export type ReasonFlag =
  | 'keyCompromise'
  | 'cACompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'certificateHold'
  | 'privilegeWithdrawn'
  | 'aACompromise';

/** RFC 5280 4.2.1.13. */
export interface DistributionPoint {
  readonly distributionPoint: DistributionPointName | undefined;
  readonly reasons: ReadonlySet<ReasonFlag> | undefined;
  readonly cRLIssuer: readonly GeneralName[] | undefined;
}

export type DistributionPointName =
  | { readonly kind: 'fullName'; readonly names: readonly GeneralName[] }
  | {
      readonly kind: 'nameRelativeToCRLIssuer';
      readonly rdn: RelativeDistinguishedName;
      readonly canonicalRdn: string;
    };

/** RFC 5280 4.2.2.1. */
export interface AccessDescription {
  readonly accessMethod: string;
  readonly accessLocation: GeneralName;
}
