import { once } from 'node:events';
import { connect, type SecureVersion } from 'node:tls';
import type { IssuedCertificate } from '@peercert/pki';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Authorities, answer, closeWorld, createAuthorities, openEndpoint, serve } from '../endpoint-world.ts';

let authorities: Authorities;
let alice: IssuedCertificate;
/** Below the same anchor, by another intermediate. */
let carol: IssuedCertificate;

beforeAll(async () => {
  authorities = await createAuthorities();
  alice = await authorities.partners.client({ cn: 'alice' });
  const other = await authorities.partners.root.issueAuthority({ subject: 'CN=Other Issuing' });
  carol = await other.issueClient({ subject: 'CN=carol' });
});
afterEach(closeWorld);

/** The session of a connection that asks for nothing. */
async function sessionOf(port: number, client: IssuedCertificate, tlsVersion: SecureVersion): Promise<Buffer> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: authorities.server.caPem,
    cert: client.chainPem,
    key: client.privateKeyPem,
    minVersion: tlsVersion,
    maxVersion: tlsVersion,
  });
  const [session] = (await once(socket, 'session')) as [Buffer];
  await once(socket.resume().end(), 'close');
  return session;
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a session over %s whose connection asked for nothing', (tlsVersion) => {
  it('can be resumed by a client with an intermediate', async () => {
    const port = await serve(await openEndpoint(authorities));
    const session = await sessionOf(port, alice, tlsVersion);
    expect(await answer(authorities, port, alice, { session, tlsVersion })).toBe('200 known');
  });

  it('can be resumed although many began in the same second', async () => {
    const nowMs = Date.now();
    const port = await serve(await openEndpoint(authorities, { clock: () => nowMs }));
    await Promise.all(Array.from({ length: 10 }, () => sessionOf(port, alice, tlsVersion)));
    const session = await sessionOf(port, carol, tlsVersion);
    expect(await answer(authorities, port, carol, { session, tlsVersion })).toBe('200 known');
  });
});
