import type { Socket } from 'node:net';
import { type ProxyHeaderReading, readProxyHeader } from './proxy-header.ts';

/** What came of waiting: `ended` where the peer had no more to say. */
export type FirstOctets = ProxyHeaderReading | { readonly kind: 'ended' };

/**
 * Reads from a socket until the reading of its first octets is enough, and tells it once. What does not belong to a
 * header goes back into the socket, where Node's `TLSSocket` takes it from before it reads more. Never more than one
 * header and one chunk of the socket is held.
 *
 * @returns to call when there is nothing to wait for any more
 */
export function awaitFirstOctets(
  socket: Socket,
  isEnough: (reading: ProxyHeaderReading) => boolean,
  tell: (octets: FirstOctets) => void,
): () => void {
  let octets: Uint8Array = new Uint8Array();
  const onReadable = (): void => {
    for (let chunk = nextChunk(socket); chunk !== null; chunk = nextChunk(socket)) {
      octets = octets.length === 0 ? chunk : Buffer.concat([octets, chunk]);
      const reading = readProxyHeader(octets);
      if (!isEnough(reading)) continue;
      stop();
      const rest = octets.subarray(reading.kind === 'header' ? reading.length : 0);
      if (rest.length > 0) socket.unshift(rest);
      tell(reading);
      return;
    }
  };
  const onEnd = (): void => {
    stop();
    tell({ kind: 'ended' });
  };
  const stop = (): void => {
    socket.off('readable', onReadable);
    socket.off('end', onEnd);
  };
  socket.on('readable', onReadable);
  socket.on('end', onEnd);
  return stop;
}

function nextChunk(socket: Socket): Uint8Array | null {
  return socket.read() as Uint8Array | null;
}
