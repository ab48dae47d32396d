import { type CrlDeviation, crlDeviations, type Deviation, tolerances } from '@peercert/core';
import { type Profile, profiles } from './case.ts';

/** A case on which core answers otherwise than its corpus expects, on purpose. */
export interface Divergence {
  readonly corpus: string;
  readonly id: string;
  readonly profile: Profile;
  readonly expected: 'accept' | 'reject';
  /** `accept`, or why core refuses: the reason code and its rule. */
  readonly actual: string;
  /** The sentence of the standard that justifies it. */
  readonly sentence: string;
  /** The tolerance of the `interoperable` profile that makes it. */
  readonly tolerance?: Deviation | CrlDeviation;
}

/** Cases with one answer and one justification. */
interface Group extends Pick<Divergence, 'expected' | 'actual' | 'sentence'> {
  readonly ids: readonly string[];
  /** Default: both. */
  readonly profile?: Profile;
}

/** What limbo's `webpki::` asks for beyond RFC 5280: the rules of the CA/Browser Forum for servers of the public web. */
const webpki: readonly Group[] = [
  {
    expected: 'reject',
    actual: 'accept',
    sentence:
      'RFC 5280 4.2.1.1: where a CA distributes its public key in the form of a "self-signed" certificate, the authority key identifier MAY be omitted.',
    ids: ['webpki::aki::root-with-aki-missing-keyidentifier'],
  },
  {
    expected: 'reject',
    actual: 'accept',
    sentence:
      "RFC 5280 4.2.1.1: The identification MAY be based on either the key identifier (the subject key identifier in the issuer's certificate) or the issuer name and serial number.",
    ids: ['webpki::aki::root-with-aki-all-fields'],
  },
  {
    expected: 'reject',
    actual: 'accept',
    sentence:
      'RFC 5280 6.1: When the trust anchor is provided in the form of a self-signed certificate, this self-signed certificate is not included as part of the prospective certification path.',
    ids: ['webpki::aki::root-with-aki-ski-mismatch'],
  },
  {
    profile: 'interoperable',
    expected: 'reject',
    actual: 'accept',
    sentence:
      'RFC 5280 4.2.1.1: The keyIdentifier field is derived from the public key or a method that generates unique values; half of the other way to identify a key is a hint that nobody follows.',
    ids: ['webpki::aki::root-with-aki-authoritycertissuer', 'webpki::aki::root-with-aki-authoritycertserialnumber'],
  },
  {
    expected: 'reject',
    actual: 'accept',
    sentence:
      'RFC 5280 4.2.1.6: These identities may be included in addition to or in place of the identity in the subject field of the certificate.',
    ids: [
      'webpki::cn::case-mismatch',
      'webpki::cn::ipv4-hex-mismatch',
      'webpki::cn::ipv4-leading-zeros-mismatch',
      'webpki::cn::ipv6-non-rfc5952-mismatch',
      'webpki::cn::ipv6-uncompressed-mismatch',
      'webpki::cn::ipv6-uppercase-mismatch',
      'webpki::cn::not-in-san',
      'webpki::cn::punycode-not-in-san',
      'webpki::cn::utf8-vs-punycode-mismatch',
    ],
  },
  {
    expected: 'reject',
    actual: 'accept',
    sentence:
      'RFC 5280 4.2.1.12: If a CA includes extended key usages to satisfy such applications, but does not wish to restrict usages of the key, the CA can include the special KeyPurposeId anyExtendedKeyUsage.',
    ids: ['webpki::eku::ee-anyeku'],
  },
  {
    expected: 'reject',
    actual: 'accept',
    sentence:
      'RFC 5280 4.2.1.12: This extension MAY, at the option of the certificate issuer, be either critical or non-critical.',
    ids: ['webpki::eku::ee-critical-eku'],
  },
  {
    expected: 'reject',
    actual: 'accept',
    sentence:
      'RFC 5280 4.2.1.12: If the extension is present, then the certificate MUST only be used for one of the purposes indicated. (rfc5280::eku::ee-without-eku asks for the contrary.)',
    ids: ['webpki::eku::ee-without-eku'],
  },
  {
    expected: 'reject',
    actual: 'accept',
    sentence: 'RFC 5280 4.2.1.12: In general, this extension will appear only in end entity certificates.',
    ids: ['webpki::eku::root-has-eku'],
  },
  {
    expected: 'reject',
    actual: 'accept',
    sentence:
      'RFC 5280 4.2.1.6: the semantics of subject alternative names that include wildcard characters [...] are not addressed by this specification. Applications with specific requirements MAY use such names, but they must define the semantics.',
    ids: [
      'webpki::san::public-suffix-multi-label-wildcard-san',
      'webpki::san::public-suffix-private-namespace-wildcard-san',
    ],
  },
  {
    expected: 'reject',
    actual: 'accept',
    sentence:
      'RFC 5280 4.2.1.6: When including the subjectAltName extension in a certificate that has a non-empty subject distinguished name, conforming CAs SHOULD mark the subjectAltName extension as non-critical.',
    ids: ['webpki::san::san-critical-with-nonempty-subject'],
  },
  {
    expected: 'reject',
    actual: 'accept',
    sentence:
      'RFC 5280 4.1.2.7: This field is used to carry the public key and identify the algorithm with which the key is used. (No sentence asks for a multiple of 8 bits.)',
    ids: ['webpki::forbidden-rsa-not-divisible-by-8-in-root', 'webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf'],
  },
  {
    expected: 'reject',
    actual: 'accept',
    sentence:
      'RFC 5280 4.2.1.9: Usually, the last certificate is an end entity certificate, but it can be a CA certificate. (rfc5280::ca-as-leaf asks for it.)',
    ids: ['webpki::ca-as-leaf', 'webpki::ee-basicconstraints-ca'],
  },
  {
    profile: 'strict',
    expected: 'accept',
    actual: 'certificate_malformed name_constraints_not_critical',
    sentence:
      'RFC 5280 4.2.1.10: Conforming CAs MUST mark this extension as critical. (rfc5280::nc::permitted-dns-match-noncritical asks for it.)',
    ids: ['webpki::nc::permitted-dns-match-noncritical'],
  },
  {
    profile: 'strict',
    expected: 'accept',
    actual: 'certificate_malformed serial_number_zero',
    sentence:
      'RFC 5280 4.1.2.2: The serial number MUST be a positive integer assigned by the CA to each certificate. (The root of this site has 0; rfc5280::serial::zero asks for the refusal.)',
    ids: ['online::fastly.com'],
  },
];

/** BoringSSL's own choices. */
const chains: readonly Group[] = [
  {
    expected: 'accept',
    actual: 'issuer_not_ca',
    sentence:
      'RFC 5280 4.2.1.9: If the basic constraints extension is not present in a version 3 public key certificate [...], then the certified public key MUST NOT be used to verify certificate signatures.',
    ids: ['bssl-chain:root-lacks-basic-constraints/main'],
  },
  {
    expected: 'accept',
    actual: 'key_usage_forbids',
    sentence:
      'RFC 5280 4.2.1.3: The keyCertSign bit is asserted when the subject public key is used for verifying signatures on public key certificates.',
    ids: ['bssl-chain:root-lacks-keycertsign-key-usage/main'],
  },
  {
    expected: 'accept',
    actual: 'certificate_malformed key_cert_sign_without_ca',
    sentence:
      'RFC 5280 4.2.1.9: If the cA boolean is not asserted, then the keyCertSign bit in the key usage extension MUST NOT be asserted.',
    ids: ['bssl-chain:target-has-keycertsign-but-not-ca/main'],
  },
  {
    profile: 'strict',
    expected: 'accept',
    actual: 'certificate_malformed name_constraints_not_critical',
    sentence: 'RFC 5280 4.2.1.10: Conforming CAs MUST mark this extension as critical.',
    ids: ['bssl-chain:many-names/ok-all-types'],
  },
  {
    profile: 'interoperable',
    expected: 'accept',
    actual: 'name_constraint_violated',
    sentence:
      'RFC 5280 4.2.1.10: For URIs, the constraint applies to the host part of the name. The constraint MUST be specified as a fully qualified domain name and MAY specify a host or a domain. (Here it is a URI.)',
    ids: ['bssl-chain:many-names/ok-all-types'],
  },
  {
    profile: 'strict',
    expected: 'accept',
    actual: 'certificate_malformed path_length_without_ca',
    sentence:
      'RFC 5280 4.2.1.9: CAs MUST NOT include the pathLenConstraint field unless the cA boolean is asserted and the key usage extension asserts the keyCertSign bit.',
    ids: ['bssl-chain:target-has-pathlen-but-not-ca/main'],
  },
  {
    profile: 'strict',
    expected: 'accept',
    actual: 'certificate_malformed basic_constraints_not_critical',
    sentence:
      'RFC 5280 4.2.1.9: Conforming CAs MUST include this extension in all CA certificates that contain public keys used to validate digital signatures on certificates and MUST mark the extension as critical in such certificates.',
    ids: ['bssl-chain:intermediate-basic-constraints-not-critical/main'],
  },
  {
    profile: 'strict',
    expected: 'accept',
    actual: 'certificate_malformed location_uri_syntax',
    sentence:
      'RFC 5280 4.2.1.6: The name MUST NOT be a relative URI, and it MUST follow the URI syntax and encoding rules specified in [RFC3986]. (4.2.1.13 and 4.2.2.1 refer to it.)',
    ids: ['bssl-chain:issuer-and-subject-not-byte-for-byte-equal/anchor'],
  },
];

/** BoringSSL's lists have no extension unless they are about one. */
const crl: readonly Group[] = [
  {
    profile: 'strict',
    expected: 'accept',
    actual: 'crl_number_missing',
    sentence: 'RFC 5280 5.2.3: CRL issuers conforming to this profile MUST include this extension in all CRLs.',
    ids: [
      'bssl-crl:good',
      'bssl-crl:good_fake_extension',
      'bssl-crl:good_generalizedtime',
      'bssl-crl:good_idp_onlycontainscacerts',
      'bssl-crl:good_idp_onlycontainsusercerts',
      'bssl-crl:good_idp_onlycontainsusercerts_no_basic_constraints',
      'bssl-crl:good_idp_uri_and_onlycontainscacerts',
      'bssl-crl:good_key_rollover',
      'bssl-crl:good_no_crldp',
      'bssl-crl:good_no_version',
    ],
  },
  {
    profile: 'strict',
    expected: 'accept',
    actual: 'crl_next_update_missing',
    sentence: 'RFC 5280 5.1.2.5: Conforming CRL issuers MUST include the nextUpdate field in all CRLs.',
    ids: ['bssl-crl:good_fake_extension_no_nextupdate'],
  },
];

/** The delegate of an authority in real use, which an answer encloses. */
const ocsp: readonly Group[] = [
  {
    profile: 'strict',
    expected: 'accept',
    actual: 'ocsp_delegate_malformed',
    sentence:
      'RFC 5280 4.2.1.6: If the subjectAltName extension is present, the sequence MUST contain at least one entry.',
    ids: ['ossl-ocsp:07:D3.ors:D3_Issuer_Root.pem', 'ossl-ocsp:58:D3.ors:ISIC_D3_Issuer_Root.pem'],
  },
];

/** What each tolerance of the `interoperable` profile lets pass that `strict` refuses, in limbo and in limbo-client. */
const tolerated: Partial<Record<Deviation, readonly string[]>> = {
  authority_key_identifier_missing: [
    'rfc5280::aki::leaf-missing-aki',
    'rfc5280::aki::intermediate-missing-aki',
    'rfc5280::aki::cross-signed-root-missing-aki',
  ],
  subject_key_identifier_missing: ['rfc5280::ski::root-missing-ski', 'rfc5280::ski::intermediate-missing-ski'],
  basic_constraints_not_critical: ['rfc5280::root-non-critical-basic-constraints'],
  name_constraints_not_critical: ['rfc5280::nc::permitted-dns-match-noncritical'],
  name_constraint_dns_leading_period: ['rfc5280::nc::invalid-dnsname-leading-period'],
  policy_constraints_not_critical: ['rfc5280::pc::ica-noncritical-pc'],
  subject_alt_name_not_critical: ['rfc5280::san::noncritical-with-empty-subject'],
  serial_number_negative: ['rfc5280::serial::negative'],
  serial_number_too_long: ['rfc5280::serial::too-long'],
  serial_number_zero: ['rfc5280::serial::zero'],
  dns_name_underscore: ['rfc5280::san::underscore-dns'],
};

export const divergences: readonly Divergence[] = [
  ...webpki.flatMap((group) => entries('limbo', group)),
  ...chains.flatMap((group) => entries('chains', group)),
  ...crl.flatMap((group) => entries('crl', group)),
  ...['limbo', 'limbo-client'].flatMap((corpus) =>
    entries(corpus, {
      profile: 'interoperable',
      expected: 'reject',
      actual: 'accept',
      sentence: `RFC 5280 5.2.3: ${crlDeviations.crl_number_missing.sentence}.`,
      ids: ['crl::crlnumber-missing'],
    }).map((entry): Divergence => ({ ...entry, tolerance: 'crl_number_missing' })),
  ),
  ...entries('crl', {
    profile: 'interoperable',
    expected: 'reject',
    actual: 'accept',
    sentence:
      'RFC 5280 5.1.2.6: When there are no revoked certificates, the revoked certificates list MUST be absent. An empty list says the same; OpenSSL takes it.',
    ids: ['bssl-crl:invalid_revoked_empty_sequence'],
  }).map((entry): Divergence => ({ ...entry, tolerance: 'der_empty_list' })),
  ...ocsp.flatMap((group) => entries('ocsp', group)),
  ...tolerances.flatMap(({ deviation, sentence }) =>
    ['limbo', 'limbo-client'].flatMap((corpus) =>
      entries(corpus, {
        profile: 'interoperable',
        expected: 'reject',
        actual: 'accept',
        sentence,
        ids: tolerated[deviation] ?? [],
      }).map((entry) => ({ ...entry, tolerance: deviation })),
    ),
  ),
];

function entries(corpus: string, { ids, profile: only, ...answer }: Group): Divergence[] {
  return ids.flatMap((id) =>
    profiles
      .filter((profile) => only === undefined || profile === only)
      .map((profile) => ({ corpus, id, profile, ...answer })),
  );
}

/** What is wrong with the list itself: an accepting divergence that is neither in `webpki::` nor made by a tolerance. */
export function divergenceProblems(): readonly string[] {
  return divergences
    .filter(({ actual, id, profile, tolerance }) => {
      const isTolerance = tolerance !== undefined && profile === 'interoperable';
      return actual === 'accept' && !id.startsWith('webpki::') && !isTolerance;
    })
    .map(({ corpus, id, profile }) => `a divergence may not accept: ${corpus} ${id} (${profile})`);
}
