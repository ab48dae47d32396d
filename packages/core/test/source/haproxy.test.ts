import { describe, expect, it } from 'vitest';
import { fromHaproxy } from '../../src/source/haproxy.ts';
import * as p from './proxied.ts';

const options = { trustedProxies: [p.proxyAddress], verifiedBy: 'peercert' } as const;
const knowsRoot = { trust: { anchors: p.root.certificatePem } };
const decide = p.deciding(fromHaproxy(options), knowsRoot);
const certificate = p.base64(p.client.certificateDer);
const good = {
  'X-SSL-Client-Cert': certificate,
  'X-SSL-Client-Chain': p.base64(p.issuing.certificateDer),
  'X-SSL-Client-Verify': '0',
  'X-SSL-Client-Used': '1',
};
const allowed = 'allow spiffe://acme/partner by peercert';
/** What `ssl_c_*` are without a certificate: `ssl_c_verify` is 0 as if all were well. */
const none = {
  'X-SSL-Client-Cert': '',
  'X-SSL-Client-Chain': '',
  'X-SSL-Client-Verify': '0',
  'X-SSL-Client-Used': '0',
};

describe('HAProxy', () => {
  it.each<[string, p.Headers, string]>([
    ['a certificate and its chain', good, allowed],
    ['a resumed session, which has no chain, of a known intermediate', { ...good, 'X-SSL-Client-Chain': '' }, allowed],
    ['no certificate', none, 'certificate_missing'],
    ['no header', {}, 'certificate_missing'],
    [
      'a certificate that HAProxy let through unverified',
      { ...good, 'X-SSL-Client-Verify': '18' },
      'proxy_verification_failed x-ssl-client-verify 18',
    ],
    ['an empty verdict', { ...good, 'X-SSL-Client-Verify': '' }, 'proxy_verification_failed x-ssl-client-verify '],
    [
      'zero in two digits',
      { ...good, 'X-SSL-Client-Verify': '00' },
      'proxy_verification_failed x-ssl-client-verify 00',
    ],
    ['a verdict dropped', { ...good, 'X-SSL-Client-Used': [] }, 'header_malformed x-ssl-client-used verdict_missing'],
    [
      'the other verdict dropped',
      { ...good, 'X-SSL-Client-Verify': [] },
      'header_malformed x-ssl-client-verify verdict_missing',
    ],
    [
      'the certificate dropped',
      { ...good, 'X-SSL-Client-Cert': [] },
      'header_malformed x-ssl-client-used verdict_without_certificate',
    ],
    [
      'the certificate emptied',
      { ...good, 'X-SSL-Client-Cert': '' },
      'header_malformed x-ssl-client-used verdict_without_certificate',
    ],
    [
      'a certificate where none was used',
      { ...good, 'X-SSL-Client-Used': '0' },
      'header_malformed x-ssl-client-used verdict_contradicted',
    ],
    [
      'a chain without a certificate',
      { ...none, 'X-SSL-Client-Chain': certificate },
      'header_malformed x-ssl-client-chain chain_without_certificate',
    ],
    [
      'the certificate twice',
      { ...good, 'X-SSL-Client-Cert': [certificate, certificate] },
      'header_repeated x-ssl-client-cert',
    ],
    [
      'the chain twice',
      { ...good, 'X-SSL-Client-Chain': [certificate, certificate] },
      'header_repeated x-ssl-client-chain',
    ],
    [
      'quotes, as %{+Q} promises them',
      { ...good, 'X-SSL-Client-Cert': `"${certificate}"` },
      'header_malformed x-ssl-client-cert base64',
    ],
    [
      'a chain in the place of the certificate',
      { ...good, 'X-SSL-Client-Cert': p.base64(...p.client.chainDer) },
      'certificate_malformed',
    ],
    [
      'a chain cut off',
      { ...good, 'X-SSL-Client-Chain': p.base64(p.issuing.certificateDer.subarray(0, -3)) },
      'header_malformed x-ssl-client-chain concatenated_der',
    ],
    [
      'an unknown authority',
      { ...good, 'X-SSL-Client-Cert': p.base64(p.stranger.certificateDer) },
      'signature_invalid',
    ],
    [
      'an expired certificate',
      { ...good, 'X-SSL-Client-Cert': p.base64(p.expired.certificateDer) },
      'certificate_expired',
    ],
  ])('%s', (_, headers, expected) => {
    expect(decide(headers)).toBe(expected);
  });

  it('is believed from its own address only', () => {
    expect(decide(good, p.strangerAddress)).toBe('certificate_missing');
  });

  it('need not tell a verdict where Peercert verifies', () => {
    const source = fromHaproxy({ ...options, headers: { chain: false, verify: false, used: false } });
    const plain = p.deciding(source);
    expect(plain({ 'X-SSL-Client-Cert': certificate })).toBe(allowed);
    expect(plain({ 'X-SSL-Client-Cert': p.base64(p.stranger.certificateDer) })).toBe('signature_invalid');
    expect(plain({})).toBe('certificate_missing');
  });

  it('tells both verdicts or none', () => {
    expect(() => fromHaproxy({ ...options, headers: { used: false } })).toThrow(
      'headers.verify and headers.used go together',
    );
    expect(() => fromHaproxy({ ...options, headers: { verify: false } })).toThrow(TypeError);
  });

  it('can be taken at its word', () => {
    const delegated = p.deciding(fromHaproxy({ trustedProxies: [p.proxyAddress], dangerouslyVerifiedBy: 'proxy' }));
    expect(delegated({ ...good, 'X-SSL-Client-Cert': p.base64(p.stranger.certificateDer) })).toBe(
      'allow admin by proxy',
    );
    expect(delegated({ ...good, 'X-SSL-Client-Cert': p.base64(p.expired.certificateDer) })).toBe('certificate_expired');
    expect(delegated({ ...good, 'X-SSL-Client-Verify': '21' })).toBe(
      'proxy_verification_failed x-ssl-client-verify 21',
    );
    expect(delegated(none)).toBe('certificate_missing');
  });
});
