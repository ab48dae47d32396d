import type { TLSSocket } from 'node:tls';
import type { ConnectionRefusal } from './connection-events.ts';

/** What a `'tlsClientError'` of Node says, as cause and detail. */
export function tlsFailure(error: unknown, socket: TLSSocket): readonly [ConnectionRefusal, string?] {
  // With rejectUnauthorized, Node ends a connection for its certificate and calls that a connection reset.
  const { authorizationError } = socket as { readonly authorizationError?: unknown };
  if (typeof authorizationError === 'string') return ['tls_error', authorizationError];
  const code = codeOf(error);
  switch (code) {
    case 'ERR_TLS_HANDSHAKE_TIMEOUT':
      return ['handshake_timeout'];
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
    case 'ETIMEDOUT':
      return ['closed'];
    default:
      return ['tls_error', code];
  }
}

function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  return typeof code === 'string' ? code : String(name);
}
