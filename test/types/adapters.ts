// What handlers see is typed without a cast, and what a programmer could get wrong does not compile.
import type { ClientIdentity, RequestMtls } from '@peercert/core';
import * as onExpress from '@peercert/express';
import * as onFastify from '@peercert/fastify';
import * as onKoa from '@peercert/koa';
import express from 'express';
import { fastify } from 'fastify';
import Koa from 'koa';
import { expectTypeOf } from 'vitest';

const { subjectCn } = onExpress;

const expressApp = express();
expressApp.use(onExpress.mtls());
expressApp.use('/api', onExpress.mtls({ presence: 'optional' }), onExpress.requireClient(subjectCn('a')));
expressApp.get('/users/:id', onExpress.requireRole(['admin', 'auditor']), (req, res) => {
  expectTypeOf(req.params.id).toEqualTypeOf<string>();
  expectTypeOf(req.mtls).toEqualTypeOf<RequestMtls>();
  expectTypeOf(onExpress.clientOf(req)).toEqualTypeOf<ClientIdentity | null>();
  res.send(req.mtls.client?.organizationalUnits);
  // @ts-expect-error a client may be nobody
  res.send(req.mtls.client.id);
  // @ts-expect-error who the client is was decided
  req.mtls.client = null;
});

const plain = fastify();
const overTls = fastify({ https: {} });
const overHttp2 = fastify({ http2: true, https: {} });
await plain.register(onFastify.mtls);
await overTls.register(onFastify.mtls, { roles: { Administrators: 'admin' } });
await overHttp2.register(onFastify.mtls, { presence: 'optional' });
overHttp2.get('/', { onRequest: onFastify.requireRole('admin') }, () => 'handled');
overTls.get<{ Params: { id: string } }>(
  '/:id',
  { config: { mtls: { roles: ['admin'] } }, preHandler: onFastify.requireClient() },
  (request) => {
    expectTypeOf(request.params.id).toEqualTypeOf<string>();
    expectTypeOf(request.mtls).toEqualTypeOf<RequestMtls>();
    expectTypeOf(onFastify.clientOf(request)).toEqualTypeOf<ClientIdentity | null>();
    return request.mtls.client?.id;
  },
);
// @ts-expect-error a route names the roles it asks for, not how they come about
plain.get('/', { config: { mtls: { roles: { Administrators: 'admin' } } } }, () => 'handled');

const koaApp = new Koa();
koaApp.use(onKoa.mtls({ exclude: ['/healthz'] }));
koaApp.use(onKoa.requireRole('admin'));
koaApp.use((ctx) => {
  expectTypeOf(ctx.state.mtls).toEqualTypeOf<RequestMtls>();
  expectTypeOf(onKoa.clientOf(ctx)).toEqualTypeOf<ClientIdentity | null>();
  ctx.body = ctx.state.mtls.client?.id;
});

// The three have the same values to offer.
expectTypeOf<keyof typeof onExpress>().toEqualTypeOf<keyof typeof onFastify>();
expectTypeOf<keyof typeof onExpress>().toEqualTypeOf<keyof typeof onKoa>();

// @ts-expect-error a role has a name
onExpress.requireRole();
// @ts-expect-error a rule is made by a rule function
onExpress.requireClient({ cn: 'partner-client' });
// @ts-expect-error a guard enforces or reports
onExpress.requireRole('admin', { enforcement: 'off' });
