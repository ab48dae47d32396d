import { hkdfSync } from 'node:crypto';

/** Name, HMAC key and AES key of a ticket (RFC 5077 section 4), as Node and OpenSSL take them. */
const ticketKeyBytes = 48;

/**
 * Keys for TLS session tickets. Whoever shares the secret, trusts the same authorities and lives in the same period has
 * the same keys, so that the workers of a cluster resume each other's sessions; and whoever ceases to trust an authority
 * has other keys from that moment, so that no ticket of before opens a session.
 *
 * @param secret at least 32 octets that nobody else knows
 * @param binding the digest of what a session was authorized by
 * @param period the number of the rotation
 */
export function deriveTicketKeys(secret: Uint8Array, binding: Uint8Array, period: number): Buffer {
  const label = `peercert session tickets ${period}`;
  return Buffer.from(hkdfSync('sha256', secret, binding, label, ticketKeyBytes));
}
