// What the recipes of docs/proxies.md read, as the documentation of each service shows it, rebuilt with fresh certificates.
import type { Source } from '@peercert/core';
import type { IssuedCertificate } from '@peercert/pki';
import { codeOfPage, evaluate } from './page.ts';
import {
  base64,
  byteSequence,
  escaped,
  type Headers,
  type Sample,
  serviceAddress,
  sha256,
  verifiedHere,
  xfcc,
  xfccHeader,
} from './sample.ts';

/** The source that docs/proxies.md shows under this heading. */
const recipe = (heading: string): Source => {
  const [, code = ''] = codeOfPage.find(([name]) => name === heading) ?? [];
  return evaluate(code, [serviceAddress]) as Source;
};

const cloudflare = ({ chainDer: [leaf = new Uint8Array(), ...chain] }: IssuedCertificate): Headers => ({
  'Client-Cert': byteSequence(leaf),
  'Client-Cert-Chain': chain.map(byteSequence).join(', '),
  'Cf-Cert-Presented': 'true',
  'Cf-Cert-Verified': 'true',
  'Cf-Cert-Revoked': 'false',
});

const googleCloud = ({ chainDer: [leaf = new Uint8Array(), ...chain] }: IssuedCertificate): Headers => ({
  'X-Client-Cert-Leaf': byteSequence(leaf),
  'X-Client-Cert-Chain': chain.map(byteSequence).join(', '),
  'X-Client-Cert-Present': 'true',
  'X-Client-Cert-Chain-Verified': 'true',
});

export const recipes: readonly Sample[] = [
  {
    name: 'Cloudflare',
    source: recipe('Cloudflare'),
    forwardsChain: true,
    forward: (certificate) => cloudflare(certificate),
    clients: { frontend: '403 role_missing', stranger: '401 issuer_unknown', expired: '401 certificate_expired' },
    others: ({ clients: { admin } }) => [
      [
        'no certificate',
        { 'Cf-Cert-Presented': 'false', 'Cf-Cert-Verified': 'false', 'Cf-Cert-Revoked': 'false' },
        '401 certificate_missing',
      ],
      [
        'a revoked certificate, which is verified all the same',
        { ...cloudflare(admin), 'Cf-Cert-Revoked': 'true' },
        '401 proxy_verification_failed',
      ],
      [
        'one that is not verified',
        { ...cloudflare(admin), 'Cf-Cert-Verified': 'false' },
        '401 proxy_verification_failed',
      ],
      [
        'one that is too large',
        { ...cloudflare(admin), 'Client-Cert': '', 'Client-Cert-Chain': '' },
        '400 header_malformed',
      ],
    ],
  },
  {
    name: 'CloudFront',
    source: recipe('CloudFront'),
    forward: ({ certificatePem }) => ({
      'CloudFront-Viewer-Cert-Pem': escaped(certificatePem),
      'CloudFront-Viewer-Cert-Present': '1',
    }),
    clients: verifiedHere,
    others: ({ clients: { admin } }) => [
      ['no certificate', { 'CloudFront-Viewer-Cert-Present': '0' }, '401 certificate_missing'],
      ['a certificate alone', { 'CloudFront-Viewer-Cert-Pem': escaped(admin.certificatePem) }, '400 header_malformed'],
    ],
  },
  {
    name: 'Google Cloud',
    source: recipe('Google Cloud'),
    forwardsChain: true,
    forward: (certificate) => googleCloud(certificate),
    others: ({ clients: { admin, stranger } }) => [
      [
        'no certificate',
        {
          'X-Client-Cert-Leaf': '',
          'X-Client-Cert-Chain': '',
          'X-Client-Cert-Present': 'false',
          'X-Client-Cert-Chain-Verified': 'false',
        },
        '401 certificate_missing',
      ],
      [
        'ALLOW_INVALID_OR_MISSING_CLIENT_CERT',
        { ...googleCloud(stranger), 'X-Client-Cert-Chain-Verified': 'false' },
        '401 proxy_verification_failed',
      ],
      ['a verdict dropped', { ...googleCloud(admin), 'X-Client-Cert-Present': [] }, '400 header_malformed'],
    ],
  },
  {
    name: 'Azure App Service',
    source: recipe('Azure App Service'),
    forward: ({ certificateDer }) => ({ 'X-ARR-ClientCert': base64(certificateDer) }),
    clients: verifiedHere,
    others: ({ clients: { admin } }) => [
      ['no certificate', { 'X-ARR-ClientCert': '' }, '401 certificate_missing'],
      ['PEM', { 'X-ARR-ClientCert': escaped(admin.certificatePem) }, '400 header_malformed'],
    ],
  },
  {
    name: 'Azure Application Gateway',
    source: recipe('Azure Application Gateway'),
    forward: ({ certificatePem }) => ({
      'X-Client-Cert': escaped(certificatePem),
      'X-Client-Cert-Verification': 'SUCCESS',
    }),
    clients: verifiedHere,
    others: ({ clients: { admin } }) => [
      ['no certificate', { 'X-Client-Cert': '', 'X-Client-Cert-Verification': 'NONE' }, '401 certificate_missing'],
      [
        'mode passthrough',
        { 'X-Client-Cert': escaped(admin.certificatePem), 'X-Client-Cert-Verification': 'PASSTHROUGH' },
        '401 proxy_verification_failed',
      ],
      [
        'an empty verdict',
        { 'X-Client-Cert': escaped(admin.certificatePem), 'X-Client-Cert-Verification': '' },
        '401 proxy_verification_failed',
      ],
    ],
  },
  {
    name: 'Azure Container Apps',
    source: recipe('Azure Container Apps'),
    forwardsChain: true,
    forward: ({ certificateDer, certificatePem, chainPem }) => ({
      [xfccHeader]: `Hash=${sha256(certificateDer)};Cert="${escaped(certificatePem)}";Chain="${escaped(chainPem)}";`,
    }),
    clients: { frontend: '403 role_missing', stranger: '401 issuer_unknown', expired: '401 certificate_expired' },
    others: ({ clients: { admin } }) => [
      [
        'a certificate without its hash',
        { [xfccHeader]: `Cert="${escaped(admin.certificatePem)}";` },
        '400 header_malformed',
      ],
    ],
  },
  {
    name: 'Kong',
    source: recipe('Kong'),
    forward: ({ certificatePem }) => ({ 'X-Client-Cert': escaped(certificatePem) }),
    clients: verifiedHere,
    others: () => [['an empty header', { 'X-Client-Cert': '' }, '400 header_malformed']],
  },
  {
    name: 'Cloud Foundry',
    source: recipe('Cloud Foundry'),
    forwardsChain: true,
    forward: ({ chainDer: [leaf = new Uint8Array(), ...chain] }) => ({
      'X-Forwarded-Client-Cert': base64(leaf),
      'X-Forwarded-Client-Chain': chain.length === 0 ? [] : base64(...chain),
    }),
    clients: { frontend: '403 role_missing', stranger: '401 issuer_unknown', expired: '401 certificate_expired' },
    others: ({ clients: { admin } }) => [
      ['the format of Envoy', { 'X-Forwarded-Client-Cert': xfcc(admin) }, '400 header_malformed'],
      ['a chain alone', { 'X-Forwarded-Client-Chain': base64(admin.certificateDer) }, '400 header_malformed'],
    ],
  },
];
