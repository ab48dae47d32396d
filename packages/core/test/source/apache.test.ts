import { describe, expect, it } from 'vitest';
import { fromApache } from '../../src/source/apache.ts';
import * as p from './proxied.ts';

const options = { trustedProxies: [p.proxyAddress], verifiedBy: 'peercert' } as const;
const decide = p.deciding(fromApache(options));
const cert = 'X-SSL-Client-Cert';
const verify = 'X-SSL-Client-Verify';
const good = { [cert]: p.folded(p.client.certificatePem), [verify]: 'SUCCESS' };
const allowed = 'allow spiffe://acme/partner by peercert';

describe('Apache', () => {
  it.each<[string, p.Headers, string]>([
    ['a certificate with spaces for line ends', good, allowed],
    ['no certificate', { [cert]: '(null)', [verify]: 'NONE' }, 'certificate_missing'],
    ['a request without TLS', { [cert]: '(null)', [verify]: '(null)' }, 'certificate_missing'],
    ['no header', {}, 'certificate_missing'],
    [
      'a certificate let through under optional_no_ca',
      { ...good, [verify]: 'GENEROUS' },
      'proxy_verification_failed x-ssl-client-verify GENEROUS',
    ],
    [
      'a certificate that failed',
      { ...good, [verify]: 'FAILED:self-signed certificate' },
      'proxy_verification_failed x-ssl-client-verify FAILED:self-signed certificate',
    ],
    ['a verdict dropped', { [cert]: good[cert] ?? '' }, 'header_malformed x-ssl-client-verify verdict_missing'],
    [
      'a verdict without the certificate',
      { [cert]: '(null)', [verify]: 'SUCCESS' },
      'header_malformed x-ssl-client-verify verdict_without_certificate',
    ],
    [
      'a certificate of which there is none',
      { ...good, [verify]: 'NONE' },
      'header_malformed x-ssl-client-verify verdict_contradicted',
    ],
    ['the certificate twice', { ...good, [cert]: ['(null)', good[cert] ?? ''] }, 'header_repeated x-ssl-client-cert'],
    [
      'a chain in the place of the certificate',
      { ...good, [cert]: p.folded(p.client.chainPem) },
      'header_malformed x-ssl-client-cert pem_several',
    ],
    [
      'the escaped form',
      { ...good, [cert]: p.escaped(p.client.certificatePem) },
      'header_malformed x-ssl-client-cert pem_boundary',
    ],
    [
      'base64 alone',
      { ...good, [cert]: p.base64(p.client.certificateDer) },
      'header_malformed x-ssl-client-cert pem_boundary',
    ],
    ['an unknown authority', { ...good, [cert]: p.folded(p.stranger.certificatePem) }, 'signature_invalid'],
    ['an expired certificate', { ...good, [cert]: p.folded(p.expired.certificatePem) }, 'certificate_expired'],
  ])('%s', (_, headers, expected) => {
    expect(decide(headers)).toBe(expected);
  });

  it('escapes as %{escape:...} does, with +, / and = as they are and digits in lower case', () => {
    const escaped = p.deciding(fromApache({ ...options, encoding: 'escaped' }));
    const sent = p.client.certificatePem.replaceAll('\n', '%0a').replaceAll(' ', '%20');
    expect(escaped({ ...good, [cert]: sent })).toBe(allowed);
    expect(escaped(good)).toBe('header_malformed x-ssl-client-cert pem_boundary');
  });

  it('forwards the chain one certificate a header, with (null) behind the last', () => {
    const source = fromApache({
      ...options,
      headers: { chain: ['X-SSL-Client-Cert-Chain0', 'X-SSL-Client-Cert-Chain1'] },
    });
    const knowsRoot = p.deciding(source, { trust: { anchors: p.root.certificatePem } });
    const chain = {
      'X-SSL-Client-Cert-Chain0': p.folded(p.issuing.certificatePem),
      'X-SSL-Client-Cert-Chain1': '(null)',
    };
    expect(knowsRoot(good)).toBe('issuer_unknown');
    expect(knowsRoot({ ...good, ...chain })).toBe(allowed);
    expect(knowsRoot({ [cert]: '(null)', [verify]: 'NONE', ...chain })).toBe(
      'header_malformed x-ssl-client-cert-chain0 chain_without_certificate',
    );
  });

  it('may use names with underscores', () => {
    const source = fromApache({ ...options, headers: { certificate: 'SSL_CLIENT_CERT', verify: 'SSL_CLIENT_VERIFY' } });
    expect(p.deciding(source)({ SSL_CLIENT_CERT: good[cert] ?? '', SSL_CLIENT_VERIFY: 'SUCCESS' })).toBe(allowed);
  });

  it('takes no option that it does not know', () => {
    expect(() => fromApache({ ...options, encoding: 'pem' as 'folded' })).toThrow(
      "encoding must be 'folded' or 'escaped'",
    );
    expect(() => fromApache({ ...options, headers: { chain: 'X' as never } })).toThrow('headers.chain must be a list');
    expect(() => fromApache({ ...options, headers: { chain: ['X-SSL-CLIENT-CERT'] } })).toThrow('named twice');
    expect(() => fromApache({ ...options, headers: { chain: ['a b'] } })).toThrow(
      'headers.chain[0] must be the name of a header',
    );
  });
});
