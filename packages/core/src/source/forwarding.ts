import { type Reason, reason } from '../reasons.ts';
import type { RequestFacts } from './facts.ts';
import type { Forwarding, Source } from './presented.ts';

/**
 * All sources of headers of one instance together: who counts as a proxy, and which headers of a request nobody but a
 * proxy may have written.
 */
export interface ForwardingRules {
  /** Whether the peer is a trusted proxy of some source: then it is never itself the client. */
  isFromProxy(facts: RequestFacts): boolean;
  /** Whether some source trusts a proxy of this address. */
  isProxyAddress(address: string): boolean;
  /** Whether the peer may not have sent a header of this name. `undefined` without sources of headers. */
  reservedHeaders(facts: RequestFacts): NamePredicate | undefined;
  /** The client's address where a proxy tells it otherwise than by `X-Forwarded-For`. */
  addressFrom(facts: RequestFacts): string | undefined;
  /** Whether nobody may send a trailer of this name: no proxy forwards a certificate in one. */
  isReservedTrailer: NamePredicate;
  /** `forwarder_untrusted` where a source wants headers of others refused and not just removed. */
  refusalOf(facts: RequestFacts): Reason | undefined;
  /** The headers on which a response to this peer depends (RFC 9440 section 2.4). */
  varyFor(facts: RequestFacts): readonly string[] | undefined;
}

/** Takes a name as it was received. */
export type NamePredicate = (name: string) => boolean;

export function compileForwardingRules(sources: readonly Source[]): ForwardingRules {
  const all = sources.flatMap(({ forwarding }) => forwarding ?? []);
  const strict = all.filter(({ untrustedForwarder }) => untrustedForwarder === 'deny');
  const names = new Set(all.flatMap(({ headers, foreign }) => [...headers, ...foreign]));
  const unifiedNames = new Set([...names].map(unified));
  const lengths = new Set([...names].map(({ length }) => length));

  function isReserved(name: string, believed: ReadonlySet<string>): boolean {
    if (!lengths.has(name.length)) return false;
    const lower = name.toLowerCase();
    return unifiedNames.has(unified(lower)) && !believed.has(lower);
  }

  function believedBy(facts: RequestFacts): readonly Forwarding[] {
    return all.filter(({ trustedProxies }) => trustedProxies.includesPeerOf(facts));
  }

  return Object.freeze({
    isFromProxy: (facts: RequestFacts) => all.some(({ trustedProxies }) => trustedProxies.includesPeerOf(facts)),
    isProxyAddress: (address: string) => all.some(({ trustedProxies }) => trustedProxies.includesAddress(address)),
    addressFrom(facts: RequestFacts) {
      for (const { clientAddress, trustedProxies } of all) {
        if (clientAddress !== undefined && trustedProxies.includesPeerOf(facts)) return clientAddress(facts);
      }
      return undefined;
    },
    reservedHeaders(facts: RequestFacts) {
      if (all.length === 0) return undefined;
      const believed = new Set(believedBy(facts).flatMap(({ headers }) => headers));
      return (name: string) => isReserved(name, believed);
    },
    isReservedTrailer: (name: string) => isReserved(name, nothing),
    refusalOf(facts: RequestFacts) {
      for (const { headers, trustedProxies } of strict) {
        const header = headers.find((name) => isSent(facts.rawHeaders, name));
        if (header === undefined || trustedProxies.includesPeerOf(facts)) continue;
        return reason('forwarder_untrusted', { header, peerAddress: facts.peerAddress });
      }
      return undefined;
    },
    varyFor(facts: RequestFacts) {
      if (all.length === 0) return undefined;
      const vary = believedBy(facts).flatMap((forwarding) => forwarding.vary);
      return vary.length === 0 ? undefined : vary;
    },
  });
}

const nothing: ReadonlySet<string> = new Set();

/** What CGI and its kin make of a name: for them `x_ssl_client_cert` is the header `x-ssl-client-cert` (RFC 3875 4.1.18). */
function unified(lowerCaseName: string): string {
  return lowerCaseName.replaceAll('_', '-');
}

function isSent(rawHeaders: readonly string[], name: string): boolean {
  return rawHeaders.some((raw, at) => at % 2 === 0 && raw.length === name.length && raw.toLowerCase() === name);
}
