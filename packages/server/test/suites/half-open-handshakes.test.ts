// Connections from many addresses on which a handshake begins and never ends: they are as many as the limits say, and they keep
// nobody out for long.
import { connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, dial, type Guarded, guarded, handshake, tlsOptions } from '../connection/guarded-server.ts';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  closeServers();
});

/** A record of a handshake that announces 200 octets (RFC 8446 section 5.1), and the first six of a ClientHello. */
const beginning = Buffer.from('16030100c8010000c40303', 'hex');

const address = (index: number): string => `127.1.${Math.floor(index / 250)}.${1 + (index % 250)}`;

async function halfOpen({ port }: Guarded, localAddress: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress }, () => socket.write(beginning, () => resolve()));
    sockets.push(socket);
    socket.on('error', () => resolve());
  });
}

async function isAnswered(server: Guarded, localAddress: string): Promise<boolean> {
  try {
    const socket = await handshake(await dial(server, localAddress));
    socket.destroy();
    return true;
  } catch {
    return false;
  }
}

describe('a thousand half-open handshakes', () => {
  it.each([
    ['of as many addresses', { total: 200 }, address, '127.0.0.9', 'in all'],
    ['of one address', { perAddress: 200 }, () => address(0), address(0), 'from this address'],
  ])('%s keep out no honest client for long', async (_, limits, from, honest, detail) => {
    // Nobody is ended by time alone.
    const server = await guarded(createServer(tlsOptions), { handshakes: { ...limits, seconds: 3_600 } });
    let most = 0;
    for (let index = 0; index < 1_000; index += 50) {
      await Promise.all(Array.from({ length: 50 }, (_one, offset) => halfOpen(server, from(index + offset))));
      most = Math.max(most, server.guard.status().pending);
    }
    expect(most).toBeLessThanOrEqual(200);
    await expect.poll(() => isAnswered(server, honest), { timeout: 25_000 }).toBe(true);
    expect(server.guard.status().pending).toBeLessThanOrEqual(200);
    expect(new Set(server.events.map((event) => `${event.cause} ${event.detail}`))).toEqual(
      new Set([`too_many_handshakes ${detail}`]),
    );
  });
});
