import { createHash } from 'node:crypto';
import { DerError, DerReader, tag } from '../encoding/der.ts';

/** The server name of a connection. `isKnown` is `false` where Node does not tell what the client asked for. */
export type ServerName =
  | { readonly isKnown: true; readonly name: string | undefined }
  | { readonly isKnown: false; readonly name: undefined };

const unknown: ServerName = Object.freeze({ isKnown: false, name: undefined });

/**
 * The server names under which sessions of TLS 1.2 were made, because a connection that resumes one shows none at all: in
 * TLS 1.2 the name belongs to the session (RFC 6066 section 3), and OpenSSL keeps it there only for those who answer it in
 * a way that Node does not. A session is recognised by its master secret, of which the digest is kept. One that another
 * process made, or that was forgotten, is not known.
 */
export class SessionNames {
  /** Some 150 octets each. */
  static readonly capacity: number = 10_000;
  readonly #names: Map<string, ServerName> = new Map();

  /** @param session as `TLSSocket.getSession()` has it */
  remember(session: Uint8Array | undefined, name: string | undefined): void {
    const key = keyOf(session);
    if (key === undefined) return;
    const [oldest] = this.#names.keys();
    if (oldest !== undefined && this.#names.size >= SessionNames.capacity) this.#names.delete(oldest);
    this.#names.set(key, Object.freeze({ isKnown: true, name }));
  }

  recall(session: Uint8Array | undefined): ServerName {
    const key = keyOf(session);
    return (key === undefined ? undefined : this.#names.get(key)) ?? unknown;
  }
}

/**
 * Of the session as OpenSSL writes it, the digest of the master secret: `SEQUENCE { version INTEGER, protocol INTEGER,
 * cipher OCTET STRING, sessionId OCTET STRING, masterSecret OCTET STRING, ... }`. `undefined` for anything else.
 */
function keyOf(session: Uint8Array | undefined): string | undefined {
  if (!session) return undefined;
  try {
    const reader = new DerReader(session);
    reader.enter(tag.sequence);
    for (const expected of [tag.integer, tag.integer, tag.octetString, tag.octetString]) reader.readContent(expected);
    const start = reader.readContent(tag.octetString);
    const secret = session.subarray(start, reader.offset);
    return secret.length === 48 ? createHash('sha256').update(secret).digest('base64') : undefined;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}
