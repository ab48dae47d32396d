// Ports for programs that cannot be told to take any free one, and for servers that come back to theirs.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port of loopback on which nobody listens. It lies below those that the system gives to whoever asks for any (32768 and
 * more on Linux), or else one of the many connections of tests that run beside this one could take it before its owner does.
 * Each worker has a stretch of its own.
 */
export async function freePort(): Promise<number> {
  const first = 10_000 + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 20) * 1_000;
  const port = randomInt(first, first + 1_000);
  const server = createServer().listen(port, '127.0.0.1');
  const isFree = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.close();
  return isFree ? port : freePort();
}
