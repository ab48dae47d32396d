// An authority is removed while its clients are connected, or hold sessions that they could resume.
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { join } from 'node:path';
import { createDenyList, fromFile } from '@peercert/core';
import type { IssuedCertificate } from '@peercert/pki';
import { keepAliveAgent } from '@peercert/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Authorities,
  answer,
  closeWorld,
  createAuthorities,
  createDirectory,
  get,
  listen,
  openEndpoint,
  place,
  serve,
  type World,
  whoAmI,
} from '../endpoint-world.ts';

let authorities: Authorities;
let alice: IssuedCertificate;

beforeAll(async () => {
  authorities = await createAuthorities();
  alice = await authorities.partners.client({ cn: 'alice' });
});
afterEach(closeWorld);

const versions = ['TLSv1.2', 'TLSv1.3'] as const;

/** The authority of alice goes; another one is in its place. */
async function removePartners({ directory, endpoint }: World): Promise<void> {
  place(join(directory, 'clients.pem'), authorities.staff.caPem);
  await endpoint.reload();
}

describe.each(versions)('a client over %s whose authority was removed', (tlsVersion) => {
  it('is denied with its next request on the connection that it has', async () => {
    const world = await openEndpoint(authorities);
    const port = await serve(world);
    const agent = keepAliveAgent();
    expect(await answer(authorities, port, alice, { agent, tlsVersion })).toBe('200 known');
    await removePartners(world);
    const { body, connection, status } = await get(authorities, port, alice, { agent, tlsVersion });
    expect({ status, body }).toEqual({ status: 401, body: 'issuer_unknown' });
    expect(connection.connectionReused).toBe(true);
    agent.destroy();
  });

  it('is denied with its session, which is not even resumed', async () => {
    const world = await openEndpoint(authorities);
    const port = await serve(world);
    const { connection } = await get(authorities, port, alice, { tlsVersion });
    const { session } = connection;
    expect((await get(authorities, port, alice, { tlsVersion, session })).connection.sessionReused).toBe(true);
    await removePartners(world);
    expect(await get(authorities, port, alice, { tlsVersion, session })).toMatchObject({
      status: 401,
      body: 'issuer_unknown',
      connection: { sessionReused: false },
    });
  });

  it('is denied by every worker that shares the ticket keys', async () => {
    const sessions = { sharedSecret: 'k3/9sQ4uT0v8xY2zB6nM1pL5wE7rJ4hG' };
    const open = async (): Promise<World> => {
      const directory = createDirectory();
      const anchors = fromFile(join(directory, 'clients.pem'));
      const intermediates = authorities.partners.issuing.certificatePem;
      return openEndpoint(authorities, { sessions, trust: { anchors, intermediates } }, directory);
    };
    const one = await open();
    const other = await open();
    const [onePort, otherPort] = [await serve(one), await serve(other)];
    const { connection } = await get(authorities, onePort, alice, { tlsVersion });
    const { session } = connection;
    // The workers agree: a session of one is a session of the other.
    expect(await get(authorities, otherPort, alice, { tlsVersion, session })).toMatchObject({
      status: 200,
      connection: { sessionReused: true },
    });
    await removePartners(other);
    expect(await get(authorities, otherPort, alice, { tlsVersion, session })).toMatchObject({
      status: 401,
      connection: { sessionReused: false },
    });
    // The worker that has not heard of it yet goes on as before.
    expect(await get(authorities, onePort, alice, { tlsVersion, session })).toMatchObject({ status: 200 });
    await removePartners(one);
    expect(await get(authorities, onePort, alice, { tlsVersion, session })).toMatchObject({ status: 401 });
  });
});

describe('over HTTP/2', () => {
  it('the next stream of a session is denied', async () => {
    const world = await openEndpoint(authorities);
    const port = await listen(world.endpoint.createHttp2Server(whoAmI(world.endpoint) as never));
    const session = connectHttp2(`https://localhost:${port}`, {
      ca: authorities.server.caPem,
      cert: alice.chainPem,
      key: alice.privateKeyPem,
    });
    const ask = async (): Promise<unknown> => {
      const stream = session.request({ ':path': '/' });
      const [head] = (await once(stream, 'response')) as [Record<string, unknown>];
      stream.resume();
      return head[':status'];
    };
    expect(await ask()).toBe(200);
    await removePartners(world);
    expect(await ask()).toBe(401);
    session.destroy();
  });
});

describe('a certificate that was denied', () => {
  it.each(versions)('is denied on a resumed session over %s', async (tlsVersion) => {
    const denyList = createDenyList();
    const port = await serve(await openEndpoint(authorities, { denyList }));
    const { connection } = await get(authorities, port, alice, { tlsVersion });
    denyList.revoke({ thumbprint: alice.thumbprint });
    expect(await get(authorities, port, alice, { tlsVersion, session: connection.session })).toMatchObject({
      status: 401,
      body: 'certificate_revoked',
      connection: { sessionReused: true },
    });
  });
});
