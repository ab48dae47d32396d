import { isDate } from 'node:util/types';
import type { MalformedRule } from './certificate/malformed.ts';
import { logText } from './log-text.ts';
import type { RevocationTrouble } from './revocation/trouble.ts';
import type { HeaderRule } from './source/header-rules.ts';
import type { LookedFor } from './source/looked-for.ts';

/**
 * Every reason for which a client is refused, once. Types, problem documents, HTTP statuses and the reference page are
 * derived from this table; a code without a row does not compile.
 *
 * Status: 400 we cannot read what was presented, or it was built to exhaust us; 401 we read it and it does not
 * authenticate; 403 we know who it is and the answer is no; 421 it came over a
 * connection that is not for it; 429 too many; 503 we cannot decide now.
 */

/** The stage of the line that gives the reason. */
export type Stage = 'source' | 'certificate' | 'path' | 'revocation' | 'policy' | 'guard';

export interface ReasonEntry {
  readonly stage: Stage;
  /** When several candidate paths fail, the reason of the highest rank is the one reported: the most specific. */
  readonly rank: number;
  readonly status: 400 | 401 | 403 | 421 | 429 | 503;
  /** Shown to the client. */
  readonly title: string;
  /** Shown to the client: what its operator can do next. Static, so that nothing of the request leaks into it. */
  readonly hint: string;
  /** The section of the standard that asks for the check. */
  readonly section: string;
  /** The connection of a client that is connected directly ends with the answer: whoever comes so would come again. */
  readonly endsConnection?: true;
}

export type ReasonCode =
  | 'header_malformed'
  | 'header_repeated'
  | 'input_too_large'
  | 'host_malformed'
  | 'misdirected_request'
  | 'certificate_malformed'
  | 'path_budget_exceeded'
  | 'certificate_missing'
  | 'forwarder_untrusted'
  | 'proxy_verification_failed'
  | 'tls_verification_failed'
  | 'issuer_unknown'
  | 'signature_invalid'
  | 'algorithm_forbidden'
  | 'key_too_weak'
  | 'certificate_not_yet_valid'
  | 'certificate_expired'
  | 'intermediate_not_yet_valid'
  | 'intermediate_expired'
  | 'trust_anchor_not_yet_valid'
  | 'trust_anchor_expired'
  | 'issuer_not_ca'
  | 'path_length_exceeded'
  | 'key_usage_forbids'
  | 'extended_key_usage_missing'
  | 'name_constraint_violated'
  | 'policy_constraint_violated'
  | 'critical_extension_unsupported'
  | 'certificate_revoked'
  | 'certificate_status_unknown'
  | 'token_invalid'
  | 'token_binding_mismatch'
  | 'pin_mismatch'
  | 'address_denied'
  | 'identity_not_allowed'
  | 'role_missing'
  | 'policy_rejected'
  | 'rate_limited'
  | 'revocation_unavailable'
  | 'policy_unavailable';

export const reasons: { readonly [Code in ReasonCode]: ReasonEntry } = {
  header_malformed: {
    stage: 'source',
    rank: 0,
    status: 400,
    title: 'The forwarded client certificate cannot be read',
    hint: 'The header in which the proxy forwards the certificate is not in the form that this service expects. There is nothing that the client can do: tell the operator of this service, whose log says what is wrong with the header.',
    section: 'RFC 9440 section 2',
  },
  header_repeated: {
    stage: 'source',
    rank: 0,
    status: 400,
    title: 'The forwarded client certificate was sent more than once',
    hint: 'Do not send certificate headers yourself. If you do not, tell the operator of this service: its proxy must replace the header that a client sends, not add to it.',
    section: 'RFC 9440 section 2.2',
  },
  input_too_large: {
    stage: 'source',
    rank: 0,
    status: 400,
    title: 'The presented certificates are too large',
    hint: 'Present only the client certificate and the intermediates that lead to a known issuer.',
    section: 'RFC 9440 section 4',
  },
  host_malformed: {
    stage: 'source',
    rank: 0,
    status: 400,
    title: 'The request does not say properly which host it is for',
    hint: 'Send exactly one Host header (in HTTP/2 one :authority) with a host name and, if need be, a port.',
    section: 'RFC 9112 section 3.2',
  },
  misdirected_request: {
    stage: 'source',
    rank: 0,
    status: 421,
    title: 'The request came over a connection for another host',
    hint: 'Open a connection of its own for this host, and name the host in the TLS handshake (SNI); do not reuse the connection or TLS session of another host.',
    section: 'RFC 9110 section 15.5.20',
  },
  certificate_malformed: {
    stage: 'certificate',
    rank: 0,
    status: 400,
    title: 'The client certificate, or one of an authority above it, is malformed',
    hint: 'This service cannot read the certificate, or does not take the form in which the authority wrote it. If openssl x509 cannot read your file either, install it again as the authority delivered it. Else there is nothing that the client can do: tell the operator of this service, whose log names the certificate, the rule and the place.',
    section: 'RFC 5280 section 4',
  },
  path_budget_exceeded: {
    stage: 'path',
    rank: 5,
    status: 400,
    title: 'The presented certificates are too costly to verify',
    hint: 'Present only the client certificate and the intermediates that lead to a known issuer.',
    section: 'RFC 4158 section 2.4',
    endsConnection: true,
  },
  certificate_missing: {
    stage: 'source',
    rank: 0,
    status: 401,
    title: 'A client certificate is required',
    hint: 'Configure your client to present its certificate and key for this host, and check that a proxy on the way does not end the TLS connection. If both are in order, TLS may not be able to use the key here, such as one on a Brainpool curve: a client then sends no certificate.',
    section: 'RFC 8446 section 4.4.2',
  },
  forwarder_untrusted: {
    stage: 'source',
    rank: 0,
    status: 401,
    title: 'The client certificate was forwarded by an unknown proxy',
    hint: 'Do not send certificate headers yourself: present the certificate in the TLS handshake.',
    section: 'RFC 9440 section 4',
  },
  proxy_verification_failed: {
    stage: 'source',
    rank: 0,
    status: 401,
    title: 'The proxy could not verify the client certificate',
    hint: 'Check that the certificate is valid now and issued by an authority that the proxy trusts.',
    section: 'RFC 9440 section 2.4',
  },
  tls_verification_failed: {
    stage: 'source',
    rank: 0,
    status: 401,
    title: 'The TLS handshake did not verify the client certificate',
    hint: 'Check that the certificate is valid now and issued by an authority that this service trusts, and send its intermediates.',
    section: 'RFC 8446 section 4.4.2.4',
  },
  issuer_unknown: {
    stage: 'path',
    rank: 10,
    status: 401,
    title: 'The client certificate was issued by an unknown authority',
    hint: 'Use a certificate from an authority that this service trusts, and send the intermediate certificates with it; on resumed sessions, behind some proxies and on some versions of Node the service itself must know the intermediates, which is for its operator to mend.',
    section: 'RFC 5280 section 6.1',
  },
  signature_invalid: {
    stage: 'path',
    rank: 20,
    status: 401,
    title: 'A signature in the certification path is invalid',
    hint: 'The certificate was altered, or it comes from an authority that has the name of a trusted one, but another key, such as an earlier one. Install the certificate and its intermediates again as the authority delivered them, or ask for a new one.',
    section: 'RFC 5280 section 6.1.3 (a)(1)',
  },
  algorithm_forbidden: {
    stage: 'path',
    rank: 30,
    status: 401,
    title: 'A certificate uses a signature or key algorithm that is not accepted',
    hint: 'Ask for a certificate signed with SHA-256 or better, using RSA (2048 bits or more), ECDSA on P-256, P-384 or P-521, or Ed25519. If yours is like that, an authority above it is not: tell the operator of this service, whose log names it.',
    section: 'RFC 5280 section 6.1.3 (a)(1)',
  },
  key_too_weak: {
    stage: 'path',
    rank: 31,
    status: 401,
    title: 'A key in the certification path is too weak',
    hint: 'Ask for a certificate with an RSA key of 2048 to 8192 bits, or an elliptic curve key. If yours is like that, an authority above it is not: tell the operator of this service, whose log names it.',
    section: 'RFC 5280 section 6.1.4 (d)',
  },
  certificate_not_yet_valid: {
    stage: 'path',
    rank: 50,
    status: 401,
    title: 'The client certificate is not yet valid',
    hint: 'Wait until the start of its validity, and check the clock of the machine that issued it.',
    section: 'RFC 5280 section 6.1.3 (a)(2)',
  },
  certificate_expired: {
    stage: 'path',
    rank: 51,
    status: 401,
    title: 'The client certificate has expired',
    hint: 'Renew the certificate and restart the client so that it presents the new one.',
    section: 'RFC 5280 section 6.1.3 (a)(2)',
  },
  intermediate_not_yet_valid: {
    stage: 'path',
    rank: 48,
    status: 401,
    title: 'An intermediate certificate is not yet valid',
    hint: 'Not the certificate of the client is at fault, but one between it and the authority that this service trusts. If the client sends it, send the one that is valid now; else the operator of this service has to look at it, and at the clock. Tell the operator.',
    section: 'RFC 5280 section 6.1.3 (a)(2)',
  },
  intermediate_expired: {
    stage: 'path',
    rank: 49,
    status: 401,
    title: 'An intermediate certificate has expired',
    hint: 'Not the certificate of the client is at fault, but one between it and the authority that this service trusts. If the client sends it, send the one that the authority has issued in its place; else the operator of this service has to replace it. Tell the operator.',
    section: 'RFC 5280 section 6.1.3 (a)(2)',
  },
  trust_anchor_not_yet_valid: {
    stage: 'path',
    rank: 65,
    status: 503,
    title: 'The authority of the client certificate is not yet valid at this service',
    hint: 'This is not for the client to mend: the operator of this service has to look at its clock and at the authorities that it trusts. Tell the operator.',
    section: 'RFC 5280 section 6.1.1 (d)',
  },
  trust_anchor_expired: {
    stage: 'path',
    rank: 66,
    status: 503,
    title: 'The authority of the client certificate has expired at this service',
    hint: 'This is not for the client to mend: the operator of this service has to put the new certificate of the authority in place. Tell the operator.',
    section: 'RFC 5280 section 6.1.1 (d)',
  },
  issuer_not_ca: {
    stage: 'path',
    rank: 40,
    status: 401,
    title: 'The certificate was issued by a certificate that is not an authority',
    hint: 'The issuing certificate lacks basicConstraints with cA. Use a certificate from a real certificate authority.',
    section: 'RFC 5280 section 6.1.4 (k)',
  },
  path_length_exceeded: {
    stage: 'path',
    rank: 41,
    status: 401,
    title: 'The certification path is longer than allowed',
    hint: 'An authority in the path does not allow so many authorities below it, or the path exceeds the depth this service accepts.',
    section: 'RFC 5280 section 6.1.4 (l, m)',
  },
  key_usage_forbids: {
    stage: 'path',
    rank: 42,
    status: 401,
    title: 'The key usage of a certificate forbids this use',
    hint: 'An authority needs keyCertSign; a client certificate needs digitalSignature (or keyAgreement). Ask for a certificate with the right key usage.',
    section: 'RFC 5280 section 6.1.4 (n)',
  },
  extended_key_usage_missing: {
    stage: 'path',
    rank: 60,
    status: 401,
    title: 'The certificate is not meant for TLS clients',
    hint: 'Ask for a certificate with the extended key usage clientAuth (1.3.6.1.5.5.7.3.2); a server certificate does not do.',
    section: 'RFC 5280 section 4.2.1.12',
  },
  name_constraint_violated: {
    stage: 'path',
    rank: 61,
    status: 401,
    title: 'A name in the certificate is outside what its authority may certify',
    hint: 'An authority in the path is limited to certain names. Ask for a certificate whose names lie within them. If they do, this service cannot compare one of them: tell its operator, whose log has the name and the kind of the constraint.',
    section: 'RFC 5280 section 6.1.3 (b, c)',
  },
  policy_constraint_violated: {
    stage: 'path',
    rank: 62,
    status: 401,
    title: 'The certificate policies do not allow this path',
    hint: 'The path must be valid for a certificate policy that this service or an authority in the path requires.',
    section: 'RFC 5280 section 6.1.5 (g)',
  },
  critical_extension_unsupported: {
    stage: 'path',
    rank: 45,
    status: 401,
    title: 'A certificate has a critical extension that is not supported',
    hint: 'Ask for a certificate without that extension, or with it marked not critical.',
    section: 'RFC 5280 section 6.1.4 (o)',
  },
  certificate_revoked: {
    stage: 'revocation',
    rank: 80,
    status: 401,
    title: 'A certificate in the path has been revoked',
    hint: 'Ask the certificate authority for a new certificate.',
    section: 'RFC 5280 section 6.3',
  },
  certificate_status_unknown: {
    stage: 'revocation',
    rank: 71,
    status: 401,
    title: 'The certificate authority does not know this certificate',
    hint: 'The revocation service of the authority answered that it does not know the certificate. Ask the authority.',
    section: 'RFC 6960 section 2.2',
  },
  token_invalid: {
    stage: 'policy',
    rank: 0,
    status: 401,
    title: 'The access token is invalid',
    hint: 'Request a new access token.',
    section: 'RFC 6750 section 3.1',
  },
  token_binding_mismatch: {
    stage: 'policy',
    rank: 0,
    status: 401,
    title: 'The access token is bound to another certificate',
    hint: 'Use the token with the certificate with which it was requested.',
    section: 'RFC 8705 section 3',
  },
  pin_mismatch: {
    stage: 'policy',
    rank: 90,
    status: 403,
    title: 'The client certificate is not one of the pinned certificates',
    hint: 'The key or certificate changed. Tell the operator of this service the new pin before you use it.',
    section: 'RFC 7469 section 2.6',
  },
  address_denied: {
    stage: 'policy',
    rank: 91,
    status: 403,
    title: 'This network address is not allowed',
    hint: 'Connect from an address that was agreed with the operator of this service.',
    section: '',
  },
  identity_not_allowed: {
    stage: 'policy',
    rank: 92,
    status: 403,
    title: 'This client is not allowed here',
    hint: 'The certificate is valid, but its names are not among those that may use this service. Ask its operator.',
    section: '',
  },
  role_missing: {
    stage: 'guard',
    rank: 94,
    status: 403,
    title: 'This client lacks the role for this operation',
    hint: 'Ask the operator of this service to give the client the role, or use another certificate.',
    section: '',
  },
  policy_rejected: {
    stage: 'policy',
    rank: 93,
    status: 403,
    title: 'This client is not allowed here',
    hint: 'A rule of this service refused the client. Ask its operator.',
    section: '',
  },
  rate_limited: {
    stage: 'policy',
    rank: 0,
    status: 429,
    title: 'Too many requests',
    hint: 'Wait before the next attempt.',
    section: 'RFC 6585 section 4',
  },
  revocation_unavailable: {
    stage: 'revocation',
    rank: 70,
    status: 503,
    title: 'The revocation status cannot be determined now',
    hint: 'Try again later. If it lasts, the operator of this service should look at its revocation sources.',
    section: 'RFC 5280 section 6.3.3',
  },
  policy_unavailable: {
    stage: 'policy',
    rank: 0,
    status: 503,
    title: 'The client’s permissions cannot be determined now',
    hint: 'Try again later. If it lasts, the operator of this service should look at its role and check functions.',
    section: '',
  },
};

/** Which certificate a reason speaks of: 0 is the leaf, counting towards the trust anchor. */
export interface AboutCertificate {
  readonly index: number;
  /** RFC 4514 text. For the log: never shown to the client. */
  readonly subject?: string;
}

/** An intermediate that is at fault, and who gave it: `'service'`, if it is one of the options, or remembered. */
export interface AboutIntermediate extends AboutCertificate {
  readonly from: 'client' | 'service';
}

/** Whom a rule refuses: who it is, is known by then. */
export interface AboutClient {
  /** The `id` of the client; before `identify` was asked, what it is without. For the log: never shown to the client. */
  readonly client?: string;
}

/** What each reason carries for the log, beside its code. */
export interface ReasonDetails {
  header_malformed: {
    readonly header: string;
    readonly rule: HeaderRule;
    /** The rule in words, with the section of the standard where there is one. */
    readonly explanation: string;
    /** Which of the known mistakes it looks like, and what the source expects of the proxy. */
    readonly remedy?: string;
  };
  header_repeated: { readonly header: string; readonly count: number };
  input_too_large: { readonly limit: number; readonly actual: number; readonly unit: 'bytes' | 'certificates' };
  host_malformed: {
    readonly where: 'host' | ':authority' | 'request target';
    readonly rule: 'repeated' | 'syntax';
  };
  misdirected_request: {
    /** What the client asked for in the handshake; `undefined`: nothing. */
    readonly serverName: string | undefined;
    /** The host whose trust is another; `undefined` when the request names none. */
    readonly host: string | undefined;
  };
  /** `subject` and `issuer` where they can be read. */
  certificate_malformed: AboutCertificate & {
    readonly rule: MalformedRule;
    /** The rule in words, with the section of the standard. */
    readonly explanation: string;
    readonly issuer?: string;
    /** From outside in: `subject CN "alice"`, `SAN[0] dNSName "a.example."`, `extension 1.2.3.4 critical`. */
    readonly place?: string;
    /** Where that element begins in the DER, and its octets in hex, 32 at most. */
    readonly offset?: number;
    readonly octets?: string;
    /** What the operator can do, or who is known to write it so. */
    readonly remedy?: string;
  };
  path_budget_exceeded: {
    readonly budget: 'signatures' | 'failedSignatures' | 'steps' | 'comparisons' | 'policies';
    readonly limit: number;
  };
  /** Empty where a connection that was let in has lost its certificate, and on an excluded path. */
  certificate_missing: Partial<LookedFor>;
  forwarder_untrusted: { readonly header: string; readonly peerAddress: string | undefined };
  proxy_verification_failed: { readonly header: string; readonly verdict: string };
  tls_verification_failed: { readonly error: string };
  issuer_unknown: AboutCertificate & {
    readonly issuer: string;
    /** What the operator can do, where this Node may hide what the client sent. */
    readonly remedy?: string;
  };
  signature_invalid: AboutCertificate;
  algorithm_forbidden: AboutCertificate & { readonly algorithm: string };
  key_too_weak: AboutCertificate & { readonly algorithm: string; readonly bits: number };
  certificate_not_yet_valid: AboutCertificate & { readonly notBefore: Date };
  certificate_expired: AboutCertificate & { readonly notAfter: Date };
  intermediate_not_yet_valid: AboutIntermediate & { readonly notBefore: Date };
  intermediate_expired: AboutIntermediate & { readonly notAfter: Date };
  trust_anchor_not_yet_valid: AboutCertificate & { readonly notBefore: Date; readonly retryAfterSeconds: number };
  trust_anchor_expired: AboutCertificate & { readonly notAfter: Date; readonly retryAfterSeconds: number };
  issuer_not_ca: AboutCertificate;
  path_length_exceeded: AboutCertificate & { readonly limit: number };
  key_usage_forbids: AboutCertificate & { readonly required: string };
  extended_key_usage_missing: AboutCertificate & { readonly required: string };
  name_constraint_violated: AboutCertificate & {
    readonly name: string;
    /** `'not permitted'`, `'excluded'`, `'ambiguous'`, `'not comparable'` or `'constraint not supported'`. */
    readonly problem: string;
    /** What the constraints are on: `dNSName`, or `otherName 1.3.6.1.4.1.311.20.2.3`. */
    readonly constraint: string;
  };
  policy_constraint_violated: AboutCertificate;
  critical_extension_unsupported: AboutCertificate & { readonly oid: string };
  certificate_revoked: AboutCertificate & {
    readonly revocationDate: Date | undefined;
    readonly revocationReason: string | undefined;
    /** `'tls-server'`: a list of the TLS server, of which Node does not say which certificate it names. */
    readonly by: 'crl' | 'ocsp' | 'deny-list' | 'tls-server';
  };
  certificate_status_unknown: AboutCertificate;
  token_invalid: { readonly rule: string };
  token_binding_mismatch: Record<never, never>;
  pin_mismatch: AboutClient & { readonly thumbprint: string; readonly spkiSha256: string };
  address_denied: AboutClient & { readonly address: string | undefined };
  identity_not_allowed: AboutClient & { readonly rule: string };
  role_missing: AboutClient & { readonly required: readonly string[]; readonly roles: readonly string[] };
  policy_rejected: AboutClient & { readonly by: string };
  rate_limited: { readonly retryAfterSeconds: number };
  revocation_unavailable: AboutCertificate & {
    readonly kind: 'noSource' | 'unreachable' | 'stale' | 'malformed' | 'unknown';
    readonly retryAfterSeconds: number;
    /** Why, with the source and the numbers and dates of the lists that were looked at. */
    readonly trouble?: RevocationTrouble | undefined;
  };
  policy_unavailable: { readonly by: string; readonly retryAfterSeconds: number };
}

/** Why a client is refused: a code of the table, and what is known of it for the log. */
export type Reason = {
  [Code in ReasonCode]: { readonly code: Code; readonly detail: ReasonDetails[Code] };
}[ReasonCode];

/**
 * A reason of one code, its detail checked against the table and made fit for a log: names and headers hold what a stranger
 * chose. Whoever gets it may keep it: nothing in it is anybody else's, and but for the Dates, nothing can be changed.
 */
export function reason<Code extends ReasonCode>(
  code: Code,
  detail: ReasonDetails[Code],
): Extract<Reason, { code: Code }> {
  const fields = Object.entries(detail).map(([key, value]: [string, unknown]) => [key, logField(value)]);
  return Object.freeze({ code, detail: Object.freeze(Object.fromEntries(fields)) }) as Extract<Reason, { code: Code }>;
}

function logField(value: unknown): unknown {
  if (typeof value === 'string') return logText(value);
  if (isDate(value)) return new Date(value);
  if (Array.isArray(value)) return Object.freeze(value.map(logField));
  return isPlain(value)
    ? Object.freeze(Object.fromEntries(Object.entries(value).map(([key, one]) => [key, logField(one)])))
    : value;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The same reason for somebody else, who may change the Dates in it; made fit for a log, whoever made it. */
export function ownReason({ code, detail }: Reason): Reason {
  return reason(code, detail);
}

/** The outcome of a stage: its product, or the reason why there is none. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: Reason };
