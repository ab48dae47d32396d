/** The endpoint and the application: what you would write. */
import { mtls } from '@peercert/fastify';
import { createEndpoint, type PemSource } from '@peercert/server';
import { fastify } from 'fastify';

export interface AppOptions {
  readonly certificate: PemSource;
  readonly key: PemSource;
  /** PEM: whose clients come in. */
  readonly clientsCa: string;
}

export interface App {
  /** Answers the origin. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

export async function createApp({ certificate, clientsCa, key }: AppOptions): Promise<App> {
  const endpoint = createEndpoint({
    certificate,
    key,
    trust: { anchors: clientsCa },
    roles: { Administrators: 'admin', Auditors: 'auditor' },
  });
  const app = fastify({ ...endpoint.fastify({ http2: true }), forceCloseConnections: true });
  await app.register(mtls, endpoint.mtls);

  app.get('/', async ({ mtls, raw }) => ({ hello: mtls.client?.id, http: raw.httpVersion }));
  app.get('/admin', { config: { mtls: { roles: ['admin'] } } }, async ({ mtls }) => ({
    administrator: mtls.client?.id,
  }));
  // Any one of the roles will do.
  app.get('/audit', { config: { mtls: { roles: ['admin', 'auditor'] } } }, async ({ mtls }) => ({
    auditor: mtls.client?.id,
  }));

  return {
    listen: () => app.listen({ host: '127.0.0.1', port: 0 }),
    async close() {
      endpoint.close();
      await app.close();
    },
  };
}
