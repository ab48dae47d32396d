import type { Server, TLSSocket } from 'node:tls';
import {
  connectionFacts,
  defaultLimits,
  defaultPathSettings,
  fromTls,
  parseChain,
  type TrustStore,
  verifyPath,
} from '@peercert/core';
import { Deadlines } from '../deadlines.ts';

/**
 * Reading a chain is a sixth of what a handshake costs, and the first request does it in any case: so many a second are
 * read with their handshake, the others when they have been silent for a while, or end.
 */
const readsPerSecond = 5;
const silentMilliseconds = 1_000;

/** A server's socket, with the name that its client asked for. */
type ServerSocket = TLSSocket & { readonly servername?: string | false | null };

/**
 * A session that is resumed shows the client's own certificate alone, and the intermediates that it was made with are
 * remembered once a request was decided. A client may make its session without any, to see whether the server is there,
 * or ask only for what needs no certificate; and then be refused for as long as it resumes. So they are remembered with
 * the connection that shows them. What is remembered is trusted no more than what a client sends.
 */
export function rememberIntermediates(
  server: Server,
  trustOf: (serverName: string | undefined) => TrustStore | undefined,
  clock: () => number,
): void {
  const source = fromTls();
  const settings = { ...defaultPathSettings, limits: defaultLimits };
  const silences = new Deadlines(silentMilliseconds);
  let second = Number.NaN;
  let reads = 0;

  function isAffordable(): boolean {
    const now = Math.floor(clock() / 1_000);
    if (now !== second) reads = 0;
    second = now;
    reads += 1;
    return reads <= readsPerSecond;
  }

  function remember(socket: ServerSocket): void {
    const presented = source.present(connectionFacts(socket));
    if (!presented?.ok || !('certificates' in presented.value)) return;
    const { certificates } = presented.value;
    const trust = trustOf(socket.servername || undefined)?.current;
    if (trust === undefined || certificates.slice(1).every((der) => trust.memory.recall(der) !== undefined)) return;
    const chain = parseChain(certificates, defaultLimits, (der) => trust.memory.recall(der));
    // Whoever is refused here is refused again, with a reason, once there is a request.
    if (chain.ok) verifyPath(chain.value.leaf, chain.value.others, trust, settings, clock());
  }

  server.on('secureConnection', (socket: ServerSocket) => {
    if (socket.isSessionReused()) return;
    const rememberNow = (): void => {
      try {
        if (!socket.destroyed) remember(socket);
      } catch {
        // What is wrong here is wrong with the first request, too, and answered there.
      }
    };
    if (isAffordable()) {
      rememberNow();
      return;
    }
    const callOff = silences.begin(rememberNow);
    socket.once('end', () => {
      callOff();
      rememberNow();
    });
  });
}
