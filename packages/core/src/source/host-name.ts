/** Labels of letters, digits, inner hyphens, and the underscores that private networks have (RFC 1034 section 3.5). */
const label = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
/** A name that ends in a number is an address, or meant to be read as one (WHATWG URL 3.5). */
const hostName = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)*(?!\\d+$)${label}$`);

/**
 * A host name in the form in which names are compared: ASCII lower case, without the dot of the root. `undefined` for
 * what is no host name, such as an address, of which the server name of a handshake is never one (RFC 6066 section 3).
 */
export function normalizedHostName(text: string): string | undefined {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  // In lower case a character beyond ASCII may become a letter of it.
  return hostName.test(name) ? name.toLowerCase() : undefined;
}
