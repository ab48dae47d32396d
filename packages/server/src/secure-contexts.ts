import {
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type Server,
  type TlsOptions,
} from 'node:tls';
import type { EndpointIdentities } from './endpoint-identities.ts';
import type { EndpointSettings } from './endpoint-options.ts';
import type { EndpointTrust } from './endpoint-trust.ts';
import { defaultName } from './names/name-options.ts';
import { ServerNames } from './names/server-names.ts';
import { bindingOf, sessionIdContextOf } from './sessions/session-binding.ts';
import { createTicketRotation } from './sessions/ticket-rotation.ts';
import { checkNamedAnchors, contextOptions } from './tls-options.ts';

/** The TLS settings of an endpoint at this moment, and the servers that have them. */
export interface SecureContexts {
  /** For a new server. */
  options(): SecureContextOptions & Pick<TlsOptions, 'SNICallback'>;
  /** Gives every server what identities and trust come to now. Connections that are open go on. */
  renew(change: 'identity' | 'trust'): void;
  /** The server has from now on whatever `renew` makes, as long as it listens. */
  add(server: Server): void;
  close(): void;
}

/** Throws what OpenSSL has against the options at the start; `renew` tells of it and leaves the server as it was. */
export function createSecureContexts(
  settings: EndpointSettings,
  identities: EndpointIdentities,
  trust: EndpointTrust,
): SecureContexts {
  const { clock, handshake, sessions, tell, tlsProfile } = settings;
  const names = [...new Set([...identities.all.keys(), ...trust.stores.keys()])].filter((name) => name !== defaultName);
  const servers = new Set<Server>();
  const tickets = createTicketRotation(sessions, clock, rotate);
  let isClosed = false;
  let sessionIdContext: string;
  let contexts: ServerNames<SecureContext>;
  bind();
  build();

  function optionsOf(name: string): SecureContextOptions {
    const { lifetimeSeconds, resumption } = sessions;
    return contextOptions(
      { profile: tlsProfile, handshake, resumption, lifetimeSeconds, sessionIdContext, ticketKeys: tickets.current() },
      identities.of(name),
      trust.anchorsOf(name),
    );
  }

  function rotate(): void {
    const keys = tickets.current();
    for (const server of servers) server.setTicketKeys(keys);
  }

  function bind(): void {
    const binding = bindingOf(trust.bound());
    tickets.bind(binding);
    sessionIdContext = sessionIdContextOf(binding);
  }

  function build(): void {
    for (const name of trust.stores.keys()) checkNamedAnchors(handshake, trust.anchorsOf(name), anchorsOption(name));
    contexts = new ServerNames(new Map(names.map((name) => [name, createSecureContext(optionsOf(name))])));
  }

  /** Without one of its own a name gets the context of the server. */
  function contextFor(name: string, done: (error: Error | null, context?: SecureContext) => void): void {
    done(null, contexts.find(name));
  }

  return Object.freeze({
    options: () => ({ ...optionsOf(defaultName), ...(names.length > 0 && { SNICallback: contextFor }) }),
    renew(change: 'identity' | 'trust'): void {
      try {
        if (change === 'trust') {
          bind();
          // Whatever goes wrong below, the sessions of before are worthless.
          rotate();
        }
        build();
        for (const server of servers) server.setSecureContext(optionsOf(defaultName));
      } catch (error) {
        tell({ type: 'reload_failed', detail: (error as Error).message });
      }
    },
    add(server: Server): void {
      servers.add(server);
      server.on('close', () => servers.delete(server));
      server.on('listening', () => {
        if (servers.has(server) || isClosed) return;
        // It was closed and listens again: what changed meanwhile went by it.
        servers.add(server);
        server.setSecureContext(optionsOf(defaultName));
      });
    },
    close(): void {
      isClosed = true;
      tickets.close();
      servers.clear();
    },
  });
}

function anchorsOption(name: string): string {
  return name === defaultName ? 'trust.anchors' : `names['${name}'].trust.anchors`;
}
