import { describe, expect, it } from 'vitest';
import { fromIngressNginx, fromNginx } from '../../src/source/nginx.ts';
import * as p from './proxied.ts';

const trustedProxies = [p.proxyAddress];
const decide = p.deciding(fromNginx({ trustedProxies, verifiedBy: 'peercert' }));
const cert = 'X-SSL-Client-Cert';
const verify = 'X-SSL-Client-Verify';
const good = { [cert]: p.escaped(p.client.certificatePem), [verify]: 'SUCCESS' };
const spiffe = 'spiffe://acme/partner';

describe('nginx', () => {
  it.each<[string, p.Headers, string]>([
    ['a verified certificate', good, `allow ${spiffe} by peercert`],
    [
      'header names in lower case',
      { 'x-ssl-client-cert': good[cert] ?? '', 'x-ssl-client-verify': 'SUCCESS' },
      `allow ${spiffe} by peercert`,
    ],
    ['no certificate', { [verify]: 'NONE' }, 'certificate_missing'],
    ['an empty certificate', { [cert]: '', [verify]: 'NONE' }, 'certificate_missing'],
    ['neither header', {}, 'certificate_missing'],
    [
      'a certificate that nginx could not verify',
      { ...good, [verify]: 'FAILED:self-signed certificate' },
      'proxy_verification_failed x-ssl-client-verify FAILED:self-signed certificate',
    ],
    [
      'a failure without the certificate',
      { [verify]: 'FAILED:certificate has expired' },
      'proxy_verification_failed x-ssl-client-verify FAILED:certificate has expired',
    ],
    [
      'a verdict that nginx does not know',
      { ...good, [verify]: 'success' },
      'proxy_verification_failed x-ssl-client-verify success',
    ],
    ['an empty verdict', { ...good, [verify]: '' }, 'proxy_verification_failed x-ssl-client-verify '],
    [
      'a certificate whose verdict was dropped',
      { [cert]: good[cert] ?? '' },
      'header_malformed x-ssl-client-verify verdict_missing',
    ],
    [
      'a verdict whose certificate was dropped',
      { [verify]: 'SUCCESS' },
      'header_malformed x-ssl-client-verify verdict_without_certificate',
    ],
    [
      'a certificate of which nginx says that there is none',
      { ...good, [verify]: 'NONE' },
      'header_malformed x-ssl-client-verify verdict_contradicted',
    ],
    [
      'the certificate twice',
      { ...good, [cert]: [p.escaped(p.admin.certificatePem), good[cert] ?? ''] },
      'header_repeated x-ssl-client-cert',
    ],
    ['the verdict twice', { ...good, [verify]: ['SUCCESS', 'SUCCESS'] }, 'header_repeated x-ssl-client-verify'],
    [
      'two certificates in one header',
      { ...good, [cert]: p.escaped(p.client.chainPem) },
      'header_malformed x-ssl-client-cert pem_several',
    ],
    [
      'an authority that nginx trusts and we do not',
      { ...good, [cert]: p.escaped(p.stranger.certificatePem) },
      'signature_invalid',
    ],
    [
      'a certificate that has expired since',
      { ...good, [cert]: p.escaped(p.expired.certificatePem) },
      'certificate_expired',
    ],
  ])('%s', (_, headers, expected) => {
    expect(decide(headers)).toBe(expected);
  });
});

describe('$ssl_client_cert behind a hop that unfolds it', () => {
  const pem = p.client.certificatePem.trimEnd();
  const unfolded = (end: string): string => pem.replaceAll('\n', end);
  const answer = (value: string): string => decide({ ...good, [cert]: value });

  it.each([
    ['a blank and a tab, as HAProxy does', ' \t'],
    ['a blank', ' '],
    ['a tab', '\t'],
    ['many of both', ' \t \t'],
  ])('is read with %s for each end of line', (_, end) => {
    expect(answer(unfolded(end))).toBe(`allow ${spiffe} by peercert`);
  });

  it.each<[string, string, string]>([
    ['without its end', unfolded(' \t').slice(0, -30), 'pem_boundary'],
    ['with text behind it', `${unfolded(' ')} x`, 'pem_boundary'],
    ['twice', `${unfolded(' ')} ${unfolded(' ')}`, 'pem_several'],
    ['without any blank at its end', unfolded(' ').replace(' -----END', '-----END'), 'pem_boundary'],
    ['with an escape in it', unfolded(' ').replace('MII', '%4DII'), 'pem_base64'],
    ['with boundaries and nothing between', '-----BEGIN CERTIFICATE----- -----END CERTIFICATE-----', 'pem_boundary'],
    ['with blanks alone between', `-----BEGIN CERTIFICATE-----${' '.repeat(100_000)}x`, 'pem_boundary'],
    ['with another label', unfolded(' ').replaceAll('CERTIFICATE', 'X509 CRL'), 'pem_boundary'],
  ])('is refused %s', (_, value, rule) => {
    expect(answer(value)).toBe(`header_malformed x-ssl-client-cert ${rule}`);
  });
});

describe('ingress-nginx', () => {
  it('has names of its own', () => {
    const ingress = p.deciding(fromIngressNginx({ trustedProxies, dangerouslyVerifiedBy: 'proxy' }));
    expect(ingress({ 'ssl-client-cert': good[cert] ?? '', 'ssl-client-verify': 'SUCCESS' })).toBe(
      `allow ${spiffe} by proxy`,
    );
    expect(ingress(good)).toBe('certificate_missing');
  });
});
