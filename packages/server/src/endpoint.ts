import type { RequestListener } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { createServer, type Server as HttpsServer, type ServerOptions } from 'node:https';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions, type Server as TlsServer } from 'node:tls';
import { type Decision, type MtlsOptions, refuseUnknownKeys, shown } from '@peercert/core';
import { equipServer } from './attached-server.ts';
import {
  type AuthenticateConnection,
  type ConnectionAccess,
  createConnectionAuthenticator,
} from './authenticate-connection.ts';
import type { ConnectionGuard } from './connection/connection-guard.ts';
import { compileEndpointOptions, type EndpointOptions, type EndpointSettings } from './endpoint-options.ts';
import { type EndpointState, openState } from './endpoint-state.ts';
import type { EndpointStatus } from './endpoint-status.ts';
import { onReloadSignal } from './reload/reload-signal.ts';
import { createUpgradeAuthenticator, type UpgradeAuthenticator } from './upgrade/authenticate-upgrade.ts';

/** The server side of mutual TLS, from the first octet of a connection to the options of `mtls()`. */
export interface Endpoint {
  /** For `mtls()` of any adapter: the very trust, presence and revocation that the servers go by. */
  readonly mtls: MtlsOptions;
  /** A server of HTTP/1 that does not listen yet. */
  createServer(listener?: RequestListener): HttpsServer;
  /** A server of HTTP/2, and of HTTP/1 for clients without it, that does not listen yet. */
  createHttp2Server(listener?: Http2Listener): Http2SecureServer;
  /** A server without HTTP that does not listen yet. */
  createTlsServer(listener?: (socket: TLSSocket) => void): TlsServer;
  /** For sockets of `createTlsServer`: the decision of `mtls()` without HTTP. */
  readonly authenticateConnection: AuthenticateConnection;
  /** For the event `upgrade`: the decision of `mtls()`, before a WebSocket or another protocol begins. */
  readonly authenticateUpgrade: UpgradeAuthenticator['authenticateUpgrade'];
  /** Closes a WebSocket in its own way when its client would be refused. */
  readonly watchWebSocket: UpgradeAuthenticator['watch'];
  /** For the option `verifyClient` of ws and of what is made of it. */
  readonly verifyClient: UpgradeAuthenticator['verifyClient'];
  /** Options of Fastify: `Fastify({ ...endpoint.fastify() })`, for HTTP/2 `endpoint.fastify({ http2: true })`. */
  fastify(): FastifyServer;
  fastify(options: { readonly http2: true }): FastifyHttp2Server;
  /**
   * For whoever creates a server himself: what `createServer` of node:tls and node:https takes, and `createSecureServer`
   * of node:http2. Such a server is reloaded and limited as the others are when it is given to `attach()`.
   */
  tlsOptions(): EndpointTlsOptions;
  /** Takes over a server made of `tlsOptions()`. Throws TypeError for another, and for one that listens already. */
  attach<S extends TlsServer>(server: S): S;
  /** Reads every file now. Settles when all was taken or refused; the status tells which. */
  reload(): Promise<EndpointStatus>;
  status(): EndpointStatus;
  /** Ends watching, rotation, asking, and live sockets. Servers go on with what they have; close them yourself. */
  close(): void;
}

export type EndpointTlsOptions = TlsOptions & Pick<ServerOptions, 'maxHeaderSize'>;

export type Http2Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

/** Written without the types of Fastify, which need not be there. */
export interface FastifyServer {
  /** So that Fastify knows that it speaks of `https:`. */
  readonly https: Record<string, never>;
  readonly serverFactory: (handler: RequestListener) => HttpsServer;
}

export interface FastifyHttp2Server {
  readonly http2: true;
  readonly https: Record<string, never>;
  readonly serverFactory: (handler: Http2Listener) => Http2SecureServer;
}

/**
 * Throws TypeError for every wrong option, and for certificates, keys and authorities that cannot be used: the message
 * names the option, the file and the fix.
 */
export function createEndpoint(options: EndpointOptions): Endpoint {
  const settings = compileEndpointOptions(options);
  const state = openState(settings);
  try {
    return serve(settings, state);
  } catch (error) {
    state.close();
    throw error;
  }
}

function serve(settings: EndpointSettings, state: EndpointState): Endpoint {
  const { handshake, handshakeMilliseconds, maxConcurrentStreams, maxHeaderBytes, reloadSignal } = settings;
  const { liveSockets } = state;
  const upgrades = createUpgradeAuthenticator(state.mtls, { liveSockets });
  let connections: AuthenticateConnection | undefined;
  const guards = new Map<TlsServer, ConnectionGuard>();
  const endOfSignal = reloadSignal && onReloadSignal(reloadSignal, () => void state.reload());

  function tlsOptions(): EndpointTlsOptions {
    return {
      ...state.contexts.options(),
      requestCert: true,
      // Otherwise `mtls()` could neither answer a client whom it refuses nor let an anonymous one pass.
      rejectUnauthorized: handshake === 'refuse',
      handshakeTimeout: handshakeMilliseconds,
      maxHeaderSize: maxHeaderBytes,
    };
  }

  function attach<S extends TlsServer>(server: S): S {
    const guard = equipServer(server, { ...settings, stapler: state.stapler, trust: state.trust });
    guards.set(server, guard);
    state.contexts.add(server);
    server.on('close', () => guards.delete(server));
    server.on('listening', () => guards.set(server, guard));
    return server;
  }

  const https = (listener?: RequestListener): HttpsServer => attach(createServer(tlsOptions(), listener));
  const http2 = (listener?: Http2Listener): Http2SecureServer =>
    attach(
      createSecureServer(
        { ...tlsOptions(), allowHTTP1: true, settings: { maxHeaderListSize: maxHeaderBytes, maxConcurrentStreams } },
        listener,
      ),
    );
  function fastify(): FastifyServer;
  function fastify(choice: { readonly http2: true }): FastifyHttp2Server;
  function fastify(choice?: { readonly http2: true }): FastifyServer | FastifyHttp2Server {
    if (choice === undefined) return { https: {}, serverFactory: https };
    refuseUnknownKeys(choice, ['http2'], 'fastify()');
    if (choice.http2 !== true) {
      throw new TypeError(`fastify(): http2 must be true, or left out for HTTP/1 alone, got ${shown(choice.http2)}`);
    }
    return { http2: true, https: {}, serverFactory: http2 };
  }

  function status(): EndpointStatus {
    return { ...state.status(), servers: [...guards.values()].map((guard) => guard.status()) };
  }

  return Object.freeze({
    mtls: state.mtls,
    createServer: https,
    createHttp2Server: http2,
    createTlsServer: (listener?: (socket: TLSSocket) => void) => attach(createTlsServer(tlsOptions(), listener)),
    // With the first connection: an endpoint whose sources read headers serves HTTP alone.
    authenticateConnection: async (socket: TLSSocket, access?: ConnectionAccess): Promise<Decision> => {
      connections ??= createConnectionAuthenticator(state.mtls, { liveSockets });
      return connections(socket, access);
    },
    authenticateUpgrade: upgrades.authenticateUpgrade,
    watchWebSocket: upgrades.watch,
    verifyClient: upgrades.verifyClient,
    fastify,
    tlsOptions,
    attach,
    async reload(): Promise<EndpointStatus> {
      await state.reload();
      return status();
    },
    status,
    close(): void {
      endOfSignal?.();
      liveSockets.close();
      state.close();
    },
  });
}
