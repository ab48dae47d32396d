import { type DerRule, derRules } from '../encoding/der-rules.ts';
import { type PemRule, pemRules } from '../encoding/pem.ts';
import type { Deviation } from './deviations.ts';

/**
 * The rules of form that every certificate must keep, under every profile: a certificate that breaks one is not read at
 * all. What only binds the authority that issues (criticality, presence of an extension) is in `deviations.ts`.
 */

export interface MalformedEntry {
  readonly section: string;
  /** For the log. */
  readonly explanation: string;
}

const certificateRules = {
  version: { section: 'RFC 5280 4.1.2.1', explanation: 'A version other than 1, 2 and 3' },
  version_extensions: { section: 'RFC 5280 4.1.2.9', explanation: 'Extensions in a certificate that is not version 3' },
  version_unique_id: { section: 'RFC 5280 4.1.2.8', explanation: 'A unique identifier in a version 1 certificate' },
  algorithm_mismatch: {
    section: 'RFC 5280 4.1.1.2',
    explanation: 'The signature algorithm inside the signed part is not the one outside it',
  },
  algorithm_parameters: {
    section: 'RFC 3279, RFC 4055, RFC 5758 and RFC 8410',
    explanation: 'Algorithm parameters that the algorithm does not have, or none where it must have some',
  },
  pss_parameters: { section: 'RFC 4055 3.1', explanation: 'RSASSA-PSS parameters that break their ASN.1' },
  rsa_key: { section: 'RFC 8017 3.1', explanation: 'An RSA modulus that is not a positive odd number' },
  rsa_exponent: {
    section: 'RFC 8017 3.1',
    explanation: 'An RSA exponent that is even, below 3 or above 2^33: no such key is in honest use',
  },
  ec_parameters: { section: 'RFC 5480 2.1.1', explanation: 'An elliptic curve that is not given by name' },
  ec_point: {
    section: 'RFC 5480 2.2',
    explanation: 'A public key that is not a point of its curve, or one in the hybrid form',
  },
  ed25519_key: { section: 'RFC 8410 4', explanation: 'An Ed25519 public key that is not 32 octets' },
  extension_duplicate: { section: 'RFC 5280 4.2', explanation: 'Two extensions of one type' },
  attribute_value: {
    section: 'RFC 5280 A.1',
    explanation: 'An attribute of a name whose value is nothing that a reader in use takes for one',
  },
  attribute_duplicate_value: { section: 'X.501 9.3', explanation: 'The same attribute twice in one RDN' },
  key_usage_empty: { section: 'RFC 5280 4.2.1.3', explanation: 'A keyUsage in which no bit is set' },
  key_usage_unknown_bit: { section: 'RFC 5280 4.2.1.3', explanation: 'A keyUsage bit that does not exist' },
  general_name_kind: { section: 'RFC 5280 4.2.1.6', explanation: 'A GeneralName of a kind that does not exist' },
  name_constraints_empty: {
    section: 'RFC 5280 4.2.1.10',
    explanation: 'Name constraints with neither permitted nor excluded subtrees',
  },
  name_constraint_base_distance: {
    section: 'RFC 5280 4.2.1.10',
    explanation: 'A name constraint with a minimum other than 0, or with a maximum',
  },
  policy_duplicate: { section: 'RFC 5280 4.2.1.4', explanation: 'The same policy twice in one extension' },
  policy_mapping_any_policy: { section: 'RFC 5280 4.2.1.5', explanation: 'A mapping from or to anyPolicy' },
  policy_constraints_empty: { section: 'RFC 5280 4.2.1.11', explanation: 'Policy constraints without any constraint' },
  distribution_point_empty: {
    section: 'RFC 5280 4.2.1.13',
    explanation: 'A distribution point with neither a name nor an issuer',
  },
  distribution_point_reasons: { section: 'RFC 5280 4.2.1.13', explanation: 'A reason flag that does not exist' },
  distribution_point_relative: {
    section: 'RFC 5280 4.2.1.13',
    explanation: 'A name relative to several CRL issuers',
  },
} as const;

/** A rule of the form of certificates, beside those of DER. */
export type CertificateRule = keyof typeof certificateRules;

/** A rule that a parser enforces. */
export type FormRule = CertificateRule | DerRule | PemRule;

/** Every rule of form with its section and a line for the log. */
export const malformedRules: { readonly [Rule in FormRule]: MalformedEntry } = {
  ...pemRules,
  ...derRules,
  ...certificateRules,
};

/** What the detail of `certificate_malformed` names: a rule of form, or a deviation that the profile does not tolerate. */
export type MalformedRule = FormRule | Deviation;

/** Carries the broken rule up to `parseCertificate`; it never leaves this room. */
export class MalformedError extends Error {
  readonly rule: CertificateRule;
  constructor(rule: CertificateRule) {
    super(certificateRules[rule].explanation);
    this.rule = rule;
  }
}
