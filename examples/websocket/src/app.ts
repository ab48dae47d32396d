/** The application: what you would write. */
import type { Server } from 'node:https';
import { clientOf, type Endpoint } from '@peercert/server';
import { WebSocketServer } from 'ws';

/** `/feed` is for every client, whatever else there is for operators alone. */
export function createApp(endpoint: Endpoint): Server {
  const server = endpoint.createServer((_, response) => response.writeHead(426, { Upgrade: 'websocket' }).end());
  const webSockets = new WebSocketServer({ noServer: true });

  server.on('upgrade', async (request, socket, head) => {
    const access = request.url === '/feed' ? {} : { role: 'operator' };
    const mtls = await endpoint.authenticateUpgrade(request, socket, access);
    // Whoever was refused has been answered.
    if (mtls === undefined) return;
    webSockets.handleUpgrade(request, socket, head, (ws) => webSockets.emit('connection', ws, request));
  });

  webSockets.on('connection', (ws, request) => {
    // From now on it is closed in its own way when its client would be refused.
    endpoint.watchWebSocket(ws, request);
    ws.on('message', (data) => ws.send(`${clientOf(request)?.id} said ${(data as Buffer).toString()}`));
  });
  return server;
}
