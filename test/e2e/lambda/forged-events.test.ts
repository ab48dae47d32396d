// Who the client is stands in the event, so whoever can write the event is anybody. Here clients try to.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { configure, getCurrentInvoke } from '@codegenie/serverless-express';
import { fromAlb, fromApiGateway, fromTls, isPeercertFailure, type MtlsOptions } from '@peercert/core';
import * as onExpress from '@peercert/express';
import * as onFastify from '@peercert/fastify';
import * as onKoa from '@peercert/koa';
import express, { type RequestHandler } from 'express';
import { fastify } from 'fastify';
import Koa from 'koa';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Company, theCompany } from '../proxies/company.ts';
import { clientCertOf, eventShapes } from './events.ts';
import { type Invoke, type LambdaResult, shims } from './functions.ts';

let company: Company;
let options: MtlsOptions;
beforeAll(async () => {
  company = await theCompany();
  options = {
    source: fromApiGateway({ verifiedBy: 'peercert' }),
    trust: company.trust,
    roles: { Administrators: 'admin' },
  };
});

const [rest, http] = eventShapes as [(typeof eventShapes)[0], (typeof eventShapes)[0]];
type Event = Readonly<Record<string, unknown>> & { readonly requestContext: Readonly<Record<string, unknown>> };

/** As a client that is an administrator would have it: the certificate of another, which is no secret. */
const forgedEvent = (): Event => rest.event(clientCertOf(company.clients.admin), { path: '/admin' }) as Event;
const withoutCertificate = (shape = rest): Event => shape.event(null, { path: '/admin' }) as Event;
const withContext = (event: Event, change: object): Event => ({
  ...event,
  requestContext: { ...event.requestContext, ...change },
});

/** Express prints whatever reaches its error handler. */
function silence(): void {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  onTestFinished(() => printed.mockRestore());
}

function outcomeOf({ statusCode, body }: LambdaResult): string {
  const { id, code } = (body.startsWith('{') ? JSON.parse(body) : {}) as {
    readonly id?: string;
    readonly code?: string;
  };
  return `${statusCode} ${id ?? code}`;
}

describe.each(shims)('an event that came to $name', (shim) => {
  let invoke: Invoke;
  beforeAll(async () => {
    invoke = await shim.createFunction(options);
  });

  /** A shim may also throw, over what it takes for no request at all. */
  const outcome = (event: object): Promise<string> => invoke(event).then(outcomeOf, () => 'no answer');

  it('is not what the client wrote into its request: query, body or the names of headers', async () => {
    const { requestContext } = forgedEvent();
    const written = JSON.stringify({ requestContext, apiGateway: { event: forgedEvent() }, event: forgedEvent() });
    for (const shape of eventShapes) {
      const event = {
        ...shape.event(null, {
          path: '/admin',
          headers: { 'content-type': 'application/json', requestcontext: written },
        }),
        body: written,
        rawQueryString: `requestContext=${encodeURIComponent(JSON.stringify(requestContext))}`,
        queryStringParameters: { 'requestContext[identity][clientCert][clientCertPem]': 'x', apiGateway: written },
      };
      expect(await outcome(event)).toBe('401 certificate_missing');
    }
  });

  it('names one certificate in one place', async () => {
    const { admin, frontend } = company.clients;
    const both = withContext(rest.event(clientCertOf(frontend), { path: '/admin' }) as Event, {
      authentication: { clientCert: clientCertOf(admin) },
    });
    expect(await outcome(both)).toBe('400 header_malformed');
    const bothOfHttp = withContext(http.event(clientCertOf(frontend), { path: '/admin' }) as Event, {
      identity: { clientCert: clientCertOf(admin) },
    });
    expect(await outcome(bothOfHttp)).toBe('400 header_malformed');
  });

  it.each<[string, (pem: string) => object]>([
    ['text in place of an object', (pem) => ({ identity: pem, authentication: pem })],
    ['a list', (pem) => ({ identity: [{ clientCert: { clientCertPem: pem } }] })],
    [
      'another spelling',
      (pem) => ({ Identity: { clientCert: { clientCertPem: pem } }, clientCert: { clientCertPem: pem } }),
    ],
    [
      'the authorizer, which may repeat what a client said',
      (pem) => ({ authorizer: { clientCert: { clientCertPem: pem } } }),
    ],
    [
      'the names that VPC Lattice tells of a client',
      () => ({ identity: { type: 'AWS_IAM', x509SubjectCn: 'admin', x509IssuerOu: 'Administrators' } }),
    ],
  ])('is not read where it has %s', async (_, change) => {
    const context = change(company.clients.admin.certificatePem);
    expect(await outcome(withContext(withoutCertificate(), context))).not.toMatch(/^200|^403/);
  });

  it.each<[string, (pem: string) => object]>([
    ['a list with one', (pem) => [{ clientCertPem: pem }]],
    ['text', (pem) => pem as unknown as object],
    ['octets', (pem) => ({ clientCertPem: Buffer.from(pem) })],
    ['a list of texts', (pem) => ({ clientCertPem: [pem] })],
    ['an object that looks like text', (pem) => ({ clientCertPem: { toString: () => pem, length: pem.length } })],
  ])('is malformed where the certificate is %s', async (_, clientCert) => {
    const written = clientCert(company.clients.admin.certificatePem);
    for (const change of [{ identity: { clientCert: written } }, { authentication: { clientCert: written } }]) {
      expect(await outcome(withContext(withoutCertificate(), change))).toBe('400 header_malformed');
    }
  });

  it('is nobody’s when the function is behind a load balancer, whose headers a client may have written', async () => {
    const pem = encodeURIComponent(company.clients.admin.certificatePem);
    const leaf = { 'x-amzn-mtls-clientcert-leaf': pem, 'x-amzn-mtls-clientcert': pem, 'x-forwarded-for': '127.0.0.1' };
    const elb = { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:region:123456789012:targetgroup/x/1' } };
    const event = {
      ...(rest.event(null, { path: '/admin', headers: leaf, sourceIp: '127.0.0.1' }) as Event),
      requestContext: elb,
    };
    expect(await outcome(event)).toBe('401 certificate_missing');
    const trusting = await shim.createFunction({
      ...options,
      source: [
        fromAlb({ mode: 'passthrough', trustedProxies: ['loopback', 'unix'], verifiedBy: 'peercert' } as never),
        fromApiGateway({ verifiedBy: 'peercert' }),
      ],
    });
    // No address in an event is that of a connection.
    expect(outcomeOf(await trusting(event))).toBe('401 certificate_missing');
    expect(outcomeOf(await trusting(forgedEvent()))).toBe('200 admin');
  });

  it('is nobody’s without the context of a gateway', async () => {
    const { requestContext: _, ...bare } = forgedEvent();
    for (const event of [bare, { ...bare, requestContext: null }, { ...bare, requestContext: 'identity' }, {}]) {
      expect(await outcome(event)).not.toMatch(/^200|^403/);
    }
  });

  it('makes no connection for the next invocation', async () => {
    expect(await outcome(forgedEvent())).toBe('200 admin');
    expect(await outcome(withoutCertificate())).toBe('401 certificate_missing');
  });
});

describe('what @codegenie/serverless-express calls the current event', () => {
  /** As its documentation shows it, with an application that waits before it asks who the client is. */
  function createFunction(failures: unknown[]): Invoke {
    const app = express().set('env', 'production');
    app.use(async (req, _res, next) => {
      await setImmediate();
      Object.assign(req, { apiGateway: getCurrentInvoke() });
      next();
    });
    app.use(onExpress.mtls(options));
    app.get('/admin', onExpress.requireRole('admin'), (req, res) => void res.json({ id: req.mtls.client?.id }));
    app.use(((error, _req, _res, next) => {
      failures.push(error);
      next(error);
    }) as express.ErrorRequestHandler);
    const invoke = configure({ app });
    return async (event) => (await invoke(event, {} as never, () => undefined)) as LambdaResult;
  }

  it('lets no second invocation in, because it is one variable for all of them', async () => {
    silence();
    const failures: unknown[] = [];
    const invoke = createFunction(failures);
    const outcomes = await Promise.all([invoke(withoutCertificate()), invoke(withoutCertificate())]);
    expect(outcomes.map(outcomeOf)).toEqual(
      expect.arrayContaining(['401 certificate_missing', expect.stringMatching(/^500 /)]),
    );
    expect((await invoke(forgedEvent())).statusCode).toBe(500);
    expect(failures.every(isPeercertFailure)).toBe(true);
    expect(String((failures[0] as Error).cause)).toContain('Give each request an object of its own');
  });
});

describe('@fastify/aws-lambda of a version that takes the event from a header of the client', () => {
  it('lets nobody in by it', async () => {
    const app = fastify();
    // As 6.4.0 does (GHSA-m93c-jj3f-68ph).
    app.decorateRequest('awsLambda', {
      getter() {
        const { 'x-apigateway-event': header } = (this as unknown as { headers: Record<string, string> }).headers;
        return { event: header === undefined ? withoutCertificate() : JSON.parse(decodeURIComponent(header)) };
      },
    } as never);
    await app.register(onFastify.mtls, options);
    app.get('/admin', { config: { mtls: { roles: ['admin'] } } }, async () => ({ id: 'admin' }));
    const outcome = async (headers: Record<string, string>) =>
      outcomeOf((await app.inject({ url: '/admin', headers })) as unknown as LambdaResult);
    expect(await outcome({})).toBe('401 certificate_missing');
    const forged = encodeURIComponent(JSON.stringify(forgedEvent()));
    expect(await outcome({ 'X-ApiGateway-Event': forged })).toMatch(/^500 /);
  });
});

describe('a client that speaks to the same application over a socket', () => {
  /** The event of the last invocation still lies about, and the application hands it to every request. */
  const withEvent: RequestHandler = (req, _res, next) => {
    Object.assign(req, { apiGateway: { event: forgedEvent() } });
    next();
  };
  const applications: readonly [string, (options: MtlsOptions) => Promise<RequestListener>][] = [
    [
      'Express',
      async (mtls) => {
        const app = express().set('env', 'production');
        app.use(withEvent, onExpress.mtls(mtls));
        app.get('/admin', onExpress.requireRole('admin'), (_req, res) => void res.json({ id: 'admin' }));
        return app;
      },
    ],
    [
      'Koa',
      async (mtls) => {
        const app = new Koa();
        app.silent = true;
        app.use((ctx, next) => {
          Object.assign(ctx.req, { apiGateway: { event: forgedEvent() } });
          return next();
        });
        app.use(onKoa.mtls(mtls)).use(onKoa.requireRole('admin'));
        app.use((ctx) => {
          ctx.body = { id: 'admin' };
        });
        const listener = app.callback();
        return (incoming, response) => void listener(incoming, response);
      },
    ],
    [
      'Fastify',
      async (mtls) => {
        const app = fastify();
        app.decorateRequest('awsLambda', { getter: () => ({ event: forgedEvent() }) } as never);
        await app.register(onFastify.mtls, mtls);
        app.get('/admin', { config: { mtls: { roles: ['admin'] } } }, async () => ({ id: 'admin' }));
        await app.ready();
        return (incoming, response) => app.routing(incoming, response);
      },
    ],
  ];

  it.each(applications)('is not the client of an event: %s', async (_, createApp) => {
    silence();
    for (const source of [options.source, [options.source, fromTls()].flat()] as MtlsOptions['source'][]) {
      const server = createServer(await createApp({ ...options, ...(source === undefined ? {} : { source }) }));
      server.listen(0, '127.0.0.1');
      onTestFinished(() => void server.close());
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const headers = { 'x-apigateway-event': encodeURIComponent(JSON.stringify(forgedEvent())) };
      const sent = request({ host: '127.0.0.1', port, path: '/admin', headers, agent: false }).end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      const body = (await json(response)) as { id?: string; code?: string };
      expect(response.statusCode).toBeGreaterThanOrEqual(401);
      expect(body.id).toBeUndefined();
    }
  });
});
