import type { IncomingMessage } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import {
  type Guard,
  internalFailure,
  logText,
  type MtlsOptions,
  nodeRequestFacts,
  PeercertFailure,
  type RequestMtls,
  refuseUnknownKeys,
  stateIfAny,
  stateOf,
  systemClock,
} from '@peercert/core';
import { type AccessOptions, compileAccess } from './access.ts';
import { createAdmission, type Followed, type Subject } from './admission.ts';
import {
  type Channel,
  type Farewell,
  framedChannel,
  plainChannel,
  type WebSocketLike,
  webSocketChannel,
} from './channel.ts';
import { createTeller, type UpgradeEvent } from './events.ts';
import { createLiveSockets, type LiveSockets, registryOf } from './live-sockets.ts';
import { fail, goAway, refuse } from './refusal.ts';

export interface UpgradeSettings {
  /** Where the connections are kept that were let in. Default: a `createLiveSockets()` of their own. */
  readonly liveSockets?: LiveSockets;
  /** Hears of upgrades that were answered with 500, and of connections that were closed. */
  readonly onEvent?: (event: UpgradeEvent) => void;
}

export interface UpgradeAccess extends AccessOptions {
  /** The last words to a protocol other than WebSocket, by the code of the reason. Default: none, it is cut off. */
  readonly farewell?: Farewell;
}

/** A request of Fastify, around the one of Node. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage;
}

/** The option `verifyClient` of `ws`, of two parameters. */
export type VerifyClient = (info: { readonly req: IncomingMessage }, done: (verified: boolean) => void) => void;

export interface UpgradeAuthenticator {
  /** The connections that were let in and are still open. */
  readonly liveSockets: LiveSockets;
  /**
   * Decides an upgrade, by the rules of `mtls()` and by what `access` asks for. Resolves with what a handler would see as
   * `req.mtls`, and leaves it so that `clientOf(request)` and guards work. Resolves with `undefined` when the client was
   * refused, has been answered on the socket (problem+json, RFC 9457), and nothing is left to do. Never rejects: a
   * mistake in the set-up is a 500 that `onEvent` hears of.
   *
   * From then on the connection is one of the live sockets.
   *
   *     server.on('upgrade', async (request, socket, head) => {
   *       const mtls = await authenticateUpgrade(request, socket, { role: 'operator' });
   *       if (mtls === undefined) return;
   *       webSockets.handleUpgrade(request, socket, head, (ws) => webSockets.emit('connection', ws, request));
   *     });
   */
  authenticateUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    access?: UpgradeAccess,
  ): Promise<RequestMtls | undefined>;
  /**
   * Hands the WebSocket of a request over, which `authenticateUpgrade` or an adapter's `mtls` has let in: it is closed by
   * its own `close()`, and cut off if the peer does not answer. Makes a live socket of it where it is none yet, as it is
   * with `@fastify/websocket`, whose requests pass the hooks of Fastify. What `access` asks for is asked at once.
   *
   * @param request the one of Node, or the one of Fastify
   */
  watch(webSocket: WebSocketLike, request: IncomingMessage | FastifyRequestLike, access?: AccessOptions): void;
  /** For the option `verifyClient` of `ws`, where `ws` itself listens for upgrades. Throws TypeError for wrong options. */
  verifyClient(access?: AccessOptions): VerifyClient;
}

const where = 'createUpgradeAuthenticator()';

/** Authenticates WebSocket handshakes and other upgrades, which pass no middleware. Throws TypeError for wrong options. */
export function createUpgradeAuthenticator(
  options: MtlsOptions = {},
  settings: UpgradeSettings = {},
): UpgradeAuthenticator {
  refuseUnknownKeys(settings, ['liveSockets', 'onEvent'], where);
  const { clock = systemClock } = options;
  const { onEvent, liveSockets = createLiveSockets({ clock, ...(onEvent === undefined ? {} : { onEvent }) }) } =
    settings;
  const registry = registryOf(liveSockets, where);
  const tell = onEvent === undefined ? registry.tell : createTeller(onEvent);
  const admission = createAdmission(options, registry);
  const followed = new WeakMap<object, Followed>();

  async function decide(
    request: IncomingMessage,
    socket: Duplex,
    { farewell, ...access }: UpgradeAccess,
  ): Promise<RequestMtls | undefined> {
    const guards = guardsOf(access, 'authenticateUpgrade()');
    const subject = subjectOf(request);
    const denial = await admission.admit(subject, guards);
    if (socket.destroyed) return undefined;
    if (registry.isClosed) {
      goAway(socket, clock());
      return undefined;
    }
    if (denial !== undefined) {
      refuse(socket, denial, clock());
      return undefined;
    }
    const { mtls } = stateOf(request);
    if (mtls.client !== null) {
      const channel = channelOf(request, socket, farewell, registry.closeMilliseconds);
      followed.set(request, admission.follow(subject, guards, channel, socket));
    }
    return mtls;
  }

  async function authenticateUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    access: UpgradeAccess = {},
  ): Promise<RequestMtls | undefined> {
    const stream = streamOf(request);
    try {
      if (stream !== undefined) throw overHttp2();
      // Node takes its own listener away with the upgrade: a client that hangs up now must not end the process.
      socket.on('error', () => socket.destroy());
      return await decide(request, socket, access);
    } catch (error) {
      fail(stream ?? socket, clock());
      tell({ type: 'upgrade_failed', failure: internalFailure(error), requestTarget: logText(targetOf(request)) });
      return undefined;
    }
  }

  function watch(
    webSocket: WebSocketLike,
    request: IncomingMessage | FastifyRequestLike,
    access?: AccessOptions,
  ): void {
    const channel = webSocketChannel(webSocket, registry.closeMilliseconds);
    const raw = rawOf(request);
    try {
      if (raw === undefined) throw withoutRequest();
      const guards = guardsOf(access, 'watch()');
      let live = followed.get(raw);
      if (live === undefined) {
        // Fastify's own plugins leave their result on Fastify's request.
        const holder = stateIfAny(request, raw) === undefined ? raw : request;
        live = admission.follow({ ...subjectOf(raw), holder }, guards, channel, raw.socket);
        followed.set(raw, live);
      } else {
        live.channel = channel;
        live.demand(guards);
      }
      void registry.check(live);
    } catch (error) {
      channel.close(registry.closeCodes.failed, 'internal_error');
      const requestTarget = raw === undefined ? '' : logText(targetOf(raw));
      tell({ type: 'upgrade_failed', failure: internalFailure(error), requestTarget });
    }
  }

  function verifyClient(access: AccessOptions = {}): VerifyClient {
    compileAccess(access, 'verifyClient()');
    return function verify({ req }, done) {
      void authenticateUpgrade(req, req.socket, access).then((mtls) => {
        // Whoever was refused has been answered: `ws` has nothing to add.
        if (mtls !== undefined) done(true);
      });
    };
  }

  return Object.freeze({ liveSockets, authenticateUpgrade, watch, verifyClient });
}

function subjectOf(request: IncomingMessage): Subject {
  return { request, holder: request, facts: nodeRequestFacts(request, targetOf(request)) };
}

/** Where a framework rewrote the target, the one that came; no client can write this property. */
function targetOf(request: IncomingMessage & { readonly originalUrl?: unknown }): string {
  const { originalUrl } = request;
  return typeof originalUrl === 'string' ? originalUrl : (request.url ?? '');
}

/** A lookup by path that finds no role must not let everybody in, nor end the process when a client asks for it. */
function guardsOf(access: AccessOptions | undefined, caller: string): readonly Guard[] {
  try {
    return compileAccess(access, caller);
  } catch (error) {
    throw new PeercertFailure('setup', (error as Error).message, error);
  }
}

/** HTTP/2 only. The version of the request says nothing: the HTTP/1 parser of Node takes `HTTP/2.0` from anyone. */
function streamOf(request: IncomingMessage & { readonly stream?: ServerHttp2Stream }): ServerHttp2Stream | undefined {
  return request.stream;
}

/** `undefined` where the caller gave none: a WebSocket alone does not say whose it is. */
function rawOf(request: IncomingMessage | FastifyRequestLike | undefined): IncomingMessage | undefined {
  return typeof request === 'object' && request !== null && 'raw' in request ? request.raw : request;
}

function withoutRequest(): PeercertFailure {
  return new PeercertFailure('setup', 'watch() needs the request of the WebSocket besides: watch(ws, request)');
}

function overHttp2(): PeercertFailure {
  return new PeercertFailure(
    'setup',
    'authenticateUpgrade() got a request of HTTP/2: WebSockets over an extended CONNECT (RFC 8441) are not supported, so leave enableConnectProtocol off',
  );
}

function channelOf(
  request: IncomingMessage,
  socket: Duplex,
  farewell: Farewell | undefined,
  closeMilliseconds: number,
): Channel {
  const isWebSocket = farewell === undefined && request.headers.upgrade?.toLowerCase() === 'websocket';
  return isWebSocket ? framedChannel(socket, closeMilliseconds) : plainChannel(socket, farewell, closeMilliseconds);
}
