import { describe, expect, it } from 'vitest';
import { fromAlb } from '../../src/source/alb.ts';
import * as p from './proxied.ts';

const options = { trustedProxies: [p.proxyAddress], verifiedBy: 'peercert' } as const;
const allowed = 'allow spiffe://acme/partner by peercert';
const leaf = 'X-Amzn-Mtls-Clientcert-Leaf';
/** `URL-encoded with +=/ as safe characters`, as the text of AWS has it; the samples there escape them. */
const sparing = (pem: string): string =>
  encodeURIComponent(pem).replace(/%(2B|2F|3D)/g, (pair) => decodeURIComponent(pair));
const beside = {
  'X-Amzn-Mtls-Clientcert-Serial-Number': p.client.serialNumber,
  'X-Amzn-Mtls-Clientcert-Issuer': 'CN=Issuing,O=Acme',
  'X-Amzn-Mtls-Clientcert-Subject': 'CN=partner-client,OU=Partner,O=Acme\\, Inc.',
  'X-Amzn-Mtls-Clientcert-Validity': 'NotBefore=2026-01-15T11:55:00Z;NotAfter=2026-04-15T12:00:00Z',
};
const good = { ...beside, [leaf]: sparing(p.client.certificatePem) };

describe('AWS ALB in mode verify', () => {
  const decide = p.deciding(fromAlb({ ...options, mode: 'verify' }));

  it.each<[string, p.Headers, string]>([
    ['a certificate with plus signs as they are', good, allowed],
    ['a certificate with everything escaped', { ...good, [leaf]: p.escaped(p.client.certificatePem) }, allowed],
    ['the leaf alone', { [leaf]: sparing(p.client.certificatePem) }, allowed],
    ['nothing', {}, 'certificate_missing'],
    ['the leaf dropped', beside, 'header_malformed x-amzn-mtls-clientcert-subject certificate_dropped'],
    [
      'the leaf twice',
      { ...good, [leaf]: [p.escaped(p.admin.certificatePem), good[leaf] ?? ''] },
      'header_repeated x-amzn-mtls-clientcert-leaf',
    ],
    [
      'the subject twice',
      { ...good, 'X-Amzn-Mtls-Clientcert-Subject': ['CN=a', 'CN=b'] },
      'header_repeated x-amzn-mtls-clientcert-subject',
    ],
    ['an empty leaf', { ...good, [leaf]: '' }, 'header_malformed x-amzn-mtls-clientcert-leaf empty'],
    [
      'a chain',
      { ...good, [leaf]: p.escaped(p.client.chainPem) },
      'header_malformed x-amzn-mtls-clientcert-leaf pem_several',
    ],
    [
      'spaces for plus signs',
      { ...good, [leaf]: good[leaf]?.replaceAll('+', ' ') ?? '' },
      'header_malformed x-amzn-mtls-clientcert-leaf pem_base64',
    ],
    ['the header of the other mode', { 'X-Amzn-Mtls-Clientcert': p.escaped(p.client.chainPem) }, 'certificate_missing'],
    [
      'an authority of another trust store',
      { ...good, [leaf]: p.escaped(p.stranger.certificatePem) },
      'signature_invalid',
    ],
    ['an expired certificate', { ...good, [leaf]: p.escaped(p.expired.certificatePem) }, 'certificate_expired'],
  ])('%s', (_, headers, expected) => {
    expect(decide(headers)).toBe(expected);
  });

  it('needs the intermediates, which it does not forward', () => {
    const knowsRoot = p.deciding(fromAlb({ ...options, mode: 'verify' }), {
      trust: { anchors: p.root.certificatePem },
    });
    expect(knowsRoot(good)).toBe('issuer_unknown');
  });

  it('can be taken at its word', () => {
    const delegated = p.deciding(
      fromAlb({ trustedProxies: [p.proxyAddress], mode: 'verify', dangerouslyVerifiedBy: 'proxy' }),
    );
    expect(delegated(good)).toBe('allow spiffe://acme/partner by proxy');
    expect(delegated(good, p.strangerAddress)).toBe('certificate_missing');
  });

  it('may use the names that the listener gives its headers', () => {
    const renamed = p.deciding(
      fromAlb({ ...options, mode: 'verify', headers: { leaf: 'X-Leaf', subject: 'X-Subject' } }),
    );
    expect(renamed({ 'X-Leaf': good[leaf] ?? '' })).toBe(allowed);
    expect(renamed({ [leaf]: good[leaf] ?? '' })).toBe('certificate_missing');
  });
});

describe('AWS ALB in mode passthrough', () => {
  const source = fromAlb({ ...options, mode: 'passthrough' });
  const decide = p.deciding(source, { trust: { anchors: p.root.certificatePem } });
  const header = 'X-Amzn-Mtls-Clientcert';

  it.each<[string, p.Headers, string]>([
    ['a chain', { [header]: p.escaped(p.client.chainPem) }, allowed],
    ['a chain with plus signs as they are', { [header]: sparing(p.client.chainPem) }, allowed],
    ['nothing', {}, 'certificate_missing'],
    ['an authority that nobody checked', { [header]: p.escaped(p.stranger.chainPem) }, 'signature_invalid'],
    [
      'a damaged leaf before a good certificate',
      { [header]: p.escaped(p.stranger.certificatePem.replace(/^M/m, '-') + p.client.chainPem) },
      'header_malformed x-amzn-mtls-clientcert pem_base64',
    ],
    [
      'the chain twice',
      { [header]: [p.escaped(p.client.chainPem), p.escaped(p.client.chainPem)] },
      'header_repeated x-amzn-mtls-clientcert',
    ],
    ['the header of the other mode', good, 'certificate_missing'],
  ])('%s', (_, headers, expected) => {
    expect(decide(headers)).toBe(expected);
  });

  it('verifies nothing, so that nobody can rely on it', () => {
    expect(() =>
      fromAlb({ trustedProxies: 'loopback', mode: 'passthrough', dangerouslyVerifiedBy: 'proxy' } as never),
    ).toThrow('brings no verdict of the proxy that one could rely on');
  });

  it('is one of two modes', () => {
    expect(() => fromAlb({ ...options, mode: 'off' as 'verify' })).toThrow("mode must be 'verify' or 'passthrough'");
    expect(() => fromAlb(options as never)).toThrow('mode must be');
  });
});
