import webSockets from '@fastify/websocket';
import { clientOf, mtls, requireClient } from '@peercert/fastify';
import type { Endpoint } from '@peercert/server';
import { type FastifyRequest, fastify } from 'fastify';
import * as api from './api.ts';
import { greet } from './feed.ts';
import { address, originOf, type Service } from './service.ts';

export async function startFastify(endpoint: Endpoint, rules: api.AccessRules): Promise<Service> {
  const app = fastify({ ...endpoint.fastify(), forceCloseConnections: true });

  await app.register(webSockets);
  await app.register(mtls, endpoint.mtls);

  app.get('/health', answer(api.health));
  app.get('/profile', answer(api.profile));
  app.get('/certificate', answer(api.certificate));

  // Who, of those that came in, may do this: a role in the configuration of the route, or a guard as its hook.
  app.get('/admin/status', { config: { mtls: { roles: ['admin'] } } }, answer(api.adminStatus));
  app.get('/partner/data', { onRequest: requireClient(rules.partner) }, answer(api.partnerData));

  // Options of one route, in place of the same options of the application.
  app.get('/payments', { config: { mtls: rules.payments } }, answer(api.payments));
  app.get('/office', { config: { mtls: rules.office } }, answer(api.office));
  app.get('/vault', { config: { mtls: rules.vault } }, answer(api.vault));
  app.get('/ledger', { config: { mtls: rules.ledger } }, answer(api.ledger));
  app.get('/transfers', { config: { mtls: rules.transfers } }, answer(api.transfers));
  app.get('/treasury', { config: { mtls: rules.treasury } }, answer(api.treasury));
  app.get('/lobby', { config: { mtls: rules.lobby } }, answer(api.lobby));

  // A WebSocket passes the same hooks. What they cannot do is to look again later.
  app.get('/feed', { websocket: true, onRequest: requireClient() }, (ws, request) => {
    endpoint.watchWebSocket(ws, request);
    greet(ws);
  });

  await app.listen(address);
  return { framework: 'Fastify', origin: originOf(app.server), close: () => app.close() };
}

function answer(of: api.Answer): (request: FastifyRequest) => Promise<object> {
  return async (request) => of(clientOf(request));
}
