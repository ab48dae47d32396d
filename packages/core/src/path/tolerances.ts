import { type Deviation, deviations } from '../certificate/deviations.ts';

/**
 * What the `interoperable` profile accepts and RFC 5280 does not: deviations of a certificate's content that say nothing
 * about who issued it, to whom, or for what. Each names the sentence it relaxes, why that is safe, and who else accepts
 * it. Nothing that could let an unintended issuer, name or purpose through is ever in this table.
 */
export interface Tolerance {
  readonly deviation: Deviation;
  /** Section and sentence of the standard. */
  readonly sentence: string;
  readonly because: string;
  readonly acceptedBy: readonly Validator[];
}

/**
 * Who was asked, with a chain that is odd in this alone: `openssl verify -purpose sslclient`, and `crypto/x509` of Go. The
 * tests run both. Who refuses such a chain is not in the list of `acceptedBy`.
 */
export type Validator = 'OpenSSL' | 'Go';

const all: readonly Validator[] = ['OpenSSL', 'Go'];

const uncomparable =
  'The name is kept as octets and equal to nothing: no rule matches it, and where its kind is under name constraints the path is refused.';

const octets =
  'The value is kept as octets and has no text: no rule matches it, and it is equal to the same octets alone. Where directoryName constraints apply the path is refused.';

const broken =
  'Nobody can say what such a constraint holds, so that it refuses every name of its kind, permitted or excluded; names of other kinds it does not speak of.';

export const tolerances: readonly Tolerance[] = [
  tolerate(
    'authority_key_identifier_missing',
    'It is a hint for finding the issuer: name and signature decide. Every version 1 leaf of `openssl x509 -req`, and every certificate of NSS certutil, lacks it.',
    all,
  ),
  tolerate(
    'subject_key_identifier_missing',
    'It is a hint for finding the issuer. Authorities of NSS certutil, and of openssl configurations without it, lack it.',
    all,
  ),
  tolerate(
    'basic_constraints_not_critical',
    'The extension is processed whether or not it is critical. Guides write `basicConstraints = CA:TRUE`.',
    all,
  ),
  tolerate(
    'name_constraints_not_critical',
    'The constraints are enforced whether or not the extension is critical. Authorities leave it so for the sake of clients that cannot process it.',
    all,
  ),
  tolerate(
    'name_constraint_dns_leading_period',
    'It is read as in a URI and a mailbox, one label more or several, as OpenSSL and Go read it. Many enterprise authorities write `.example.com`.',
    all,
  ),
  tolerate(
    'policy_constraints_not_critical',
    'The constraints are enforced whether or not the extension is critical.',
    all,
  ),
  tolerate('inhibit_any_policy_not_critical', 'The extension is processed whether or not it is critical.', all),
  tolerate('subject_alt_name_not_critical', 'The names are read whether or not the extension is critical.', all),
  tolerate(
    'path_length_without_ca',
    'It constrains nothing: a certificate without cA issues none. Guides write `basicConstraints = CA:FALSE, pathlen:0`.',
    all,
  ),
  tolerate(
    'path_length_without_key_cert_sign',
    'It constrains nothing: whoever may not sign certificates issues none.',
    all,
  ),
  tolerate(
    'ec_point_compressed',
    'One coordinate and a bit say which point it is. `openssl ec -conv_form compressed` writes such keys, and handshakes succeed with them.',
    ['OpenSSL'],
  ),
  tolerate(
    'serial_number_negative',
    'It is compared as a number, and never has the text of a positive one. Revocation looks for its octets, with the zero that would make it positive and without. Authorities that take random octets for a number issue it.',
    all,
  ),
  tolerate(
    'serial_number_too_long',
    'It is compared whole, in lists and answers of revocation as well. Authorities that write a hash of 32 octets there issue it.',
    all,
  ),
  tolerate(
    'serial_number_zero',
    'Guides write `-set_serial 0`; some roots in use have it. Revocation compares it like any other.',
    all,
  ),
  tolerate(
    'attribute_string_type',
    'Names are compared by their characters, whatever string type holds them (RFC 5280 7.1). Go writes emailAddress and domainComponent so.',
    all,
  ),
  tolerate('attribute_length', 'Names are compared whole, whatever their length.', all),
  tolerate(
    'dns_name_underscore',
    'The underscore is compared like any letter. Host names of container networks have it.',
    all,
  ),
  tolerate(
    'dns_name',
    `${uncomparable} Names with a trailing period, a blank or a port, and names of people, are written so.`,
    all,
  ),
  tolerate(
    'rfc822_name',
    `${uncomparable} Names of people, and addresses with characters beyond ASCII, are written so.`,
    all,
  ),
  tolerate('uri', `${uncomparable} Relative references and host names are written so.`, all),
  tolerate('ip_address', `${uncomparable} Addresses as text, and with a mask, are written so.`, ['OpenSSL']),
  tolerate('directory_name_empty', `${uncomparable}`, all),
  tolerate('attribute_characters', `${octets} Old authorities write ISO 8859-1 or UTF-8 into a PrintableString.`, [
    'OpenSSL',
  ]),
  tolerate('attribute_control', `${octets} Names that were pasted end with a line end.`, all),
  tolerate('attribute_not_text', octets, ['OpenSSL']),
  tolerate('other_name', `${uncomparable} Tools write text without an element around it.`, all),
  tolerate('name_constraint_dns', broken, all),
  tolerate('name_constraint_mail', `${broken} \`@example.com\` is read as the host, as by OpenSSL.`, all),
  tolerate('name_constraint_uri', broken, all),
  tolerate('name_constraint_ip', broken, ['OpenSSL']),
  tolerate(
    'location_uri_syntax',
    'It says where more can be fetched, and what cannot be read as a URI is not fetched.',
    all,
  ),
  tolerate(
    'authority_key_identifier_halved',
    'It is a hint for finding the issuer, of which the key identifier alone is followed.',
    all,
  ),
  tolerate(
    'der_boolean_true',
    'BER (X.690 8.2.2) takes every octet but 00 for true, and so does every reader that takes it at all.',
    ['OpenSSL'],
  ),
  tolerate(
    'der_default_encoded',
    'The value is the one that is meant where nothing is written. Tools write `critical FALSE`, `cA FALSE`, version 1 and `minimum 0` out.',
    all,
  ),
  tolerate(
    'der_named_bits_not_minimal',
    'The bits that are left out are zero, and these are zero. An older certtool writes keyUsage in two octets.',
    all,
  ),
  tolerate(
    'der_set_order',
    'A set has no order: names are compared, matched and shown the same whatever the order is. Cloud Foundry writes the units of its instances so.',
    all,
  ),
  tolerate(
    'der_empty_list',
    'Where nobody is named and nothing is allowed or forbidden, an empty list says what a missing one says. An empty list of purposes or of permitted names is another matter, and refused.',
    all,
  ),
  tolerate(
    'der_string_printable',
    'A character of ASCII is the same one in whichever string it stands. Authorities write `@`, `_`, `*` and `&` into PrintableStrings; Go takes the last two.',
    all,
  ),
  tolerate(
    'algorithm_parameters_null',
    'NULL says nothing, and the algorithm has no parameters. It must stand inside and outside of the signed part alike.',
    all,
  ),
  tolerate('rsa_key_parameters_absent', 'The algorithm has no parameters, so that nothing is missing.', ['OpenSSL']),
];

function tolerate(deviation: Deviation, because: string, acceptedBy: readonly Validator[]): Tolerance {
  const { section, sentence } = deviations[deviation];
  return { deviation, sentence: `${section}: ${sentence}`, because, acceptedBy };
}

const tolerated: ReadonlySet<Deviation> = new Set(tolerances.map(({ deviation }) => deviation));

export function isTolerated(deviation: Deviation): boolean {
  return tolerated.has(deviation);
}

/** For the log of a profile that does not tolerate it. */
export function toleranceOf(deviation: Deviation): Tolerance | undefined {
  return tolerances.find((one) => one.deviation === deviation);
}
