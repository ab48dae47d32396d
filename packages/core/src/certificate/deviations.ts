import type { DerDeviation } from '../encoding/der-rules.ts';

/**
 * Sentences of RFC 5280 that bind the authority that issues a certificate, and that a certificate can break while it can
 * still be read without doubt. They are noted when it is parsed; `strict` refuses all of them, `interoperable` all but
 * the ones in its table of tolerances.
 *
 * Deliberately not here: a time before 2050 as GeneralizedTime and a unique identifier (4.1.2.5 and 4.1.2.8 have relying
 * parties process both), a CA certificate without keyUsage (4.2.1.3 asks CAs for it, but 6.1.4 (n) and 6.3.3 (f) tell
 * the relying party what to do: look at it only if it is present), and a notBefore after the notAfter (no sentence
 * forbids it, and no moment lies inside).
 */

export interface DeviationEntry {
  readonly section: string;
  /** The sentence that is broken. */
  readonly sentence: string;
}

/**
 * Names that are not in the form of their kind, wherever one stands: in certificates and in lists. They are kept as octets:
 * a GeneralName is then equal to nothing (`UncomparableName`), and an attribute of a distinguished name to the same octets.
 */
const nameTable = {
  dns_name: {
    section: 'RFC 5280 4.2.1.6',
    sentence: 'A dNSName MUST be in the preferred name syntax of RFC 1034',
  },
  rfc822_name: {
    section: 'RFC 5280 4.2.1.6',
    sentence: 'The format of an rfc822Name is a Mailbox as defined in RFC 2821',
  },
  uri: {
    section: 'RFC 5280 4.2.1.6',
    sentence: 'The name MUST NOT be a relative URI, and it MUST follow the URI syntax and encoding rules of RFC 3986',
  },
  ip_address: {
    section: 'RFC 5280 4.2.1.6',
    sentence: 'An iPAddress MUST contain exactly four octets for IP version 4 and exactly sixteen for IP version 6',
  },
  directory_name_empty: {
    section: 'RFC 5280 4.2.1.6',
    sentence: 'The DN in a directoryName MUST be unique for each subject entity, so that it is not the empty name',
  },
  attribute_characters: {
    section: 'X.680 41',
    sentence: 'A character string has the characters that its type has, and no others',
  },
  attribute_control: {
    section: 'RFC 5280 A.1',
    sentence: 'A character string in a name is text for people, in which NUL and control characters have no place',
  },
  attribute_not_text: {
    section: 'RFC 5280 A.1',
    sentence: 'The value of an attribute of a name is a character string',
  },
  other_name: {
    section: 'RFC 5280 4.2.1.6',
    sentence: 'The value of an otherName is one element of ASN.1, encoded by the rules of DER',
  },
} as const;

/**
 * How something is written, in any of the structures that are read here: certificates, lists and OCSP answers. None
 * changes what is said, and all of it is signed, so that nobody but the authority can write it one way or the other.
 */
const encodingTable = {
  der_boolean_true: {
    section: 'X.690 11.1',
    sentence:
      'If the encoding represents the boolean value TRUE, its single contents octet shall have all eight bits set to one',
  },
  der_default_encoded: {
    section: 'X.690 11.5',
    sentence:
      'The encoding of a set value or sequence value shall not include an encoding for any component value which is equal to its default value',
  },
  der_named_bits_not_minimal: {
    section: 'X.690 11.2.2',
    sentence:
      'Where a named bit list applies, the bitstring shall have all trailing 0 bits removed before it is encoded',
  },
  der_set_order: {
    section: 'X.690 11.6',
    sentence: 'The encodings of the component values of a set-of value shall appear in ascending order',
  },
  der_empty_list: {
    section: 'RFC 5280 A.1',
    sentence:
      'Extensions, GeneralNames, CRLDistributionPoints, AuthorityInfoAccessSyntax and policyQualifiers are SEQUENCE SIZE (1..MAX) OF',
  },
  der_string_printable: {
    section: 'X.680 41.4',
    sentence:
      "A PrintableString has letters, digits, space and ' ( ) + , - . / : = ? alone, a NumericString digits and space",
  },
  algorithm_parameters_null: {
    section: 'RFC 5758 3.2',
    sentence: 'When the ecdsa-with-SHA algorithm identifiers appear, the encoding MUST omit the parameters field',
  },
  rsa_key_parameters_absent: {
    section: 'RFC 3279 2.3.1',
    sentence: 'The parameters field MUST have ASN.1 type NULL for this algorithm identifier',
  },
} as const;

const table = {
  serial_number_negative: {
    section: 'RFC 5280 4.1.2.2',
    sentence: 'The serial number MUST be a positive integer, and CAs MUST force it to be a non-negative integer',
  },
  serial_number_zero: {
    section: 'RFC 5280 4.1.2.2',
    sentence: 'The serial number MUST be a positive integer',
  },
  serial_number_too_long: {
    section: 'RFC 5280 4.1.2.2',
    sentence: 'Conforming CAs MUST NOT use serialNumber values longer than 20 octets',
  },
  issuer_empty: {
    section: 'RFC 5280 4.1.2.4',
    sentence: 'The issuer field MUST contain a non-empty distinguished name',
  },
  ca_subject_empty: {
    section: 'RFC 5280 4.1.2.6',
    sentence: 'If the subject is a CA, the subject field MUST be populated with a non-empty distinguished name',
  },
  subject_missing: {
    section: 'RFC 5280 4.2.1.6',
    sentence: 'If the subject field contains an empty sequence, the issuing CA MUST include a subjectAltName extension',
  },
  subject_alt_name_not_critical: {
    section: 'RFC 5280 4.2.1.6',
    sentence:
      'If the subject field contains an empty sequence, the subjectAltName extension MUST be marked as critical',
  },
  attribute_string_type: {
    section: 'RFC 5280 A.1',
    sentence: 'An attribute value has the string type that its attribute declares',
  },
  attribute_length: {
    section: 'RFC 5280 A.1',
    sentence: 'An attribute value is not empty and not longer than its upper bound',
  },
  authority_key_identifier_missing: {
    section: 'RFC 5280 4.2.1.1',
    sentence:
      'The keyIdentifier field of the authorityKeyIdentifier extension MUST be included in all certificates that are not self-signed',
  },
  authority_key_identifier_critical: {
    section: 'RFC 5280 4.2.1.1',
    sentence: 'Conforming CAs MUST mark the authorityKeyIdentifier extension as non-critical',
  },
  authority_key_identifier_halved: {
    section: 'RFC 5280 A.2',
    sentence: 'authorityCertIssuer and authorityCertSerialNumber MUST both be present or both be absent',
  },
  subject_key_identifier_missing: {
    section: 'RFC 5280 4.2.1.2',
    sentence: 'The subjectKeyIdentifier extension MUST appear in all conforming CA certificates',
  },
  subject_key_identifier_critical: {
    section: 'RFC 5280 4.2.1.2',
    sentence: 'Conforming CAs MUST mark the subjectKeyIdentifier extension as non-critical',
  },
  key_cert_sign_without_ca: {
    section: 'RFC 5280 4.2.1.9',
    sentence: 'If the cA boolean is not asserted, the keyCertSign bit in the keyUsage extension MUST NOT be asserted',
  },
  path_length_without_ca: {
    section: 'RFC 5280 4.2.1.9',
    sentence: 'CAs MUST NOT include the pathLenConstraint field unless the cA boolean is asserted',
  },
  path_length_without_key_cert_sign: {
    section: 'RFC 5280 4.2.1.9',
    sentence:
      'CAs MUST NOT include the pathLenConstraint field unless the keyUsage extension asserts the keyCertSign bit',
  },
  basic_constraints_not_critical: {
    section: 'RFC 5280 4.2.1.9',
    sentence: 'CAs MUST mark the basicConstraints extension as critical in certificates whose key signs certificates',
  },
  name_constraints_not_critical: {
    section: 'RFC 5280 4.2.1.10',
    sentence: 'Conforming CAs MUST mark the nameConstraints extension as critical',
  },
  name_constraints_without_ca: {
    section: 'RFC 5280 4.2.1.10',
    sentence: 'The nameConstraints extension MUST be used only in a CA certificate',
  },
  name_constraint_dns_leading_period: {
    section: 'RFC 5280 4.2.1.10',
    sentence: 'DNS name restrictions are expressed as host.example.com',
  },
  name_constraint_dns: {
    section: 'RFC 5280 4.2.1.10',
    sentence: 'DNS name restrictions are expressed as a domain name',
  },
  name_constraint_mail: {
    section: 'RFC 5280 4.2.1.10',
    sentence:
      'A name constraint for mail addresses MAY specify a particular mailbox, a host, or all mailboxes in a domain',
  },
  name_constraint_uri: {
    section: 'RFC 5280 4.2.1.10',
    sentence: 'A constraint for URIs MUST be specified as a fully qualified domain name',
  },
  name_constraint_ip: {
    section: 'RFC 5280 4.2.1.10',
    sentence:
      'For IPv4 addresses the iPAddress field MUST contain eight octets, for IPv6 addresses 32, encoded in the style of RFC 4632',
  },
  policy_constraints_not_critical: {
    section: 'RFC 5280 4.2.1.11',
    sentence: 'Conforming CAs MUST mark the policyConstraints extension as critical',
  },
  inhibit_any_policy_not_critical: {
    section: 'RFC 5280 4.2.1.14',
    sentence: 'Conforming CAs MUST mark the inhibitAnyPolicy extension as critical',
  },
  freshest_crl_critical: {
    section: 'RFC 5280 4.2.1.15',
    sentence: 'The freshestCRL extension MUST be marked as non-critical by conforming CAs',
  },
  authority_info_access_critical: {
    section: 'RFC 5280 4.2.2.1',
    sentence: 'Conforming CAs MUST mark the authorityInfoAccess extension as non-critical',
  },
  subject_info_access_critical: {
    section: 'RFC 5280 4.2.2.2',
    sentence: 'Conforming CAs MUST mark the subjectInfoAccess extension as non-critical',
  },
  subject_directory_attributes_critical: {
    section: 'RFC 5280 4.2.1.8',
    sentence: 'Conforming CAs MUST mark the subjectDirectoryAttributes extension as non-critical',
  },
  location_uri_syntax: {
    section: 'RFC 5280 4.2.1.13 and 4.2.2.1',
    sentence: 'When the information is available via HTTP, FTP or LDAP, its location MUST be a URI of RFC 3986',
  },
  ec_point_compressed: {
    section: 'RFC 5480 2.2',
    sentence: 'Implementations MUST support the uncompressed form, and MAY support the compressed form of a public key',
  },
  dns_name_underscore: {
    section: 'RFC 5280 4.2.1.6',
    sentence: 'A dNSName MUST be in the preferred name syntax of RFC 1034, which has no underscore',
  },
} as const;

/** A way in which a certificate that can be read differs from what RFC 5280 asks of its issuer. */
export type Deviation = keyof typeof table | NameDeviation | EncodingDeviation;

/** A name that is not in the form of its kind. */
export type NameDeviation = keyof typeof nameTable;

export const nameDeviations: { readonly [Name in NameDeviation]: DeviationEntry } = nameTable;

export function isOfName(deviation: Deviation): deviation is NameDeviation {
  return Object.hasOwn(nameTable, deviation);
}

/** Of the encoding alone. */
export type EncodingDeviation = keyof typeof encodingTable;

/** What the reader of DER hears of is all here. */
export const encodingDeviations: { readonly [Name in EncodingDeviation | DerDeviation]: DeviationEntry } =
  encodingTable;

export function isOfEncoding(deviation: Deviation): deviation is EncodingDeviation {
  return Object.hasOwn(encodingTable, deviation);
}

export const deviations: { readonly [Name in Deviation]: DeviationEntry } = {
  ...encodingTable,
  ...table,
  ...nameTable,
};
