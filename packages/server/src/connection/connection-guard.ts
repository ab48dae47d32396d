import { Socket } from 'node:net';
import { Server, TLSSocket } from 'node:tls';
import { canonicalAddress, shown } from '@peercert/core';
import { Deadlines } from '../deadlines.ts';
import { type ConnectionRefusal, type ConnectionRefusedEvent, connectionRefusals } from './connection-events.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { compileConnectionOptions } from './connection-rules.ts';
import { GuardedConnection } from './guarded-connection.ts';
import { HandshakeCount } from './handshake-count.ts';
import { tlsFailure } from './tls-failure.ts';

/** What stands before a server's handshakes. Made by `guardConnections`. */
export interface ConnectionGuard {
  /** As it is now. */
  status(): ConnectionStatus;
}

export interface ConnectionStatus {
  /** Connections whose handshake is under way, or whose PROXY protocol header is still awaited. */
  readonly pending: number;
  /** Connections whose handshake was completed, since the beginning. */
  readonly admitted: number;
  /** Connections refused since the beginning, by cause. */
  readonly refused: Readonly<Record<ConnectionRefusal, number>>;
}

/**
 * Decides about every connection of a TLS server (`tls.Server`, `https.Server`, the secure server of `node:http2`)
 * before anything of TLS runs: its address, its PROXY protocol header, and how many handshakes are under way. A
 * connection that is refused, here or later in its handshake, is told to `onEvent` exactly once; what that throws is
 * ignored.
 *
 * It stands in `server.emit`, so that no listener sees a connection that is not decided upon, or the wrong address of
 * one that is, no matter when and where in the order it was added. To be called once, before `listen()`.
 *
 * Throws TypeError for wrong options, and for a server that is none of these or listens already.
 */
export function guardConnections(
  server: Server,
  options: ConnectionOptions,
  onEvent: (event: ConnectionRefusedEvent) => void,
): ConnectionGuard {
  checkArguments(server, onEvent);
  const rules = compileConnectionOptions(options);
  const handshakes = new HandshakeCount(rules.handshakes);
  const handshakeDeadlines = new Deadlines(rules.handshakes.milliseconds);
  const connections = new WeakMap<Socket, GuardedConnection>();
  const refused = Object.fromEntries(Object.keys(connectionRefusals).map((cause) => [cause, 0])) as Counts;
  let admitted = 0;
  const emit = server.emit.bind(server) as Emit;

  const tell = (event: ConnectionRefusedEvent): void => {
    refused[event.cause]++;
    try {
      onEvent(event);
    } catch {
      // It may observe; the connection is gone either way.
    }
  };
  const refuseUnguarded = (socket: Partial<Socket> | undefined): true => {
    const { remoteAddress, remotePort: port } = socket ?? {};
    const address = remoteAddress && canonicalAddress(remoteAddress);
    socket?.destroy?.();
    tell({ type: 'connection_refused', cause: 'unguarded', address, port, balancer: undefined, detail: undefined });
    return true;
  };

  const emitGuarded: Emit = (event, ...args) => {
    switch (event) {
      case 'connection': {
        const [socket] = args;
        if (!(socket instanceof Socket)) return refuseUnguarded(socket as Partial<Socket>);
        const handOver = () => void emit(event, ...args);
        const connection = new GuardedConnection(socket, {
          rules,
          handshakes,
          handshakeDeadlines,
          handOver,
          tell,
        });
        connections.set(socket, connection);
        connection.begin();
        return true;
      }
      case 'secureConnection': {
        const [socket] = args;
        const connection = connectionOf(socket);
        if (connection === undefined) return refuseUnguarded(socket as Partial<Socket>);
        if (!connection.admit(socket as TLSSocket)) return true;
        admitted++;
        return emit(event, ...args);
      }
      case 'tlsClientError': {
        const [error, socket] = args;
        const connection = connectionOf(socket);
        connection?.identify(socket as TLSSocket);
        connection?.refuse(...tlsFailure(error, socket as TLSSocket));
        return emit(event, ...args);
      }
      default:
        return emit(event, ...args);
    }
  };
  server.emit = emitGuarded as typeof server.emit;
  guarded.add(server);

  /** Node keeps in `_parent` the socket that a `TLSSocket` was made of. */
  function connectionOf(socket: unknown): GuardedConnection | undefined {
    const transport = socket instanceof TLSSocket ? (socket as WithTransport)._parent : undefined;
    return transport && connections.get(transport);
  }

  return Object.freeze({
    status: () => Object.freeze({ pending: handshakes.all, admitted, refused: Object.freeze({ ...refused }) }),
  });
}

type Emit = (event: string | symbol, ...args: readonly unknown[]) => boolean;
type Counts = Record<ConnectionRefusal, number>;
type WithTransport = TLSSocket & { readonly _parent?: Socket };

const guarded: WeakSet<Server> = new WeakSet();

function checkArguments(server: unknown, onEvent: unknown): void {
  const where = 'guardConnections()';
  if (!(server instanceof Server)) {
    throw new TypeError(
      `${where}: expected a server of node:tls, node:https or a secure one of node:http2, got ${shown(server)}`,
    );
  }
  if (server.listening) {
    throw new TypeError(`${where}: the server listens already; call this before listen(), lest a connection slips by`);
  }
  if (guarded.has(server)) {
    throw new TypeError(`${where}: the server is guarded already; put all its rules into one call`);
  }
  if (typeof onEvent !== 'function') {
    throw new TypeError(`${where}: expected a function that hears of refused connections, got ${shown(onEvent)}`);
  }
}
