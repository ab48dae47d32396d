/** The application: what you would write. One command a line, one answer a line. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Server, TLSSocket } from 'node:tls';
import { clientOf, type Endpoint } from '@peercert/server';

export function createApp(endpoint: Endpoint): Server {
  return endpoint.createTlsServer((socket) => {
    serve(endpoint, socket).catch((error: unknown) => {
      console.error(error);
      socket.destroy();
    });
  });
}

async function serve(endpoint: Endpoint, socket: TLSSocket): Promise<void> {
  const decision = await endpoint.authenticateConnection(socket, {
    role: 'clerk',
    // The last line to a client who is let in now, and would be refused later.
    farewell: (reason) => `BYE ${reason}\n`,
  });
  if (decision.outcome === 'deny') {
    socket.end(`ERR ${decision.reason.code}\n`);
    return;
  }
  socket.write('OK\n');
  const lines = createInterface({ input: socket });
  lines.on('line', (line) => socket.write(line === 'WHO' ? `${clientOf(socket)?.id}\n` : 'ERR unknown command\n'));
  await once(socket, 'close');
  lines.close();
}
