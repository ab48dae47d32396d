import { clientOf, mtls, requireClient, requireRole } from '@peercert/express';
import type { Endpoint } from '@peercert/server';
import express, { type RequestHandler } from 'express';
import * as api from './api.ts';
import { serveFeed } from './feed.ts';
import { listen, type Service } from './service.ts';

export async function startExpress(endpoint: Endpoint, rules: api.AccessRules): Promise<Service> {
  const app = express();

  app.use(mtls(endpoint.mtls));

  app.get('/health', answer(api.health));
  app.get('/profile', answer(api.profile));
  app.get('/certificate', answer(api.certificate));

  // Guards: who, of those that came in, may do this.
  app.get('/admin/status', requireRole('admin'), answer(api.adminStatus));
  app.get('/partner/data', requireClient(rules.partner), answer(api.partnerData));

  // Options of one route, on top of those of the application.
  app.get('/payments', mtls(rules.payments), answer(api.payments));
  app.get('/office', mtls(rules.office), answer(api.office));
  app.get('/vault', mtls(rules.vault), answer(api.vault));
  app.get('/ledger', mtls(rules.ledger), answer(api.ledger));
  app.get('/transfers', mtls(rules.transfers), answer(api.transfers));
  app.get('/treasury', mtls(rules.treasury), answer(api.treasury));
  app.get('/lobby', mtls(rules.lobby), answer(api.lobby));

  const server = endpoint.createServer(app);
  serveFeed(server, endpoint);
  return listen('Express', server);
}

function answer(of: api.Answer): RequestHandler {
  return (req, res) => {
    res.json(of(clientOf(req)));
  };
}
