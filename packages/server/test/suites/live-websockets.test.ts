// WebSockets that outlive what let them in, over real TLS.
import { once } from 'node:events';
import {
  clientOf,
  createDenyList,
  createRevocation,
  createTrustStore,
  type DecisionEvent,
  fromNginx,
  type MtlsOptions,
} from '@peercert/core';
import { createRootAuthority } from '@peercert/pki';
import { createTestAuthority, startRevocationServer } from '@peercert/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createUpgradeAuthenticator, type UpgradeAccess } from '../../src/upgrade/authenticate-upgrade.ts';
import type { UpgradeEvent } from '../../src/upgrade/events.ts';
import { createLiveSockets } from '../../src/upgrade/live-sockets.ts';
import type { LiveSocketsOptions } from '../../src/upgrade/live-sockets-options.ts';
import { accepting, authority, connection, dial, endOf, outcomeOf, upgrading } from '../upgrade/world.ts';

const alice = await authority.client({ cn: 'alice', ou: 'Administrators' });
const bob = await authority.client({ cn: 'bob', ou: 'Sales' });
/** Some versions of Node show the leaf alone. */
const intermediates = authority.issuing.certificatePem;

interface Serving {
  readonly live?: LiveSocketsOptions;
  readonly access?: UpgradeAccess;
  /** Whether the WebSocket is handed over; else the close frame goes out on the connection. Default: yes. */
  readonly handsOver?: boolean;
}

/** A server of WebSockets that say what they hear. */
async function serve(options: MtlsOptions, { live = {}, access, handsOver = true }: Serving = {}) {
  const events: UpgradeEvent[] = [];
  const heard: string[] = [];
  const { clock } = options;
  const liveSockets = createLiveSockets({
    // Nothing is to happen by itself, unless the test says so.
    sweepMilliseconds: 86_400_000,
    onEvent: (event) => events.push(event),
    ...(clock === undefined ? {} : { clock }),
    ...live,
  });
  onTestFinished(() => liveSockets.close());
  const upgrades = createUpgradeAuthenticator(options, { liveSockets });
  const webSockets = new WebSocketServer({ noServer: true });
  webSockets.on('connection', (ws, request) => {
    if (handsOver) upgrades.watch(ws, request);
    ws.on('message', (data) => heard.push(`${clientOf(request)?.id}: ${(data as Buffer).toString()}`));
  });
  const port = await upgrading(
    accepting(webSockets, (request, socket) => upgrades.authenticateUpgrade(request, socket, access)),
  );
  const open = async (credential = alice): Promise<WebSocket> => {
    const ws = dial(port, { credential });
    expect(await outcomeOf(ws)).toBe('open');
    return ws;
  };
  return { liveSockets, upgrades, webSockets, events, heard, port, open };
}

const waysToClose = [
  ['handed over', true],
  ['that nobody handed over', false],
] as const;

describe.each(waysToClose)('a WebSocket %s', (_, handsOver) => {
  it('is closed with 1008 when its certificate is put on the deny-list, and the others stay', async () => {
    const denyList = createDenyList();
    const server = await serve({ denyList }, { handsOver, live: { sweepMilliseconds: 10 } });
    const [one, other] = await Promise.all([server.open(alice), server.open(bob)]);
    denyList.revoke({ issuer: authority.issuing.certificatePem, serial: alice.serialNumber });
    expect(await endOf(one)).toBe('1008 certificate_revoked');
    expect(server.events).toMatchObject([
      {
        type: 'live_socket_closed',
        reason: { code: 'certificate_revoked', detail: { by: 'deny-list' } },
        closeCode: 1008,
        id: 'alice',
        clientAddress: '127.0.0.1',
        requestTarget: '/',
      },
    ]);
    expect(server.liveSockets.size).toBe(1);
    other.send('still here');
    await expect.poll(() => server.heard).toEqual(['bob: still here']);
  });

  it('is closed at once when its authority is removed', async () => {
    const trust = createTrustStore({ anchors: authority.caPem, intermediates });
    const server = await serve({ trust }, { handsOver });
    const ws = await server.open();
    const elsewhere = await createRootAuthority({ subject: 'CN=Elsewhere' });
    trust.replace({ anchors: elsewhere.certificatePem });
    const [end] = await Promise.all([endOf(ws), server.liveSockets.recheck()]);
    expect(end).toBe('1008 issuer_unknown');
    expect(server.liveSockets.size).toBe(0);
  });

  it('is closed when its certificate expires, without a sweep', async () => {
    const brief = await authority.client({ cn: 'brief', validity: { notAfter: new Date(Date.now() + 2_000) } });
    const server = await serve({}, { handsOver });
    const ws = await server.open(brief);
    expect(await endOf(ws)).toBe('1008 certificate_expired');
    expect(server.events).toMatchObject([{ reason: { code: 'certificate_expired' }, id: 'brief' }]);
  });

  it('is closed with the code that was chosen', async () => {
    const denyList = createDenyList();
    const server = await serve({ denyList }, { handsOver, live: { closeCodes: { denied: 4401 } } });
    const ws = await server.open();
    denyList.revoke({ thumbprint: alice.thumbprint });
    void server.liveSockets.recheck();
    expect(await endOf(ws)).toBe('4401 certificate_revoked');
  });

  it('hears nothing more of a client that does not answer the close frame, and cuts it off', async () => {
    const denyList = createDenyList();
    const server = await serve({ denyList }, { handsOver, live: { closeMilliseconds: 200 } });
    const socket = await connection(server.port, alice);
    socket.write(
      'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await once(socket, 'data');
    const text = (word: string): Buffer => Buffer.from([0x81, 0x80 | word.length, 0, 0, 0, 0, ...Buffer.from(word)]);
    socket.write(text('before'));
    await expect.poll(() => server.heard).toEqual(['alice: before']);
    denyList.revoke({ thumbprint: alice.thumbprint });
    const [closing] = await Promise.all([once(socket, 'data'), server.liveSockets.recheck()]);
    expect((closing[0] as Buffer).subarray(0, 4)).toEqual(Buffer.from([0x88, 21, 0x03, 0xf0]));
    socket.write(text('after'));
    await once(socket, 'close');
    expect(server.heard).toEqual(['alice: before']);
  });
});

describe('revocation', () => {
  async function revocable() {
    const clients = await createTestAuthority({ name: 'Revocable Clients' });
    const informer = await startRevocationServer({ authority: clients.issuing });
    onTestFinished(() => informer.close());
    return { carol: await clients.client({ cn: 'carol' }), trust: { anchors: clients.caPem }, informer };
  }

  it('is noticed when a newer CRL tells of it', async () => {
    const { carol, informer, trust } = await revocable();
    const revocation = createRevocation({
      methods: ['crl'],
      scope: 'leaf',
      crls: { sources: [{ url: informer.crlUrl }] },
    });
    onTestFinished(() => revocation.close());
    await revocation.ready();
    const server = await serve({ revocation, trust });
    const ws = await server.open(carol);
    informer.revoke(carol, 'keyCompromise');
    await server.liveSockets.recheck();
    expect(server.liveSockets.size).toBe(1);
    await revocation.refresh();
    const [end] = await Promise.all([endOf(ws), server.liveSockets.recheck()]);
    expect(end).toBe('1008 certificate_revoked');
    expect(server.events).toMatchObject([
      { reason: { code: 'certificate_revoked', detail: { by: 'crl', revocationReason: 'keyCompromise' } } },
    ]);
  });

  it('is noticed when the OCSP answer of before is out of date', async () => {
    let nowMs = Date.now();
    const clock = (): number => nowMs;
    const { carol, informer, trust } = await revocable();
    const server = await serve({
      clock,
      trust,
      revocation: { methods: ['ocsp'], scope: 'leaf', ocsp: { responders: informer.ocspUrl, refreshSeconds: 60 } },
    });
    const ws = await server.open(carol);
    informer.revoke(carol);
    nowMs += 3_599_000;
    const end = endOf(ws);
    // What is current still counts, while the responder is asked behind it.
    await expect
      .poll(async () => {
        await server.liveSockets.recheck();
        return server.liveSockets.size;
      })
      .toBe(0);
    expect(await end).toBe('1008 certificate_revoked');
  });

  it('that can no longer be determined closes with 1013, at once or after the grace', async () => {
    let nowMs = Date.now();
    const clock = (): number => nowMs;
    const { carol, informer, trust } = await revocable();
    const revocation = { methods: ['ocsp'], scope: 'leaf', ocsp: { responders: informer.ocspUrl } } as const;
    const strict = await serve({ clock, trust, revocation });
    const patient = await serve({ clock, trust, revocation }, { live: { graceSeconds: 600 } });
    const [one, other] = [await strict.open(carol), await patient.open(carol)];
    await informer.stop();
    nowMs += 3_700_000;
    const [end] = await Promise.all([endOf(one), strict.liveSockets.recheck()]);
    expect(end).toBe('1013 revocation_unavailable');
    expect(strict.events).toMatchObject([{ reason: { code: 'revocation_unavailable' }, closeCode: 1013 }]);

    await patient.liveSockets.recheck();
    nowMs += 599_000;
    await patient.liveSockets.recheck();
    expect(patient.liveSockets.size).toBe(1);
    nowMs += 1_000;
    const [late] = await Promise.all([endOf(other), patient.liveSockets.recheck()]);
    expect(late).toBe('1013 revocation_unavailable');
  });
});

describe('what else is asked again', () => {
  it('are roles: by the guard that let the connection in', async () => {
    let roles = ['admin'];
    const decisions: DecisionEvent[] = [];
    const server = await serve(
      { roles: async () => roles, onDecision: (event) => decisions.push(event) },
      { access: { role: 'admin' } },
    );
    const ws = await server.open();
    await server.liveSockets.recheck();
    expect(server.liveSockets.size).toBe(1);
    roles = ['operator'];
    const [end] = await Promise.all([endOf(ws), server.liveSockets.recheck()]);
    expect(end).toBe('1008 role_missing');
    expect(decisions).toMatchObject([
      { decision: { outcome: 'allow' }, by: 'mtls' },
      { decision: { reason: { code: 'role_missing' } }, by: 'guard', enforced: true },
    ]);
  });

  it('is the check of the options, with the headers of the handshake', async () => {
    let allowed = 'tenant-a';
    const server = await serve({ check: (_, { rawHeaders }) => rawHeaders.includes(allowed) });
    const ws = dial(server.port, { credential: alice, headers: { 'X-Tenant': 'tenant-a' } });
    expect(await outcomeOf(ws)).toBe('open');
    await server.liveSockets.recheck();
    expect(server.liveSockets.size).toBe(1);
    allowed = 'tenant-b';
    const [end] = await Promise.all([endOf(ws), server.liveSockets.recheck()]);
    expect(end).toBe('1008 policy_rejected');
  });

  it('is a certificate that a proxy forwarded', async () => {
    const denyList = createDenyList();
    const server = await serve({
      source: fromNginx({ trustedProxies: ['127.0.0.1'], verifiedBy: 'peercert' }),
      trust: { anchors: authority.caPem, intermediates },
      denyList,
    });
    const headers = {
      'X-SSL-Client-Cert': encodeURIComponent(alice.certificatePem),
      'X-SSL-Client-Verify': 'SUCCESS',
    };
    const ws = dial(server.port, { headers });
    expect(await outcomeOf(ws)).toBe('open');
    await server.liveSockets.recheck();
    expect(server.liveSockets.size).toBe(1);
    denyList.revoke({ thumbprint: alice.thumbprint });
    const [end] = await Promise.all([endOf(ws), server.liveSockets.recheck()]);
    expect(end).toBe('1008 certificate_revoked');
  });
});

describe('a failure while a connection lives', () => {
  it('closes it with 1011, and only the operator hears why', async () => {
    const denyList = createDenyList();
    const server = await serve({
      denyList,
      onDecision: ({ decision }) => {
        if (decision.outcome === 'deny') throw new Error('log is full');
      },
    });
    const ws = await server.open();
    denyList.revoke({ thumbprint: alice.thumbprint });
    const [end] = await Promise.all([endOf(ws), server.liveSockets.recheck()]);
    expect(end).toBe('1011 internal_error');
    expect(server.events).toMatchObject([{ type: 'live_socket_failed', closeCode: 1011, id: 'alice' }]);
  });
});

describe('report-only', () => {
  it('tells once of a connection that would be closed, and leaves it open', async () => {
    const decisions: DecisionEvent[] = [];
    const denyList = createDenyList();
    const server = await serve({
      denyList,
      enforcement: 'report-only',
      onDecision: (event) => decisions.push(event),
    });
    const ws = await server.open();
    denyList.revoke({ thumbprint: alice.thumbprint });
    await server.liveSockets.recheck();
    await server.liveSockets.recheck();
    expect(decisions).toMatchObject([
      { decision: { outcome: 'allow' } },
      { decision: { reason: { code: 'certificate_revoked' } }, enforced: false },
    ]);
    ws.send('still here');
    await expect.poll(() => server.heard).toEqual(['undefined: still here']);
    expect(server.liveSockets.size).toBe(0);
  });
});

describe('live sockets', () => {
  it('forget a connection that closes', async () => {
    const server = await serve({});
    const [one, other] = [await server.open(), await server.open(bob)];
    expect(server.liveSockets.size).toBe(2);
    one.close();
    other.terminate();
    await expect.poll(() => server.liveSockets.size).toBe(0);
  });

  it('close all with 1001 when the server closes, and let nobody in any more', async () => {
    const server = await serve({});
    const ws = await server.open();
    server.liveSockets.close();
    expect(await endOf(ws)).toBe('1001 going_away');
    expect(await outcomeOf(dial(server.port, { credential: alice }))).toMatchObject({
      status: 503,
      body: { title: 'Service Unavailable' },
    });
    expect(server.liveSockets.size).toBe(0);
    expect(server.events).toEqual([]);
  });

  it('demand what a handler asks for on top', async () => {
    const server = await serve({ roles: { Administrators: 'admin' } }, { handsOver: false });
    server.webSockets.on('connection', (ws, request) => server.upgrades.watch(ws, request, { role: 'admin' }));
    await server.open(alice);
    expect(await endOf(dial(server.port, { credential: bob }))).toBe('1008 role_missing');
    expect(server.liveSockets.size).toBe(1);
  });

  it('close what was handed over without its request, and tell of it', async () => {
    const server = await serve({}, { handsOver: false });
    server.webSockets.on('connection', (ws) => server.upgrades.watch(ws, undefined as never));
    expect(await endOf(dial(server.port, { credential: alice }))).toBe('1011 internal_error');
    const failure = {
      code: 'setup',
      cause: { message: 'watch() needs the request of the WebSocket besides: watch(ws, request)' },
    };
    expect(server.events).toMatchObject([{ type: 'upgrade_failed', failure, requestTarget: '' }]);
  });

  it('close what was handed over and never authenticated', async () => {
    const events: UpgradeEvent[] = [];
    const upgrades = createUpgradeAuthenticator({}, { onEvent: (event) => events.push(event) });
    const webSockets = new WebSocketServer({ noServer: true });
    const port = await upgrading((request, socket, head) =>
      webSockets.handleUpgrade(request, socket, head, (ws) => upgrades.watch(ws, request)),
    );
    expect(await endOf(dial(port, { credential: alice }))).toBe('1011 internal_error');
    expect(events).toMatchObject([
      {
        type: 'upgrade_failed',
        failure: { code: 'setup', cause: { message: expect.stringContaining('never met mtls') } },
      },
    ]);
    expect(upgrades.liveSockets.size).toBe(0);
  });
});

describe('a resumed session', () => {
  it('of a client without a certificate is nobody, whatever Node says', async () => {
    const server = await serve({});
    const first = await connection(server.port, null, { minVersion: 'TLSv1.3' });
    first.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [session] = (await once(first, 'session')) as [Buffer];
    const ws = dial(server.port, { tls: { session, minVersion: 'TLSv1.3' } });
    expect(await outcomeOf(ws)).toMatchObject({ status: 401, body: { code: 'certificate_missing' } });
  });

  it('of a client is decided as it is now', async () => {
    const denyList = createDenyList();
    const server = await serve({ denyList, trust: { anchors: authority.caPem, intermediates } });
    const first = await connection(server.port, alice);
    first.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [session] = (await once(first, 'session')) as [Buffer];
    const ws = dial(server.port, { credential: alice, tls: { session } });
    expect(await outcomeOf(ws)).toBe('open');
    denyList.revoke({ thumbprint: alice.thumbprint });
    expect(await outcomeOf(dial(server.port, { credential: alice, tls: { session } }))).toMatchObject({
      status: 401,
      body: { code: 'certificate_revoked' },
    });
  });
});
