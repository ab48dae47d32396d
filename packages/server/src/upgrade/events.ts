import { type PeercertFailure, type Reason, warnOfError, warnOfFailure } from '@peercert/core';

/** Who was at the other end of a connection, and where it began. */
export interface ConnectionSubject {
  /** `x5t#S256` (RFC 8705) of the client's certificate; `undefined` for a bare name. */
  readonly thumbprint: string | undefined;
  /** `client.id`; `undefined` for an anonymous client. */
  readonly id: string | undefined;
  readonly clientAddress: string | undefined;
  /** The raw request target of an upgrade; empty for a connection without HTTP. */
  readonly requestTarget: string;
}

/** A connection was closed, because its client would be refused by now. */
export interface LiveSocketClosedEvent extends ConnectionSubject {
  readonly type: 'live_socket_closed';
  readonly reason: Reason;
  /** The WebSocket close code, which other protocols do not see. */
  readonly closeCode: number;
}

/** A connection was closed, because whether its client would be refused could not be decided: a set-up or a bug. */
export interface LiveSocketFailedEvent extends ConnectionSubject {
  readonly type: 'live_socket_failed';
  /** Its `cause` says why. */
  readonly failure: PeercertFailure;
  readonly closeCode: number;
}

/** An upgrade was answered with 500: a mistake in the set-up, or a bug. */
export interface UpgradeFailedEvent {
  readonly type: 'upgrade_failed';
  /** Its `cause` says why. */
  readonly failure: PeercertFailure;
  readonly requestTarget: string;
}

export type UpgradeEvent = LiveSocketClosedEvent | LiveSocketFailedEvent | UpgradeFailedEvent;

/** Tells the observer, whose own failures change nothing. Without one, failures are at least a warning of the process. */
export function createTeller(onEvent: ((event: UpgradeEvent) => void) | undefined): (event: UpgradeEvent) => void {
  return (event) => {
    if (onEvent === undefined) {
      if ('failure' in event) warnOfFailure(event.failure);
      return;
    }
    try {
      onEvent(event);
    } catch (error) {
      warnOfError(error);
    }
  };
}
