/** The application: what you would write. */
import { fromApiGateway, mtls, requireRole } from '@peercert/express';
import express, { type Express } from 'express';

export interface AppOptions {
  /** PEM: the trust store of the custom domain name. */
  readonly clientsCa: string;
  /** PEM: API Gateway hands over the client's own certificate and nothing else. */
  readonly intermediates: string;
}

export function createApp({ clientsCa, intermediates }: AppOptions): Express {
  const app = express();
  app.use(
    mtls({
      source: fromApiGateway({ verifiedBy: 'peercert' }),
      trust: { anchors: clientsCa, intermediates },
      roles: { Administrators: 'admin' },
    }),
  );

  app.get('/', (req, res) => {
    res.json({ hello: req.mtls.client?.id, from: req.mtls.clientAddress });
  });
  app.get('/admin', requireRole('admin'), (req, res) => {
    res.json({ administrator: req.mtls.client?.id });
  });
  return app;
}
