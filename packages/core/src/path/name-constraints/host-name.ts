/** Letters, digits, hyphens, and underscores as they are met in practice; lengths of RFC 1035 section 2.3.4. */
const hostName = /^(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*$/;

/**
 * The labels of a host name, ASCII lower case (RFC 5280 section 7.2), top-level domain first; `undefined` for anything
 * else: an empty label, a leading or trailing dot, a wildcard, a character outside ASCII.
 */
export function labelsOfHostName(text: string): readonly string[] | undefined {
  return hostName.test(text) ? text.toLowerCase().split('.').reverse() : undefined;
}
