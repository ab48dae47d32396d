import { encodeOcspError, extension, type OcspSingleInput } from '@peercert/pki';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkOcspResponse, type DelegateStatus } from '../../../src/revocation/ocsp/check-response.ts';
import type { OcspSettings } from '../../../src/revocation/ocsp/settings.ts';
import type { CertificateStatus } from '../../../src/revocation/status.ts';
import { authority, client, keyOf, now, saying } from '../../path/certificates.ts';
import {
  answer,
  by,
  certIdOf,
  check,
  delegate,
  hour,
  issuer,
  minute,
  questionOf,
  ruleOf,
  settings,
  single,
  subject,
} from './answers.ts';

const untilMs = now + 55 * minute - 1;
/** When the answers here were said. */
const thisUpdateMs = now - 5 * minute;
const said = { thisUpdateMs, producedAtMs: thisUpdateMs };
const good: CertificateStatus = { status: 'good', source: 'ocsp', ...said, validUntilMs: untilMs };
const revoked: OcspSingleInput['status'] = { revocationDate: new Date(now - hour), reason: 'keyCompromise' };

describe('an honest answer', () => {
  it('says that the certificate is good until nextUpdate', () => {
    expect(check(answer())).toEqual({ status: good, rule: undefined, currentUntilMs: untilMs, said });
  });

  it('says that it is revoked, since when and why', () => {
    expect(check(answer({ responses: [single(revoked)] }))).toEqual({
      status: {
        status: 'revoked',
        source: 'ocsp',
        ...said,
        revocationDate: new Date(now - hour),
        revocationReason: 'keyCompromise',
      },
      rule: undefined,
      currentUntilMs: untilMs,
      said,
    });
  });

  it('says that it is revoked without saying why', () => {
    const { status } = check(answer({ responses: [single({ revocationDate: new Date(now) })] }));
    expect(status).toMatchObject({ status: 'revoked', revocationReason: undefined });
  });

  it('says that the responder does not know the certificate, which is not good', () => {
    expect(check(answer({ responses: [single('unknown')] }))).toEqual({
      status: { status: 'undetermined', kind: 'unknown' },
      rule: 'ocsp_status_unknown',
      currentUntilMs: untilMs,
      said,
    });
  });

  it.each(['sha1', 'sha256', 'sha384', 'sha512'] as const)('may identify the certificate by %s', (hash) => {
    const certId = certIdOf(subject, issuer, hash);
    expect(check(answer({ responses: [single('good', { certId })] })).status).toEqual(good);
  });

  it('holds no longer than the delegate that signed it', () => {
    const notAfter = new Date(now + 10 * minute);
    const validUntilMs = notAfter.getTime() + 999;
    expect(check(answer(by(delegate({ notAfter }))))).toMatchObject({
      status: { validUntilMs },
      currentUntilMs: validUntilMs,
    });
    expect(check(answer(by(delegate())))).toMatchObject({ status: good });
  });

  it('holds for its lifetime where it has no nextUpdate', () => {
    const der = answer({ responses: [single('good', { nextUpdate: undefined })] });
    expect(check(der).status).toEqual({ ...good, validUntilMs: now + 55 * minute });
    const lifetimeSeconds = 240;
    expect(check(der, { settings: { lifetimeSeconds } }).rule).toBe('ocsp_too_old');
  });
});

describe('an answer that lies or errs', () => {
  it.each([
    [1, 'ocsp_status_malformed_request'],
    [2, 'ocsp_status_internal_error'],
    [3, 'ocsp_status_try_later'],
    [5, 'ocsp_status_signature_required'],
    [6, 'ocsp_status_unauthorized'],
  ])('with the error %i is no answer', (number, rule) => {
    const status: CertificateStatus = { status: 'undetermined', kind: 'unreachable' };
    expect(check(encodeOcspError(number))).toEqual({ status, rule, currentUntilMs: undefined });
  });

  it('of octets that are none cannot be used', () => {
    const status: CertificateStatus = { status: 'undetermined', kind: 'malformed' };
    expect(check(Uint8Array.of(0x30, 0))).toEqual({ status, rule: 'der_truncated', currentUntilMs: undefined });
  });

  it('about another certificate says nothing of this one', () => {
    const other = client('CN=other', { by: issuer });
    expect(ruleOf(answer({ responses: [single('good', { certId: certIdOf(other) })] }))).toBe('ocsp_other_certificate');
    expect(ruleOf(answer({ responses: [] }))).toBe('ocsp_other_certificate');
  });

  it('about the same serial number of another issuer says nothing of this one', () => {
    const other = authority('CN=Other');
    const namesake = saying(subject.certificate, { issuer: other.certificate.subject });
    const certId = certIdOf({ ...subject, certificate: namesake }, other);
    expect(ruleOf(answer({ responses: [single('good', { certId })] }))).toBe('ocsp_other_certificate');
  });

  it('by a signer that may not is refused before anything that it says', () => {
    const mallory = { signer: keyOf('mallory'), responderId: { name: 'CN=Issuing' } } as const;
    const responses = [single(revoked, { thisUpdate: new Date(now + hour) })];
    const extensions = [{ oid: '1.2.3', critical: true, value: new Uint8Array() }];
    expect(check(answer({ ...mallory, responses, extensions }))).toEqual({
      status: { status: 'undetermined', kind: 'malformed' },
      rule: 'ocsp_signature_invalid',
      currentUntilMs: undefined,
    });
  });

  it('by the issuer of another certificate is refused', () => {
    const other = authority('CN=Other');
    expect(ruleOf(answer({ signer: other.keyPair, certificates: [other.der] }))).toBe('ocsp_delegate_issuer');
  });

  it('with a critical extension that is not known is refused, in all or in part', () => {
    const critical = [{ oid: '1.2.3', critical: true, value: new Uint8Array() }];
    expect(ruleOf(answer({ extensions: critical }))).toBe('ocsp_critical_extension');
    expect(ruleOf(answer({ responses: [single('good', { extensions: critical })] }))).toBe('ocsp_critical_extension');
    const harmless = [{ oid: '1.2.3', value: new Uint8Array() }];
    expect(
      ruleOf(answer({ extensions: harmless, responses: [single('good', { extensions: harmless })] })),
    ).toBeUndefined();
  });

  it('with a critical extension about another certificate is not', () => {
    const extensions = [{ oid: '1.2.3', critical: true, value: new Uint8Array() }];
    const other = single('good', { certId: certIdOf(client('CN=other', { by: issuer })), extensions });
    expect(ruleOf(answer({ responses: [other, single()] }))).toBeUndefined();
  });

  it('with a critical extension that is known, where it belongs, is not', () => {
    const rules = (oid: string): (string | undefined)[] => {
      const extensions = [{ oid, critical: true, value: Uint8Array.of(5, 0) }];
      return [ruleOf(answer({ extensions })), ruleOf(answer({ responses: [single('good', { extensions })] }))];
    };
    for (const oid of ['1.3.6.1.5.5.7.48.1.2', '1.3.6.1.5.5.7.48.1.9']) {
      expect(rules(oid)).toEqual([undefined, 'ocsp_critical_extension']);
    }
    for (const oid of ['1.3.6.1.5.5.7.48.1.3', '1.3.6.1.5.5.7.48.1.6', '1.3.6.1.4.1.11129.2.4.5']) {
      expect(rules(oid)).toEqual(['ocsp_critical_extension', undefined]);
    }
  });

  it.each<[string, Parameters<typeof answer>[0], string]>([
    ['old', { responses: [single('good', { nextUpdate: new Date(now) })] }, 'ocsp_next_update_past'],
    [
      'early',
      { responses: [single('good', { thisUpdate: new Date(now + 2 * minute) })] },
      'ocsp_this_update_in_future',
    ],
    ['produced tomorrow', { producedAt: new Date(now + 24 * hour) }, 'ocsp_produced_in_future'],
    ['produced before the certificate', { producedAt: '19991231235959Z' }, 'ocsp_produced_before_certificate'],
  ])('that is %s is stale', (_, changes, rule) => {
    expect(check(answer(changes))).toMatchObject({ status: { status: 'undetermined', kind: 'stale' }, rule });
  });

  it.each<[string, Parameters<typeof answer>[0]]>([
    ['of the future', { responses: [single(revoked, { thisUpdate: new Date(now + 2 * minute) })] }],
    ['produced tomorrow', { producedAt: new Date(now + 24 * hour), responses: [single(revoked)] }],
    [
      'of the future, beside a good one of now',
      { responses: [single('good'), single(revoked, { thisUpdate: new Date(now + 2 * minute) })] },
    ],
  ])('that is %s and tells of a revocation counts as what was said now', (_, changes) => {
    const verdict = check(answer(changes));
    expect(verdict).toMatchObject({ status: { status: 'revoked' }, rule: undefined });
    expect(Math.max(verdict.said?.thisUpdateMs ?? 0, verdict.said?.producedAtMs ?? 0)).toBeLessThanOrEqual(now);
    expect(verdict.currentUntilMs).toBe(untilMs);
  });

  it('that is of the future, ends before it begins, and tells of a revocation is malformed', () => {
    const responses = [single(revoked, { thisUpdate: new Date(now + 2 * minute), nextUpdate: new Date(now + minute) })];
    expect(ruleOf(answer({ responses }))).toBe('ocsp_update_order');
  });

  it('that was good once is stale when the clock has passed nextUpdate', () => {
    const der = answer();
    expect(check(der, { atMs: untilMs }).status.status).toBe('good');
    expect(ruleOf(der, { atMs: untilMs + 1 })).toBe('ocsp_next_update_past');
  });

  it('that was revoked once is stale then, too', () => {
    expect(ruleOf(answer({ responses: [single(revoked)] }), { atMs: untilMs + 1 })).toBe('ocsp_next_update_past');
  });
});

describe('an answer to a request with a nonce', () => {
  const nonce = new Uint8Array(32).fill(5);
  const echo = (octets: Uint8Array): Uint8Array =>
    answer({ extensions: [{ oid: '1.3.6.1.5.5.7.48.1.2', value: Uint8Array.of(4, octets.length, ...octets) }] });

  it('must bring it back', () => {
    expect(ruleOf(echo(nonce), { nonce })).toBeUndefined();
    expect(ruleOf(echo(new Uint8Array(32)), { nonce })).toBe('ocsp_nonce_mismatch');
  });

  it('may be without one only where the operator says so', () => {
    expect(ruleOf(answer(), { nonce })).toBe('ocsp_nonce_missing');
    expect(ruleOf(answer(), { nonce, settings: { nonceAbsence: 'accept' } })).toBeUndefined();
  });

  it('may have one that nobody asked for', () => {
    expect(ruleOf(echo(nonce))).toBeUndefined();
  });
});

describe('several answers about one certificate', () => {
  const other = single('good', { certId: certIdOf(client('CN=other', { by: issuer })) });

  it('stand among those about others', () => {
    expect(check(answer({ responses: [other, single(), other] })).status).toEqual(good);
    expect(check(answer({ responses: [{ ...other, status: revoked }, single()] })).status).toEqual(good);
  });

  it('count as the strictest, in any order', () => {
    const kinds = fc.shuffledSubarray(['good', 'unknown', revoked] as const, { minLength: 1 });
    fc.assert(
      fc.property(kinds, (statuses) => {
        const { status, rule } = check(answer({ responses: statuses.map((each) => single(each)) }));
        const expected = statuses.includes(revoked)
          ? 'revoked'
          : statuses.includes('unknown')
            ? 'undetermined'
            : 'good';
        expect(status.status).toBe(expected);
        expect(rule).toBe(expected === 'undetermined' ? 'ocsp_status_unknown' : undefined);
      }),
    );
  });

  it('hold until the first of them ends', () => {
    const nextUpdate = new Date(now + minute);
    const responses = [single(), single('good', { nextUpdate })];
    expect(check(answer({ responses }))).toMatchObject({ currentUntilMs: nextUpdate.getTime() - 1 });
  });

  it('count only while they are current', () => {
    const old = single(revoked, { nextUpdate: new Date(now - minute) });
    expect(check(answer({ responses: [old, single()] })).status).toEqual(good);
    expect(
      ruleOf(
        answer({
          responses: [old, single('good', { nextUpdate: new Date(now - 5 * minute), thisUpdate: new Date(now) })],
        }),
      ),
    ).toBe('ocsp_next_update_past');
  });

  it('are all refused for a critical extension of one', () => {
    const extensions = [{ oid: '1.2.3', critical: true, value: new Uint8Array() }];
    const odd = single(revoked, { extensions });
    expect(ruleOf(answer({ responses: [single(), odd] }))).toBe('ocsp_critical_extension');
  });
});

describe('a delegate without id-pkix-ocsp-nocheck', () => {
  const responder = client('CN=Responder', { by: issuer, extensions: [extension.extendedKeyUsage(['ocspSigning'])] });
  const der = answer(by(responder));
  const asked: { delegate: string; issuer: string }[] = [];

  /** What the answer comes to when this is the status of the delegate. */
  async function rule(status: CertificateStatus | Promise<CertificateStatus>, changes: Partial<OcspSettings> = {}) {
    const delegateStatus: DelegateStatus = (certificate, ca) => {
      asked.push({ delegate: certificate.serialNumber, issuer: ca.serialNumber });
      return status;
    };
    return (await checkOcspResponse(der, questionOf({}), now, { ...settings, ...changes }, delegateStatus)).rule;
  }

  const ofCrl = (status: 'good' | 'revoked'): CertificateStatus =>
    status === 'good'
      ? { status, source: 'crl', thisUpdateMs: now, validUntilMs: now }
      : { status, source: 'crl', thisUpdateMs: now, revocationDate: undefined, revocationReason: undefined };
  const noSource: CertificateStatus = { status: 'undetermined', kind: 'noSource' };

  it('is trusted unless the operator says otherwise', () => {
    expect(ruleOf(der)).toBeUndefined();
    expect(ruleOf(der, { settings: { uncheckedDelegate: 'refuse' } })).toBe('ocsp_delegate_unchecked');
    expect(ruleOf(answer(by(delegate())), { settings: { uncheckedDelegate: 'refuse' } })).toBeUndefined();
    expect(ruleOf(answer(), { settings: { uncheckedDelegate: 'refuse' } })).toBeUndefined();
  });

  it('is checked where something knows its status', async () => {
    expect(await rule(ofCrl('good'), { uncheckedDelegate: 'refuse' })).toBeUndefined();
    expect(await rule(ofCrl('revoked'))).toBe('ocsp_delegate_revoked');
    expect(await rule(Promise.resolve(ofCrl('revoked')))).toBe('ocsp_delegate_revoked');
    expect(asked.at(-1)).toEqual({
      delegate: responder.certificate.serialNumber,
      issuer: issuer.certificate.serialNumber,
    });
  });

  it('is as the operator says where nothing does', async () => {
    expect(await rule(noSource)).toBeUndefined();
    expect(await rule(noSource, { uncheckedDelegate: 'refuse' })).toBe('ocsp_delegate_unchecked');
    expect(await rule(Promise.resolve(noSource), { uncheckedDelegate: 'refuse' })).toBe('ocsp_delegate_unchecked');
  });

  it('has its verdict confirmed, not changed', async () => {
    const verdict = checkOcspResponse(der, questionOf({}), now, settings, () => ofCrl('good'));
    expect(await verdict).toEqual(check(der));
  });

  it('is not asked about when its answer cannot be used, nor with nocheck, nor for the issuer', async () => {
    const never: DelegateStatus = () => {
      throw new Error('asked');
    };
    const ask = (octets: Uint8Array) => checkOcspResponse(octets, questionOf({}), now, settings, never);
    expect((await ask(answer({ ...by(responder), responses: [] }))).rule).toBe('ocsp_other_certificate');
    expect((await ask(answer(by(delegate())))).rule).toBeUndefined();
    expect((await ask(answer())).rule).toBeUndefined();
  });
});

describe('an answer with octets changed', () => {
  it('is never good, and never throws', () => {
    const honest = answer(by(delegate()));
    const change = fc.record({ at: fc.nat({ max: honest.length - 1 }), by: fc.integer({ min: 1, max: 255 }) });
    fc.assert(
      fc.property(change, ({ at, by: difference }) => {
        const der = honest.slice();
        der[at] = (der[at] as number) ^ difference;
        expect(check(der).status.status).toBe('undetermined');
      }),
    );
  });

  it('is never good when nobody signed it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (signature) => {
        expect(ruleOf(answer({ editSignature: () => signature }))).toBe('ocsp_signature_invalid');
      }),
    );
  });
});
