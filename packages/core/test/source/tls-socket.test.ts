import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createSecureServer, connect as http2Connect, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer as createPlainServer, connect as plainConnect, Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { type ConnectionOptions, connect, createServer, type Server, TLSSocket, type TlsOptions } from 'node:tls';
import { runInNewContext } from 'node:vm';
import { extension, toPem } from '@peercert/pki';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { PeercertFailure } from '../../src/error.ts';
import type { PresentedCertificates, PresentedHandshake, TlsServer } from '../../src/source/presented.ts';
import { fromTls } from '../../src/source/tls-socket.ts';
import { authority, client, type Entity } from '../path/certificates.ts';
import { facts } from '../requests.ts';

const root = authority('CN=Root');
const issuing = authority('CN=Issuing', { by: root });
const alice = client('CN=alice', { by: issuing });
const host = client('CN=localhost', {
  by: root,
  extensions: [extension.extendedKeyUsage(['serverAuth']), extension.subjectAltName([{ dns: 'localhost' }])],
});

const keyPem = ({ keyPair }: Entity): string => keyPair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const pemOf = (...entities: readonly Entity[]): string => entities.map(({ der }) => toPem(der)).join('');
const credential = (...entities: readonly [Entity, ...Entity[]]): ConnectionOptions => ({
  cert: pemOf(...entities),
  key: keyPem(entities[0]),
});

const asking: TlsOptions = {
  cert: pemOf(host),
  key: keyPem(host),
  ca: pemOf(root),
  requestCert: true,
  rejectUnauthorized: false,
};

const open: { destroy(): void }[] = [];
const servers: Server[] = [];

afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((closed) => void server.close(closed))));
});

async function listening<S extends Server>(server: S): Promise<S> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

interface Connection {
  /** The server's end. */
  readonly socket: TLSSocket;
  readonly peer: TLSSocket;
  /** For a resumption; of a resumed session, the one that it was resumed from. */
  readonly session: Buffer;
}

/** One handshake. The greeting makes the client read, so that it gets its tickets. */
async function connected(server: Server, options: ConnectionOptions = {}): Promise<Connection> {
  const { port } = server.address() as AddressInfo;
  const arrived = once(server, 'secureConnection');
  const peer = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  const ticket = options.session === undefined ? once(peer, 'session') : undefined;
  peer.on('error', () => undefined);
  const [socket] = (await arrived) as [TLSSocket];
  socket.on('error', () => undefined);
  open.push(socket, peer);
  peer.resume();
  socket.write('hello');
  const [session] = ((await ticket) ?? [options.session]) as [Buffer];
  return { socket, peer, session };
}

const serving = (options: TlsOptions = {}): Promise<Server> => listening(createServer({ ...asking, ...options }));

const present = (socket: unknown): ReturnType<ReturnType<typeof fromTls>['present']> =>
  fromTls().present(facts({ socket }));

function presentedBy(socket: unknown): PresentedCertificates & { readonly handshake: PresentedHandshake } {
  const outcome = present(socket);
  if (!outcome?.ok) throw new Error('nothing was presented');
  return outcome.value as PresentedCertificates & { readonly handshake: PresentedHandshake };
}

/** Octets as plain arrays: Node gives Buffers. */
const octets = (certificates: readonly Uint8Array[]): number[][] => certificates.map((der) => [...der]);

describe('the source of direct connections', () => {
  it('is one, speaks of the connection itself, and is called tls', () => {
    expect(fromTls()).toBe(fromTls());
    expect(fromTls()).toMatchObject({ name: 'tls', of: 'connection' });
    expect(Object.isFrozen(fromTls())).toBe(true);
  });

  it('presents the leaf first, and takes nobody’s word for it', async () => {
    const server = await serving();
    const { socket } = await connected(server, credential(alice, issuing));
    const presented = presentedBy(socket);
    expect(presented.source).toBe('tls');
    expect([...(presented.certificates[0] as Uint8Array)]).toEqual([...alice.der]);
    expect(presented.verdict).toEqual({ by: 'nobody' });
    expect(presented.handshake).toEqual({
      server,
      isByName: false,
      // Where it shows the leaf alone.
      mayHideIntermediates: presented.certificates.length === 1,
      objection: undefined,
      superseded: false,
    });
  });

  it('presents a self-signed certificate once', async () => {
    const lonely = client('CN=lonely');
    const { socket } = await connected(await serving(), credential(lonely));
    expect(octets(presentedBy(socket).certificates)).toEqual(octets([lonely.der]));
  });

  it('says what Node has against a certificate, and nothing in its favour', async () => {
    const stranger = client('CN=stranger', { by: authority('CN=Elsewhere') });
    const { socket } = await connected(await serving(), credential(stranger));
    expect(socket.authorized).toBe(false);
    expect(presentedBy(socket)).toMatchObject({
      verdict: { by: 'nobody' },
      handshake: { objection: expect.stringMatching(/^[A-Z_]+$/) },
    });
  });

  it('answers the same object for every request of a connection', async () => {
    const { socket } = await connected(await serving(), credential(alice, issuing));
    expect(presentedBy(socket)).toBe(presentedBy(socket));
  });

  it('reads the socket of an HTTP/2 session, which is one behind a proxy object', async () => {
    const server = createSecureServer(asking);
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const arrived = once(server, 'stream');
    const session = http2Connect(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      rejectUnauthorized: false,
      ...credential(alice, issuing),
    });
    open.push(session);
    session.request({ ':path': '/' }).end();
    const [stream] = (await arrived) as [ServerHttp2Stream];
    const socket = stream.session?.socket;
    expect(octets(presentedBy(socket).certificates)[0]).toEqual([...alice.der]);
    expect(presentedBy(socket)).toBe(presentedBy(socket));
  });
});

describe('a client without a certificate', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'presents keys for RSASSA-PSS, but for one that no handshake is signed with, whose client sends none (%s)',
    async (version) => {
      const server = await serving({ minVersion: version, maxVersion: version });
      const presents = async (options: object): Promise<boolean> => {
        const keyPair = generateKeyPairSync('rsa-pss', { modulusLength: 2048, ...options });
        const leaf = client('CN=pss', { by: root, keyPair });
        const outcome = present((await connected(server, credential(leaf))).socket);
        return outcome !== undefined;
      };
      const bound = (hash: string, mask: string): object => ({ hashAlgorithm: hash, mgf1HashAlgorithm: mask });
      expect(await presents({})).toBe(true);
      expect(await presents({ ...bound('sha256', 'sha256'), saltLength: 32 })).toBe(true);
      expect(await presents({ ...bound('sha1', 'sha1'), saltLength: 20 })).toBe(false);
      expect(await presents({ ...bound('sha224', 'sha224'), saltLength: 28 })).toBe(false);
    },
  );

  it('has nothing to present', async () => {
    const { socket } = await connected(await serving());
    expect(present(socket)).toBeUndefined();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'has nothing to present on a resumed session either (%s)',
    async (version) => {
      const server = await serving({ minVersion: version, maxVersion: version });
      const { session } = await connected(server);
      const { socket } = await connected(server, { session });
      // On Node 20 and 22 `authorized` is true here under TLS 1.3.
      expect(socket.isSessionReused()).toBe(true);
      expect(present(socket)).toBeUndefined();
    },
  );

  it('is a mistake of the set-up where the server never asks', async () => {
    const server = await serving({ requestCert: false });
    const { socket } = await connected(server, credential(alice, issuing));
    expect(() => present(socket)).toThrow(
      new PeercertFailure(
        'setup',
        'The TLS server does not ask clients for a certificate: create it with requestCert: true',
      ),
    );
  });
});

describe('a resumed session', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('presents the leaf (%s)', async (version) => {
    const server = await serving({ minVersion: version, maxVersion: version });
    const { session } = await connected(server, credential(alice, issuing));
    const { socket } = await connected(server, { ...credential(alice, issuing), session });
    expect(socket.isSessionReused()).toBe(true);
    expect(socket.authorized).toBe(true);
    expect([...(presentedBy(socket).certificates[0] as Uint8Array)]).toEqual([...alice.der]);
  });
});

describe('secure contexts by name', () => {
  const named = { servername: 'a.test' };

  it('hide which authorities were applied to a client that asked for a name', async () => {
    const server = await serving();
    server.addContext('b.test', asking);
    const asked = await connected(server, { ...credential(alice, issuing), ...named });
    expect(presentedBy(asked.socket).handshake.isByName).toBe(true);
    const unnamed = await connected(server, { ...credential(alice, issuing), servername: '' });
    expect(presentedBy(unnamed.socket).handshake.isByName).toBe(false);
  });

  it('do so from a callback as well', async () => {
    const server = await serving({ SNICallback: (_name, done) => done(null) });
    const { socket } = await connected(server, { ...credential(alice, issuing), ...named });
    expect(presentedBy(socket).handshake.isByName).toBe(true);
  });

  it('hide it in every resumed session, whatever name it says', async () => {
    const server = await serving();
    server.addContext('b.test', asking);
    const { session } = await connected(server, { ...credential(alice, issuing), servername: '' });
    const { socket } = await connected(server, { ...credential(alice, issuing), servername: '', session });
    expect(presentedBy(socket).handshake.isByName).toBe(true);
  });

  it('that a server does not have hide nothing', async () => {
    const { socket } = await connected(await serving(), { ...credential(alice, issuing), ...named });
    expect(presentedBy(socket).handshake.isByName).toBe(false);
  });
});

describe('a renegotiation', () => {
  const mallory = client('CN=mallory', { by: issuing });
  const again = (socket: TLSSocket, options = {}): Promise<void> =>
    new Promise((done, failed) => {
      socket.renegotiate({ rejectUnauthorized: false, ...options }, (error) => (error ? failed(error) : done()));
    });
  const refused = {
    ok: false,
    reason: {
      code: 'tls_verification_failed',
      detail: { error: 'a renegotiation began before the certificate was read' },
    },
  };

  /** Passes on what the client sends, record by record, until it is told to hold the rest back. */
  async function relaying(
    server: Server,
  ): Promise<{ port: number; passOn: (records: number) => void; passed: () => number }> {
    let left = Number.POSITIVE_INFINITY;
    let passed = 0;
    const relay = createPlainServer((near) => {
      const far = plainConnect((server.address() as AddressInfo).port, '127.0.0.1');
      let rest = Buffer.alloc(0);
      open.push(near, far);
      for (const end of [near, far]) end.on('error', () => undefined);
      far.on('data', (octets) => near.write(octets));
      near.on('data', (octets) => {
        for (rest = Buffer.concat([rest, octets]); rest.length >= 5; ) {
          const length = 5 + rest.readUInt16BE(3);
          if (rest.length < length || left === 0) return;
          far.write(rest.subarray(0, length));
          rest = rest.subarray(length);
          left -= 1;
          passed += 1;
        }
      });
    });
    relay.listen(0, '127.0.0.1');
    await once(relay, 'listening');
    onTestFinished(() => void relay.close());
    return {
      port: (relay.address() as AddressInfo).port,
      passOn: (records) => {
        left = records;
        passed = 0;
      },
      passed: () => passed,
    };
  }

  /** A client in the midst of a renegotiation: its certificate arrived, the proof that it holds the key did not. */
  async function halfway(readBefore: boolean): Promise<TLSSocket> {
    const server = await serving({ maxVersion: 'TLSv1.2' });
    const relay = await relaying(server);
    const { peer, socket } = await connected(server, { ...credential(mallory, issuing), port: relay.port });
    socket.resume();
    if (readBefore) presentedBy(socket);
    // ClientHello and Certificate, without ClientKeyExchange, CertificateVerify and Finished.
    relay.passOn(2);
    again(peer).catch(() => undefined);
    const shown = (): unknown => socket.getPeerCertificate(true);
    const first = shown();
    expect(first).toHaveProperty('raw');
    while (relay.passed() < 2) await setImmediate();
    await setTimeout(50);
    expect(shown()).toHaveProperty('raw');
    return socket;
  }

  it('that is complete replaces what was presented, since it may bring another certificate', async () => {
    const server = await serving({ maxVersion: 'TLSv1.2' });
    const { socket } = await connected(server, credential(alice, issuing));
    const before = presentedBy(socket);
    await again(socket, { requestCert: true });
    const after = presentedBy(socket);
    expect(after).not.toBe(before);
    expect(octets(after.certificates)[0]).toEqual([...alice.der]);
    expect(presentedBy(socket)).toBe(after);
  });

  it('that is under way shows a certificate whose key nobody proved to hold: it is not read', async () => {
    expect(present(await halfway(false))).toEqual(refused);
  });

  it('that is under way changes nothing for a connection that was read before', async () => {
    const { certificates } = presentedBy(await halfway(true));
    expect(octets(certificates)[0]).toEqual([...mallory.der]);
  });

  it('that was complete before anything was read cannot be told from one under way, until the next', async () => {
    const server = await serving({ maxVersion: 'TLSv1.2' });
    const { socket } = await connected(server, credential(alice, issuing));
    await again(socket, { requestCert: true });
    expect(present(socket)).toEqual(refused);
    expect(present(socket)).toEqual(refused);
    await again(socket, { requestCert: true });
    expect(octets(presentedBy(socket).certificates)[0]).toEqual([...alice.der]);
  });

  it('by a client without a certificate, of a server that never asks, is a mistake of the set-up at the next request', async () => {
    const server = await serving({ requestCert: false, maxVersion: 'TLSv1.2' });
    const { peer, socket } = await connected(server);
    expect(() => present(socket)).toThrow(PeercertFailure);
    socket.resume();
    await again(peer);
    expect(() => present(socket)).toThrow(PeercertFailure);
  });
});

describe('a socket that is none', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'socket'],
    ['a plain socket', new Socket()],
    [
      'an object that claims everything',
      {
        encrypted: true,
        authorized: true,
        getPeerCertificate: () => ({ raw: alice.der }),
        isSessionReused: () => false,
      },
    ],
  ])('vouches for nothing: %s', (_, socket) => {
    expect(present(socket)).toBeUndefined();
  });
});

describe('a socket without a server', () => {
  /** A `TLSSocket` of somebody's own making. */
  function own(certificate: unknown, members: object = {}): TLSSocket {
    return Object.assign(Object.create(TLSSocket.prototype) as TLSSocket, {
      authorized: true,
      getPeerCertificate: () => certificate,
      getProtocol: () => 'TLSv1.3',
      isSessionReused: () => false,
      ...members,
    });
  }

  it('of an authorized socket is shown alone, and has no authorities', () => {
    expect(presentedBy(own({ raw: alice.der })).handshake).toEqual({
      server: {},
      isByName: false,
      mayHideIntermediates: true,
      objection: undefined,
      superseded: false,
    });
  });

  it('says what Node has against it, whether that is a code or an error', () => {
    const objectionTo = (authorizationError: unknown): unknown =>
      presentedBy(own({ raw: alice.der }, { authorizationError })).handshake.objection;
    expect(objectionTo('CERT_REVOKED')).toBe('CERT_REVOKED');
    expect(objectionTo(new Error('CERT_REVOKED'))).toContain('CERT_REVOKED');
    expect(objectionTo(runInNewContext("new Error('CERT_REVOKED')"))).toBe('CERT_REVOKED');
    expect(objectionTo(null)).toBeUndefined();
  });

  it('presents nothing without a certificate, and is no mistake of the set-up', () => {
    expect(present(own({}))).toBeUndefined();
    expect(present(own(null))).toBeUndefined();
    expect(present(own({}, { server: { requestCert: true } satisfies TlsServer }))).toBeUndefined();
  });

  it('is read along its issuers, to a certificate that is its own or has none', () => {
    const last = { raw: root.der, issuerCertificate: undefined };
    const middle = { raw: issuing.der, issuerCertificate: last };
    const all = octets([alice.der, issuing.der, root.der]);
    expect(octets(presentedBy(own({ raw: alice.der, issuerCertificate: middle })).certificates)).toEqual(all);
    Object.assign(last, { issuerCertificate: last });
    expect(octets(presentedBy(own({ raw: alice.der, issuerCertificate: middle })).certificates)).toEqual(all);
    Object.assign(last, { issuerCertificate: {} });
    expect(octets(presentedBy(own({ raw: alice.der, issuerCertificate: middle })).certificates)).toEqual(all);
  });

  it('is not read under TLS 1.2 where nobody can say how many handshakes there were', () => {
    const older = { getProtocol: (): string => 'TLSv1.2' };
    const refused = { ok: false, reason: { code: 'tls_verification_failed' } };
    expect(present(own({ raw: alice.der }, older))).toMatchObject(refused);
    expect(present(own({ raw: alice.der }, { ...older, _handle: null }))).toMatchObject(refused);
    expect(present(own({ raw: alice.der }, { ...older, _handle: { handshakes: 1 } }))).toMatchObject(refused);
    expect(present(own({ raw: alice.der }, { ...older, _handle: { handshakes: 0 } }))?.ok).toBe(true);
  });

  it('is not read for ever where issuers go round', () => {
    const first = { raw: alice.der, issuerCertificate: {} };
    Object.assign(first, { issuerCertificate: { raw: issuing.der, issuerCertificate: first } });
    expect(presentedBy(own(first)).certificates).toHaveLength(100);
  });
});
