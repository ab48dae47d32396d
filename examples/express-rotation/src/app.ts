/** The endpoint and the application: what you would write. */
import type { Server } from 'node:https';
import { join } from 'node:path';
import { mtls } from '@peercert/express';
import { createEndpoint, type Endpoint, type EndpointEvent, fromFile } from '@peercert/server';
import express from 'express';

export interface AppOptions {
  /** A folder with `tls.crt` and `tls.key`. */
  readonly tls: string;
  /** A folder with `ca.pem`. */
  readonly clients: string;
  readonly onEvent: (event: EndpointEvent) => void;
}

export interface App {
  readonly endpoint: Endpoint;
  readonly server: Server;
}

export function createApp({ tls, clients, onEvent }: AppOptions): App {
  const endpoint = createEndpoint({
    certificate: fromFile(join(tls, 'tls.crt')),
    key: fromFile(join(tls, 'tls.key')),
    trust: { anchors: fromFile(join(clients, 'ca.pem')) },
    onEvent,
  });
  const app = express();
  app.use(mtls(endpoint.mtls));
  app.get('/', (req, res) => {
    res.json({ hello: req.mtls.client?.id });
  });
  return { endpoint, server: endpoint.createServer(app) };
}
