import { once } from 'node:events';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { createTrustStore } from '@peercert/core';
import { createRootAuthority, generateKeyPair, type IssuedCertificate } from '@peercert/pki';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Authorities,
  closeWorld,
  createAuthorities,
  createDirectory,
  get,
  listen,
  openEndpoint,
  place,
  serve,
  whoAmI,
} from './endpoint-world.ts';

let authorities: Authorities;
let alice: IssuedCertificate;

beforeAll(async () => {
  authorities = await createAuthorities();
  alice = await authorities.partners.client({ cn: 'alice' });
});
afterEach(closeWorld);

describe('the TLS settings of an endpoint', () => {
  it('change their ticket keys with time, which ends the sessions of before', async () => {
    const start = Date.now();
    let nowMs = start - (start % 1_000);
    const world = await openEndpoint(authorities, { clock: () => nowMs, sessions: { rotationSeconds: 1 } });
    const port = await serve(world);
    const { connection } = await get(authorities, port, alice);
    const isResumed = async (): Promise<boolean> =>
      (await get(authorities, port, alice, { session: connection.session })).connection.sessionReused;
    // As long as the clock stands still, the keys of each rotation are the same.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(await isResumed()).toBe(true);
    nowMs += 1_000;
    await expect.poll(isResumed, { timeout: 10_000 }).toBe(false);
  });

  it('reach a server that was closed and listens again', async () => {
    const world = await openEndpoint(authorities);
    const server = world.endpoint.createServer(whoAmI(world.endpoint));
    await listen(server);
    server.close();
    await once(server, 'close');
    expect(world.endpoint.status().servers).toEqual([]);
    const next = await authorities.server.server({ keyPair: await generateKeyPair('P-256') });
    place(join(world.directory, 'tls.crt'), next.chainPem);
    place(join(world.directory, 'tls.key'), next.privateKeyPem);
    await world.endpoint.reload();
    const port = await listen(server);
    expect(world.endpoint.status().servers).toHaveLength(1);
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: authorities.server.caPem });
    await once(socket, 'secureConnect');
    expect(socket.getPeerX509Certificate()?.raw.equals(next.certificateDer)).toBe(true);
    socket.destroy();
  });

  it('stay as they are when the anchors cannot be named in a handshake any more, while mtls() goes by the new ones', async () => {
    const directory = createDirectory();
    const intermediates = authorities.partners.issuing.certificatePem;
    const trust = createTrustStore({ anchors: authorities.partners.caPem, intermediates });
    const world = await openEndpoint(authorities, { handshake: 'name', trust }, directory);
    const port = await serve(world);
    const keyPair = await generateKeyPair('P-256');
    const large = await Promise.all(
      Array.from({ length: 70 }, (_, index) =>
        createRootAuthority({ subject: [{ O: 'x'.repeat(1_000) }, { CN: `Root ${index}` }], keyPair }),
      ),
    );
    trust.replace({ anchors: large.map(({ certificatePem }) => certificatePem) });
    expect(world.events).toMatchObject([
      { type: 'trust_updated' },
      { type: 'reload_failed', detail: expect.stringContaining('trust.anchors: the names of 70 authorities take') },
    ]);
    expect(await get(authorities, port, alice)).toMatchObject({ status: 401, body: 'issuer_unknown' });
  });
});
