import { createHash } from 'node:crypto';
import { toPem } from '@peercert/pki';

/** What a proxy sends to one source. Values are octets, one character each, as Node shows them. */
export interface HeadersInput {
  readonly source: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The JSON of an event, for the source that reads one. */
  readonly event?: string;
}

/** One chain, as every proxy forwards it. */
export function forwarded(chain: readonly Uint8Array[]): readonly HeadersInput[] {
  const pems = chain.map((one) => toPem(one));
  const [leaf = '', ...others] = pems;
  const base64 = chain.map((one) => Buffer.from(one).toString('base64'));
  const [leafBase64 = '', ...othersBase64] = base64;
  const hash = createHash('sha256')
    .update(chain[0] as Uint8Array)
    .digest('hex');
  const escaped = encodeURIComponent(leaf);
  const fold = (pem: string): string => pem.trimEnd().replaceAll('\n', ' ');
  const xfcc = `By=spiffe://a/b;Hash=${hash};Cert="${escaped}";Chain="${encodeURIComponent(pems.join(''))}";Subject="CN=client";URI=spiffe://a/c;DNS=a.b`;
  const seed = (source: string, headers: Readonly<Record<string, string>>, event?: object): HeadersInput => ({
    source,
    headers: Object.entries(headers),
    ...(event === undefined ? {} : { event: JSON.stringify(event) }),
  });
  const clientCert = { clientCertPem: leaf, subjectDN: 'CN=client', issuerDN: 'CN=Issuing', serialNumber: 'a1:b2' };
  const albNames = { 'X-Amzn-Mtls-Clientcert-Subject': 'CN=client', 'X-Amzn-Mtls-Clientcert-Issuer': 'CN=Issuing' };
  const names = { subjectDN: 'CN=client', issuerDN: 'CN=Issuing,O=Acme', serialNumber: '12:34' };
  return [
    seed('alb-verify', {
      'X-Amzn-Mtls-Clientcert-Leaf': escaped,
      ...albNames,
      'X-Amzn-Mtls-Clientcert-Serial-Number': 'A1',
    }),
    seed('alb-verified', {
      'X-Amzn-Mtls-Clientcert-Leaf': escaped,
      ...albNames,
      'X-Amzn-Mtls-Clientcert-Validity': 'NotBefore=x;NotAfter=y',
    }),
    seed('alb-passthrough', { 'X-Amzn-Mtls-Clientcert': encodeURIComponent(pems.join('')) }),
    seed('apache', {
      'X-SSL-Client-Cert': fold(leaf),
      'X-SSL-Client-Verify': 'SUCCESS',
      'X-SSL-Client-Chain-0': others[0] === undefined ? '(null)' : fold(others[0]),
      'X-SSL-Client-Chain-1': '(null)',
    }),
    seed('apache-escaped', { 'X-SSL-Client-Cert': escaped, 'X-SSL-Client-Verify': 'SUCCESS' }),
    seed('api-gateway', {}, { requestContext: { identity: { clientCert } } }),
    seed('api-gateway', {}, { requestContext: { authentication: { clientCert } } }),
    seed('api-gateway-names', {}, { requestContext: { identity: { clientCert: names } } }),
    seed('api-gateway-headers', { 'X-Client-Cert': escaped.replaceAll('%20', '+') }),
    seed('caddy', { 'X-SSL-Client-Cert': leafBase64 }),
    seed('envoy', { 'X-Forwarded-Client-Cert': xfcc }),
    seed('envoy-two-hops', {
      'X-Forwarded-Client-Cert': `Hash=00;Subject="CN=other",${xfcc},By=spiffe://a/d;Hash=${hash}`,
    }),
    seed('envoy-names', {
      'X-Forwarded-Client-Cert': `Hash=${hash};Subject="CN=client,O=A\\"B";Issuer="CN=i";URI=spiffe://a/c`,
    }),
    seed('gateway-names', {
      'X-Client-S-DN': 'CN=client,O=Acme',
      'X-Client-I-DN': 'CN=Issuing',
      'X-Client-Serial': 'A1B2',
      'X-Client-Verify': 'SUCCESS',
    }),
    seed('haproxy', {
      'X-SSL-Client-Cert': leafBase64,
      'X-SSL-Client-Chain': Buffer.concat(chain.slice(1)).toString('base64'),
      'X-SSL-Client-Verify': '0',
      'X-SSL-Client-Used': '1',
    }),
    seed('cloudfront', { 'X-Cert': encodeURIComponent(pems.join('')) }),
    seed('names', { 'X-S': 'CN=client', 'X-I': 'CN=Issuing', 'X-N': '12345', 'X-V': 'ok' }),
    seed('ingress-nginx', {
      'ssl-client-cert': escaped,
      'ssl-client-verify': 'SUCCESS',
      'ssl-client-subject-dn': 'CN=client',
    }),
    seed('nginx', { 'X-SSL-Client-Cert': escaped, 'X-SSL-Client-Verify': 'SUCCESS' }),
    seed('rfc9440', {
      'Client-Cert': `:${leafBase64}:`,
      'Client-Cert-Chain': othersBase64.map((one) => `:${one}:`).join(', '),
    }),
    seed('traefik', { 'X-Forwarded-Tls-Client-Cert': base64.join(',') }),
    seed('traefik-info', {
      'X-Forwarded-Tls-Client-Cert-Info': encodeURIComponent(
        'Subject="O=Acme,OU=Clients,CN=client";Issuer="CN=Issuing";SerialNumber="123";NB="1";SAN="a.b"',
      ),
    }),
  ];
}
