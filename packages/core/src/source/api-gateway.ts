import { Socket } from 'node:net';
import { isAddress } from '../address-range.ts';
import { decodePem } from '../encoding/pem.ts';
import { refuseUnknownKeys } from '../option-keys.ts';
import type { Outcome } from '../reasons.ts';
import type { RequestFacts } from './facts.ts';
import { createCertificateSource } from './forwarded-certificate.ts';
import { presentName } from './forwarded-name.ts';
import {
  compileHeaderNames,
  compileVerifier,
  type HeaderSourceOptions,
  sourceKeys,
  type Verification,
  verdictOf,
} from './header-options.ts';
import type { HeaderRule } from './header-rules.ts';
import type { Forwarding, Presented, Source } from './presented.ts';
import { malformed } from './proxy-verdict.ts';
import { parseSerialNumber } from './serial-text.ts';

/** Who verified it is the only question: an event comes from AWS, or not at all. */
export type ApiGatewayOptions = Verification;

/**
 * AWS API Gateway with mutual TLS, in front of a Lambda function: `requestContext.identity.clientCert` of a REST API,
 * `requestContext.authentication.clientCert` of an HTTP API. The event is taken from the property in which
 * `@fastify/aws-lambda` or `serverless-http` leave it, or from `req.apiGateway.event`, never from a header. With
 * `@codegenie/serverless-express` leave it there yourself, as docs/proxies.md shows: what that shim tells of the current
 * event is one variable for all invocations. Disable the default endpoint of the API, which clients reach without a
 * certificate.
 *
 * An event without `clientCertPem` is refused, unless its names are believed: `dangerouslyVerifiedBy: 'proxy'`.
 */
export function fromApiGateway(options: ApiGatewayOptions): Source {
  const where = 'fromApiGateway()';
  refuseUnknownKeys(options, ['verifiedBy', 'dangerouslyVerifiedBy'], where);
  const verifiedBy = compileVerifier(options, 'either', where);
  return Object.freeze({
    name: 'api-gateway',
    verifiedBy,
    forwarding: eventForwarding,
    present(facts: RequestFacts): Outcome<Presented> | undefined {
      return isInvocation(facts) ? readClientCert(facts.event, verifiedBy) : undefined;
    },
  });
}

/** A function has no connection: what comes over a real one is a request like any other. */
function isInvocation({ socket, event }: RequestFacts): boolean {
  return event !== undefined && event !== null && !(socket instanceof Socket);
}

const eventForwarding: Forwarding = Object.freeze({
  headers: Object.freeze([]),
  foreign: Object.freeze([]),
  // No header says who the client is, so no cache may answer for us.
  vary: Object.freeze(['*']),
  trustedProxies: Object.freeze({ includesPeerOf: isInvocation, includesAddress: () => false }),
  untrustedForwarder: 'ignore',
  clientAddress: ({ event }: RequestFacts) => {
    const { identity, http } = (event as ApiGatewayEvent).requestContext ?? {};
    const address = http?.sourceIp ?? identity?.sourceIp;
    return typeof address === 'string' && isAddress(address) ? address : undefined;
  },
});

/** What is read of an event. Nothing of it is taken for granted. */
interface ApiGatewayEvent {
  readonly requestContext?: {
    readonly identity?: { readonly clientCert?: unknown; readonly sourceIp?: unknown } | null;
    readonly authentication?: { readonly clientCert?: unknown } | null;
    readonly http?: { readonly sourceIp?: unknown } | null;
  } | null;
}

/** What the event says of the client: a pure function of it. */
export function readClientCert(event: unknown, verifiedBy: 'peercert' | 'proxy'): Outcome<Presented> | undefined {
  const { identity, authentication } = (event as ApiGatewayEvent).requestContext ?? {};
  const places = [
    { field: 'requestContext.identity.clientCert', value: identity?.clientCert },
    { field: 'requestContext.authentication.clientCert', value: authentication?.clientCert },
  ].filter(({ value }) => value !== undefined && value !== null);
  const [place, ...others] = places;
  if (place === undefined) return undefined;
  const { field, value } = place;
  if (typeof value !== 'object' || others.length > 0) return refused(field, 'event');
  const { clientCertPem, subjectDN, issuerDN, serialNumber } = value as Readonly<Record<string, unknown>>;
  if (clientCertPem !== undefined && clientCertPem !== null && clientCertPem !== '') {
    if (typeof clientCertPem !== 'string') return refused(`${field}.clientCertPem`, 'event');
    const decoded = decodePem(clientCertPem, 'CERTIFICATE');
    if (!decoded.ok) return refused(`${field}.clientCertPem`, decoded.rule);
    if (decoded.value.length > 1) return refused(`${field}.clientCertPem`, 'pem_several');
    return {
      ok: true,
      value: { source: 'api-gateway', certificates: decoded.value, verdict: verdictOf(verifiedBy) },
    };
  }
  if (verifiedBy === 'peercert') return refused(`${field}.clientCertPem`, 'certificate_dropped');
  if (typeof subjectDN !== 'string' || typeof issuerDN !== 'string' || typeof serialNumber !== 'string') {
    return refused(field, 'event');
  }
  const serial = parseSerialNumber(serialNumber, 'hex');
  if (serial === undefined) return refused(`${field}.serialNumber`, 'serial_number');
  return {
    ok: true,
    value: presentName('api-gateway', {
      subject: { text: subjectDN, header: `${field}.subjectDN` },
      issuer: { text: issuerDN, header: `${field}.issuerDN` },
      serialNumber: serial,
    }),
  };
}

function refused(field: string, rule: HeaderRule): Outcome<never> {
  return { ok: false, reason: malformed(field, rule) };
}

export type ApiGatewayHeaderOptions = HeaderSourceOptions &
  Verification & { readonly headers?: { readonly certificate?: string } };

/**
 * AWS API Gateway in front of an HTTP integration, with `$context.identity.clientCert.clientCertPem` mapped to the header
 * `X-Client-Cert` through `$util.urlEncode`, in whose encoding a space is `+`.
 */
export function fromApiGatewayHeaders(options: ApiGatewayHeaderOptions): Source {
  const where = 'fromApiGatewayHeaders()';
  refuseUnknownKeys(options, [...sourceKeys, 'headers'], where);
  const verifiedBy = compileVerifier(options, 'either', where);
  const { certificate } = compileHeaderNames({ certificate: 'X-Client-Cert' }, options.headers, [], where);
  return createCertificateSource({
    name: 'api-gateway-headers',
    where,
    options,
    verifiedBy,
    certificate: { header: certificate as string, form: 'pem-form-escaped', absent: [''] },
  });
}
