import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createAuthenticator } from '../../src/authenticator.ts';
import type { MtlsOptions } from '../../src/options.ts';
import { type ApiGatewayOptions, fromApiGateway, fromApiGatewayHeaders } from '../../src/source/api-gateway.ts';
import * as p from './proxied.ts';

const allowed = 'allow spiffe://acme/partner by peercert';
/** The fields of the samples of AWS. */
const clientCert = {
  clientCertPem: p.client.certificatePem,
  subjectDN: 'CN=partner-client,OU=Partner,O=Acme\\, Inc.',
  issuerDN: 'CN=Issuing,O=Acme',
  serialNumber: 'a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1',
  validity: { notBefore: 'May 28 12:30:02 2019 GMT', notAfter: 'Aug  5 09:36:04 2021 GMT' },
};
const rest = (cert: unknown): object => ({ requestContext: { identity: { clientCert: cert, sourceIp: '192.0.2.7' } } });
const http = (cert: unknown): object => ({
  version: '2.0',
  requestContext: { authentication: { clientCert: cert }, http: { sourceIp: '192.0.2.7' } },
});

function decidingOn(options: ApiGatewayOptions, more: MtlsOptions = {}): (event: unknown, socket?: unknown) => string {
  const source = fromApiGateway(options);
  const trust = 'verifiedBy' in options ? { trust: p.trust } : {};
  const { authenticate } = createAuthenticator({ source, clock: p.clock, ...trust, ...more });
  return (event, socket = { encrypted: true, remoteAddress: '127.0.0.1' }) => {
    const decision = authenticate({
      socket,
      rawHeaders: [],
      trailers: [],
      peerAddress: undefined,
      requestTarget: '/',
      event,
    });
    if (decision instanceof Promise) throw new Error('Nothing here takes time');
    return p.inWords(decision);
  };
}

describe('the event of API Gateway', () => {
  const decide = decidingOn({ verifiedBy: 'peercert' });
  const field = 'requestContext.identity.clientCert';

  it.each([
    ['a certificate of a REST API', rest(clientCert), allowed],
    ['a certificate of an HTTP API', http(clientCert), allowed],
    ['no certificate of a REST API', rest(null), 'certificate_missing'],
    ['no certificate of an HTTP API', http(null), 'certificate_missing'],
    [
      'no authentication, as an API without mutual TLS',
      { requestContext: { authentication: null } },
      'certificate_missing',
    ],
    ['no context', {}, 'certificate_missing'],
    ['a context that is null', { requestContext: null }, 'certificate_missing'],
    ['no event', undefined, 'certificate_missing'],
    ['an event that is null', null, 'certificate_missing'],
    ['an event that is no object', 'event', 'certificate_missing'],
    [
      'a certificate in both places',
      { requestContext: { identity: { clientCert }, authentication: { clientCert } } },
      `header_malformed ${field} event`,
    ],
    ['a certificate that is a text', rest(p.client.certificatePem), `header_malformed ${field} event`],
    [
      'PEM that is no text',
      rest({ clientCertPem: [p.client.certificatePem] }),
      `header_malformed ${field}.clientCertPem event`,
    ],
    ['a chain', rest({ clientCertPem: p.client.chainPem }), `header_malformed ${field}.clientCertPem pem_several`],
    [
      'a damaged leaf before a good certificate',
      rest({ clientCertPem: p.client.certificatePem.replace('M', '*') + p.client.certificatePem }),
      `header_malformed ${field}.clientCertPem pem_base64`,
    ],
    [
      'names without PEM',
      rest({ ...clientCert, clientCertPem: undefined }),
      `header_malformed ${field}.clientCertPem certificate_dropped`,
    ],
    ['an unknown authority', rest({ clientCertPem: p.stranger.certificatePem }), 'signature_invalid'],
    ['an expired certificate', http({ clientCertPem: p.expired.certificatePem }), 'certificate_expired'],
  ])('%s', (_, event, expected) => {
    expect(decide(event)).toBe(expected);
  });

  it('comes with an invocation, never over a connection', () => {
    expect(decide(rest(clientCert), new Socket())).toBe('certificate_missing');
  });

  it('is never a header', () => {
    const source = fromApiGateway({ verifiedBy: 'peercert' });
    const header = encodeURIComponent(JSON.stringify(rest(clientCert)));
    expect(p.deciding(source)({ 'x-apigateway-event': header })).toBe('certificate_missing');
  });

  it('tells where the client is', () => {
    const options = { addresses: { allow: ['192.0.2.7'] } };
    expect(decidingOn({ verifiedBy: 'peercert' }, options)(rest(clientCert))).toBe(allowed);
    expect(decidingOn({ verifiedBy: 'peercert' }, options)(http(clientCert))).toBe(allowed);
    const elsewhere = { requestContext: { identity: { clientCert, sourceIp: '192.0.2.8' } } };
    expect(decidingOn({ verifiedBy: 'peercert' }, options)(elsewhere)).toBe('address_denied');
    const nowhere = { requestContext: { identity: { clientCert, sourceIp: 'test-invoke-source-ip' } } };
    expect(decidingOn({ verifiedBy: 'peercert' }, options)(nowhere)).toBe('address_denied');
  });
});

describe('the names in an event of API Gateway, taken at its word', () => {
  const decide = decidingOn({ dangerouslyVerifiedBy: 'proxy' });
  const names = { ...clientCert, clientCertPem: undefined };

  it.each([
    ['the certificate, where there is one', rest(clientCert), 'allow spiffe://acme/partner by proxy'],
    ['the certificate, expired', rest({ clientCertPem: p.expired.certificatePem }), 'certificate_expired'],
    ['names where there is none', rest(names), 'allow partner-client by proxy'],
    ['a serial number of one digit', rest({ ...names, serialNumber: '1' }), 'allow partner-client by proxy'],
    [
      'a subject that is no name',
      rest({ ...names, subjectDN: 'www.example.com' }),
      'header_malformed requestContext.identity.clientCert.subjectDN name',
    ],
    [
      'an issuer that is no name',
      http({ ...names, issuerDN: 'Example CA' }),
      'header_malformed requestContext.authentication.clientCert.issuerDN name',
    ],
    ['no issuer', rest({ ...names, issuerDN: undefined }), 'header_malformed requestContext.identity.clientCert event'],
    [
      'a serial number that is none',
      rest({ ...names, serialNumber: '1-' }),
      'header_malformed requestContext.identity.clientCert.serialNumber serial_number',
    ],
  ])('%s', (_, event, expected) => {
    expect(decide(event)).toBe(expected);
  });
});

describe('a header mapped by API Gateway', () => {
  const decide = p.deciding(fromApiGatewayHeaders({ trustedProxies: [p.proxyAddress], verifiedBy: 'peercert' }));
  /** As `$util.urlEncode` does: java.net.URLEncoder. */
  const urlEncode = (pem: string): string => encodeURIComponent(pem).replaceAll('%20', '+');

  it.each<[string, p.Headers, string]>([
    ['a certificate', { 'X-Client-Cert': urlEncode(p.client.certificatePem) }, allowed],
    ['an empty value', { 'X-Client-Cert': '' }, 'certificate_missing'],
    ['nothing', {}, 'certificate_missing'],
    [
      'the header twice',
      { 'X-Client-Cert': ['', urlEncode(p.client.certificatePem)] },
      'header_repeated x-client-cert',
    ],
    [
      'plus signs of base64 as they are',
      { 'X-Client-Cert': urlEncode(p.client.certificatePem).replaceAll('%2B', '+') },
      'header_malformed x-client-cert pem_base64',
    ],
    ['an unknown authority', { 'X-Client-Cert': urlEncode(p.stranger.certificatePem) }, 'signature_invalid'],
  ])('%s', (_, headers, expected) => {
    expect(decide(headers)).toBe(expected);
  });
});
