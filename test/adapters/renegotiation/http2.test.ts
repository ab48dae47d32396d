// RFC 9113 section 9.2.1 forbids renegotiation in HTTP/2, and Node ends a connection that tries. Whatever becomes of it, nobody is
// taken for the client that its new certificate names.
import { type EventEmitter, errorMonitor, once } from 'node:events';
import type { ServerHttp2Session } from 'node:http2';
import { setImmediate } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { startApi } from '../api.ts';
import { frameworks } from '../frameworks/all.ts';
import { portOf } from '../frameworks/listen.ts';
import { theWorld } from '../world.ts';
import { canRenegotiate, type RenegotiatingClient, renegotiatingClient } from './client.ts';
import { bodyOf, getFrame, preface } from './http2.ts';
import { outcomeOf, selfMadeAdmin } from './outcome.ts';

const overHttp2 = frameworks.filter(({ protocol }) => protocol === 'h2');

const ended = 'connection ended';

/** The id of a client that was let in, or the reason for which it was not. */
function saidIn(body: string | undefined): string {
  if (body === undefined) return ended;
  const { id, code } = JSON.parse(body) as { readonly id?: string; readonly code?: string };
  return id ?? code ?? body;
}

/** The connection of the client as the server has it. */
interface ServerSide {
  readonly socket: TLSSocket;
  readonly session: ServerHttp2Session;
}

/**
 * Node refuses the renegotiation and ends the session. Node 26 leaves the connection behind, silent and open until the client goes,
 * so it is cut here.
 */
async function refusedBy({ socket, session }: ServerSide, act: () => void): Promise<void> {
  const refusal = new Promise<NodeJS.ErrnoException>((resolve) => {
    (socket as EventEmitter).once(errorMonitor, resolve);
  });
  act();
  expect((await refusal).code).toBe('ERR_TLS_RENEGOTIATION_DISABLED');
  while (!session.destroyed) await setImmediate();
  socket.destroy();
}

describe.runIf(canRenegotiate).each(overHttp2)('a client that renegotiates with $name', (framework) => {
  async function connected() {
    const api = await startApi(framework);
    const client = renegotiatingClient(portOf(api.server), 'h2');
    client.present(api.world.clients.frontend);
    const [connection, session] = [once(api.server, 'secureConnection'), once(api.server, 'session')];
    expect(await client.handshake()).toBe(true);
    const [socket] = (await connection) as [TLSSocket];
    return { api, client, serverSide: { socket, session: (await session)[0] as ServerHttp2Session } };
  }

  async function ask(client: RenegotiatingClient, stream: number, target: string): Promise<string> {
    client.send(getFrame(stream, target));
    return saidIn(await bodyOf(client, stream));
  }

  it('has no connection any more, whatever it presents', async () => {
    const { clients } = await theWorld();
    const presented = [
      await selfMadeAdmin(),
      clients.admin,
      clients.frontend,
      { stolen: clients.admin, own: clients.frontend },
      'nothing',
    ] as const;
    for (const second of presented) {
      const { api, client, serverSide } = await connected();
      client.send(preface);
      expect(await ask(client, 1, '/profile')).toBe('frontend-client');
      client.present(second);
      let handshake: Promise<boolean> | undefined;
      await refusedBy(serverSide, () => {
        handshake = client.handshake();
      });
      expect(await handshake).toBe(false);
      expect(await ask(client, 3, '/admin')).toBe(ended);
      expect(api.errors).toEqual([]);
      // Others are served as before.
      expect((await api.get('admin', '/admin')).status).toBe(200);
    }
  });

  it('is at most who it was with a request that it sends in the midst of that', async () => {
    for (const early of [true, false]) {
      const { api, client, serverSide } = await connected();
      client.send(preface);
      expect(await ask(client, 1, '/profile')).toBe('frontend-client');
      client.present(await selfMadeAdmin());
      await refusedBy(serverSide, () => {
        if (early) client.send(getFrame(3, '/admin'));
        void client.begin();
        if (!early) client.send(getFrame(3, '/admin'));
      });
      await client.finish();
      expect([ended, 'role_missing']).toContain(saidIn(await bodyOf(client, 3)));
      expect((await api.get('admin', '/admin')).status).toBe(200);
    }
  });

  it('before its first request is nobody', async () => {
    const { api, client, serverSide } = await connected();
    client.present(await selfMadeAdmin());
    await refusedBy(serverSide, () => void client.handshake());
    client.send(preface);
    expect(await ask(client, 1, '/admin')).toBe(ended);
    expect((await api.get('admin', '/admin')).status).toBe(200);
  });
});

describe.runIf(canRenegotiate)('a server of HTTP/2 that also speaks HTTP/1.1', () => {
  it.each(overHttp2)(
    'takes a client of HTTP/1.1 that renegotiates for whom its last certificate names: $name',
    async (framework) => {
      const api = await startApi(framework, { tls: { allowHTTP1: true } as object });
      const client = renegotiatingClient(portOf(api.server));
      client.present(api.world.clients.admin);
      expect(await client.handshake()).toBe(true);
      expect(outcomeOf(await client.get('/admin'))).toBe('200 admin-client');
      client.present(await selfMadeAdmin());
      expect(await client.handshake()).toBe(true);
      expect(outcomeOf(await client.get('/admin'))).toBe('401 issuer_unknown');
      client.present(api.world.clients.frontend);
      expect(await client.handshake()).toBe(true);
      expect(outcomeOf(await client.get('/admin'))).toBe('403 role_missing');
    },
  );
});
