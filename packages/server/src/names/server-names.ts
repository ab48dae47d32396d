import { shown } from '@peercert/core';

/** Values by the name that a client asks for (SNI, RFC 6066 section 3), matched as trust by server name is. */
export class ServerNames<T> {
  readonly #values: ReadonlyMap<string, T>;

  /** @param values by what `readServerName` answered */
  constructor(values: ReadonlyMap<string, T>) {
    this.#values = values;
  }

  /** The exact name first, then the wildcard, which stands for exactly one label (RFC 9525 section 6.3). */
  find(name: string): T | undefined {
    const asked = name.toLowerCase().replace(/\.$/, '');
    const dot = asked.indexOf('.');
    return this.#values.get(asked) ?? (dot > 0 ? this.#values.get(`*${asked.slice(dot)}`) : undefined);
  }
}

const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const pattern = new RegExp(`^(?:\\*\\.)?${label}(?:\\.${label})*$`);

/** A name as it is compared: lower case. Throws TypeError for an address, a port, and what is no name of a host. */
export function readServerName(name: string): string {
  const lower = name.toLowerCase();
  if (lower.length > 253 || !pattern.test(lower) || /(?:^|\.)\d+$/.test(lower)) {
    throw new TypeError(
      `names: ${shown(name)} is no name that a client can ask for: write 'api.example.com' or '*.example.com', ` +
        'without port or final dot, and IDNs in their xn-- form',
    );
  }
  return lower;
}
