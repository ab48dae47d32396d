import { Router } from '@koa/router';
import { clientOf, mtls, requireClient, requireRole } from '@peercert/koa';
import type { Endpoint } from '@peercert/server';
import Koa, { type Middleware } from 'koa';
import * as api from './api.ts';
import { serveFeed } from './feed.ts';
import { listen, type Service } from './service.ts';

export async function startKoa(endpoint: Endpoint, rules: api.AccessRules): Promise<Service> {
  const app = new Koa();
  const router = new Router();

  app.use(mtls(endpoint.mtls));
  app.use(router.routes());

  router.get('/health', answer(api.health));
  router.get('/profile', answer(api.profile));
  router.get('/certificate', answer(api.certificate));

  // Guards: who, of those that came in, may do this.
  router.get('/admin/status', requireRole('admin'), answer(api.adminStatus));
  router.get('/partner/data', requireClient(rules.partner), answer(api.partnerData));

  // Options of one route, on top of those of the application.
  router.get('/payments', mtls(rules.payments), answer(api.payments));
  router.get('/office', mtls(rules.office), answer(api.office));
  router.get('/vault', mtls(rules.vault), answer(api.vault));
  router.get('/ledger', mtls(rules.ledger), answer(api.ledger));
  router.get('/transfers', mtls(rules.transfers), answer(api.transfers));
  router.get('/treasury', mtls(rules.treasury), answer(api.treasury));
  router.get('/lobby', mtls(rules.lobby), answer(api.lobby));

  const server = endpoint.createServer(app.callback());
  serveFeed(server, endpoint);
  return listen('Koa', server);
}

function answer(of: api.Answer): Middleware {
  return (ctx) => {
    ctx.body = of(clientOf(ctx));
  };
}
