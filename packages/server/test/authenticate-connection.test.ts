import { once } from 'node:events';
import { connect as connectPlain, createServer as createPlainServer, type Socket } from 'node:net';
import { createServer, TLSSocket, type TlsOptions } from 'node:tls';
import {
  clientOf,
  createDenyList,
  createRoleGuard,
  createTrustStore,
  type Decision,
  type DecisionEvent,
  fromApiGateway,
  fromNginx,
  fromTls,
  type MtlsOptions,
} from '@peercert/core';
import { createRootAuthority } from '@peercert/pki';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ConnectionAccess, createConnectionAuthenticator } from '../src/authenticate-connection.ts';
import type { UpgradeEvent } from '../src/upgrade/events.ts';
import { createLiveSockets } from '../src/upgrade/live-sockets.ts';
import { authority, connection, listening, tlsSettings } from './upgrade/world.ts';

const alice = await authority.client({ cn: 'alice', ou: 'Administrators' });
const bob = await authority.client({ cn: 'bob', ou: 'Sales' });
const late = await authority.client({ cn: 'late', validity: { notAfter: new Date(Date.now() - 1000) } });
const intermediates = authority.issuing.certificatePem;
const trust = { anchors: authority.caPem, intermediates };

/** A line protocol: says who came, and repeats what it hears. */
async function serve(options: MtlsOptions, access?: ConnectionAccess, settings: TlsOptions = {}) {
  const events: UpgradeEvent[] = [];
  const decisions: (Decision | Error)[] = [];
  const liveSockets = createLiveSockets({ sweepMilliseconds: 86_400_000, onEvent: (event) => events.push(event) });
  onTestFinished(() => liveSockets.close());
  const authenticateConnection = createConnectionAuthenticator(options, { liveSockets });
  const server = createServer({ ...tlsSettings, ...settings });
  server.on('secureConnection', (socket) => {
    authenticateConnection(socket, access).then(
      (decision) => {
        decisions.push(decision);
        if (decision.outcome === 'deny') socket.end(`no ${decision.reason.code}\n`);
        else {
          socket.write(`hello ${clientOf(socket)?.id ?? 'stranger'}\n`);
          socket.pipe(socket);
        }
      },
      (error: Error) => {
        decisions.push(error);
        socket.destroy();
      },
    );
  });
  return { authenticateConnection, liveSockets, events, decisions, port: await listening(server) };
}

async function lineFrom(socket: TLSSocket): Promise<string> {
  const [data] = await once(socket, 'data');
  return String(data).trim();
}

describe('a connection without HTTP', () => {
  it('is decided as a request would be', async () => {
    const server = await serve({ roles: { Administrators: 'admin' } });
    expect(await lineFrom(await connection(server.port, alice))).toBe('hello alice');
    expect(await lineFrom(await connection(server.port, null))).toBe('no certificate_missing');
    expect(await lineFrom(await connection(server.port, late))).toBe('no certificate_expired');
    expect(server.decisions).toMatchObject([
      { outcome: 'allow', client: { id: 'alice', source: 'tls' } },
      { outcome: 'deny' },
      { outcome: 'deny' },
    ]);
    const [allowed] = server.decisions as [Extract<Decision, { outcome: 'allow' }>];
    expect([...allowed.client.roles]).toEqual(['admin']);
    expect(server.liveSockets.size).toBe(1);
  });

  it('of two clients at once is decided for each by itself, and what they send early is not lost', async () => {
    const server = await serve({ roles: async ({ id }) => (id === 'alice' ? ['admin'] : []) }, { role: 'admin' });
    const [one, other] = await Promise.all([connection(server.port, alice), connection(server.port, bob)]);
    one.write('early');
    let heard = '';
    one.on('data', (data) => {
      heard += String(data);
    });
    expect(await lineFrom(other)).toBe('no role_missing');
    await expect.poll(() => heard).toBe('hello alice\nearly');
  });

  it('is anonymous without a certificate where presence is optional', async () => {
    const server = await serve({ presence: 'optional' });
    expect(await lineFrom(await connection(server.port, null))).toBe('hello stranger');
    expect(await lineFrom(await connection(server.port, late))).toBe('no certificate_expired');
    expect(server.decisions[0]).toEqual({ outcome: 'anonymous' });
    expect(server.liveSockets.size).toBe(0);
  });

  it('is anonymous under report-only where it would be refused, and the observer hears of it', async () => {
    const told: DecisionEvent[] = [];
    const server = await serve({ enforcement: 'report-only', onDecision: (event) => told.push(event) });
    expect(await lineFrom(await connection(server.port, late))).toBe('hello stranger');
    expect(told).toMatchObject([
      {
        decision: { reason: { code: 'certificate_expired' } },
        enforced: false,
        clientAddress: '127.0.0.1',
        requestTarget: '',
      },
    ]);
  });

  it('is on no excluded path', async () => {
    const server = await serve({ exclude: ['/healthz', '/public/'] });
    expect(await lineFrom(await connection(server.port, null))).toBe('no certificate_missing');
  });

  it('obeys rules on addresses and guards of core', async () => {
    const elsewhere = await serve({ addresses: { allow: ['192.0.2.0/24'] } });
    expect(await lineFrom(await connection(elsewhere.port, alice))).toBe('no address_denied');
    const guarded = await serve({}, { guards: [createRoleGuard('admin')] });
    expect(await lineFrom(await connection(guarded.port, alice))).toBe('no role_missing');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'over a resumed %s session is decided by its certificate',
    async (version) => {
      const denyList = createDenyList();
      const server = await serve({ denyList, trust }, undefined, { minVersion: version, maxVersion: version });
      const first = await connection(server.port, alice);
      const [session] = (await (version === 'TLSv1.3' ? once(first, 'session') : [first.getSession()])) as [Buffer];
      const again = await connection(server.port, alice, { session });
      expect(again.isSessionReused()).toBe(true);
      expect(await lineFrom(again)).toBe('hello alice');
      denyList.revoke({ thumbprint: alice.thumbprint });
      expect(await lineFrom(await connection(server.port, alice, { session }))).toBe('no certificate_revoked');
    },
  );

  it('over a resumed session without a certificate is nobody, whatever Node says', async () => {
    const server = await serve({ trust });
    const first = await connection(server.port, null, { minVersion: 'TLSv1.3' });
    const [session] = (await once(first, 'session')) as [Buffer];
    const again = await connection(server.port, null, { session, minVersion: 'TLSv1.3' });
    expect(again.isSessionReused()).toBe(true);
    expect(await lineFrom(again)).toBe('no certificate_missing');
  });
});

describe('a live connection', () => {
  it('ends when its certificate is revoked, after the last words of the protocol', async () => {
    const denyList = createDenyList();
    const server = await serve({ denyList }, { farewell: (reason) => `bye ${reason}\n` });
    const [one, other] = await Promise.all([connection(server.port, alice), connection(server.port, bob)]);
    expect([await lineFrom(one), await lineFrom(other)]).toEqual(['hello alice', 'hello bob']);
    denyList.revoke({ thumbprint: alice.thumbprint });
    const [last] = await Promise.all([lineFrom(one), server.liveSockets.recheck()]);
    expect(last).toBe('bye certificate_revoked');
    await once(one, 'close');
    other.write('still here');
    expect(await lineFrom(other)).toBe('still here');
    expect(server.events).toMatchObject([{ type: 'live_socket_closed', id: 'alice', requestTarget: '' }]);
    expect(server.liveSockets.size).toBe(1);
  });

  it('is cut off when its authority is removed, without a word where the protocol has none', async () => {
    const store = createTrustStore(trust);
    const server = await serve({ trust: store });
    const socket = await connection(server.port, alice);
    await lineFrom(socket);
    store.replace({ anchors: (await createRootAuthority({ subject: 'CN=Elsewhere' })).certificatePem });
    await Promise.all([once(socket, 'close'), server.liveSockets.recheck()]);
    expect(server.events).toMatchObject([{ reason: { code: 'issuer_unknown' } }]);
  });

  it('is cut off when the last words fail', async () => {
    const denyList = createDenyList();
    const server = await serve(
      { denyList },
      {
        farewell: () => {
          throw new Error('no words');
        },
      },
    );
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    onTestFinished(() => warnings.mockRestore());
    const socket = await connection(server.port, alice);
    await lineFrom(socket);
    denyList.revoke({ thumbprint: alice.thumbprint });
    await Promise.all([once(socket, 'close'), server.liveSockets.recheck()]);
    expect(warnings.mock.calls).toEqual([
      [
        'A function that was given to Peercert failed: Error: no words',
        expect.objectContaining({ type: 'PeercertWarning' }),
      ],
    ]);
  });

  it('ends when its certificate expires', async () => {
    const brief = await authority.client({ cn: 'brief', validity: { notAfter: new Date(Date.now() + 1_500) } });
    const server = await serve({});
    const socket = await connection(server.port, brief);
    expect(await lineFrom(socket)).toBe('hello brief');
    await once(socket, 'close');
    expect(server.events).toMatchObject([{ reason: { code: 'certificate_expired' } }]);
  });
});

describe('what cannot be decided', () => {
  it('rejects: a server without ca', async () => {
    const server = await serve({}, undefined, { ca: undefined });
    const socket = await connection(server.port, alice);
    await once(socket, 'close');
    expect(server.decisions).toMatchObject([{ name: 'PeercertFailure', code: 'setup' }]);
  });

  it('rejects: a connection that is no TLS, or whose handshake is not done', async () => {
    const authenticateConnection = createConnectionAuthenticator({ presence: 'optional', trust });
    const errors: unknown[] = [];
    const attempt = (socket: Socket): void => {
      authenticateConnection(socket as TLSSocket).catch((error: unknown) => errors.push(error));
    };
    const plain = createPlainServer(attempt);
    connectPlain(await listening(plain), '127.0.0.1').on('error', () => undefined);
    // Of a TLS server, too, 'connection' comes before the handshake, with a socket that TLS is yet to wrap.
    const early = createServer(tlsSettings);
    early.on('connection', (socket) => {
      const unfinished = new TLSSocket(socket, { isServer: true, ...tlsSettings });
      unfinished.on('error', () => undefined);
      attempt(unfinished);
    });
    connectPlain(await listening(early), '127.0.0.1').on('error', () => undefined);
    await expect.poll(() => errors).toHaveLength(2);
    const misuse = { name: 'TypeError', message: expect.stringContaining("listen for 'secureConnection'") };
    expect(errors).toMatchObject([misuse, misuse]);
  });

  it('rejects: access that asks for nothing by mistake', async () => {
    const server = await serve({}, { role: undefined as never });
    const socket = await connection(server.port, alice);
    await once(socket, 'close');
    expect(server.decisions).toMatchObject([{ name: 'TypeError' }]);
  });
});

describe('the options', () => {
  it('name the source that needs a request', () => {
    const header = fromNginx({ trustedProxies: ['127.0.0.1'], verifiedBy: 'peercert' });
    expect(() => createConnectionAuthenticator({ source: [fromTls(), header], trust })).toThrow(
      /the source 'nginx' needs an HTTP request, and a connection has none: use fromTls\(\)/,
    );
    expect(() => createConnectionAuthenticator({ source: fromApiGateway({ verifiedBy: 'peercert' }), trust })).toThrow(
      /'api-gateway' needs an HTTP request/,
    );
    expect(() => createConnectionAuthenticator({ source: fromTls(), trust })).not.toThrow();
  });

  it('are wrong at once', () => {
    expect(() => createConnectionAuthenticator({ presense: 'optional' } as never)).toThrow(/did you mean "presence"/);
    expect(() => createConnectionAuthenticator({}, { liveSockets: null as never })).toThrow(/createLiveSockets\(\)/);
  });
});
