// What the presets read, as the documentation of each service shows it, rebuilt with fresh certificates.
import {
  fromAlb,
  fromApiGatewayHeaders,
  fromEnvoy,
  fromIngressNginx,
  fromRfc9440,
  fromTraefik,
  fromTraefikInfo,
} from '@peercert/core';
import type { IssuedCertificate } from '@peercert/pki';
import {
  base64,
  byteSequence,
  escaped,
  type Headers,
  type Sample,
  serviceAddress,
  verifiedHere,
  xfcc,
  xfccHeader,
} from './sample.ts';

const ofService = { trustedProxies: [serviceAddress], verifiedBy: 'peercert' } as const;

/** URL-encoded with `+ = /` as they are: the words of AWS. */
const escapedLightly = (pem: string): string => encodeURI(pem);
const albVerify = (encode: (pem: string) => string) => {
  return ({ certificatePem, serialNumber }: IssuedCertificate): Headers => ({
    'X-Amzn-Mtls-Clientcert-Serial-Number': serialNumber,
    'X-Amzn-Mtls-Clientcert-Issuer': 'CN=Acme Issuing,O=Acme',
    'X-Amzn-Mtls-Clientcert-Subject': 'CN=admin,OU=Administrators,O=Acme',
    'X-Amzn-Mtls-Clientcert-Validity': 'NotBefore=2023-09-21T01:50:17Z;NotAfter=2024-09-20T01:50:17Z',
    'X-Amzn-Mtls-Clientcert-Leaf': encode(certificatePem),
  });
};

const albVerifyOthers: Sample['others'] = ({ clients: { admin, frontend } }) => {
  const good = albVerify(escapedLightly)(admin);
  const leaf = 'X-Amzn-Mtls-Clientcert-Leaf';
  return [
    [
      'the leaf of the client beside its own',
      { ...good, [leaf]: [escaped(frontend.certificatePem), good[leaf] as string] },
      '400 header_repeated',
    ],
    ['a chain where the leaf belongs', { ...good, [leaf]: escaped(admin.chainPem) }, '400 header_malformed'],
    [
      'a plus sign that became a space',
      { ...good, [leaf]: `${good[leaf]}`.replace(/(?<=%0A.{9})./, ' ') },
      '400 header_malformed',
    ],
    ['names without the leaf', { ...good, [leaf]: [] }, '400 header_malformed'],
    [
      'the header of mode passthrough',
      { 'X-Amzn-Mtls-Clientcert': escaped(admin.chainPem) },
      '401 certificate_missing',
    ],
  ];
};

const traefikInfo = (subject: string, serial: bigint): string =>
  encodeURIComponent(`Subject="${subject}";Issuer="CN=Acme Issuing";SerialNumber="${serial}"`).replaceAll('%20', '+');

export const presets: readonly Sample[] = [
  {
    name: 'AWS ALB in mode verify, as its text says',
    source: fromAlb({ ...ofService, mode: 'verify' }),
    forward: albVerify(escapedLightly),
    clients: verifiedHere,
    others: albVerifyOthers,
  },
  {
    name: 'AWS ALB in mode verify, as its samples show',
    source: fromAlb({ ...ofService, mode: 'verify' }),
    forward: albVerify(escaped),
    clients: verifiedHere,
    others: albVerifyOthers,
  },
  {
    name: 'AWS ALB with renamed headers',
    source: fromAlb({ ...ofService, mode: 'verify', headers: { leaf: 'X-Leaf' } }),
    forward: ({ certificatePem }) => ({ 'X-Leaf': escapedLightly(certificatePem) }),
    others: ({ clients: { admin } }) => [['the usual name', albVerify(escapedLightly)(admin), '400 header_malformed']],
  },
  {
    name: 'AWS ALB in mode passthrough',
    source: fromAlb({ ...ofService, mode: 'passthrough' }),
    forward: ({ chainPem }) => ({ 'X-Amzn-Mtls-Clientcert': escaped(chainPem) }),
    clients: verifiedHere,
    others: ({ clients: { admin, frontend } }) => [
      [
        'the header twice',
        { 'X-Amzn-Mtls-Clientcert': [escaped(frontend.chainPem), escaped(admin.chainPem)] },
        '400 header_repeated',
      ],
      [
        'a damaged leaf before a good certificate',
        { 'X-Amzn-Mtls-Clientcert': escaped(admin.chainPem).replace('MII', 'MIJ') },
        '400 certificate_malformed',
      ],
      ['the headers of mode verify', albVerify(escapedLightly)(admin), '401 certificate_missing'],
    ],
  },
  {
    name: 'AWS API Gateway before an HTTP integration',
    source: fromApiGatewayHeaders(ofService),
    forward: ({ certificatePem }) => ({ 'X-Client-Cert': escaped(certificatePem).replaceAll('%20', '+') }),
    clients: verifiedHere,
    others: ({ clients: { admin, frontend } }) => [
      ['no certificate', { 'X-Client-Cert': '' }, '401 certificate_missing'],
      [
        'two certificates',
        { 'X-Client-Cert': escaped(admin.certificatePem + frontend.certificatePem) },
        '400 header_malformed',
      ],
    ],
  },
  {
    name: 'Envoy and Istio',
    source: fromEnvoy(ofService),
    forward: (certificate) => ({ [xfccHeader]: xfcc(certificate) }),
    clients: verifiedHere,
    others: ({ clients: { admin, frontend } }) => [
      ['another element before it', { [xfccHeader]: `${xfcc(frontend)},${xfcc(admin)}` }, '400 header_malformed'],
      [
        'the hash of another certificate',
        { [xfccHeader]: xfcc(admin, { Hash: '0'.repeat(64) }) },
        '400 header_malformed',
      ],
      [
        'a URI that pretends to be a certificate',
        { [xfccHeader]: xfcc(frontend, { URI: `x;Cert="${escaped(admin.certificatePem)}"` }) },
        '400 header_malformed',
      ],
      ['JSON', { [xfccHeader]: `[{"cert":"${escaped(admin.certificatePem)}"}]` }, '400 header_malformed'],
      ['an empty header', { [xfccHeader]: '' }, '400 header_malformed'],
    ],
  },
  {
    name: 'two Envoys, of which the first keeps what clients send',
    source: fromEnvoy({ ...ofService, hops: 2, clientElements: 'appended' }),
    forward: (certificate, { clients, gateway }) => ({
      [xfccHeader]: [clients.frontend, certificate, gateway].map((one) => xfcc(one)).join(','),
    }),
    clients: verifiedHere,
    others: ({ clients: { admin } }) => [['one element of two', { [xfccHeader]: xfcc(admin) }, '400 header_malformed']],
  },
  {
    name: 'Traefik',
    source: fromTraefik(ofService),
    forward: ({ chainDer }) => ({ 'X-Forwarded-Tls-Client-Cert': chainDer.map((der) => base64(der)).join(',') }),
    clients: verifiedHere,
    others: ({ clients: { admin, frontend } }) => [
      [
        'an empty member',
        { 'X-Forwarded-Tls-Client-Cert': `${base64(admin.certificateDer)},` },
        '400 header_malformed',
      ],
      [
        'the header twice',
        { 'X-Forwarded-Tls-Client-Cert': [base64(frontend.certificateDer), base64(admin.certificateDer)] },
        '400 header_repeated',
      ],
      ['names alone', { 'X-Forwarded-Tls-Client-Cert-Info': traefikInfo('CN=admin', 1n) }, '401 certificate_missing'],
    ],
  },
  {
    name: 'Traefik with names',
    source: fromTraefikInfo({
      trustedProxies: [serviceAddress],
      dangerouslyVerifiedBy: 'proxy',
      fields: { subject: ['CN'], issuer: ['CN'], serialNumber: true },
    }),
    mtls: { roles: ({ commonName }) => (commonName === 'admin' ? ['admin'] : []) },
    forward: ({ serialNumber }) => ({
      'X-Forwarded-Tls-Client-Cert-Info': traefikInfo('CN=admin', BigInt(`0x${serialNumber}`)),
    }),
    others: () => [
      ['another name', { 'X-Forwarded-Tls-Client-Cert-Info': traefikInfo('CN=frontend', 1n) }, '403 role_missing'],
      [
        'a name that pretends to be fields',
        {
          'X-Forwarded-Tls-Client-Cert-Info': traefikInfo('CN=x";Issuer="CN=y";SerialNumber="1",Subject="CN=admin', 1n),
        },
        '400 header_malformed',
      ],
    ],
  },
  {
    name: 'RFC 9440',
    source: fromRfc9440(ofService),
    forwardsChain: true,
    forward: ({ chainDer: [leaf = new Uint8Array(), ...chain] }) => ({
      'Client-Cert': byteSequence(leaf),
      'Client-Cert-Chain': chain.map(byteSequence),
    }),
    others: ({ clients: { admin, frontend } }) => [
      ['base64 without colons', { 'Client-Cert': base64(admin.certificateDer) }, '400 header_malformed'],
      [
        'the certificate twice',
        { 'Client-Cert': [byteSequence(frontend.certificateDer), byteSequence(admin.certificateDer)] },
        '400 header_repeated',
      ],
      ['a chain alone', { 'Client-Cert-Chain': byteSequence(admin.certificateDer) }, '400 header_malformed'],
    ],
  },
  {
    name: 'ingress-nginx',
    source: fromIngressNginx(ofService),
    forward: ({ certificatePem }) => ({ 'ssl-client-cert': escaped(certificatePem), 'ssl-client-verify': 'SUCCESS' }),
    clients: verifiedHere,
    others: ({ clients: { admin } }) => [
      ['no certificate', { 'ssl-client-verify': 'NONE' }, '401 certificate_missing'],
      [
        'a certificate that it could not verify',
        { 'ssl-client-cert': escaped(admin.certificatePem), 'ssl-client-verify': 'FAILED:self-signed certificate' },
        '401 proxy_verification_failed',
      ],
      ['a certificate without a verdict', { 'ssl-client-cert': escaped(admin.certificatePem) }, '400 header_malformed'],
      ['a verdict without a certificate', { 'ssl-client-verify': 'SUCCESS' }, '400 header_malformed'],
    ],
  },
];
