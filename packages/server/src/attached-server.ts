import type { Http2SecureServer } from 'node:http2';
import type { Server as HttpsServer } from 'node:https';
import { Server } from 'node:tls';
import { shown } from '@peercert/core';
import { type ConnectionGuard, guardConnections } from './connection/connection-guard.ts';
import type { ConnectionOptions } from './connection/connection-options.ts';
import type { EndpointTrust } from './endpoint-trust.ts';
import type { EndpointEvent } from './events.ts';
import { addHsts } from './hsts.ts';
import { endTransports } from './session-end.ts';
import { rememberIntermediates } from './sessions/session-intermediates.ts';
import type { Stapler } from './stapling/stapler.ts';
import { limitResets } from './stream-resets.ts';
import { applyTimeouts, type Timeouts } from './timeouts.ts';

/** Everything of an endpoint that is done to a server itself rather than by its TLS options. */
export interface ServerEquipment {
  readonly connection: ConnectionOptions;
  readonly timeouts: Timeouts;
  readonly maxHeaderBytes: number;
  readonly hsts: string | undefined;
  readonly stapler: Stapler | undefined;
  readonly trust: EndpointTrust;
  readonly clock: () => number;
  readonly tell: (event: EndpointEvent) => void;
}

/** Equips a server before it listens. Throws TypeError for anything else. */
export function equipServer(server: Server, equipment: ServerEquipment): ConnectionGuard {
  if (!(server instanceof Server)) {
    throw new TypeError(`attach(): expected a server of node:tls, node:https or node:http2, got ${shown(server)}`);
  }
  if ((server as { readonly requestCert?: unknown }).requestCert !== true) {
    throw new TypeError('attach(): the server does not ask for certificates: create it with endpoint.tlsOptions()');
  }
  if (server.listening) throw new TypeError('attach(): the server listens already: attach it before listen()');
  const { clock, connection, hsts, maxHeaderBytes, stapler, tell, timeouts, trust } = equipment;
  const guard = guardConnections(server, connection, tell);
  rememberIntermediates(server, trust.storeFor, clock);
  if (stapler !== undefined) server.on('OCSPRequest', stapler.respond);
  if (isHttp(server)) {
    endTransports(server);
    applyTimeouts(server, timeouts);
    limitResets(server, clock);
    // A server of HTTP/2 takes it as a property only, for clients of HTTP/1.
    (server as { maxHeaderSize?: number }).maxHeaderSize = maxHeaderBytes;
    if (hsts !== undefined) addHsts(server, hsts);
  }
  return guard;
}

/** Node exports no class for the secure server of HTTP/2; a server without HTTP has no time-out to set. */
function isHttp(server: Server): server is HttpsServer | Http2SecureServer {
  return 'setTimeout' in server;
}
