import { describe, expect, it } from 'vitest';
import { fromTraefik } from '../../src/source/traefik.ts';
import * as p from './proxied.ts';

const source = fromTraefik({ trustedProxies: [p.proxyAddress], verifiedBy: 'peercert' });
const decide = p.deciding(source, { trust: { anchors: p.root.certificatePem } });
const header = 'X-Forwarded-Tls-Client-Cert';
const list = p.client.chainDer.map((der) => p.base64(der)).join(',');

describe('Traefik', () => {
  it.each<[string, p.Headers, string]>([
    ['a chain', { [header]: list }, 'allow spiffe://acme/partner by peercert'],
    ['nothing', {}, 'certificate_missing'],
    ['the chain twice', { [header]: [list, list] }, 'header_repeated x-forwarded-tls-client-cert'],
    ['an empty value', { [header]: '' }, 'header_malformed x-forwarded-tls-client-cert empty'],
    ['an empty member', { [header]: `${list},` }, 'header_malformed x-forwarded-tls-client-cert base64'],
    [
      'a damaged leaf before a good certificate',
      { [header]: `MII*,${list}` },
      'header_malformed x-forwarded-tls-client-cert base64',
    ],
    [
      'the escaped form before 2.9.4',
      { [header]: encodeURIComponent(list) },
      'header_malformed x-forwarded-tls-client-cert base64',
    ],
    [
      'an authority that Traefik did not ask for',
      { [header]: p.base64(p.stranger.certificateDer) },
      'signature_invalid',
    ],
    [
      'an expired certificate',
      { [header]: [p.expired, p.issuing].map((one) => p.base64(one.certificateDer)).join(',') },
      'certificate_expired',
    ],
    [
      'the info header alone',
      { 'X-Forwarded-Tls-Client-Cert-Info': 'Subject%3D%22CN%3Dadmin%22' },
      'certificate_missing',
    ],
  ])('%s', (_, headers, expected) => {
    expect(decide(headers)).toBe(expected);
  });

  it('keeps the info header for itself, too', () => {
    expect(source.forwarding?.headers).toEqual(['x-forwarded-tls-client-cert', 'x-forwarded-tls-client-cert-info']);
  });
});
