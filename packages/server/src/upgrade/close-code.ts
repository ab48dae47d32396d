import { refuseUnknownKeys, shown } from '@peercert/core';

/** The WebSocket close codes (RFC 6455 section 7.4) that live connections are closed with. */
export interface CloseCodes {
  /** The client would be refused now. Default 1008, policy violation. */
  readonly denied: number;
  /** Whether the client would be refused cannot be determined now: what HTTP answers with 503. Default 1013, try again later. */
  readonly unavailable: number;
  /** A mistake in the set-up, or a bug: what HTTP answers with 500. Default 1011, internal error. */
  readonly failed: number;
  /** The server closes. Default 1001, going away. */
  readonly goingAway: number;
}

const defaults: CloseCodes = { denied: 1008, unavailable: 1013, failed: 1011, goingAway: 1001 };

/** Throws TypeError for a code that no endpoint may send. */
export function compileCloseCodes(codes: Partial<CloseCodes> = {}): CloseCodes {
  refuseUnknownKeys(codes, Object.keys(defaults), 'closeCodes');
  for (const [name, code] of Object.entries(codes)) {
    if (!isSendable(code)) {
      throw new TypeError(
        `closeCodes.${name} must be a close code of RFC 6455, such as 1008, or one of your own from 3000 to 4999; got ${shown(code)}`,
      );
    }
  }
  return Object.freeze({ ...defaults, ...codes });
}

/** 1004 to 1006 and 1015 never go over the wire; 1000 would say that all is well (RFC 6455 section 7.4.1). */
function isSendable(code: unknown): boolean {
  if (typeof code !== 'number' || !Number.isInteger(code)) return false;
  return (code >= 3000 && code <= 4999) || (code > 1000 && code < 1015 && (code < 1004 || code > 1006));
}

/** A close frame of a server: FIN, opcode 8, no mask, the code, the text (RFC 6455 sections 5.2 and 5.5.1). */
export function encodeCloseFrame(code: number, text: string): Buffer {
  // A control frame holds at most 125 octets, two of which are the code.
  const reason = Buffer.from(text, 'utf8').subarray(0, 123);
  const head = Buffer.from([0x88, 2 + reason.length, code >> 8, code & 0xff]);
  return Buffer.concat([head, reason]);
}
