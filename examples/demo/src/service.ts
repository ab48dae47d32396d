/** A server of the demo that is up. */
import { once } from 'node:events';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Service {
  readonly framework: string;
  /** `https://127.0.0.1:PORT`. */
  readonly origin: string;
  close(): Promise<unknown>;
}

/** On loopback, on any port that is free. */
export const address = { host: '127.0.0.1', port: 0 } as const;

export async function listen(framework: string, server: Server): Promise<Service> {
  server.listen(address);
  await once(server, 'listening');
  return {
    framework,
    origin: originOf(server),
    close: () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      return closed;
    },
  };
}

export function originOf(server: Server): string {
  const { port } = server.address() as AddressInfo;
  return `https://${address.host}:${port}`;
}
