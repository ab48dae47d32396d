import { createHash } from 'node:crypto';
import type { Certificate } from '@peercert/core';

/**
 * What sessions of an endpoint are authorized by, by name: the trust anchors, and the intermediates that lead to them,
 * because a session that is resumed shows the client's own certificate alone.
 */
export type BoundTrust = ReadonlyMap<string, readonly (readonly Certificate[])[]>;

/**
 * A digest that differs as soon as an authority is added or removed under any name. One for all names together: OpenSSL
 * looks for a session before it knows which name was asked for.
 */
export function bindingOf(trust: BoundTrust): Buffer {
  const hash = createHash('sha256');
  for (const [name, lists] of [...trust].sort(byName)) {
    hash.update(`${name}\0${lists.map(({ length }) => length)}\0`);
    // Each element of DER says how long it is, so that no two lists run together into the same octets.
    for (const { der } of lists.flat()) hash.update(der);
  }
  return hash.digest();
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

/** As OpenSSL takes it (SSL_CTX_set_session_id_context): at most 32 octets. A session of another context is refused. */
export function sessionIdContextOf(binding: Buffer): string {
  return binding.toString('base64url').slice(0, 32);
}
