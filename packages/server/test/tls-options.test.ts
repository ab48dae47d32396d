import { once } from 'node:events';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { type Certificate, fromFile } from '@peercert/core';
import type { IssuedCertificate } from '@peercert/pki';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkNamedAnchors, type HandshakeMode } from '../src/tls-options.ts';
import {
  type Authorities,
  answer,
  closeWorld,
  createAuthorities,
  createDirectory,
  get,
  openEndpoint,
  place,
  serve,
  type World,
} from './endpoint-world.ts';

let authorities: Authorities;
let alice: IssuedCertificate;
let bob: IssuedCertificate;

beforeAll(async () => {
  authorities = await createAuthorities();
  alice = await authorities.partners.client({ cn: 'alice' });
  bob = await authorities.staff.client({ cn: 'bob' });
});
afterEach(closeWorld);

/** With the intermediates of both, so that either may be trusted. */
async function openHandshake(handshake: HandshakeMode): Promise<World> {
  const directory = createDirectory();
  const intermediates = [authorities.partners, authorities.staff].map(({ issuing }) => issuing.certificatePem);
  const trust = { anchors: fromFile(join(directory, 'clients.pem')), intermediates };
  return openEndpoint(authorities, { handshake, trust }, directory);
}

describe('the options of a server', () => {
  it('ask for a certificate, tell Node of no authority, and never let it take the public ones', async () => {
    const { endpoint } = await openEndpoint(authorities);
    expect(endpoint.tlsOptions()).toMatchObject({ ca: [], requestCert: true, rejectUnauthorized: false });
  });

  it('name the anchors to clients that have to choose, and still leave the decision to mtls()', async () => {
    const world = await openHandshake('name');
    expect(world.endpoint.tlsOptions()).toMatchObject({ ca: [authorities.partners.caPem], rejectUnauthorized: false });
    const port = await serve(world);
    expect(await answer(authorities, port, bob)).toBe('401 issuer_unknown');
    place(join(world.directory, 'clients.pem'), authorities.staff.caPem);
    await world.endpoint.reload();
    expect(world.endpoint.tlsOptions().ca).toEqual([authorities.staff.caPem]);
  });

  it('refuse in the handshake where they are told to, by the anchors of the moment', async () => {
    const world = await openHandshake('refuse');
    const port = await serve(world);
    expect(await answer(authorities, port, alice)).toBe('200 known');
    await expect(get(authorities, port, bob)).rejects.toThrow(/alert|ECONNRESET|hang up/);
    await expect(get(authorities, port, null)).rejects.toThrow(/alert|ECONNRESET|hang up/);
    place(join(world.directory, 'clients.pem'), authorities.staff.caPem);
    await world.endpoint.reload();
    expect(await answer(authorities, port, bob)).toBe('200 known');
    await expect(get(authorities, port, alice)).rejects.toThrow(/alert|ECONNRESET|hang up/);
  });

  it('let no client renegotiate', async () => {
    const port = await serve(await openEndpoint(authorities));
    const socket: TLSSocket = connect({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: authorities.server.caPem,
      maxVersion: 'TLSv1.2',
    });
    await once(socket, 'secureConnect');
    const outcome = await new Promise((resolve) => {
      socket.on('error', resolve);
      socket.renegotiate({}, resolve);
    });
    expect(outcome).toMatchObject({ code: expect.stringMatching(/RENEGOTIATION/) });
    socket.destroy();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('resume nothing over %s where they are told to', async (tlsVersion) => {
    const port = await serve(await openEndpoint(authorities, { sessions: { resumption: 'off' } }));
    const { connection } = await get(authorities, port, alice, { tlsVersion });
    const { session } = connection;
    const second = await get(authorities, port, alice, { tlsVersion, ...(session && { session }) });
    expect(second).toMatchObject({ status: 200, connection: { sessionReused: false } });
  });
});

describe('authorities that are named in the handshake', () => {
  const named = (count: number): Certificate[] =>
    Array.from({ length: count }, () => ({ subject: { der: Buffer.alloc(98) } }) as unknown as Certificate);

  it('may take as many octets as a handshake has room for', () => {
    expect(() => checkNamedAnchors('name', named(654), 'trust.anchors')).not.toThrow();
    expect(() => checkNamedAnchors('name', named(655), 'trust.anchors')).toThrow(
      "trust.anchors: the names of 655 authorities take 65500 octets, and a TLS handshake has room for 65471: leave out handshake: 'name'",
    );
    expect(() => checkNamedAnchors('ask', named(10_000), 'trust.anchors')).not.toThrow();
  });
});
