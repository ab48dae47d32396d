import type { RequestFacts } from './facts.ts';

/**
 * The address that address rules are applied to. On a direct connection it is the socket's own peer, whatever headers
 * say; the framework's own idea only where the operator chose it.
 */
export function clientAddressOf(facts: RequestFacts, choice: 'derived' | 'framework'): string | undefined {
  return choice === 'framework' ? facts.clientAddress : facts.peerAddress;
}
