/** Not signed, or so written that two readers may read two certificates: refused under every profile. */
const readDifferently = {
  algorithm_mismatch:
    'the outer algorithm is not signed: whoever changes it makes a second certificate of the same content',
  extension_duplicate: 'two extensions of one type are two answers to one question; Go refuses them',
  der_trailing_data: 'octets behind what is read are read by others, or by a later version of the same reader',
  der_indefinite_length: 'BER alone has such a length, and Go refuses it',
  der_length_not_minimal: 'a length of too many octets is cut by some readers and refused by Go',
  der_length_too_large: 'a length that goes beyond what holds it, in a place where OpenSSL does not look',
  der_truncated: 'an element is missing, in a place where OpenSSL or Go does not look',
  der_unexpected_tag: 'another type than the one that is defined, in a place where OpenSSL or Go does not look',
  der_too_deep: 'more levels than any certificate has, in a place where nobody else looks',
  der_high_tag_number: 'a tag that no certificate has, in a place where nobody else looks',
  der_empty_sequence:
    'an RDN without attributes makes two names of one text; a list of purposes, mappings or constraints without an element says the contrary of no list to some readers',
  der_integer_empty: 'an INTEGER without octets has no value; OpenSSL takes it for 0',
  der_integer_not_minimal: 'redundant octets in an INTEGER are refused by Go, and by OpenSSL elsewhere',
  der_integer_negative: 'a count below zero: OpenSSL ignores the constraint, or does not look',
  der_integer_too_large: 'a count beyond what certificates have; Go refuses it, and OpenSSL cuts it or does not look',
  der_oid: 'an OBJECT IDENTIFIER that is empty, cut off or padded is several, or none',
  der_oid_arc_too_large: 'an OBJECT IDENTIFIER beyond what readers hold: Go refuses it',
  der_bit_string:
    'a BIT STRING without its count of unused bits, or with a count above 7, in a place where nobody else looks',
  der_bit_string_padding: 'unused bits that are set are bits of the list for some readers',
  der_bit_string_not_octets: 'a key that ends within an octet',
  der_boolean: 'a BOOLEAN that is not one octet; Go refuses it',
  der_time: 'a time that is none, or has no seconds or an offset: refused as a whole, whoever reads it',
  der_string:
    'octets that are no characters of their string, which one reader takes for ISO 8859-1 and another for UTF-8',
  der_string_control: 'control characters, NUL among them, end a name for some readers and forge lines of logs',
} as const;

/** Forms that the standard does not have. */
const noMeaning = {
  version: 'a version that does not exist; Go refuses it',
  version_extensions:
    'version 1 and 2 have no extensions: a reader of that version sees a certificate without them; OpenSSL refuses it with -x509_strict',
  version_unique_id: 'version 1 has no unique identifiers',
  attribute_duplicate_value: 'a SET has a value once: whoever counts them sees another name than who does not',
  attribute_value:
    'an attribute of a name with a value that no reader of names takes, in an extension where nobody else looks',
  general_name_kind: 'a name of a kind that does not exist',
  name_constraints_empty: 'constraints that constrain nothing, and may have been meant to; Go refuses them',
  name_constraint_base_distance:
    'RFC 5280 4.2.1.10: minimum MUST be 0 and maximum absent; nobody processes them, and OpenSSL refuses them where they apply',
  distribution_point_empty: 'a distribution point with neither a name nor an issuer says of no list that it is meant',
  distribution_point_reasons: 'a reason that does not exist limits a list to what nobody knows',
  policy_constraints_empty:
    'RFC 5280 4.2.1.11: the sequence MUST NOT be empty; OpenSSL refuses it when it processes policies',
  policy_duplicate:
    'RFC 5280 4.2.1.4: a policy MUST NOT be twice in one extension; OpenSSL refuses it when it processes policies',
  policy_mapping_any_policy: 'RFC 5280 6.1.4 (a): the path is invalid; OpenSSL says so when it processes policies',
  key_usage_empty: 'RFC 5280 4.2.1.3: one bit at least MUST be set; otherwise the key may be used for nothing',
  key_usage_unknown_bit: 'a use that does not exist: who knows it may do something else with the key',
  rsa_key: 'an RSA modulus that is even: nothing is signed with it',
  ed25519_key: 'a key that is not 32 octets: nothing is signed with it',
  ec_parameters: 'RFC 5480 2.1.1: curves are given by name; OpenSSL builds no path over others',
  distribution_point_relative: 'a name relative to several issuers is several names',
  der_null: 'a NULL with contents',
  pss_parameters: 'parameters that break their ASN.1: no signature is verified with them',
  algorithm_parameters:
    'parameters that the algorithm does not have could mean something to somebody; TLS handshakes fail for most of them',
  ec_point: 'RFC 5480 2.2 forbids the hybrid form, which has the bit twice; Go refuses it',
  rsa_exponent: 'an RSA exponent that no honest key has',
} as const;

const critical = 'RFC 5280 4.2: it MUST NOT be critical; OpenSSL refuses a certificate in which it is';

/** Rules about who is who, and who may do what. */
const whoAndWhat = {
  issuer_empty: 'nobody is named as the issuer; OpenSSL refuses it with -x509_strict',
  ca_subject_empty: 'an authority without a name; OpenSSL refuses it with -x509_strict',
  subject_missing: 'nobody is named: no rule could say who it is; OpenSSL refuses it with -x509_strict',
  key_cert_sign_without_ca: 'what it is, an authority or not, has two answers; OpenSSL refuses it with -x509_strict',
  name_constraints_without_ca:
    'RFC 5280 4.2.1.10: only in a certificate of an authority. The corpora have it refused; constraints on the names of a client mean that somebody took it for an authority',
  issuer_not_ca: 'an authority without basicConstraints, RFC 5280 6.1.4 (k); OpenSSL trusts an anchor without it',
  name_constraint_violated:
    'constraints of kinds that OpenSSL or Go does not process, or of an anchor, which Go does not look at',
  policy_constraint_violated:
    'OpenSSL processes policies with -policy_check alone, and refuses it then; Go does not at all',
  authority_key_identifier_critical: critical,
  subject_key_identifier_critical: critical,
  freshest_crl_critical: critical,
  authority_info_access_critical: critical,
  subject_info_access_critical: critical,
  subject_directory_attributes_critical: critical,
  critical_extension_unsupported:
    'RFC 5280 4.2: critical and not processed. OpenSSL takes netscapeCertType, and policies when it does not look at them; Go identifiers of keys and locations',
  key_usage_forbids:
    'neither digitalSignature nor keyAgreement (RFC 5280 4.2.1.12); Go does not look at keyUsage of clients',
  extended_key_usage_missing: 'the certificate is for other purposes (RFC 5280 4.2.1.12)',
  algorithm_forbidden: 'SHA-1, other curves and other kinds of keys: see the list of algorithms in docs/validation.md',
  key_too_weak: 'RSA below 2048 bits',
  signature_invalid:
    'signatures that are not octet for octet what their algorithm writes, so that there is one for each certificate',
} as const;

/** What is refused here in the interoperable profile and taken by others, by its kind: why it stays refused. */
export const refusals: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...readDifferently, ...noMeaning, ...whoAndWhat }),
);
