/** The application: what you would write. */
import { fromNginx, type MtlsOptions, mtls, requireRole } from '@peercert/express';
import express, { type Express } from 'express';

export interface AppOptions {
  /** PEM: whose clients come in. */
  readonly clientsCa: string;
  /** PEM: nginx forwards the client's own certificate and nothing else, so the authorities below the root belong here. */
  readonly intermediates: string;
  /** The address of nginx, as Node sees it. */
  readonly nginx: string;
}

export function createApp({ clientsCa, intermediates, nginx }: AppOptions): Express {
  const options: MtlsOptions = {
    source: fromNginx({ trustedProxies: [nginx], verifiedBy: 'peercert' }),
    trust: { anchors: clientsCa, intermediates },
    roles: { Administrators: 'admin' },
  };
  const app = express();
  app.use(mtls(options));

  app.get('/', (req, res) => {
    res.json({ hello: req.mtls.client?.id });
  });
  app.get('/admin', requireRole('admin'), (req, res) => {
    res.json({ administrator: req.mtls.client?.id, serialNumber: req.mtls.client?.serialNumber });
  });
  return app;
}
