/** Real servers on loopback for what is fetched. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Listening {
  readonly port: number;
  readonly server: Server;
  /** Requests that came so far. */
  readonly requests: number;
  close(): Promise<void>;
}

const running = new Set<Listening>();

/** For `afterEach`. */
export async function closeServers(): Promise<void> {
  await Promise.all([...running].map((one) => one.close()));
}

export async function listen(handle: RequestListener, port = 0, tls?: ServerOptions): Promise<Listening> {
  let requests = 0;
  const counted: RequestListener = (request, response) => {
    requests += 1;
    return handle(request, response);
  };
  const server = tls === undefined ? createServer(counted) : createTlsServer(tls, counted);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const listening: Listening = {
    port: (server.address() as AddressInfo).port,
    server,
    get requests() {
      return requests;
    },
    close: () =>
      new Promise((resolve) => {
        running.delete(listening);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  running.add(listening);
  return listening;
}
