// Many connections at once, each wrong in another way and some right: every one is either admitted or told, once.
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createServer } from 'node:tls';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, dial, type Guarded, guarded, handshake, tlsOptions } from '../connection/guarded-server.ts';
import { inetAddresses, version1, version2 } from '../connection/proxy-encoder.ts';

afterEach(closeServers);

const balancer = '127.0.0.1';
const stranger = '127.0.0.2';
const denied = '127.0.0.3';

const beginnings: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from('PROXY TCP4 203.0.113.7 198.51.100.1 1 2\r\n'),
  Buffer.from('PROXY UNKNOWN\r\n'),
  Buffer.from('PROXY TCP4 '),
  version1('TCP4', { source: '203.0.113.7', destination: '::', sourcePort: 1, destinationPort: 2 }),
  version2({
    family: 0x11,
    addresses: inetAddresses(Buffer.of(203, 0, 113, 8), Buffer.of(198, 51, 100, 1), 1, 2),
    checksum: true,
  }),
  version2({ family: 0x31, addresses: Buffer.alloc(216) }),
  version2({ command: 0x20, family: 0 }).subarray(0, 15),
];

interface Visit {
  readonly from: string;
  readonly beginning: Buffer;
  readonly next: 'handshake' | 'nonsense' | 'nothing' | 'ClientHello in part';
  readonly end: 'waits' | 'ends' | 'resets';
}

const visit: fc.Arbitrary<Visit> = fc.record({
  from: fc.constantFrom(balancer, balancer, stranger, denied),
  beginning: fc.constantFrom(...beginnings),
  next: fc.constantFrom(...(['handshake', 'handshake', 'nonsense', 'nothing', 'ClientHello in part'] as const)),
  end: fc.constantFrom(...(['waits', 'ends', 'resets'] as const)),
});

async function carryOut(server: Guarded, { from, beginning, next, end }: Visit): Promise<void> {
  const socket: Socket = await dial(server, from);
  if (beginning.length > 0) socket.write(beginning);
  if (next === 'handshake') {
    const tls = await handshake(socket).catch(() => undefined);
    tls?.resume();
  }
  if (next === 'nonsense') socket.write(Buffer.alloc(300, 0x16));
  if (next === 'ClientHello in part') socket.write(Buffer.from('16030100c8010000c40303', 'hex'));
  await pause(5);
  if (end === 'ends') socket.end();
  if (end === 'resets') socket.resetAndDestroy();
}

describe('connections of all kinds', () => {
  it('are each admitted, or refused and told once', async () => {
    const property = fc.asyncProperty(fc.array(visit, { minLength: 20, maxLength: 40 }), async (visits) => {
      let accepted = 0;
      const server = await guarded(
        createServer({ ...tlsOptions }, (socket) => socket.on('error', () => {}).end()),
        {
          deny: [denied],
          proxyProtocol: { from: [balancer], headerSeconds: 0.3 },
          handshakes: { perAddress: 4, total: 12, seconds: 0.5 },
        },
      );
      const { emit } = server.server;
      server.server.emit = ((event: string, ...args: unknown[]) => {
        if (event === 'connection') accepted++;
        return Reflect.apply(emit, server.server, [event, ...args]) as boolean;
      }) as typeof emit;
      await Promise.all(visits.map((one) => carryOut(server, one).catch(() => {})));
      const events = await server.settled();
      const { admitted, refused } = server.guard.status();
      expect(accepted).toBe(visits.length);
      expect(admitted + events.length).toBe(visits.length);
      expect(Object.values(refused).reduce((sum, count) => sum + count)).toBe(events.length);
      expect(refused.unguarded).toBe(0);
      closeServers();
    });
    await fc.assert(property, { numRuns: 6 });
  });
});
