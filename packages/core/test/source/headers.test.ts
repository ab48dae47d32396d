import { describe, expect, it } from 'vitest';
import { fromHeaders, type HeadersOptions } from '../../src/source/headers.ts';
import * as p from './proxied.ts';

const trustedProxies = [p.proxyAddress];
const peercert = { trustedProxies, verifiedBy: 'peercert' } as const;
const allowed = 'allow spiffe://acme/partner by peercert';
const der = p.base64(p.client.certificateDer);
const pem = p.escaped(p.client.certificatePem);
const sequence = p.byteSequence(p.client.certificateDer);

const cloudflare = {
  'Client-Cert': sequence,
  'Client-Cert-Chain': p.byteSequence(p.issuing.certificateDer),
  'Cf-Cert-Presented': 'true',
  'Cf-Cert-Verified': 'true',
  'Cf-Cert-Revoked': 'false',
};

/** Recipes: each with the samples of its vendor's documentation, filled with a certificate of ours. */
const recipes: readonly [name: string, HeadersOptions, readonly [string, p.Headers, string][]][] = [
  [
    'Cloudflare with its managed transform and rules that write RFC 9440',
    {
      ...peercert,
      name: 'cloudflare',
      certificate: { header: 'Client-Cert', form: 'byte-sequence', absent: [''] },
      chain: { header: 'Client-Cert-Chain', form: 'byte-sequence-list', absent: [''] },
      verdict: [
        { header: 'Cf-Cert-Presented', verified: 'true', absent: 'false' },
        { header: 'Cf-Cert-Verified', verified: 'true' },
        { header: 'Cf-Cert-Revoked', verified: 'false' },
      ],
    },
    [
      ['a certificate', cloudflare, allowed],
      ['a certificate without a chain', { ...cloudflare, 'Client-Cert-Chain': '' }, allowed],
      [
        'no certificate',
        {
          'Client-Cert': '',
          'Client-Cert-Chain': '',
          'Cf-Cert-Presented': 'false',
          'Cf-Cert-Verified': 'false',
          'Cf-Cert-Revoked': 'false',
        },
        'certificate_missing',
      ],
      [
        'a revoked certificate, which is verified all the same',
        { ...cloudflare, 'Cf-Cert-Revoked': 'true' },
        'proxy_verification_failed cf-cert-revoked true',
      ],
      [
        'an unverified certificate',
        { ...cloudflare, 'Cf-Cert-Verified': 'false' },
        'proxy_verification_failed cf-cert-verified false',
      ],
      [
        'a certificate that is too large to be forwarded',
        { ...cloudflare, 'Client-Cert': '', 'Client-Cert-Chain': '' },
        'header_malformed cf-cert-presented verdict_without_certificate',
      ],
    ],
  ],
  [
    'CloudFront with viewer mTLS',
    {
      ...peercert,
      name: 'cloudfront',
      certificate: { header: 'CloudFront-Viewer-Cert-Pem', form: 'pem-escaped', absent: [''] },
      verdict: [{ header: 'CloudFront-Viewer-Cert-Present', verified: '1', absent: '0' }],
    },
    [
      ['a certificate', { 'CloudFront-Viewer-Cert-Pem': pem, 'CloudFront-Viewer-Cert-Present': '1' }, allowed],
      ['no certificate', { 'CloudFront-Viewer-Cert-Present': '0' }, 'certificate_missing'],
      [
        'a certificate of which there is none',
        { 'CloudFront-Viewer-Cert-Pem': pem, 'CloudFront-Viewer-Cert-Present': '0' },
        'header_malformed cloudfront-viewer-cert-present verdict_contradicted',
      ],
      [
        'the certificate twice',
        { 'CloudFront-Viewer-Cert-Pem': [pem, pem], 'CloudFront-Viewer-Cert-Present': '1' },
        'header_repeated cloudfront-viewer-cert-pem',
      ],
    ],
  ],
  [
    'a Google Cloud load balancer with custom headers',
    {
      ...peercert,
      name: 'google-cloud',
      certificate: { header: 'X-Client-Cert-Leaf', form: 'byte-sequence', absent: [''] },
      chain: { header: 'X-Client-Cert-Chain', form: 'byte-sequence-list', absent: [''] },
      verdict: [
        { header: 'X-Client-Cert-Present', verified: 'true', absent: 'false' },
        { header: 'X-Client-Cert-Chain-Verified', verified: 'true' },
      ],
    },
    [
      [
        'a certificate',
        {
          'X-Client-Cert-Leaf': sequence,
          'X-Client-Cert-Chain': p.byteSequence(p.issuing.certificateDer),
          'X-Client-Cert-Present': 'true',
          'X-Client-Cert-Chain-Verified': 'true',
        },
        allowed,
      ],
      [
        'no certificate',
        {
          'X-Client-Cert-Leaf': '',
          'X-Client-Cert-Chain': '',
          'X-Client-Cert-Present': 'false',
          'X-Client-Cert-Chain-Verified': 'false',
        },
        'certificate_missing',
      ],
      [
        'ALLOW_INVALID_OR_MISSING_CLIENT_CERT',
        {
          'X-Client-Cert-Leaf': sequence,
          'X-Client-Cert-Chain': '',
          'X-Client-Cert-Present': 'true',
          'X-Client-Cert-Chain-Verified': 'false',
        },
        'proxy_verification_failed x-client-cert-chain-verified false',
      ],
    ],
  ],
  [
    'Azure App Service, which verifies nothing',
    {
      ...peercert,
      name: 'azure-app-service',
      certificate: { header: 'X-ARR-ClientCert', form: 'base64', absent: [''] },
    },
    [
      ['a certificate', { 'X-ARR-ClientCert': der }, allowed],
      ['no certificate', {}, 'certificate_missing'],
      ['a self-signed certificate', { 'X-ARR-ClientCert': p.base64(p.stranger.certificateDer) }, 'signature_invalid'],
    ],
  ],
  [
    'Azure Application Gateway with rewritten headers, in strict mode',
    {
      ...peercert,
      name: 'azure-application-gateway',
      certificate: { header: 'X-Client-Cert', form: 'pem-escaped', absent: [''] },
      verdict: [{ header: 'X-Client-Cert-Verification', verified: 'SUCCESS', absent: 'NONE' }],
    },
    [
      ['a certificate', { 'X-Client-Cert': pem, 'X-Client-Cert-Verification': 'SUCCESS' }, allowed],
      ['no certificate', { 'X-Client-Cert': '', 'X-Client-Cert-Verification': 'NONE' }, 'certificate_missing'],
      [
        'a certificate that is not verified',
        { 'X-Client-Cert': pem, 'X-Client-Cert-Verification': '' },
        'proxy_verification_failed x-client-cert-verification ',
      ],
      [
        'a certificate of the mode that verifies nothing',
        { 'X-Client-Cert': pem, 'X-Client-Cert-Verification': 'PASSTHROUGH' },
        'proxy_verification_failed x-client-cert-verification PASSTHROUGH',
      ],
      [
        'a certificate that is not escaped',
        { 'X-Client-Cert': p.folded(p.client.certificatePem), 'X-Client-Cert-Verification': 'SUCCESS' },
        'header_malformed x-client-cert pem_boundary',
      ],
    ],
  ],
  [
    'Azure Application Gateway with rewritten headers, in passthrough mode, which verifies nothing',
    {
      ...peercert,
      name: 'azure-application-gateway',
      certificate: { header: 'X-Client-Cert', form: 'pem-escaped', absent: [''] },
      verdict: [{ header: 'X-Client-Cert-Verification', verified: 'PASSTHROUGH', absent: 'NONE' }],
    },
    [
      ['a certificate', { 'X-Client-Cert': pem, 'X-Client-Cert-Verification': 'PASSTHROUGH' }, allowed],
      ['no certificate', { 'X-Client-Cert': '', 'X-Client-Cert-Verification': 'NONE' }, 'certificate_missing'],
      [
        'a self-signed certificate',
        { 'X-Client-Cert': p.escaped(p.stranger.certificatePem), 'X-Client-Cert-Verification': 'PASSTHROUGH' },
        'signature_invalid',
      ],
    ],
  ],
  [
    'Kong with tls-metadata-headers, which verifies nothing',
    { ...peercert, name: 'kong', certificate: { header: 'X-Client-Cert', form: 'pem-escaped' } },
    [
      ['a certificate', { 'X-Client-Cert': pem }, allowed],
      ['no certificate', {}, 'certificate_missing'],
      ['a self-signed certificate', { 'X-Client-Cert': p.escaped(p.stranger.certificatePem) }, 'signature_invalid'],
    ],
  ],
  [
    'Cloud Foundry, whose router forwards what it gets',
    {
      ...peercert,
      name: 'cloud-foundry',
      certificate: { header: 'X-Forwarded-Client-Cert', form: 'base64' },
      chain: { header: 'X-Forwarded-Client-Chain', form: 'base64-concatenated' },
    },
    [
      [
        'a certificate',
        { 'X-Forwarded-Client-Cert': der, 'X-Forwarded-Client-Chain': p.base64(p.issuing.certificateDer) },
        allowed,
      ],
      ['no certificate', {}, 'certificate_missing'],
      [
        'the format of Envoy',
        { 'X-Forwarded-Client-Cert': `Hash=00;Cert="${pem}"` },
        'header_malformed x-forwarded-client-cert base64',
      ],
      [
        'a chain alone',
        { 'X-Forwarded-Client-Chain': der },
        'header_malformed x-forwarded-client-chain chain_without_certificate',
      ],
    ],
  ],
  [
    'a gateway of names in decimal',
    {
      trustedProxies,
      dangerouslyVerifiedBy: 'proxy',
      names: { subject: 'X-Subject', issuer: 'X-Issuer', serialNumber: { header: 'X-Serial', form: 'decimal' } },
      verdict: [{ header: 'X-Verified', verified: ['yes', 'true'], absent: ['no'] }],
    },
    [
      [
        'a name',
        { 'X-Subject': 'CN=a', 'X-Issuer': 'CN=b', 'X-Serial': '17', 'X-Verified': 'true' },
        'allow a by proxy',
      ],
      ['no name', { 'X-Verified': 'no' }, 'certificate_missing'],
      [
        'a serial number in hex',
        { 'X-Subject': 'CN=a', 'X-Issuer': 'CN=b', 'X-Serial': 'ff', 'X-Verified': 'true' },
        'header_malformed x-serial serial_number',
      ],
    ],
  ],
];

describe.each(recipes)('%s', (_, options, cases) => {
  it.each(cases)('%s', (_what, headers, expected) => {
    expect(p.deciding(fromHeaders(options))(headers)).toBe(expected);
  });

  it('is believed from its own address only', () => {
    const [, headers] = cases[0] ?? ['', {}];
    expect(p.deciding(fromHeaders(options))(headers, p.strangerAddress)).toBe('certificate_missing');
  });
});

it('names the client’s source', () => {
  expect(
    fromHeaders({ ...peercert, name: 'kong', certificate: { header: 'X-Client-Cert', form: 'pem-escaped' } }).name,
  ).toBe('kong');
  expect(fromHeaders({ ...peercert, certificate: { header: 'X-Client-Cert', form: 'pem-escaped' } }).name).toBe(
    'headers',
  );
});

const certificate = { header: 'X-Client-Cert', form: 'pem-escaped' } as const;
const verdict = [{ header: 'X-Verify', verified: 'SUCCESS' }] as const;
const proxy = { trustedProxies, dangerouslyVerifiedBy: 'proxy' } as const;

it.each<[object, string]>([
  [{}, 'needs certificate:'],
  [{ ...peercert }, 'needs certificate:'],
  [{ ...proxy, certificate, names: { subject: 'X-S' }, verdict }, 'needs certificate:'],
  [{ certificate, verifiedBy: 'peercert' }, 'needs trustedProxies, the addresses from which its headers are believed'],
  [{ certificate, trustedProxies }, 'does not say who verified the certificate'],
  [{ ...peercert, certificate, dangerouslyVerifiedBy: 'proxy' }, 'says twice who verified the certificate'],
  [{ ...peercert, certificate, verifiedBy: 'proxy' }, 'verifiedBy must be \'peercert\', got "proxy"'],
  [{ ...proxy, certificate, verdict, dangerouslyVerifiedBy: true }, "dangerouslyVerifiedBy must be 'proxy', got true"],
  [{ ...proxy, certificate }, 'brings no verdict of the proxy that one could rely on'],
  [{ ...proxy, certificate, verdict: [] }, 'brings no verdict of the proxy that one could rely on'],
  [{ ...proxy, names: { subject: 'X-S' } }, 'names need a verdict'],
  [{ ...peercert, names: { subject: 'X-S' }, verdict }, 'forwards no certificate that could be verified'],
  [{ ...proxy, names: {}, verdict }, 'names.subject must be the name of a header'],
  [{ ...proxy, names: { subject: 'X-S', issuer: 'x-s' }, verdict }, 'the header "x-s" is named twice'],
  [
    { ...proxy, names: { subject: 'X-S', serialNumber: { header: 'X-N', form: 'octal' } }, verdict },
    "names.serialNumber.form must be 'hex' or 'decimal'",
  ],
  [{ ...peercert, certificate, name: 'Kong 3' }, 'name must be lower-case letters, digits and hyphens'],
  [{ ...peercert, certificate, trust: {} }, 'unknown option "trust"'],
  [{ ...peercert, certificate: { ...certificate, form: 'pem' } }, 'certificate.form must be one of pem-escaped'],
  [
    { ...peercert, certificate: { ...certificate, form: 'constructor' } },
    'certificate.form must be one of pem-escaped',
  ],
  [
    { ...peercert, certificate: { ...certificate, header: 'X Client' } },
    'certificate.header must be the name of a header',
  ],
  [{ ...peercert, certificate: { ...certificate, header: '' } }, 'certificate.header must be the name of a header'],
  [
    { ...peercert, certificate: { ...certificate, absent: [1] } },
    'certificate.absent must be a text or a list of texts',
  ],
  [
    { ...peercert, certificate, chain: { header: 'x-client-cert', form: 'base64' } },
    'the header "x-client-cert" is named twice',
  ],
  [{ ...peercert, certificate, verdict: {} }, 'verdict must be a list'],
  [
    { ...peercert, certificate, verdict: [{ header: 'X-Verify' }] },
    'verdict[0].verified must be a text or a list of texts',
  ],
  [
    { ...peercert, certificate, verdict: [{ header: 'X-Verify', verified: [] }] },
    'verdict[0].verified must name a value',
  ],
  [
    { ...peercert, certificate, verdict: [{ header: 'X-Verify', verified: '1', absent: ['0', '1'] }] },
    '"1" cannot mean both verified and absent',
  ],
  [{ ...peercert, certificate, untrustedForwarder: 'drop' }, "untrustedForwarder must be 'ignore' or 'deny'"],
])('fromHeaders(%j) is refused', (options, message) => {
  expect(() => fromHeaders(options as HeadersOptions)).toThrow(TypeError);
  expect(() => fromHeaders(options as HeadersOptions)).toThrow(message);
});
