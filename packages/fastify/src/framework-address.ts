import { PeercertFailure } from '@peercert/core';
import type { FastifyRequest } from 'fastify';

/**
 * More hops than any chain of proxies has, all of them from blocks that nobody has for proxies: those kept for documentation
 * (RFC 5737, RFC 3849), and one of the other half of IPv4.
 */
const strangers: readonly (readonly string[])[] = ['192.0.2.', '2001:db8::', '11.22.33.'].map((block) =>
  Array.from({ length: 65 }, (_, index) => `${block}${index + 1}`),
);

/**
 * `request.ip`, unless Fastify was told to believe whatever address a client writes into X-Forwarded-For. Fastify does
 * not show its `trustProxy`; so the first request is asked what it would take from strangers.
 */
export function createFrameworkAddress(): (request: FastifyRequest) => string {
  let isChecked = false;
  return (request) => {
    if (!isChecked) {
      if (believesStrangers(request)) {
        throw new PeercertFailure(
          'setup',
          "clientAddress: 'framework' takes request.ip, which any client can choose under trustProxy: true: " +
            'set trustProxy to the addresses of your proxies',
        );
      }
      isChecked = true;
    }
    return request.ip;
  };
}

function believesStrangers(request: FastifyRequest): boolean {
  return strangers.some(([furthest, ...chain]) => {
    const socket = { remoteAddress: chain.pop() };
    const raw = { socket, connection: socket, headers: { 'x-forwarded-for': [furthest, ...chain].join(', ') } };
    const probe: FastifyRequest = Object.create(request, { raw: { value: raw } });
    return probe.ip === furthest;
  });
}
