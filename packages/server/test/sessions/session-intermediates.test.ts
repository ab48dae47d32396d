import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import type { IssuedCertificate } from '@peercert/pki';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Authorities, answer, closeWorld, createAuthorities, openEndpoint, serve } from '../endpoint-world.ts';

let authorities: Authorities;
let alice: IssuedCertificate;

beforeAll(async () => {
  authorities = await createAuthorities();
  alice = await authorities.partners.client({ cn: 'alice' });
});
afterEach(closeWorld);

describe('a session whose connection asked for nothing', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'can be resumed over %s by a client with an intermediate',
    async (tlsVersion) => {
      const port = await serve(await openEndpoint(authorities));
      const socket: TLSSocket = connect({
        port,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: authorities.server.caPem,
        cert: alice.chainPem,
        key: alice.privateKeyPem,
        minVersion: tlsVersion,
        maxVersion: tlsVersion,
      });
      const [session] = (await once(socket, 'session')) as [Buffer];
      socket.end();
      await once(socket.resume(), 'close');
      expect(await answer(authorities, port, alice, { session, tlsVersion })).toBe('200 known');
    },
  );
});
