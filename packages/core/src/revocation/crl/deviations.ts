import {
  type EncodingDeviation,
  encodingDeviations,
  type NameDeviation,
  nameDeviations,
} from '../../certificate/deviations.ts';

/**
 * Sentences of RFC 5280 section 5 that bind the issuer of a list, and that a list can break while it can still be used
 * without doubt: `strict` refuses all of them. `interoperable` takes them all, because the tools that most private
 * authorities run issue such lists (`openssl ca -gencrl` without `crl_extensions` writes version 1, for one), and none
 * changes which certificates a list speaks of.
 */

export interface CrlDeviationEntry {
  readonly section: string;
  /** The sentence that is broken. */
  readonly sentence: string;
}

const table = {
  crl_version_1_written: {
    section: 'RFC 5280 5.1.2.1',
    sentence: 'This optional field describes the version of the encoded CRL: if present, it MUST be v2',
  },
  crl_number_missing: {
    section: 'RFC 5280 5.2.3',
    sentence: 'CRL issuers conforming to this profile MUST include this extension in all CRLs',
  },
  crl_authority_key_identifier_missing: {
    section: 'RFC 5280 5.2.1',
    sentence:
      'Conforming CRL issuers MUST use the key identifier method, and MUST include this extension in all CRLs issued',
  },
  crl_authority_serial_negative: {
    section: 'RFC 5280 4.1.2.2',
    sentence: 'The serial number MUST be a positive integer, that of an authority as well',
  },
  crl_next_update_missing: {
    section: 'RFC 5280 5.1.2.5',
    sentence: 'Conforming CRL issuers MUST include the nextUpdate field in all CRLs',
  },
  crl_scope_not_critical: {
    section: 'RFC 5280 5.2.5',
    sentence: 'The issuing distribution point is a critical CRL extension',
  },
  crl_delta_indicator_not_critical: {
    section: 'RFC 5280 5.2.4',
    sentence: 'The delta CRL indicator is a critical CRL extension that identifies a CRL as being a delta CRL',
  },
  crl_freshest_critical: {
    section: 'RFC 5280 5.2.6',
    sentence: 'The freshest CRL extension MUST be marked as non-critical by conforming CRL issuers',
  },
  crl_freshest_in_delta: {
    section: 'RFC 5280 5.2.6',
    sentence: 'This extension MUST NOT appear in delta CRLs',
  },
  crl_entry_issuer_not_critical: {
    section: 'RFC 5280 5.3.3',
    sentence: 'This extension MUST be marked as critical',
  },
} as const;

/** A way in which a list that can be used differs from what RFC 5280 asks of its issuer. */
export type CrlDeviation = keyof typeof table | NameDeviation | EncodingDeviation;

export const crlDeviations: { readonly [Name in CrlDeviation]: CrlDeviationEntry } = {
  ...encodingDeviations,
  ...table,
  ...nameDeviations,
};
