import type { ConnectionRefusal } from './connection-events.ts';

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
