import { refuseUnknownKeys, shown } from '../option-keys.ts';
import type { Forwarding, PresentedVerdict } from './presented.ts';
import { compileTrustedProxies, type TrustedProxies } from './trusted-proxies.ts';

/** What every source of headers has to be told. */
export interface HeaderSourceOptions {
  /** Whose headers are believed. From anyone else they are removed before a handler can see them. */
  readonly trustedProxies: TrustedProxies;
  /** `'deny'`: such headers are 401 `forwarder_untrusted`. Default `'ignore'`: they are removed, and that is all. */
  readonly untrustedForwarder?: 'ignore' | 'deny';
}

/** Who verified it? Peercert itself does, so `mtls()` needs `trust`. */
export interface VerifiedByPeercert {
  readonly verifiedBy: 'peercert';
  readonly dangerouslyVerifiedBy?: never;
}

/** Who verified it? The proxy did, and its word is taken for it: no path, no anchor, no revocation. */
export interface VerifiedByProxy {
  readonly dangerouslyVerifiedBy: 'proxy';
}

export type Verification = VerifiedByPeercert | VerifiedByProxy;

/** The keys of the options above. */
export const sourceKeys: readonly string[] = [
  'trustedProxies',
  'untrustedForwarder',
  'verifiedBy',
  'dangerouslyVerifiedBy',
];

/** Who may answer for the certificates of a source: a proxy only where its headers carry a verdict, or imply one. */
export type Verifiers = 'either' | 'peercert' | 'proxy';

/** Throws TypeError unless exactly one answer to "who verified it?" is given, and one that this source can give. */
export function compileVerifier(options: object, verifiers: Verifiers, where: string): 'peercert' | 'proxy' {
  const { verifiedBy, dangerouslyVerifiedBy } = options as Readonly<Record<string, unknown>>;
  const fix = {
    peercert: "say verifiedBy: 'peercert' and give mtls() the option trust",
    proxy: "say dangerouslyVerifiedBy: 'proxy'",
    either: "say verifiedBy: 'peercert' and give mtls() the option trust, or dangerouslyVerifiedBy: 'proxy'",
  }[verifiers];
  if ((verifiedBy === undefined) === (dangerouslyVerifiedBy === undefined)) {
    const problem = verifiedBy === undefined ? 'does not say' : 'says twice';
    throw new TypeError(`${where} ${problem} who verified the certificate: ${fix}`);
  }
  if (verifiedBy !== undefined) {
    if (verifiedBy !== 'peercert') {
      throw new TypeError(`${where}: verifiedBy must be 'peercert', got ${shown(verifiedBy)}: ${fix}`);
    }
    if (verifiers === 'proxy') throw new TypeError(`${where} forwards no certificate that could be verified: ${fix}`);
    return 'peercert';
  }
  if (dangerouslyVerifiedBy !== 'proxy') {
    throw new TypeError(`${where}: dangerouslyVerifiedBy must be 'proxy', got ${shown(dangerouslyVerifiedBy)}: ${fix}`);
  }
  if (verifiers === 'peercert') {
    throw new TypeError(`${where} brings no verdict of the proxy that one could rely on: ${fix}`);
  }
  return 'proxy';
}

export function verdictOf(verifier: 'peercert' | 'proxy'): Extract<PresentedVerdict, { by: 'nobody' | 'proxy' }> {
  return verifier === 'proxy' ? { by: 'proxy', verified: true } : { by: 'nobody' };
}

/** What the gate has to know of a source. `vary`: the headers that decide who the client is. */
export function compileForwarding(
  options: HeaderSourceOptions,
  headers: readonly string[],
  vary: readonly string[],
  foreign: readonly string[],
  where: string,
  setUp?: string,
): Forwarding {
  const { untrustedForwarder = 'ignore' } = options;
  if (untrustedForwarder !== 'ignore' && untrustedForwarder !== 'deny') {
    throw new TypeError(`${where}: untrustedForwarder must be 'ignore' or 'deny'`);
  }
  return Object.freeze({
    headers: Object.freeze(headers.map((header) => header.toLowerCase())),
    foreign: Object.freeze(foreign.map((header) => header.toLowerCase())),
    vary: Object.freeze([...vary]),
    trustedProxies: compileTrustedProxies(options.trustedProxies, where),
    untrustedForwarder,
    ...(setUp !== undefined && { setUp }),
  });
}

/**
 * The header names of a preset, some of them replaced by the option `headers`. Throws TypeError for a name that is no
 * token (RFC 9110 section 5.6.2), and for one name in two places.
 */
export function compileHeaderNames<N extends string>(
  names: Readonly<Record<N, string>>,
  given: Readonly<Partial<Record<NoInfer<N>, string | false>>> | undefined,
  optional: readonly NoInfer<N>[],
  where: string,
): Readonly<Record<N, string | undefined>> {
  if (given !== undefined) refuseUnknownKeys(given, Object.keys(names), `${where}: headers`);
  const entries = (Object.keys(names) as N[]).map((key): readonly [N, string | undefined] => {
    const name = given?.[key] ?? names[key];
    if (name === false && optional.includes(key)) return [key, undefined];
    return [key, checkHeaderName(name, `${where}: headers.${key}`)];
  });
  refuseSameNames(
    entries.flatMap(([, name]) => name ?? []),
    where,
  );
  return Object.freeze(Object.fromEntries(entries) as Record<N, string | undefined>);
}

/** Throws TypeError for a header name that is no token. */
export function checkHeaderName(name: unknown, where: string): string {
  if (typeof name !== 'string' || !/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) {
    throw new TypeError(`${where} must be the name of a header such as 'X-SSL-Client-Cert', got ${shown(name)}`);
  }
  return name;
}

/** Throws TypeError when one header would be read as two things. */
export function refuseSameNames(names: readonly string[], where: string): void {
  const known = new Set<string>();
  for (const name of names.map((each) => each.toLowerCase())) {
    if (known.has(name)) throw new TypeError(`${where}: the header ${shown(name)} is named twice`);
    known.add(name);
  }
}
