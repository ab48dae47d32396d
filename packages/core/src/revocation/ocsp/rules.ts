import { type EncodingDeviation, encodingDeviations } from '../../certificate/deviations.ts';
import { type FormRule, type MalformedEntry, malformedRules } from '../../certificate/malformed.ts';
import type { UndeterminedKind } from '../status.ts';

/** A rule that an OCSP answer broke, and what the broken rule makes of the status that was asked for. */
export interface OcspRuleEntry extends MalformedEntry {
  readonly kind: UndeterminedKind;
}

/** Answers that cannot be used. */
const malformed = {
  ocsp_too_large: {
    section: 'RFC 6960 4.2.1',
    explanation: 'An answer of more than 65,536 octets, which no honest one has',
  },
  ocsp_response_status: { section: 'RFC 6960 4.2.1', explanation: 'A response status that does not exist' },
  ocsp_response_bytes: { section: 'RFC 6960 4.2.1', explanation: 'An error with an answer, or a success without one' },
  ocsp_response_type: { section: 'RFC 6960 4.2.1', explanation: 'A response of another type than id-pkix-ocsp-basic' },
  ocsp_version: { section: 'RFC 6960 4.2.1', explanation: 'A version other than 1' },
  ocsp_responder_id: { section: 'RFC 6960 4.2.1', explanation: 'A responder that is named neither by name nor by key' },
  ocsp_certificate_status: {
    section: 'RFC 6960 4.2.1',
    explanation: 'A certificate status that is neither good, revoked nor unknown',
  },
  ocsp_reason_code: { section: 'RFC 5280 5.3.1', explanation: 'A reason code that does not exist' },
  ocsp_too_many_certificates: { section: 'RFC 6960 4.2.1', explanation: 'More than 20 certificates in one answer' },
  ocsp_critical_extension: { section: 'RFC 6960 4.4', explanation: 'A critical extension that cannot be processed' },
  ocsp_signer_not_found: {
    section: 'RFC 6960 4.2.2.2',
    explanation: 'A signer that is neither the issuer nor any certificate enclosed',
  },
  ocsp_algorithm_forbidden: {
    section: 'RFC 6960 4.3',
    explanation: 'A signature by an algorithm or key that is not accepted',
  },
  ocsp_key_too_weak: {
    section: 'RFC 6960 4.3',
    explanation: 'A signature by an RSA key that is too short or too long',
  },
  ocsp_signature_invalid: { section: 'RFC 6960 3.2', explanation: 'A signature that is not that of the signer' },
  ocsp_signature_budget: {
    section: 'RFC 6960 4.2.1',
    explanation: 'An answer whose signatures would cost too much to check',
  },
  ocsp_delegate_malformed: {
    section: 'RFC 5280 4',
    explanation: 'A delegate whose certificate breaks the profile of certificates',
  },
  ocsp_delegate_issuer: {
    section: 'RFC 6960 4.2.2.2',
    explanation: 'A delegate that was issued by another than the issuer',
  },
  ocsp_delegate_purpose: { section: 'RFC 6960 4.2.2.2', explanation: 'A delegate without id-kp-OCSPSigning' },
  ocsp_delegate_is_authority: { section: 'RFC 6960 4.2.2.2', explanation: 'A delegate that is an authority itself' },
  ocsp_delegate_key_usage: { section: 'RFC 5280 4.2.1.12', explanation: 'A delegate whose key may not sign answers' },
  ocsp_delegate_critical_extension: {
    section: 'RFC 5280 6.1.5',
    explanation: 'A delegate with a critical extension that is not known',
  },
  ocsp_delegate_expired: { section: 'RFC 6960 4.2.2.2', explanation: 'A delegate whose certificate is not valid now' },
  ocsp_delegate_signature: {
    section: 'RFC 6960 4.2.2.2',
    explanation: "A delegate that the issuer's key did not sign",
  },
  ocsp_delegate_revoked: { section: 'RFC 6960 4.2.2.2.1', explanation: 'A delegate that was revoked' },
  ocsp_delegate_unchecked: {
    section: 'RFC 6960 4.2.2.2.1',
    explanation: 'A delegate without id-pkix-ocsp-nocheck whose own status is not known',
  },
  ocsp_nonce_missing: { section: 'RFC 9654 2.1', explanation: 'No nonce, although one was sent' },
  ocsp_nonce_malformed: { section: 'RFC 9654 2.1', explanation: 'A nonce that is no OCTET STRING of 1 to 128 octets' },
  ocsp_nonce_mismatch: { section: 'RFC 9654 2.1', explanation: 'Another nonce than the one that was sent' },
  ocsp_other_certificate: { section: 'RFC 6960 3.2', explanation: 'An answer about other certificates only' },
  ocsp_update_order: { section: 'RFC 6960 4.2.2.1', explanation: 'A nextUpdate before thisUpdate' },
} as const;

/** Answers that were right at another time. */
const stale = {
  ocsp_produced_before_certificate: {
    section: 'RFC 6960 2.4',
    explanation: 'An answer produced before the certificate was valid',
  },
  ocsp_produced_in_future: { section: 'RFC 6960 2.4', explanation: 'An answer produced in the future' },
  ocsp_this_update_in_future: { section: 'RFC 6960 4.2.2.1', explanation: 'A thisUpdate in the future' },
  ocsp_next_update_past: { section: 'RFC 6960 4.2.2.1', explanation: 'A nextUpdate in the past' },
  ocsp_not_newer: {
    section: 'RFC 6960 5',
    explanation: 'An answer that was said before the one in use, or takes back a revocation',
  },
  ocsp_too_old: { section: 'RFC 6960 3.2', explanation: 'A thisUpdate that is too long ago' },
} as const;

/**
 * RFC 6960 2.3, of error messages: "These messages are not signed", so that whoever sits on the line can send one: it counts as no answer,
 * whatever it says.
 */
const unreachable = {
  ocsp_status_malformed_request: {
    section: 'RFC 6960 2.3',
    explanation: 'The responder says that the request is malformed',
  },
  ocsp_status_internal_error: {
    section: 'RFC 6960 2.3',
    explanation: 'The responder says that it has an internal error',
  },
  ocsp_status_try_later: { section: 'RFC 6960 2.3', explanation: 'The responder asks to try again later' },
  ocsp_status_signature_required: { section: 'RFC 6960 2.3', explanation: 'The responder asks for a signed request' },
  ocsp_status_unauthorized: {
    section: 'RFC 6960 2.3',
    explanation: 'The responder does not serve this client, or not for this certificate',
  },
} as const;

const unknown = {
  ocsp_status_unknown: { section: 'RFC 6960 2.2', explanation: 'The responder does not know the certificate' },
} as const;

type OwnRule = keyof typeof malformed | keyof typeof stale | keyof typeof unreachable | keyof typeof unknown;

/** Why an answer does not tell the status: a rule of OCSP, or one of the forms that OCSP shares with certificates. */
export type OcspRule = OwnRule | FormRule | EncodingDeviation;

/** How something is written that can be read in one way all the same: `strict` alone refuses it. */
const refusedByStrict = Object.fromEntries(
  Object.entries(encodingDeviations).map(([name, { section, sentence }]) => [name, { section, explanation: sentence }]),
) as { readonly [Name in EncodingDeviation]: MalformedEntry };

/** Every rule with its section, a line for the log, and the kind of undetermined status that it makes. */
export const ocspRules: { readonly [Rule in OcspRule]: OcspRuleEntry } = {
  ...ofKind('malformed', malformedRules),
  ...ofKind('malformed', refusedByStrict),
  ...ofKind('malformed', malformed),
  ...ofKind('stale', stale),
  ...ofKind('unreachable', unreachable),
  ...ofKind('unknown', unknown),
};

function ofKind<Rule extends string>(
  kind: UndeterminedKind,
  rules: { readonly [Name in Rule]: MalformedEntry },
): { readonly [Name in Rule]: OcspRuleEntry } {
  const entries = Object.entries<MalformedEntry>(rules).map(([rule, entry]) => [
    rule,
    Object.freeze({ ...entry, kind }),
  ]);
  return Object.fromEntries(entries) as { readonly [Name in Rule]: OcspRuleEntry };
}

/** Carries the broken rule up to `parseOcspResponse`; it never leaves this room. */
export class OcspError extends Error {
  readonly rule: OcspRule;
  constructor(rule: keyof typeof malformed) {
    super(malformed[rule].explanation);
    this.rule = rule;
  }
}
