import { describe, expect, it } from 'vitest';
import { fromCaddy } from '../../src/source/caddy.ts';
import * as p from './proxied.ts';

const options = { trustedProxies: [p.proxyAddress], verifiedBy: 'peercert' } as const;
const decide = p.deciding(fromCaddy(options));
const cert = 'X-Ssl-Client-Cert';

describe('Caddy', () => {
  it.each<[string, p.Headers, string]>([
    ['a certificate', { [cert]: p.base64(p.client.certificateDer) }, 'allow spiffe://acme/partner by peercert'],
    ['no header', {}, 'certificate_missing'],
    [
      'the placeholder that Caddy 2.6 leaves',
      { [cert]: '{http.request.tls.client.certificate_der_base64}' },
      'header_malformed x-ssl-client-cert placeholder',
    ],
    ['the empty certificate of newer ones', { [cert]: '' }, 'header_malformed x-ssl-client-cert empty'],
    [
      'the certificate twice',
      { [cert]: [p.base64(p.admin.certificateDer), p.base64(p.client.certificateDer)] },
      'header_repeated x-ssl-client-cert',
    ],
    ['a chain', { [cert]: p.base64(...p.client.chainDer) }, 'certificate_malformed'],
    ['PEM', { [cert]: p.escaped(p.client.certificatePem) }, 'header_malformed x-ssl-client-cert base64'],
    [
      'a fingerprint, of the empty certificate at that',
      { [cert]: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
      'certificate_malformed',
    ],
    ['a certificate that Caddy only asked for', { [cert]: p.base64(p.stranger.certificateDer) }, 'signature_invalid'],
    ['an expired certificate', { [cert]: p.base64(p.expired.certificateDer) }, 'certificate_expired'],
  ])('%s', (_, headers, expected) => {
    expect(decide(headers)).toBe(expected);
  });

  it('tells no verdict that could be relied on', () => {
    expect(() => fromCaddy({ trustedProxies: 'loopback', dangerouslyVerifiedBy: 'proxy' } as never)).toThrow(
      "brings no verdict of the proxy that one could rely on: say verifiedBy: 'peercert'",
    );
  });
});
