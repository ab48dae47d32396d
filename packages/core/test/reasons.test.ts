import { describe, expect, it } from 'vitest';
import { ownReason, type ReasonCode, reason, reasons } from '../src/reasons.ts';

/** Section 4 of the architecture: statuses say whether we could read, believe, admit, or decide at all. */
const byStatus: Readonly<Record<number, readonly ReasonCode[]>> = {
  400: [
    'header_malformed',
    'header_repeated',
    'input_too_large',
    'host_malformed',
    'certificate_malformed',
    'path_budget_exceeded',
  ],
  401: [
    'certificate_missing',
    'forwarder_untrusted',
    'proxy_verification_failed',
    'tls_verification_failed',
    'issuer_unknown',
    'signature_invalid',
    'algorithm_forbidden',
    'key_too_weak',
    'certificate_not_yet_valid',
    'certificate_expired',
    'intermediate_not_yet_valid',
    'intermediate_expired',
    'issuer_not_ca',
    'path_length_exceeded',
    'key_usage_forbids',
    'extended_key_usage_missing',
    'name_constraint_violated',
    'policy_constraint_violated',
    'critical_extension_unsupported',
    'certificate_revoked',
    'certificate_status_unknown',
    'token_invalid',
    'token_binding_mismatch',
  ],
  403: ['pin_mismatch', 'address_denied', 'identity_not_allowed', 'role_missing', 'policy_rejected'],
  421: ['misdirected_request'],
  429: ['rate_limited'],
  503: ['trust_anchor_not_yet_valid', 'trust_anchor_expired', 'revocation_unavailable', 'policy_unavailable'],
};

const codes = Object.keys(reasons) as ReasonCode[];

describe('the table of reasons', () => {
  it('has a row for every code, and no other', () => {
    expect(codes.toSorted()).toEqual(Object.values(byStatus).flat().toSorted());
  });

  it.each(Object.entries(byStatus))('answers %s to what it is about', (status, expected) => {
    expect(codes.filter((code) => reasons[code].status === Number(status)).toSorted()).toEqual(expected.toSorted());
  });

  it.each(codes)('tells a client what %s means and what to do next', (code) => {
    const { hint, section, title } = reasons[code];
    expect(title).toMatch(/^[A-Z].{10,80}[^.]$/);
    expect(hint).toMatch(/^[A-Z].{15,}\.$/);
    expect(section).toMatch(/^(RFC \d{4} section [A-Z\d.]+( \([a-z](, [a-z])?\)(\(\d\))?)?)?$/);
  });

  it.each([
    'certificate_malformed',
    'algorithm_forbidden',
    'key_too_weak',
    'intermediate_expired',
    'intermediate_not_yet_valid',
    'name_constraint_violated',
  ] as const)('sends to the operator whoever can be refused for what an authority, or this service, is: %s', (code) => {
    expect(reasons[code].title).not.toMatch(/^The client certificate (?:is|has)/);
    expect(reasons[code].hint).toMatch(/operator/);
  });

  it('says the same of no two codes', () => {
    const titles = codes.filter((code) => reasons[code].status !== 403).map((code) => reasons[code].title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('gives each reason of path and revocation a rank of its own, so that one of two always wins', () => {
    const ranks = codes
      .filter((code) => reasons[code].stage === 'path' || reasons[code].stage === 'revocation')
      .map((code) => reasons[code].rank);
    expect(new Set(ranks).size).toBe(ranks.length);
    expect(Math.min(...ranks)).toBeGreaterThan(0);
  });

  it('ranks what is more specific higher: who issued it, how it was signed, what it may do, when, for whom', () => {
    const order: readonly ReasonCode[] = [
      'path_budget_exceeded',
      'issuer_unknown',
      'signature_invalid',
      'algorithm_forbidden',
      'key_too_weak',
      'issuer_not_ca',
      'path_length_exceeded',
      'key_usage_forbids',
      'critical_extension_unsupported',
      'intermediate_not_yet_valid',
      'intermediate_expired',
      'certificate_not_yet_valid',
      'certificate_expired',
      'extended_key_usage_missing',
      'name_constraint_violated',
      'policy_constraint_violated',
      'revocation_unavailable',
      'certificate_status_unknown',
      'certificate_revoked',
    ];
    expect(order.toSorted((a, b) => reasons[a].rank - reasons[b].rank)).toEqual(order);
  });
});

describe('a reason', () => {
  it('is its code and its detail', () => {
    expect(reason('issuer_not_ca', { index: 1, subject: 'CN=x' })).toEqual({
      code: 'issuer_not_ca',
      detail: { index: 1, subject: 'CN=x' },
    });
  });

  it('spells out what would deceive whoever reads it in a log, in lists too', () => {
    const client = 'a\u2028{"outcome":"allow"}\u202e\ufeff';
    expect(reason('role_missing', { client, required: ['admin'], roles: ['a\nb'] }).detail).toEqual({
      client: 'a\\u2028{"outcome":"allow"}\\u202e\\ufeff',
      required: ['admin'],
      roles: ['a\\u000ab'],
    });
    const header = reason('proxy_verification_failed', { header: 'x-verify', verdict: '\u0085'.repeat(5_000) });
    expect(header.detail.verdict).toHaveLength(1_001);
  });

  it('cannot be changed, whoever keeps it, but for Dates that are its own', () => {
    const notAfter = new Date(0);
    const roles = ['a'];
    const expired = reason('certificate_expired', { index: 0, notAfter });
    const missing = reason('role_missing', { required: ['b'], roles });
    roles.push('b');
    notAfter.setTime(1);
    expect(expired.detail.notAfter).toEqual(new Date(0));
    expect(missing.detail.roles).toEqual(['a']);
    for (const part of [expired, expired.detail, missing, missing.detail, missing.detail.roles]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    const own = ownReason(expired);
    expect(own).toEqual(expired);
    Date.prototype.setTime.call((own as typeof expired).detail.notAfter, 5);
    expect(expired.detail.notAfter).toEqual(new Date(0));
  });
});
