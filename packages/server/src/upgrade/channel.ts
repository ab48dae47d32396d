import type { Duplex } from 'node:stream';
import { warnOfError } from '@peercert/core';
import { encodeCloseFrame } from './close-code.ts';

/** How a connection that lives on is closed. */
export interface Channel {
  /**
   * Ends the connection, and sees to it that nothing the peer still says reaches the application.
   *
   * @param code a WebSocket close code
   * @param text the code of the reason, such as `certificate_revoked`
   */
  close(code: number, text: string): void;
}

/** The part of a WebSocket that is used: those of `ws` and of `@fastify/websocket` have it. */
export interface WebSocketLike {
  close(code?: number, reason?: string): void;
  terminate(): void;
  on(event: 'close', listener: () => void): unknown;
  removeAllListeners?(event: 'message'): unknown;
}

/** By a close frame; a peer that does not answer it in time is cut off. */
export function webSocketChannel(webSocket: WebSocketLike, closeMilliseconds: number): Channel {
  return {
    close(code, text) {
      // Until the peer answers the close frame, `ws` would go on to deliver its messages.
      webSocket.removeAllListeners?.('message');
      const timer = setTimeout(() => webSocket.terminate(), closeMilliseconds).unref();
      webSocket.on('close', () => clearTimeout(timer));
      try {
        webSocket.close(code, text);
      } catch {
        // Whatever is in the way of a proper end: it ends.
        webSocket.terminate();
      }
    },
  };
}

/** A WebSocket that nobody handed over: the close frame goes out on the connection itself. */
export function framedChannel(socket: Duplex, closeMilliseconds: number): Channel {
  return { close: (code, text) => endWith(socket, encodeCloseFrame(code, text), closeMilliseconds) };
}

/** What a protocol of its own says at last; `undefined`: nothing. */
export type Farewell = (reason: string) => string | Uint8Array | undefined;

/** Any other protocol: its own last words, if it has any. */
export function plainChannel(socket: Duplex, farewell: Farewell | undefined, closeMilliseconds: number): Channel {
  return {
    close(_code, text) {
      try {
        const last = farewell?.(text);
        if (last !== undefined) return endWith(socket, last, closeMilliseconds);
      } catch (error) {
        warnOfError(error);
      }
      socket.destroy();
    },
  };
}

/** Sends the last words, hears nothing more, and is gone once both sides have ended or the time is up. */
export function endWith(socket: Duplex, last: string | Uint8Array, closeMilliseconds: number): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.removeAllListeners('data');
  socket.removeAllListeners('readable');
  const timer = setTimeout(() => socket.destroy(), closeMilliseconds).unref();
  socket.once('close', () => clearTimeout(timer));
  socket.once('end', () =>
    socket.writableFinished ? socket.destroy() : socket.once('finish', () => socket.destroy()),
  );
  socket.end(last);
  // What the peer has sent is read and dropped: closing a connection with unread data resets it, and the last words are lost.
  socket.resume();
}
