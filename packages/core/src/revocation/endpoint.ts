import { isIP } from 'node:net';
import { shown } from '../option-keys.ts';

/**
 * Where revocation information may be fetched from. A URL in a certificate is its holder's input until somebody says
 * which hosts it may name; a URL in the options names its own.
 */

/** `host:port` of a URL, as the lists of allowed hosts have it: lower case, the port always there. */
export type Endpoint = string;

/**
 * A URL that can be fetched: http or https, with a host, without credentials. `undefined` for any other text. Node's
 * reader brings hosts into one form, so that `0x7f.1` is 127.0.0.1 before anybody compares it.
 */
export function readFetchUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  if (url.hostname === '' || url.username !== '' || url.password !== '') return undefined;
  url.hash = '';
  return url;
}

export function endpointOf({ hostname, port, protocol }: URL): Endpoint {
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
}

/** The host without the brackets of an IPv6 address. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** A URL of the options. Throws TypeError for what cannot be fetched. */
export function readUrlOption(value: unknown, where: string): URL {
  const url = typeof value === 'string' ? readFetchUrl(value) : undefined;
  if (url === undefined) {
    throw new TypeError(`${where}: expected a URL such as 'http://crl.example.com/ca.crl', got ${shown(value)}`);
  }
  return url;
}

/** A list of hosts of the options. Throws TypeError for an empty list and for whatever is not `host:port`. */
export function readHostsOption(value: unknown, where: string): ReadonlySet<Endpoint> {
  if (!Array.isArray(value) || value.length === 0) {
    throw new TypeError(`${where}: expected a list of hosts such as ['crl.example.com:80'], got ${shown(value)}`);
  }
  return new Set(value.map((entry: unknown, index) => readHost(entry, `${where}[${index}]`)));
}

function readHost(entry: unknown, where: string): Endpoint {
  const [, host = '', port = ''] =
    (typeof entry === 'string' && /^(\[[^\]]+\]|[^:/?#@\\\s]+):(\d{1,5})$/.exec(entry)) || [];
  // As if it were in a URL, so that both are compared in one form; port 1 is the default of no scheme.
  const url = readFetchUrl(`http://${host}:1/`);
  const isPort = Number(port) >= 1 && Number(port) <= 65_535;
  if (
    host === '' ||
    url === undefined ||
    !isPort ||
    host.includes('*') ||
    (host.startsWith('[') && !isIP(hostOf(url)))
  ) {
    throw new TypeError(`${where}: expected a host with its port such as 'crl.example.com:80', got ${shown(entry)}`);
  }
  return `${url.hostname}:${Number(port)}`;
}
