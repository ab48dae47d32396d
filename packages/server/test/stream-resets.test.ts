import { once } from 'node:events';
import { type ClientHttp2Session, connect, createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createTestAuthority } from '@peercert/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { limitResets } from '../src/stream-resets.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that answers to `/`, and never ends its answer to anything else. */
async function open(clock: () => number): Promise<ClientHttp2Session> {
  const { chainPem, privateKeyPem } = await (await createTestAuthority()).server();
  const server = createSecureServer({ cert: chainPem, key: privateKeyPem });
  limitResets(server, clock);
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    stream.respond();
    if (headers[':path'] === '/') stream.end();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const client = connect(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, { rejectUnauthorized: false });
  client.on('error', () => undefined);
  closers.push(() => {
    client.destroy();
    server.close();
  });
  await once(client, 'connect');
  return client;
}

/** One request after the other. Those that are never answered are taken back when the answer has begun. */
async function ask(client: ClientHttp2Session, path: string, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const request = client.request({ ':path': path });
    request.on('error', () => undefined);
    request.on('response', () => path !== '/' && request.close(8));
    await new Promise((resolve) => request.resume().once('close', resolve));
  }
  // What was sent before it has been heard when this comes back.
  await new Promise((resolve) => client.ping(resolve));
}

describe('requests that are taken back', () => {
  it('may be 200 at once and 33 more each second, and then the connection ends', async () => {
    let nowMs = 0;
    const client = await open(() => nowMs);
    await ask(client, '/endless', 200);
    nowMs += 1_000;
    await ask(client, '/endless', 33);
    // A clock that is set back gives no more.
    nowMs -= 500_000;
    expect(client.closed).toBe(false);
    const farewell = once(client, 'goaway');
    const request = client.request({ ':path': '/endless' });
    request.on('error', () => undefined).on('response', () => request.close(8));
    expect((await farewell)[0]).toBe(0xb);
  });

  it('are no others: those that are answered may be as many as there are', async () => {
    const client = await open(() => 0);
    await ask(client, '/', 300);
    await ask(client, '/endless', 200);
    expect(client.closed).toBe(false);
  });
});
