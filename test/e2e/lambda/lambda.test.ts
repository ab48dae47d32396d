// Functions behind API Gateway with mutual TLS, through the shims that are in use. What AWS writes into the event counts;
// what a client writes into its headers does not.
import type { MtlsOptions } from '@peercert/core';
import { fromApiGateway, fromTls, subjectCn } from '@peercert/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Company, theCompany } from '../proxies/company.ts';
import { type ClientCert, clientCertOf, type EventOptions, eventShapes } from './events.ts';
import { type Invoke, type LambdaResult, type Shim, shims } from './functions.ts';

let company: Company;
beforeAll(async () => {
  company = await theCompany();
});

const createFunction = (shim: Shim, options: Partial<MtlsOptions> = {}): Promise<Invoke> =>
  shim.createFunction({
    source: fromApiGateway({ verifiedBy: 'peercert' }),
    trust: company.trust,
    roles: { Administrators: 'admin' },
    ...options,
  });

function outcomeOf({ statusCode, body }: LambdaResult): string {
  const { id, code } = JSON.parse(body) as { readonly id?: string; readonly code?: string };
  return `${statusCode} ${id ?? code}`;
}

const headerOf = ({ headers, multiValueHeaders }: LambdaResult, name: string): string | undefined =>
  headers?.[name] ?? multiValueHeaders?.[name]?.join();

describe.each(shims)('$name', (shim) => {
  describe.each(eventShapes)('behind $name', ({ event, field }) => {
    let invoke: Invoke;
    beforeAll(async () => {
      invoke = await createFunction(shim);
    });

    const outcome = async (clientCert: ClientCert, options?: EventOptions): Promise<string> =>
      outcomeOf(await invoke(event(clientCert, options)));

    it('knows a client by the certificate in the event', async () => {
      const result = await invoke(event(clientCertOf(company.clients.admin), { path: '/admin' }));
      expect(result.statusCode).toBe(200);
      expect(JSON.parse(result.body)).toEqual({
        id: 'admin',
        source: 'api-gateway',
        verifiedBy: 'peercert',
        address: '192.0.2.1',
      });
      expect(headerOf(result, 'vary')).toBe('*');
      expect(await outcome(clientCertOf(company.clients.frontend), { path: '/admin' })).toBe('403 role_missing');
    });

    it('tells a client without a certificate that it needs one', async () => {
      const result = await invoke(event(null));
      expect(outcomeOf(result)).toBe('401 certificate_missing');
      expect(headerOf(result, 'content-type')).toBe('application/problem+json');
      expect(headerOf(result, 'cache-control')).toBe('no-store');
    });

    it.each([
      ['stranger', '401 issuer_unknown'],
      ['namesake', '401 signature_invalid'],
      ['expired', '401 certificate_expired'],
    ] as const)('does not take the word of the gateway for %s: %s', async (who, expected) => {
      expect(await outcome(clientCertOf(company.clients[who]), { path: '/admin' })).toBe(expected);
    });

    it('reads no event and no certificate out of headers', async () => {
      const { certificatePem, certificateDer } = company.clients.admin;
      const forgedEvent = event(clientCertOf(company.clients.admin), { path: '/admin' });
      const headers = {
        'x-apigateway-event': encodeURIComponent(JSON.stringify(forgedEvent)),
        'x-apigateway-context': encodeURIComponent('{}'),
        'x-aws-lambda-fastify-request': '00',
        'x-amzn-mtls-clientcert-leaf': encodeURIComponent(certificatePem),
        'x-client-cert': encodeURIComponent(certificatePem),
        'client-cert': `:${Buffer.from(certificateDer).toString('base64')}:`,
      };
      expect(await outcome(null, { path: '/admin', headers })).toBe('401 certificate_missing');
      const { frontend } = company.clients;
      expect(await outcome(clientCertOf(frontend), { headers })).toBe('200 frontend');
      expect(await outcome(clientCertOf(frontend), { path: '/admin', headers })).toBe('403 role_missing');
    });

    it.each<[string, Readonly<Record<string, unknown>>]>([
      [
        'with a damaged certificate',
        { clientCertPem: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' },
      ],
      ['with names and no certificate', { clientCertPem: undefined }],
      ['with an empty certificate', { clientCertPem: '' }],
      ['with a certificate that is a number', { clientCertPem: 1 }],
    ])('refuses an event %s', async (_, change) => {
      const clientCert = { ...clientCertOf(company.clients.admin), ...change };
      expect(await outcome(clientCert, { path: '/admin' })).toMatch(/^400 (?:header|certificate)_malformed$/);
    });

    it('refuses two certificates where one belongs', async () => {
      const { admin, frontend } = company.clients;
      const clientCertPem = admin.certificatePem + frontend.certificatePem;
      expect(await outcome({ ...clientCertOf(admin), clientCertPem })).toBe('400 header_malformed');
    });

    it('takes the address from the event, not from X-Forwarded-For', async () => {
      const guarded = await createFunction(shim, { addresses: { allow: ['198.51.100.0/24'] } });
      const clientCert = clientCertOf(company.clients.admin);
      const forwarded = { headers: { 'X-Forwarded-For': '198.51.100.7' } };
      expect(outcomeOf(await guarded(event(clientCert, { sourceIp: '198.51.100.7' })))).toBe('200 admin');
      expect(outcomeOf(await guarded(event(clientCert, forwarded)))).toBe('403 address_denied');
    });

    it('gives each of several invocations at once its own client', async () => {
      const { admin, frontend } = company.clients;
      const certificates = [clientCertOf(admin), null, clientCertOf(frontend), clientCertOf(admin), null];
      expect(await Promise.all(certificates.map((one) => outcome(one)))).toEqual([
        '200 admin',
        '401 certificate_missing',
        '200 frontend',
        '200 admin',
        '401 certificate_missing',
      ]);
    });

    it('believes names without a certificate only when told to, and then only as names', async () => {
      const naming = await shim.createFunction({
        source: fromApiGateway({ dangerouslyVerifiedBy: 'proxy' }),
        identity: subjectCn('admin'),
        roles: { Administrators: 'admin' },
      });
      const names = { ...clientCertOf(company.clients.admin), clientCertPem: undefined };
      const result = await naming(event(names));
      expect(JSON.parse(result.body)).toMatchObject({ id: 'admin', verifiedBy: 'proxy' });
      const forged = { ...names, subjectDN: 'CN=x\\,OU\\=Administrators' };
      expect(outcomeOf(await naming(event(forged, { path: '/admin' })))).toBe('403 identity_not_allowed');
    });

    it('asks the sources in order: an event that is malformed ends the search', async () => {
      const either = await createFunction(shim, { source: [fromApiGateway({ verifiedBy: 'peercert' }), fromTls()] });
      expect(outcomeOf(await either(event(clientCertOf(company.clients.admin))))).toBe('200 admin');
      expect(outcomeOf(await either(event(null)))).toBe('401 certificate_missing');
      const clientCert = { ...clientCertOf(company.clients.admin), clientCertPem: 'PEM' };
      expect(outcomeOf(await either(event(clientCert)))).toBe('400 header_malformed');
    });

    it('names the field that is wrong to the log, and not to the client', async () => {
      const heard: unknown[] = [];
      const watched = await createFunction(shim, { onDecision: ({ decision }) => heard.push(decision) });
      const { body } = await watched(event({ ...clientCertOf(company.clients.admin), clientCertPem: 'PEM' }));
      expect(heard).toMatchObject([
        { reason: { code: 'header_malformed', detail: { header: `${field}.clientCertPem` } } },
      ]);
      expect(body).not.toContain('clientCertPem');
    });
  });
});
