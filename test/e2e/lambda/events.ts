// Events of API Gateway with mutual TLS, in the two shapes that its documentation shows, around a fresh certificate.
import type { IssuedCertificate } from '@peercert/pki';

/** `null`: the client showed no certificate. Otherwise the fields of `clientCert`, some of them changed. */
export type ClientCert = Readonly<Record<string, unknown>> | null;

export interface EventOptions {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The address of the client. */
  readonly sourceIp?: string;
}

export interface EventShape {
  readonly name: string;
  /** Where the certificate stands. */
  readonly field: string;
  readonly event: (clientCert: ClientCert, options?: EventOptions) => object;
}

/** What API Gateway writes of a certificate: the leaf alone, and its names as OpenSSL prints them. */
export function clientCertOf(certificate: IssuedCertificate): NonNullable<ClientCert> {
  return {
    clientCertPem: certificate.certificatePem,
    subjectDN: 'CN=admin,OU=Administrators,O=Acme',
    issuerDN: 'CN=Acme Issuing,O=Acme',
    serialNumber: certificate.serialNumber.toLowerCase().match(/../g)?.join(':'),
    validity: { notBefore: 'May 28 12:30:02 2026 GMT', notAfter: 'Aug  5 09:36:04 2027 GMT' },
  };
}

/** A REST API: payload format 1.0. */
const rest: EventShape = {
  name: 'a REST API',
  field: 'requestContext.identity.clientCert',
  event: (clientCert, { path = '/', headers = {}, sourceIp = '192.0.2.1' } = {}) => ({
    version: '1.0',
    resource: '/{proxy+}',
    path,
    httpMethod: 'GET',
    headers: { Host: 'api.example.com', ...headers },
    multiValueHeaders: Object.fromEntries(
      Object.entries({ Host: 'api.example.com', ...headers }).map(([name, value]) => [name, [value]]),
    ),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      accountId: '123456789012',
      apiId: 'id',
      domainName: 'api.example.com',
      httpMethod: 'GET',
      identity: { accessKey: null, sourceIp, userAgent: 'user-agent', ...(clientCert === null ? {} : { clientCert }) },
      path,
      protocol: 'HTTP/1.1',
      requestId: 'id=',
      resourcePath: '/{proxy+}',
      stage: 'prod',
    },
    body: null,
    isBase64Encoded: false,
  }),
};

/** An HTTP API: payload format 2.0. Without a certificate `authentication` is null. */
const http: EventShape = {
  name: 'an HTTP API',
  field: 'requestContext.authentication.clientCert',
  event: (clientCert, { path = '/', headers = {}, sourceIp = '192.0.2.1' } = {}) => ({
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'api.example.com', ...headers },
    requestContext: {
      accountId: '123456789012',
      apiId: 'api-id',
      authentication: clientCert === null ? null : { clientCert },
      domainName: 'api.example.com',
      domainPrefix: 'api',
      http: { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp, userAgent: 'agent' },
      requestId: 'id',
      routeKey: '$default',
      stage: '$default',
      time: '12/Mar/2026:19:03:58 +0000',
      timeEpoch: 1773342238000,
    },
    isBase64Encoded: false,
  }),
};

export const eventShapes: readonly EventShape[] = [rest, http];
