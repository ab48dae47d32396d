import { canonicalAddress } from '../address-range.ts';
import type { RequestFacts } from './facts.ts';
import type { ForwardingRules } from './forwarding.ts';

/**
 * The address that address rules are applied to. On a direct connection it is the socket's own peer, whatever headers
 * say. From a trusted proxy it is the first address from the right of `X-Forwarded-For` that is not itself one of the
 * proxies, else the peer: each proxy appends whom it heard from, so what stands further left a client can have written.
 * The framework's own idea only where the operator chose it.
 *
 * `undefined` where nobody can say: an entry that is no address hides who was there.
 */
export function clientAddressOf(
  facts: RequestFacts,
  choice: 'derived' | 'framework',
  forwarding: ForwardingRules,
): string | undefined {
  if (choice === 'framework') return oneText(facts.clientAddress);
  if (!forwarding.isFromProxy(facts)) return oneText(facts.peerAddress);
  const told = forwarding.addressFrom(facts);
  if (told !== undefined) return oneText(told);
  let hops = 0;
  for (const lines = forwardedFor(facts.rawHeaders); lines.length > 0; ) {
    // The last line is the one that was added last (RFC 9110 section 5.3).
    let rest = lines.pop() as string;
    while (rest !== '') {
      const comma = rest.lastIndexOf(',');
      const entry = rest.slice(comma + 1).trim();
      rest = rest.slice(0, Math.max(comma, 0));
      if (++hops > mostHops) return undefined;
      if (entry === '') continue;
      const address = oneText(withoutPort(entry));
      if (address === undefined) return undefined;
      if (!forwarding.isProxyAddress(address)) return address;
    }
  }
  return oneText(facts.peerAddress);
}

/** The one text that rules, events and handlers see, whoever tells the address (RFC 5952; IPv4-mapped ones as IPv4). */
function oneText(address: string | undefined): string | undefined {
  return address === undefined ? undefined : canonicalAddress(address);
}

/** No request passes so many proxies. */
const mostHops = 50;

function forwardedFor(rawHeaders: readonly string[]): string[] {
  const lines: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === 15 && name.toLowerCase() === 'x-forwarded-for') lines.push(rawHeaders[at + 1] as string);
  }
  return lines;
}

/** Azure Application Gateway and others add the port: `192.0.2.7:49152`, `[2001:db8::1]:49152`. */
function withoutPort(entry: string): string {
  const [, bracketed, dotted] = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([0-9.]{7,15}))(?::\d{1,5})?$/.exec(entry) ?? [];
  return bracketed ?? dotted ?? entry;
}
