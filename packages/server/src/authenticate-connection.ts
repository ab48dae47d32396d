import { TLSSocket } from 'node:tls';
import {
  connectionFacts,
  type Decision,
  type MtlsOptions,
  refuseUnknownKeys,
  type Source,
  stateOf,
  systemClock,
} from '@peercert/core';
import { type AccessOptions, compileAccess } from './upgrade/access.ts';
import { createAdmission, type Subject } from './upgrade/admission.ts';
import { type Farewell, plainChannel } from './upgrade/channel.ts';
import type { UpgradeEvent } from './upgrade/events.ts';
import { createLiveSockets, type LiveSockets, registryOf } from './upgrade/live-sockets.ts';

export interface ConnectionSettings {
  /** Where the connections are kept that were let in. Default: a `createLiveSockets()` of their own. */
  readonly liveSockets?: LiveSockets;
  /** Hears of connections that were closed, where `liveSockets` is not given. */
  readonly onEvent?: (event: UpgradeEvent) => void;
}

export interface ConnectionAccess extends AccessOptions {
  /** The last words of your protocol to a client whose connection is closed, by the code of the reason. Default: none. */
  readonly farewell?: Farewell;
}

/**
 * Decides a connection of a `tls.Server` by the rules of `mtls()`, without HTTP, and by what `access` asks for. It must
 * be awaited; nothing the client sends is lost meanwhile. A denial is yours to tell the client, in the words of your
 * protocol; then destroy the socket. Under report-only whoever would be refused is `anonymous`.
 *
 * A client that was let in is one of the live sockets from then on: the connection is destroyed when the client would be
 * refused. `clientOf(socket)` is the client, and guards work on the socket.
 *
 * Rejects with a `PeercertFailure` where HTTP would answer 500, and with a TypeError for what is no TLS connection of a
 * server whose handshake is done, and for wrong `access`: then, too, destroy the socket.
 */
export type AuthenticateConnection = (socket: TLSSocket, access?: ConnectionAccess) => Promise<Decision>;

const where = 'createConnectionAuthenticator()';

/**
 * For protocols of your own over `tls.Server`. Of the options of `mtls()`, `exclude`, `denials` and `challenge` have no
 * effect, because there is no request. Throws TypeError for wrong options, and for a source that reads headers.
 */
export function createConnectionAuthenticator(
  options: MtlsOptions = {},
  settings: ConnectionSettings = {},
): AuthenticateConnection {
  refuseUnknownKeys(settings, ['liveSockets', 'onEvent'], where);
  for (const source of [options.source ?? []].flat() as readonly Source[]) {
    if (source?.forwarding === undefined) continue;
    throw new TypeError(
      `${where}: the source '${source.name}' needs an HTTP request, and a connection has none: use fromTls()`,
    );
  }
  const { clock = systemClock } = options;
  const { onEvent, liveSockets = createLiveSockets({ clock, ...(onEvent === undefined ? {} : { onEvent }) }) } =
    settings;
  const registry = registryOf(liveSockets, where);
  const admission = createAdmission(options, registry);

  return async function authenticateConnection(socket, { farewell, ...access } = {}) {
    requireHandshake(socket);
    const guards = compileAccess(access, 'authenticateConnection()');
    // A client that hangs up while it is being decided about must not end the process.
    socket.on('error', () => socket.destroy());
    const subject = subjectOf(socket);
    const denial = await admission.admit(subject, guards);
    if (denial !== undefined) return { outcome: 'deny', reason: denial.reason };
    const { client, decision } = stateOf(socket).mtls;
    if (client === null) return { outcome: 'anonymous' };
    if (!socket.destroyed) {
      admission.follow(subject, guards, plainChannel(socket, farewell, registry.closeMilliseconds), socket);
    }
    return decision;
  };
}

/** Before its end a handshake has proved nothing: the certificate may be anybody's (RFC 8446 section 4.4.3). */
function requireHandshake(socket: TLSSocket & { readonly secureConnecting?: boolean }): void {
  if (socket instanceof TLSSocket && socket.secureConnecting !== true) return;
  throw new TypeError(
    "authenticateConnection() takes the socket of a TLS connection whose handshake is done: listen for 'secureConnection', not for 'connection'",
  );
}

function subjectOf(socket: TLSSocket): Subject {
  return { request: socket, holder: socket, facts: connectionFacts(socket) };
}
