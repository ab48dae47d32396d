import { describe, expect, it } from 'vitest';
import { fromRfc9440 } from '../../src/source/rfc9440.ts';
import * as p from './proxied.ts';

const options = { trustedProxies: [p.proxyAddress], verifiedBy: 'peercert' } as const;
/** Knows no intermediate: the chain has to come with the request. */
const decide = p.deciding(fromRfc9440(options), { trust: { anchors: p.root.certificatePem } });
const certificate = p.byteSequence(p.client.certificateDer);
const chain = p.byteSequence(p.issuing.certificateDer);
const good = { 'Client-Cert': certificate, 'Client-Cert-Chain': chain };
const allowed = 'allow spiffe://acme/partner by peercert';

/** The sample of RFC 9440 section A: a certificate whose authority nobody trusts. */
const sample =
  ':MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludGVybWVkaWF0ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaUgmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAWgBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBVoU4hBVZ1yhk=:';

describe('Client-Cert of RFC 9440', () => {
  it.each<[string, p.Headers, string]>([
    ['a certificate and its chain', good, allowed],
    ['names in lower case', { 'client-cert': certificate, 'client-cert-chain': chain }, allowed],
    [
      'a chain in several lines',
      { ...good, 'Client-Cert-Chain': [p.byteSequence(p.root.certificateDer), chain] },
      allowed,
    ],
    ['the sample of the RFC', { 'Client-Cert': sample }, 'issuer_unknown'],
    ['nothing', {}, 'certificate_missing'],
    [
      'a chain without a certificate',
      { 'Client-Cert-Chain': chain },
      'header_malformed client-cert-chain chain_without_certificate',
    ],
    [
      'the certificate twice',
      { ...good, 'Client-Cert': [p.byteSequence(p.admin.certificateDer), certificate] },
      'header_repeated client-cert',
    ],
    [
      'the certificate twice in one line',
      { ...good, 'Client-Cert': `${certificate}, ${certificate}` },
      'header_malformed client-cert byte_sequence',
    ],
    ['an empty certificate', { ...good, 'Client-Cert': '' }, 'header_malformed client-cert empty'],
    ['an empty chain', { ...good, 'Client-Cert-Chain': '' }, 'header_malformed client-cert-chain empty'],
    ['an empty byte sequence', { ...good, 'Client-Cert': '::' }, 'header_malformed client-cert byte_sequence'],
    [
      'bare base64',
      { ...good, 'Client-Cert': p.base64(p.client.certificateDer) },
      'header_malformed client-cert byte_sequence',
    ],
    ['a parameter', { ...good, 'Client-Cert': `${certificate};a` }, 'header_malformed client-cert byte_sequence'],
    [
      'concatenated certificates',
      { ...good, 'Client-Cert': `:${p.base64(...p.client.chainDer)}:` },
      'certificate_malformed',
    ],
    [
      'the placeholder that Caddy leaves',
      { 'Client-Cert': ':{http.request.tls.client.certificate_der_base64}:' },
      'header_malformed client-cert byte_sequence',
    ],
    ['a damaged intermediate', { ...good, 'Client-Cert-Chain': `${chain}, :AAAA:` }, 'certificate_malformed'],
    ['an unknown authority', { 'Client-Cert': p.byteSequence(p.stranger.certificateDer) }, 'signature_invalid'],
    [
      'an expired certificate',
      { ...good, 'Client-Cert': p.byteSequence(p.expired.certificateDer) },
      'certificate_expired',
    ],
    [
      'certificates without number',
      { ...good, 'Client-Cert-Chain': Array.from({ length: 30 }, () => chain) },
      'input_too_large',
    ],
  ])('%s', (_, headers, expected) => {
    expect(decide(headers)).toBe(expected);
  });

  it('leads nowhere without its chain, unless the intermediate is known', () => {
    const knowsRoot = { trust: { anchors: p.root.certificatePem } };
    expect(p.deciding(fromRfc9440(options), knowsRoot)({ 'Client-Cert': certificate })).toBe('issuer_unknown');
    expect(p.deciding(fromRfc9440(options))({ 'Client-Cert': certificate })).toBe(allowed);
  });

  it('of somebody else is not there', () => {
    expect(decide(good, p.strangerAddress)).toBe('certificate_missing');
  });

  it('may have other names', () => {
    const renamed = p.deciding(fromRfc9440({ ...options, headers: { certificate: 'X-Cert', chain: 'X-Chain' } }));
    expect(renamed({ 'X-Cert': certificate })).toBe(allowed);
    expect(renamed(good)).toBe('certificate_missing');
  });
});
