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

/**
 * A session that is resumed shows the client's own certificate alone, and the intermediates that it was made with are
 * remembered once a request was decided. A client may make its session without any, to see whether the server is there,
 * or ask only for what needs no certificate; and then be refused for as long as it resumes. So they are remembered with
 * the handshake that shows them. What is remembered is trusted no more than what a client sends.
 */
export function rememberIntermediates(
  server: Server,
  trustOf: (serverName: string | undefined) => TrustStore | undefined,
  clock: () => number,
): void {
  const source = fromTls();
  const settings = { ...defaultPathSettings, limits: defaultLimits };
  server.on('secureConnection', (socket: TLSSocket) => {
    try {
      if (!socket.isSessionReused()) remember(socket);
    } catch {
      // What is wrong here is wrong with the first request, too, and answered there.
    }
  });

  function remember(socket: TLSSocket & { readonly servername?: string | false | null }): void {
    const presented = source.present(connectionFacts(socket));
    if (!presented?.ok || !('certificates' in presented.value) || presented.value.certificates.length < 2) return;
    const trust = trustOf(socket.servername || undefined)?.current;
    if (trust === undefined) return;
    const chain = parseChain(presented.value.certificates, defaultLimits, (der) => trust.memory.recall(der));
    // Whoever is refused here is refused again, with a reason, once there is a request.
    if (chain.ok) verifyPath(chain.value.leaf, chain.value.others, trust, settings, clock());
  }
}
