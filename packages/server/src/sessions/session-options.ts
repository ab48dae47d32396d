import { createHash } from 'node:crypto';
import { isUint8Array } from 'node:util/types';
import { refuseUnknownKeys, shown } from '@peercert/core';

/** Resumption of TLS sessions. What a session was authorized by is asked again on every request in any case. */
export interface SessionOptions {
  /** `'off'`: every connection makes a full handshake. Default `'tickets'`. */
  readonly resumption?: 'tickets' | 'off';
  /** How long a ticket is good. Default 300, at most a day. */
  readonly lifetimeSeconds?: number;
  /** How often the ticket keys change, which ends every ticket of before. Default 3,600, at most a week. */
  readonly rotationSeconds?: number;
  /**
   * Lets the workers of a cluster, or several hosts, resume each other's sessions: at least 32 random octets, the same
   * everywhere. The ticket keys are derived from it; it is no ticket key itself. A session that is resumed shows the
   * client's own certificate alone, so `trust.intermediates` must be there, `[]` where anchors issue clients themselves.
   * Default: a random one per process, and another whenever the trust changes.
   */
  readonly sharedSecret?: string | Uint8Array;
}

export interface Sessions {
  readonly resumption: 'tickets' | 'off';
  readonly lifetimeSeconds: number;
  readonly rotationSeconds: number;
  /** `undefined`: nobody else needs to know it. */
  readonly sharedSecret: Uint8Array | undefined;
}

const leastSecretBytes = 32;

/** Throws TypeError for wrong numbers, and for a secret that is short or looks like no random one. */
export function compileSessions(options: SessionOptions = {}): Sessions {
  refuseUnknownKeys(options, ['resumption', 'lifetimeSeconds', 'rotationSeconds', 'sharedSecret'], 'sessions');
  const { resumption = 'tickets', lifetimeSeconds = 300, rotationSeconds = 3_600, sharedSecret } = options;
  if (resumption !== 'tickets' && resumption !== 'off') {
    throw new TypeError(`sessions.resumption must be 'tickets' or 'off', got ${shown(resumption)}`);
  }
  checkSeconds('lifetimeSeconds', lifetimeSeconds, 86_400);
  // RFC 8446 section 4.6.1: no ticket lives longer than a week, so no key need to.
  checkSeconds('rotationSeconds', rotationSeconds, 604_800);
  if (resumption === 'off' && Object.keys(options).length > 1) {
    throw new TypeError("sessions: the other options have no effect with resumption: 'off'; leave them out");
  }
  return Object.freeze({
    resumption,
    lifetimeSeconds,
    rotationSeconds,
    sharedSecret: 'sharedSecret' in options ? readSecret(sharedSecret) : undefined,
  });
}

function checkSeconds(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new TypeError(`sessions.${name} must be a whole number of seconds from 1 to ${most}, got ${shown(value)}`);
  }
}

function readSecret(secret: unknown): Uint8Array {
  const bytes = typeof secret === 'string' ? Buffer.from(secret) : secret;
  if (!isUint8Array(bytes) || bytes.length < leastSecretBytes || new Set(bytes).size < 8) {
    throw new TypeError(
      'sessions.sharedSecret must be at least 32 random octets, the same in every worker: openssl rand -base64 32',
    );
  }
  return createHash('sha256').update(bytes).digest();
}
