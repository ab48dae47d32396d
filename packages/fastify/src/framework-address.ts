import { PeercertFailure } from '@peercert/core';
import type { FastifyRequest } from 'fastify';

/** More hops than any chain of proxies has, all of them from a block kept for documentation (RFC 5737). */
const strangers: readonly string[] = Array.from({ length: 64 }, (_, index) => `192.0.2.${index + 1}`);

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
  const socket = { remoteAddress: '198.51.100.1' };
  const raw = { socket, connection: socket, headers: { 'x-forwarded-for': strangers.join(', ') } };
  const probe: FastifyRequest = Object.create(request, { raw: { value: raw } });
  return probe.ip === strangers[0];
}
