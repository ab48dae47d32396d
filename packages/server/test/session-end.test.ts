import { once } from 'node:events';
import { createSecureServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { createTestAuthority } from '@peercert/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { endSession, endTransports } from '../src/session-end.ts';
import { type FrameClient, frame, frameClient, get } from './frames.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** More than any buffer on the way takes. */
const answer = Buffer.alloc(50_000_000);

async function open(isDeaf: boolean): Promise<{
  readonly client: FrameClient;
  readonly session: ServerHttp2Session;
  /** The transport of it. */
  readonly closed: Promise<unknown>;
}> {
  const { chainPem, privateKeyPem } = await (await createTestAuthority()).server();
  const server = createSecureServer({ cert: chainPem, key: privateKeyPem });
  endTransports(server);
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    stream.respond();
    stream.end(answer);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const opened = once(server, 'session') as Promise<[ServerHttp2Session]>;
  const client = await frameClient((server.address() as AddressInfo).port, isDeaf);
  closers.push(() => client.close());
  const [[transport], [session]] = await Promise.all([connected, opened]);
  return { client, session, closed: once(transport, 'close') };
}

describe('the end of a connection of HTTP/2', () => {
  it('comes, though the client reads nothing of what was sent', async () => {
    const { client, closed, session } = await open(true);
    const window = Buffer.of(0x7f, 0, 0, 0);
    // RFC 9113 section 6.5.2: SETTINGS_INITIAL_WINDOW_SIZE as large as it may be.
    client.write(frame('settings', 0, 0, Buffer.of(0, 4, 0x7f, 0xff, 0xff, 0xff)));
    client.write(frame('windowUpdate', 0, 0, window));
    client.write(get(1));
    await once(session, 'stream');
    endSession(session);
    endSession(session);
    await closed;
    expect(session.destroyed).toBe(true);
  });

  it('comes, though the client does not close its side', async () => {
    const { closed, session } = await open(false);
    // What an application does with a connection that it wants no more.
    session.close();
    await closed;
    expect(session.destroyed).toBe(true);
  });

  it('is told to a client that listens, with its cause', async () => {
    const { client, closed, session } = await open(false);
    endSession(session, 0xb);
    await closed;
    expect(client.farewells[0]).toBe(0xb);
  });
});
