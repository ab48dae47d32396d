/** WebSockets beside Express and Koa, whose middleware they do not pass. */
import type { Server } from 'node:https';
import type { Endpoint } from '@peercert/server';
import { type WebSocket, WebSocketServer } from 'ws';

export function serveFeed(server: Server, endpoint: Endpoint): void {
  const webSockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', async (request, socket, head) => {
    const mtls = await endpoint.authenticateUpgrade(request, socket, { client: 'any' });
    // Whoever was refused has been answered.
    if (mtls === undefined) return;
    webSockets.handleUpgrade(request, socket, head, (ws) => {
      endpoint.watchWebSocket(ws, request);
      greet(ws);
    });
  });
}

/** What a WebSocket is for is not the point here. */
export function greet(ws: Pick<WebSocket, 'send'>): void {
  ws.send('welcome');
}
