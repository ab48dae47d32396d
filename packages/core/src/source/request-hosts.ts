import { isIPv4, isIPv6 } from 'node:net';
import { type Outcome, type Reason, reason } from '../reasons.ts';
import type { RequestFacts } from './facts.ts';
import { normalizedHostName } from './host-name.ts';

/**
 * Every host that a request says it is for, each in the form in which names are compared, an address as it is written.
 * The target in absolute form overrides Host (RFC 9112 section 3.2.2) and `:authority` does in HTTP/2 (RFC 9113 section
 * 8.3.1); but a router behind may look at Host all the same, so whoever asks has to be content with each of them. Empty
 * for a request that names none, as HTTP/1.0 may.
 */
export function requestHosts({ rawHeaders, requestTarget }: RequestFacts): Outcome<readonly string[]> {
  const hosts: string[] = [];
  for (const header of ['host', ':authority'] as const) {
    const [value, ...more] = linesOf(rawHeaders, header);
    if (value === undefined) continue;
    // RFC 9112 section 3.2: a server must answer 400 to more than one Host, and to an invalid one.
    if (more.length > 0) return malformed(header, 'repeated');
    const host = hostOf(value);
    if (host === undefined) return malformed(header, 'syntax');
    hosts.push(host);
  }
  const target = targetHost(requestTarget);
  if (target === undefined) return malformed('request target', 'syntax');
  return { ok: true, value: target === '' ? hosts : [...hosts, target] };
}

function malformed(where: 'host' | ':authority' | 'request target', rule: 'repeated' | 'syntax'): Outcome<never> {
  const why: Reason = reason('host_malformed', { where, rule });
  return { ok: false, reason: why };
}

function linesOf(rawHeaders: readonly string[], name: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const raw = rawHeaders[at] as string;
    if (raw.length === name.length && raw.toLowerCase() === name) lines.push(rawHeaders[at + 1] as string);
  }
  return lines;
}

const absoluteForm = /^https?:\/\/([^/?#]*)/i;

/**
 * The host of a target in absolute form (RFC 9112 section 3.2.2); empty for origin and asterisk form, which have none.
 * `undefined` for whatever else: the authority form of CONNECT, another scheme.
 */
function targetHost(requestTarget: string): string | undefined {
  if (requestTarget.startsWith('/') || requestTarget === '*') return '';
  const [, authority] = absoluteForm.exec(requestTarget) ?? [];
  return authority === undefined ? undefined : hostOf(authority);
}

/** RFC 9110 section 7.2: `uri-host [ ":" port ]`, without user information; no name is percent-encoded. */
function hostOf(authority: string): string | undefined {
  const { host = '', port } = /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>\d{1,5}))?$/.exec(authority)?.groups ?? {};
  if (port !== undefined && Number(port) > 65_535) return undefined;
  if (host.startsWith('[')) {
    const address = host.slice(1, -1);
    return isIPv6(address) && !address.includes('%') ? address : undefined;
  }
  return isIPv4(host) ? host : normalizedHostName(host);
}
