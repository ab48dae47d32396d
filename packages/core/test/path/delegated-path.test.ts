import { extension } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { delegatePath } from '../../src/path/delegated-path.ts';
import { authority, client, keyOf, now, oid, refusalOf, saying, settings, settingsWith } from './certificates.ts';

const root = authority('CN=Root');
const leaf = client('CN=client', { by: root });

describe('a path whose verdict was delegated', () => {
  it('to a proxy knows the leaf alone, and no anchor, policies or cost', () => {
    expect(delegatePath(leaf.certificate, settings, now)).toEqual({
      ok: true,
      value: {
        verifiedBy: 'proxy',
        certificates: [leaf.certificate],
        anchor: undefined,
        authoritiesConstrainedPolicies: new Set(),
        userConstrainedPolicies: new Set(),
        validUntilMs: leaf.certificate.notAfterMs + 999,
        cost: { signatures: 0, steps: 0, comparisons: 0 },
      },
    });
  });

  const refusal = (certificate: typeof leaf.certificate, nowMs = now, changes = {}): unknown =>
    refusalOf(delegatePath(certificate, settingsWith(changes), nowMs));

  it('still asks the leaf for its validity', () => {
    const { notAfterMs, notBeforeMs } = leaf.certificate;
    expect(refusal(leaf.certificate, notBeforeMs - 1)).toMatchObject({ code: 'certificate_not_yet_valid' });
    expect(refusal(leaf.certificate, notAfterMs + 1000)).toMatchObject({
      code: 'certificate_expired',
      detail: { index: 0, subject: 'CN=client' },
    });
    expect(delegatePath(leaf.certificate, settings, notAfterMs + 999).ok).toBe(true);
  });

  it('still asks the leaf for critical extensions', () => {
    const odd = client('CN=x', {
      by: root,
      extensions: [{ oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }],
    }).certificate;
    expect(refusal(odd)).toMatchObject({ code: 'critical_extension_unsupported', detail: { oid: '1.2.3.4' } });
  });

  it('still asks the leaf for the profile', () => {
    const deviating = saying(leaf.certificate, { deviations: ['serial_number_zero'] });
    expect(refusal(deviating, now, { profile: 'strict' })).toMatchObject({
      code: 'certificate_malformed',
      detail: { index: 0, rule: 'serial_number_zero' },
    });
  });

  it('still asks the leaf for its key', () => {
    const weak = client('CN=weak', { by: root, keyPair: keyOf('weak', 'RSA-1024') }).certificate;
    expect(refusal(weak)).toMatchObject({ code: 'key_too_weak', detail: { index: 0, bits: 1024 } });
    expect(delegatePath(weak, settingsWith({ minimumRsaBits: 1024 }), now).ok).toBe(true);
  });

  it('still asks the leaf for its key usage', () => {
    const encipher = client('CN=e', { by: root, extensions: [extension.keyUsage(['keyEncipherment'])] }).certificate;
    expect(refusal(encipher)).toMatchObject({ code: 'key_usage_forbids', detail: { required: 'digitalSignature' } });
  });

  it('still asks the leaf for its purpose', () => {
    const server = client('CN=s', { by: root, extensions: [extension.extendedKeyUsage(['serverAuth'])] }).certificate;
    expect(refusal(server)).toMatchObject({ code: 'extended_key_usage_missing' });
    const silent = client('CN=n', { by: root, without: [oid.extendedKeyUsage] }).certificate;
    expect(refusal(silent, now, { extendedKeyUsage: 'required' })).toMatchObject({
      code: 'extended_key_usage_missing',
    });
  });

  it('is refused where the path must be valid for a policy, since nobody showed the path', () => {
    expect(refusal(leaf.certificate, now, { initialExplicitPolicy: true })).toEqual({
      code: 'policy_constraint_violated',
      detail: { index: 0, subject: 'CN=client' },
    });
  });
});
