import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { connect } from 'node:tls';
import { fromFile } from '@peercert/core';
import { createRootAuthority, generateKeyPair, type IssuedCertificate } from '@peercert/pki';
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

describe('an endpoint', () => {
  it('lets in whom its trust knows, and explains to everybody else', async () => {
    const port = await serve(await openEndpoint(authorities));
    expect(await answer(authorities, port, alice)).toBe('200 known');
    expect(await answer(authorities, port, bob)).toBe('401 issuer_unknown');
    expect(await answer(authorities, port, null)).toBe('401 certificate_missing');
  });

  it('lets the anonymous in where presence is optional, and nobody with a bad certificate', async () => {
    const port = await serve(await openEndpoint(authorities, { presence: 'optional' }));
    expect(await answer(authorities, port, null)).toBe('200 known');
    expect(await answer(authorities, port, bob)).toBe('401 issuer_unknown');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('resumes sessions over %s', async (tlsVersion) => {
    const port = await serve(await openEndpoint(authorities));
    const { connection } = await get(authorities, port, alice, { tlsVersion });
    const second = await get(authorities, port, alice, { tlsVersion, session: connection.session });
    expect(second).toMatchObject({ status: 200, connection: { sessionReused: true, tlsVersion } });
  });

  it('is refused an empty file of authorities', async () => {
    const directory = createDirectory();
    writeFileSync(join(directory, 'none.pem'), '');
    const anchors = fromFile(join(directory, 'none.pem'));
    await expect(openEndpoint(authorities, { trust: { anchors } })).rejects.toThrow(/none\.pem is empty/);
  });

  it('takes authorities and their lists out of one file, and is refused lists that it would not consult', async () => {
    const root = await createRootAuthority({ subject: 'CN=Listed' });
    const [carol, mallory] = [
      await root.issueClient({ subject: 'CN=carol' }),
      await root.issueClient({ subject: 'CN=m' }),
    ];
    const { crlPem } = root.issueCrl({ entries: [{ serialNumber: mallory.serialNumber }] });
    const directory = createDirectory();
    const path = join(directory, 'ca.crt');
    writeFileSync(path, root.certificatePem + crlPem);
    const both = { anchors: fromFile(path) };
    await expect(openEndpoint(authorities, { trust: both })).rejects.toThrow(
      /^trust\.anchors: the file \S+ca\.crt, block 2 is a revocation list, and nobody consults it: add fromFile\(/,
    );

    const revocation = { methods: ['crl'] as const, crls: { sources: [fromFile(path)] } };
    const { endpoint } = await openEndpoint(authorities, { trust: both, revocation });
    const port = await serve({ endpoint, directory, events: [] });
    expect(await answer(authorities, port, carol)).toBe('200 known');
    expect(await answer(authorities, port, mallory)).toBe('401 certificate_revoked');

    // What takes its place is something else: what was there counts, and the status has the same words as a start would.
    writeFileSync(path, root.privateKeyPem);
    const { revocation: lists, trust } = await endpoint.reload();
    const words = 'holds a private key: take it out, and keep it where nobody but its server can read it';
    expect(trust[0]?.failure).toEqual({
      problem: 'file_malformed',
      detail: `trust.anchors: the file ${path} ${words}`,
    });
    expect(lists[0]?.lastError?.detail).toBe(`it ${words}`);
    expect(await answer(authorities, port, carol)).toBe('200 known');
    expect(await answer(authorities, port, mallory)).toBe('401 certificate_revoked');
  });
});

describe('an endpoint whose files change', () => {
  it('trusts another authority with the next request', async () => {
    const world = await openEndpoint(authorities);
    const port = await serve(world);
    place(join(world.directory, 'clients.pem'), authorities.staff.caPem);
    const status = await world.endpoint.reload();
    expect(status.trust).toMatchObject([{ name: 'default', generation: 2, anchors: 1, failure: undefined }]);
    expect(world.events.map(({ type }) => type)).toEqual(['trust_updated']);
    expect(await answer(authorities, port, alice)).toBe('401 issuer_unknown');
    expect(await answer(authorities, port, bob)).toBe('200 known');
  });

  it('shows another certificate with the next handshake, and resumes what began before', async () => {
    const world = await openEndpoint(authorities);
    const port = await serve(world);
    const agent = keepAliveAgent();
    const { connection } = await get(authorities, port, alice, { agent });
    const next = await authorities.server.server({ keyPair: await generateKeyPair('P-256') });
    place(join(world.directory, 'tls.crt'), next.chainPem);
    place(join(world.directory, 'tls.key'), next.privateKeyPem);
    const { identities } = await world.endpoint.reload();
    expect(identities).toMatchObject([
      { name: 'default', failure: undefined, names: expect.arrayContaining(['localhost']) },
    ]);
    expect(world.events).toMatchObject([{ type: 'identity_updated', name: 'default', digest: identities[0]?.digest }]);
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: authorities.server.caPem });
    await once(socket, 'secureConnect');
    expect(socket.getPeerX509Certificate()?.raw.equals(next.certificateDer)).toBe(true);
    socket.destroy();
    expect(await get(authorities, port, alice, { agent })).toMatchObject({ connection: { connectionReused: true } });
    expect(await get(authorities, port, alice, { session: connection.session })).toMatchObject({
      status: 200,
      connection: { sessionReused: true },
    });
    agent.destroy();
  });

  it.each([
    ['clients.pem', '-----BEGIN CERTIFICATE-----\nMIIB', 'trust_failed'],
    ['clients.pem', '', 'trust_failed'],
    ['tls.crt', '-----BEGIN CERTIFICATE-----\nMIIB', 'identity_failed'],
    ['tls.key', '', 'identity_failed'],
  ])('goes on as before while %s holds %j, and says so', async (file, content, type) => {
    const world = await openEndpoint(authorities);
    const port = await serve(world);
    writeFileSync(join(world.directory, file), content);
    const status = await world.endpoint.reload();
    await world.endpoint.reload();
    expect([...status.identities, ...status.trust].flatMap(({ failure }) => failure ?? [])).toMatchObject([
      { problem: 'file_malformed', detail: expect.stringContaining(join(world.directory, file)) },
    ]);
    expect(world.events).toMatchObject([{ type, detail: expect.stringContaining(file) }]);
    expect(await answer(authorities, port, alice)).toBe('200 known');
    expect(await answer(authorities, port, bob)).toBe('401 issuer_unknown');
  });

  it('follows pins and roles, too', async () => {
    const directory = createDirectory();
    place(join(directory, 'pins.txt'), `${bob.pin}\n`);
    const world = await openEndpoint(authorities, { pins: fromFile(join(directory, 'pins.txt')) }, directory);
    const port = await serve(world);
    expect(await answer(authorities, port, alice)).toBe('403 pin_mismatch');
    place(join(directory, 'pins.txt'), `${alice.pin}\n`);
    const { policy } = await world.endpoint.reload();
    expect(policy).toEqual([{ option: 'pins', file: join(directory, 'pins.txt'), failure: undefined }]);
    expect(await answer(authorities, port, alice)).toBe('200 known');
  });

  it('reads them at SIGHUP where it is told to, until it is closed', async () => {
    const world = await openEndpoint(authorities, { reloadSignal: 'SIGHUP' });
    const before = process.listenerCount('SIGHUP');
    place(join(world.directory, 'clients.pem'), authorities.staff.caPem);
    process.emit('SIGHUP');
    await expect.poll(() => world.events.map(({ type }) => type)).toEqual(['trust_updated']);
    world.endpoint.close();
    expect(process.listenerCount('SIGHUP')).toBe(before - 1);
  });

  it('closes a connection without HTTP at once when the authority of its client goes', async () => {
    const world = await openEndpoint(authorities);
    const { endpoint } = world;
    const port = await listen(
      endpoint.createTlsServer(async (socket) => {
        socket.write((await endpoint.authenticateConnection(socket)).outcome);
      }),
    );
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: authorities.server.caPem,
      cert: alice.chainPem,
      key: alice.privateKeyPem,
    });
    const [word] = (await once(socket, 'data')) as [Buffer];
    expect(String(word)).toBe('allow');
    expect(endpoint.status().liveSockets).toBe(1);
    place(join(world.directory, 'clients.pem'), authorities.staff.caPem);
    const closed = once(socket.resume(), 'close');
    await endpoint.reload();
    await closed;
    expect(endpoint.status().liveSockets).toBe(0);
    expect(world.events).toMatchObject([{ type: 'trust_updated' }, { type: 'live_socket_closed', id: 'alice' }]);
  });
});

describe('an endpoint whose authorities end', () => {
  const dayMs = 86_400_000;

  it('says when in its status, tells of it before and after, and refuses to start with one that has ended', async () => {
    const root = await createRootAuthority({ subject: [{ CN: 'Ending' }], validity: { days: 40 } });
    const ending = await root.issueClient({ subject: [{ CN: 'ending' }], validity: { days: 60 } });
    let time = Date.now();
    const trust = { anchors: root.certificatePem, intermediates: authorities.partners.issuing.certificatePem };
    const own = await authorities.server.server();
    const options = { clock: () => time, trust, certificate: own.chainPem, key: own.privateKeyPem };
    const world = await openEndpoint(authorities, options);
    expect(world.endpoint.status().trust).toMatchObject([
      {
        anchors: 1,
        intermediates: 1,
        certificates: [
          {
            role: 'anchor',
            subject: 'CN=Ending',
            notAfter: new Date(new X509Certificate(root.certificateDer).validTo),
          },
          { role: 'intermediate', subject: 'CN=Partners Issuing', notAfter: expect.any(Date) },
        ],
      },
    ]);
    const port = await serve(world);
    expect(await answer(authorities, port, ending)).toBe('200 known');
    expect(world.events).toEqual([]);
    time += 20 * dayMs;
    await world.endpoint.reload();
    time += 21 * dayMs;
    expect(await answer(authorities, port, ending)).toBe('503 trust_anchor_expired');
    expect(await answer(authorities, port, ending)).toBe('503 trust_anchor_expired');
    expect(world.events.filter(({ type }) => type.startsWith('trust_'))).toMatchObject([
      { type: 'trust_certificate_expiring', role: 'anchor', subject: 'CN=Ending', daysLeft: 19 },
      { type: 'trust_certificate_expired', role: 'anchor', subject: 'CN=Ending' },
    ]);
    await expect(openEndpoint(authorities, options)).rejects.toThrow(/^trust\.anchors has expired: CN=Ending ended at/);
  });
});

describe('an endpoint that is closed', () => {
  it('follows its files no more, and its servers go on', async () => {
    const world = await openEndpoint(authorities);
    const port = await serve(world);
    world.endpoint.close();
    world.endpoint.close();
    place(join(world.directory, 'clients.pem'), authorities.staff.caPem);
    await world.endpoint.reload();
    expect(await answer(authorities, port, alice)).toBe('200 known');
    expect(world.events).toEqual([]);
  });

  it('is never made of half its files', async () => {
    const directory = createDirectory();
    const pins = fromFile(join(directory, 'absent.txt'));
    await expect(openEndpoint(authorities, { pins }, directory)).rejects.toThrow(/absent\.txt/);
  });
});
