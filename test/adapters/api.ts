// Starts the API of one framework over TLS, with the world's certificates, for the length of one test.
import type { TlsOptions } from 'node:tls';
import type { MtlsOptions } from '@peercert/core';
import { onTestFinished, vi } from 'vitest';
import type { App, Framework, Started } from './app.ts';
import { type Answer, type Connection, type ConnectOptions, open } from './client.ts';
import { portOf } from './frameworks/listen.ts';
import { type ClientName, type Credentials, theWorld, type World } from './world.ts';

export interface Api {
  readonly world: World;
  readonly server: Started['server'];
  /** What reached the application's error handler, in order. */
  readonly errors: readonly unknown[];
  /** Opens a connection: as someone of the world, with other credentials, or (`undefined`) without a certificate. */
  connect(who?: ClientName | Credentials, options?: Chosen): Promise<Connection>;
  /** One request on a connection of its own. */
  get(who: ClientName | Credentials | undefined, target: string, headers?: Headers): Promise<Answer>;
}

type Chosen = Pick<ConnectOptions, 'session' | 'servername' | 'maxVersion'>;
type Headers = Parameters<Connection['get']>[1];

export interface ApiOptions extends Partial<Omit<App, 'errors'>> {
  readonly tls?: TlsOptions;
}

/** Roles by OU, as most tests want them. */
export const roles: NonNullable<MtlsOptions['roles']> = { Administrators: 'admin', Partner: 'partner' };

export async function startApi(framework: Framework, options: ApiOptions = {}): Promise<Api> {
  const world = await theWorld();
  const { tls, ...app } = options;
  const errors: unknown[] = [];
  const started = await framework.start(
    {
      mtls: { roles },
      env: 'production',
      meeting: async () => undefined,
      believesEveryone: false,
      errors,
      ...app,
    },
    {
      cert: world.server.chainPem,
      key: world.server.privateKeyPem,
      ca: [world.root.certificatePem, world.partnerRoot.certificatePem],
      requestCert: true,
      rejectUnauthorized: false,
      ...tls,
    },
  );
  // Express prints whatever reaches its error handler.
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const connections: Connection[] = [];
  onTestFinished(async () => {
    for (const connection of connections) connection.close();
    await started.close();
    printed.mockRestore();
  });

  const connect: Api['connect'] = async (who, chosen = {}) => {
    const connection = await open(typeof who === 'string' ? world.clients[who] : who, {
      port: portOf(started.server),
      protocol: framework.protocol,
      ca: world.serverRootPem,
      ...chosen,
    });
    connections.push(connection);
    return connection;
  };
  return {
    world,
    server: started.server,
    errors,
    connect,
    get: async (who, target, headers) => (await connect(who)).get(target, headers),
  };
}

/** Status and reason code of an answer: what most tests are about. */
export function outcomeOf(answer: Answer): string {
  const { code = 'ok' } = answer.status === 500 ? { code: 'failure' } : answer.json;
  return `${answer.status} ${String(code)}`;
}
