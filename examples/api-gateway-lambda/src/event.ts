/** What an HTTP API with mutual TLS sends to a function: payload format 2.0, as the documentation of API Gateway shows it. */
import type { IssuedCertificate } from '@peercert/pki';

/** @param client `null`: the request came through the default endpoint, which asks for no certificate */
export function sampleEvent(
  client: IssuedCertificate | null,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): object {
  const authentication = client && {
    clientCert: {
      clientCertPem: client.certificatePem,
      subjectDN: 'CN=client,O=Acme',
      issuerDN: 'CN=Acme Staff,O=Acme',
      serialNumber: client.serialNumber.match(/../g)?.join(':').toLowerCase(),
      validity: { notBefore: 'May 28 12:30:02 2026 GMT', notAfter: 'Aug  5 09:36:04 2027 GMT' },
    },
  };
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'api.example.com', 'user-agent': 'curl/7.88.1', ...headers },
    requestContext: {
      accountId: '123456789012',
      apiId: 'api-id',
      authentication,
      domainName: 'api.example.com',
      domainPrefix: 'api',
      http: { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'curl/7.88.1' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '12/Mar/2026:19:03:58 +0000',
      timeEpoch: 1773342238000,
    },
    isBase64Encoded: false,
  };
}
