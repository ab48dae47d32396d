import { type FormRule, type MalformedEntry, malformedRules } from '../../certificate/malformed.ts';
import { type DerDeviation, derDeviations } from '../../encoding/der-rules.ts';

/**
 * The rules of form of certificate revocation lists (RFC 5280 section 5): a list that breaks one is not used at all, under
 * any profile. What only binds the issuer of a list is in `deviations.ts`.
 */

const ownRules = {
  crl_version: { section: 'RFC 5280 5.1.2.1', explanation: 'A version other than 1 and 2' },
  crl_version_extensions: { section: 'RFC 5280 5.1.2.1', explanation: 'Extensions in a list that is not version 2' },
  crl_algorithm_mismatch: {
    section: 'RFC 5280 5.1.1.2',
    explanation: 'The signature algorithm inside the signed part is not the one outside it',
  },
  crl_issuer_empty: { section: 'RFC 5280 5.1.2.3', explanation: 'An issuer without any RDN' },
  crl_field_too_large: {
    section: 'RFC 5280 5.1',
    explanation: 'A field or entry beyond 65,536 octets, which no list in honest use has',
  },
  crl_too_large: { section: 'RFC 5280 5.1', explanation: 'A list of 2 GiB or more' },
  crl_critical_extension: { section: 'RFC 5280 5.2', explanation: 'A critical extension that cannot be processed' },
  crl_number_critical: { section: 'RFC 5280 5.2.3', explanation: 'A CRL number that is marked critical' },
  crl_number_too_long: { section: 'RFC 5280 5.2.3', explanation: 'A CRL number of more than 20 octets' },
  crl_delta_without_number: { section: 'RFC 5280 5.2.4', explanation: 'A delta CRL without a CRL number' },
  crl_scope_empty: { section: 'RFC 5280 5.2.5', explanation: 'An issuing distribution point without any field' },
  crl_scope_several_kinds: {
    section: 'RFC 5280 5.2.5',
    explanation: 'An issuing distribution point limited to more than one kind of certificate',
  },
  crl_entry_critical_extension: {
    section: 'RFC 5280 5.3',
    explanation: 'A critical entry extension that cannot be processed',
  },
  crl_reason_code: { section: 'RFC 5280 5.3.1', explanation: 'A reason code that does not exist' },
  crl_reason_remove: { section: 'RFC 5280 5.3.1', explanation: 'removeFromCRL in a list that is not a delta CRL' },
  crl_entry_issuer: {
    section: 'RFC 5280 5.3.3',
    explanation: 'A certificate issuer in a list that is not an indirect CRL',
  },
  crl_entry_issuer_name: {
    section: 'RFC 5280 5.3.3',
    explanation:
      'A certificate issuer without a distinguished name, or with one that is too long or too strange to be compared',
  },
  crl_too_many_issuers: {
    section: 'RFC 5280 5.3.3',
    explanation: 'More than 65,536 certificate issuers, which no indirect CRL in honest use has',
  },
} as const;

/** No list is refused for a rule of `derDeviations` when it is read: `strict` refuses it afterwards. */
export type CrlRule = keyof typeof ownRules | FormRule | DerDeviation;

/** Every rule of form with its section and a line for the log. */
export const crlRules: { readonly [Rule in CrlRule]: MalformedEntry } = {
  ...malformedRules,
  ...derDeviations,
  ...ownRules,
};

/** Carries the broken rule up to `parseCrl`; it never leaves this room. */
export class CrlError extends Error {
  readonly rule: CrlRule;
  constructor(rule: keyof typeof ownRules) {
    super(ownRules[rule].explanation);
    this.rule = rule;
  }
}
