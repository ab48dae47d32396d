import { type OcspRevocationReason, type OcspSingleInput, der as pkiDer } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { parseOcspResponse } from '../../../src/revocation/ocsp/response.ts';
import type { SingleResponse } from '../../../src/revocation/ocsp/single-response.ts';
import { now } from '../../path/certificates.ts';
import { answer, minute, single } from './answers.ts';

const { constructed, primitive, enumerated, generalizedTime, octetString, sequence } = pkiDer;

function parse(input: OcspSingleInput): SingleResponse | string {
  const parsed = parseOcspResponse(answer({ responses: [input] }));
  if (!parsed.ok) return parsed.rule;
  if (parsed.value.status !== 'successful') throw new Error(parsed.value.status);
  return parsed.value.basic.responses[0] as SingleResponse;
}

const revokedAt = generalizedTime('20260114080000Z');

describe('what is said of one certificate', () => {
  it('is good, from thisUpdate to nextUpdate', () => {
    expect(parse(single())).toMatchObject({
      certStatus: { kind: 'good' },
      thisUpdateMs: now - 5 * minute,
      nextUpdateMs: now + 55 * minute,
      extensions: [],
    });
  });

  it('is unknown', () => {
    expect(parse(single('unknown'))).toMatchObject({ certStatus: { kind: 'unknown' } });
  });

  it('is revoked since a time, for no reason given', () => {
    const status = { kind: 'revoked', revocationTimeMs: Date.UTC(2026, 0, 14, 8), reason: undefined };
    expect(parse(single({ revocationDate: new Date(Date.UTC(2026, 0, 14, 8)) }))).toMatchObject({ certStatus: status });
  });

  it.each<OcspRevocationReason>([
    'unspecified',
    'keyCompromise',
    'cACompromise',
    'affiliationChanged',
    'superseded',
    'cessationOfOperation',
    'certificateHold',
    'removeFromCRL',
    'privilegeWithdrawn',
    'aACompromise',
  ])('is revoked for the reason %s', (reason) => {
    expect(parse(single({ revocationDate: new Date(now), reason }))).toMatchObject({ certStatus: { reason } });
  });

  it('may have no nextUpdate', () => {
    expect(parse(single('good', { nextUpdate: undefined }))).toMatchObject({ nextUpdateMs: undefined });
  });

  it('may have extensions', () => {
    const extension = { oid: '1.3.6.1.5.5.7.48.1.6', critical: false, value: generalizedTime('20200101000000Z') };
    expect(parse(single('good', { extensions: [extension] }))).toMatchObject({ extensions: [extension] });
  });

  it.each<[string, OcspSingleInput]>([
    ['ocsp_reason_code', single(constructed(1, revokedAt, constructed(0, enumerated(7))))],
    ['ocsp_reason_code', single(constructed(1, revokedAt, constructed(0, enumerated(11))))],
    ['der_trailing_data', single(constructed(1, revokedAt, revokedAt))],
    ['der_truncated', single(constructed(1))],
    ['der_null', single(primitive(0, Uint8Array.of(0)))],
    ['der_null', single(primitive(2, Uint8Array.of(0)))],
    ['ocsp_certificate_status', single(constructed(0))],
    ['ocsp_certificate_status', single(primitive(1, Uint8Array.of(0)))],
    ['der_time', single('good', { thisUpdate: '20260230000000Z' })],
    ['der_time', single('good', { nextUpdate: '20260115240000Z' })],
    ['der_truncated', single('good', { thisUpdate: new Uint8Array(), nextUpdate: undefined })],
    ['der_unexpected_tag', single('good', { certId: octetString() })],
    ['der_truncated', single('good', { certId: sequence() })],
  ])('is refused under %s', (rule, input) => {
    expect(parse(input)).toBe(rule);
  });
});
