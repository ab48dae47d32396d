/** The application: what you would write. */
import { fromAlb, mtls } from '@peercert/fastify';
import { type FastifyInstance, fastify } from 'fastify';

export interface AppOptions {
  /** PEM: the trust store of the load balancer. */
  readonly clientsCa: string;
  /** PEM: in mode verify the load balancer forwards the client's own certificate and nothing else. */
  readonly intermediates: string;
  /** The subnets of the load balancer. */
  readonly balancers: readonly string[];
}

export async function createApp({ clientsCa, intermediates, balancers }: AppOptions): Promise<FastifyInstance> {
  const app = fastify();
  await app.register(mtls, {
    source: fromAlb({ mode: 'verify', trustedProxies: balancers, verifiedBy: 'peercert' }),
    trust: { anchors: clientsCa, intermediates },
    roles: { Administrators: 'admin' },
    // The health checks of the load balancer come without a certificate.
    exclude: ['/health'],
  });

  app.get('/health', async () => ({ status: 'ok' }));
  app.get('/', async ({ mtls: { client, clientAddress } }) => ({ hello: client?.id, from: clientAddress }));
  app.get('/admin', { config: { mtls: { roles: ['admin'] } } }, async ({ mtls: { client } }) => ({
    administrator: client?.id,
  }));
  return app;
}
