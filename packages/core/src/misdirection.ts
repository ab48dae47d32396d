import { isTrustByName, type TrustByName } from './path/trust-by-name.ts';
import type { TrustStore } from './path/trust-store.ts';
import { type Reason, reason } from './reasons.ts';
import type { RequestFacts } from './source/facts.ts';
import { requestHosts } from './source/request-hosts.ts';
import { serverNameOf } from './source/tls-socket.ts';

/** The reason why a request does not belong on its connection. `undefined`: it does. */
export type MisdirectionCheck = (facts: RequestFacts) => Reason | undefined;

/**
 * Where trust depends on the server name, whom a connection authenticates says nothing of hosts with another trust set
 * (RFC 9110 section 15.5.20): every host that a request names must have the set of the name that the client asked for in
 * its handshake. `undefined` where all names have the same trust.
 *
 * A resumed session of TLS 1.2 counts for hosts of the name that it was made under. Where that is not known, because
 * another process made it, nothing can come over it.
 */
export function createMisdirectionCheck(trust: TrustStore | TrustByName | undefined): MisdirectionCheck | undefined {
  if (!isTrustByName(trust)) return undefined;
  return (facts) => {
    const { isKnown, name: serverName } = serverNameOf(facts.socket);
    const store = isKnown ? trust.storeFor(serverName) : undefined;
    if (facts.of === 'connection') {
      return store === undefined ? reason('misdirected_request', { serverName, host: undefined }) : undefined;
    }
    const hosts = requestHosts(facts);
    if (!hosts.ok) return hosts.reason;
    const [first] = hosts.value;
    const stray = store === undefined ? first : hosts.value.find((host) => trust.storeFor(host) !== store);
    return store === undefined || first === undefined || stray !== undefined
      ? reason('misdirected_request', { serverName, host: stray })
      : undefined;
  };
}
