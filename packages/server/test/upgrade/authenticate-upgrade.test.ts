import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect as connectHttp2, constants, createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { clientOf, createRoleGuard, type DecisionEvent, fromNginx, type MtlsOptions } from '@peercert/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createUpgradeAuthenticator, type UpgradeAccess } from '../../src/upgrade/authenticate-upgrade.ts';
import type { UpgradeEvent } from '../../src/upgrade/events.ts';
import {
  accepting,
  authority,
  connection,
  type DialOptions,
  dial,
  listening,
  outcomeOf,
  type Refusal,
  tlsSettings,
  upgrading,
} from './world.ts';

const alice = await authority.client({ cn: 'alice', ou: 'Administrators' });
const bob = await authority.client({ cn: 'bob', ou: 'Sales' });
const late = await authority.client({ cn: 'late', validity: { notAfter: new Date(Date.now() - 1000) } });
const roles = { Administrators: 'admin' } as const;
const trust = { anchors: authority.caPem, intermediates: authority.issuing.certificatePem };

/** A server whose upgrades are decided by these options, and whose WebSockets say who they are. */
async function serve(options: MtlsOptions, access?: UpgradeAccess) {
  const events: UpgradeEvent[] = [];
  const webSockets = new WebSocketServer({ noServer: true });
  webSockets.on('connection', (ws, request) => ws.send(clientOf(request)?.id ?? 'anonymous'));
  const upgrades = createUpgradeAuthenticator(options, { onEvent: (event) => events.push(event) });
  onTestFinished(() => upgrades.liveSockets.close());
  const port = await upgrading(
    accepting(webSockets, (request, socket) => upgrades.authenticateUpgrade(request, socket, access)),
  );
  return { ...upgrades, events, port, dial: (settings?: DialOptions) => dial(port, settings) };
}

async function firstMessage(ws: WebSocket): Promise<string> {
  const [data] = await once(ws, 'message');
  return String(data);
}

describe('an upgrade', () => {
  it('is let in with a good certificate, and its handlers know the client', async () => {
    const server = await serve({ roles });
    expect(await firstMessage(server.dial({ credential: alice }))).toBe('alice');
    expect(server.liveSockets.size).toBe(1);
    expect(server.events).toEqual([]);
  });

  it('of two clients at once is decided for each by itself', async () => {
    const server = await serve({ roles }, { role: 'admin' });
    const [one, other] = await Promise.all([
      firstMessage(server.dial({ credential: alice })),
      outcomeOf(server.dial({ credential: bob })),
    ]);
    expect(one).toBe('alice');
    expect(other).toMatchObject({ status: 403, body: { code: 'role_missing' } });
  });

  it.each([
    ['no certificate', null, 401, 'certificate_missing'],
    ['an expired certificate', late, 401, 'certificate_expired'],
  ])('is refused with %s, in one whole response', async (_, credential, status, code) => {
    const server = await serve({ challenge: 'Mutual' });
    const refusal = (await outcomeOf(server.dial({ credential }))) as Refusal;
    expect(refusal).toMatchObject({
      status,
      headers: {
        'www-authenticate': 'Mutual',
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        connection: 'close',
      },
      body: { type: `urn:peercert:reason:${code}`, status, code },
    });
    expect(Number(refusal.headers['content-length'])).toBeGreaterThan(100);
    expect(Date.parse(refusal.headers.date ?? '')).not.toBeNaN();
    expect(server.liveSockets.size).toBe(0);
  });

  it('is let in anonymous where presence is optional, and never with a bad certificate', async () => {
    const server = await serve({ presence: 'optional' });
    expect(await firstMessage(server.dial())).toBe('anonymous');
    expect(await outcomeOf(server.dial({ credential: late }))).toMatchObject({ status: 401 });
    expect(server.liveSockets.size).toBe(0);
  });

  it('anonymous is refused by what asks for a client or a role', async () => {
    for (const access of [{ role: 'admin' }, { client: 'any' }, { guards: [createRoleGuard('admin')] }] as const) {
      const server = await serve({ presence: 'optional', roles }, access);
      expect(await outcomeOf(server.dial())).toMatchObject({ status: 401, body: { code: 'certificate_missing' } });
      expect(await firstMessage(server.dial({ credential: alice }))).toBe('alice');
    }
  });

  it('under report-only is let in without a client, and the observer hears of it', async () => {
    const decisions: DecisionEvent[] = [];
    const server = await serve({ enforcement: 'report-only', onDecision: (event) => decisions.push(event) });
    expect(await firstMessage(server.dial({ credential: late, path: '/feed?x=1' }))).toBe('anonymous');
    expect(decisions).toMatchObject([
      { decision: { reason: { code: 'certificate_expired' } }, enforced: false, requestTarget: '/feed?x=1' },
    ]);
    expect(server.liveSockets.size).toBe(0);
  });

  it('under report-only is still refused by a guard', async () => {
    const server = await serve({ enforcement: 'report-only' }, { role: 'admin' });
    expect(await outcomeOf(server.dial({ credential: late }))).toMatchObject({
      status: 401,
      body: { code: 'certificate_missing' },
    });
  });

  it('of an excluded path needs no certificate, and of no other path', async () => {
    const server = await serve({ exclude: ['/public'] });
    expect(await firstMessage(server.dial({ path: '/public' }))).toBe('anonymous');
    expect(await outcomeOf(server.dial({ path: '/public/' }))).toMatchObject({ status: 401 });
    expect(await outcomeOf(server.dial({ path: '//public' }))).toMatchObject({ status: 401 });
  });

  it('waits for a role function, and tells what it cannot decide with 503 and Retry-After', async () => {
    const server = await serve(
      { roles: async ({ id }) => (id === 'alice' ? ['admin'] : Promise.reject(new Error())) },
      { role: 'admin' },
    );
    expect(await firstMessage(server.dial({ credential: alice }))).toBe('alice');
    const refusal = await outcomeOf(server.dial({ credential: bob }));
    expect(refusal).toMatchObject({ status: 503, body: { code: 'policy_unavailable' } });
    expect((refusal as Refusal).headers['retry-after']).toMatch(/^\d+$/);
  });

  it('of a client that hangs up while it is waited for comes to nothing', async () => {
    let decided = (_roles: string[]): void => undefined;
    const seen: unknown[] = [];
    const upgrades = createUpgradeAuthenticator({
      roles: () =>
        new Promise((resolve) => {
          decided = resolve;
        }),
    });
    const begun = new Promise<Duplex>((resolve) => {
      void upgrading(async (request, socket) => {
        const result = upgrades.authenticateUpgrade(request, socket);
        resolve(socket);
        seen.push(await result);
      }).then((port) => dial(port, { credential: alice }).on('open', () => seen.push('open')));
    });
    const socket = await begun;
    socket.destroy(new Error('reset'));
    await new Promise((resolve) => socket.once('close', resolve));
    decided(['admin']);
    await expect.poll(() => seen).toEqual([undefined]);
    expect(upgrades.liveSockets.size).toBe(0);
  });
});

describe('certificates that a proxy forwards', () => {
  const options: MtlsOptions = {
    source: fromNginx({ trustedProxies: ['127.0.0.1'], verifiedBy: 'peercert' }),
    trust: { anchors: authority.caPem, intermediates: authority.issuing.certificatePem },
  };
  const headers = (client: { certificatePem: string }) => ({
    'X-SSL-Client-Cert': encodeURIComponent(client.certificatePem),
    'X-SSL-Client-Verify': 'SUCCESS',
  });

  it('count for an upgrade as for a request', async () => {
    const server = await serve(options);
    expect(await firstMessage(server.dial({ headers: headers(alice) }))).toBe('alice');
    expect(await outcomeOf(server.dial({ headers: headers(late) }))).toMatchObject({
      status: 401,
      body: { code: 'certificate_expired' },
    });
    expect(server.liveSockets.size).toBe(1);
    await server.liveSockets.recheck();
    expect(server.liveSockets.size).toBe(1);
  });

  it('are removed when somebody else sends them', async () => {
    const seen: IncomingMessage[] = [];
    const upgrades = createUpgradeAuthenticator({
      ...options,
      source: fromNginx({ trustedProxies: ['192.0.2.1'], verifiedBy: 'peercert' }),
      presence: 'optional',
    });
    const webSockets = new WebSocketServer({ noServer: true });
    const port = await upgrading(
      accepting(webSockets, (request, socket) => {
        seen.push(request);
        return upgrades.authenticateUpgrade(request, socket);
      }),
    );
    expect(await outcomeOf(dial(port, { headers: headers(alice) }))).toBe('open');
    const [request] = seen as [IncomingMessage];
    expect(clientOf(request)).toBeNull();
    expect(Object.keys(request.headers).filter((name) => name.startsWith('x-ssl'))).toEqual([]);
    expect(request.rawHeaders.join()).not.toContain('SSL');
  });
});

describe('ws with a server of its own', () => {
  async function served(access?: UpgradeAccess) {
    const upgrades = createUpgradeAuthenticator({ roles, trust });
    onTestFinished(() => upgrades.liveSockets.close());
    const server = createServer(tlsSettings);
    const webSockets = new WebSocketServer({ server, verifyClient: upgrades.verifyClient(access) });
    webSockets.on('connection', (ws, request) => ws.send(clientOf(request)?.id ?? 'anonymous'));
    return { ...upgrades, port: await listening(server) };
  }

  it('asks by verifyClient', async () => {
    const { liveSockets, port } = await served({ role: 'admin' });
    expect(await firstMessage(dial(port, { credential: alice }))).toBe('alice');
    expect(liveSockets.size).toBe(1);
    expect(await outcomeOf(dial(port, { credential: bob }))).toMatchObject({
      status: 403,
      headers: { 'content-type': 'application/problem+json' },
      body: { code: 'role_missing' },
    });
    expect(await outcomeOf(dial(port))).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'ClientCertificate' },
    });
  });

  it('is told of a wrong access when it is made', () => {
    const { verifyClient } = createUpgradeAuthenticator();
    expect(() => verifyClient({ role: '' })).toThrow(TypeError);
    // `ws` waits for the callback only of a function with two parameters.
    expect(verifyClient()).toHaveLength(2);
  });
});

describe('an upgrade to another protocol', () => {
  it('is let in and refused by the same rules', async () => {
    const upgrades = createUpgradeAuthenticator({ roles });
    onTestFinished(() => upgrades.liveSockets.close());
    const port = await upgrading(async (request, socket) => {
      if ((await upgrades.authenticateUpgrade(request, socket, { role: 'admin' })) === undefined) return;
      socket.end(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n${clientOf(request)?.id}`,
      );
    });
    const asked = async (credential: typeof alice | null): Promise<string> => {
      const socket = await connection(port, credential);
      socket.write('GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
      return text(socket);
    };
    expect(await asked(alice)).toMatch(/^HTTP\/1\.1 101 [\s\S]*\r\n\r\nalice$/);
    const refused = await asked(null);
    expect(refused).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
    const [head = '', body = ''] = refused.split('\r\n\r\n');
    expect(head).toContain(`\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close`);
    expect(JSON.parse(body)).toMatchObject({ code: 'certificate_missing' });
    expect(await asked(bob)).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
  });
});

describe('what cannot be decided', () => {
  const silent = 'Internal Server Error';

  it('is a 500 whose cause only the operator hears: a server without ca', async () => {
    const events: UpgradeEvent[] = [];
    const upgrades = createUpgradeAuthenticator({}, { onEvent: (event) => events.push(event) });
    const { ca: _, ...withoutCa } = tlsSettings;
    const server = createServer(withoutCa).on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      void upgrades.authenticateUpgrade(request, socket);
    });
    const port = await listening(server);
    expect(await outcomeOf(dial(port, { credential: alice, path: '/feed' }))).toMatchObject({
      status: 500,
      headers: { 'cache-control': 'no-store', connection: 'close' },
      body: { title: silent, status: 500 },
    });
    expect(events).toMatchObject([{ type: 'upgrade_failed', requestTarget: '/feed', failure: { code: 'setup' } }]);
  });

  it('is a 500 where a look-up finds no role to ask for', async () => {
    const server = await serve({ roles }, { role: ({} as Record<string, string>)['/feed'] as string });
    expect(await outcomeOf(server.dial({ credential: alice }))).toMatchObject({ status: 500, body: { title: silent } });
    expect(server.events).toMatchObject([
      {
        type: 'upgrade_failed',
        failure: { code: 'setup', cause: { message: expect.stringContaining('requireRole') } },
      },
    ]);
  });

  it('is a 500 where the address is to come from a framework, which sees no upgrades', async () => {
    const server = await serve({ clientAddress: 'framework' });
    expect(await outcomeOf(server.dial({ credential: alice }))).toMatchObject({ status: 500, body: { title: silent } });
    expect(server.events).toMatchObject([
      { type: 'upgrade_failed', failure: { cause: { message: expect.stringContaining('leave it out') } } },
    ]);
  });

  it('is a 500 where the observer fails', async () => {
    const server = await serve({
      onDecision: () => {
        throw new Error('log is full');
      },
    });
    expect(await outcomeOf(server.dial({ credential: alice }))).toMatchObject({ status: 500, body: { title: silent } });
    expect(server.liveSockets.size).toBe(0);
  });
});

describe('an extended CONNECT of HTTP/2', () => {
  async function ask(server: ReturnType<typeof createSecureServer>): Promise<number> {
    const port = await listening(server);
    const session = connectHttp2(`https://127.0.0.1:${port}`, {
      ca: authority.caPem,
      cert: alice.chainPem,
      key: alice.privateKeyPem,
    });
    onTestFinished(() => session.destroy());
    await once(session, 'remoteSettings');
    const stream = session.request(
      { ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/', ':scheme': 'https', ':authority': 'localhost' },
      { endStream: false },
    );
    const [headers] = await once(stream, 'response');
    return headers[constants.HTTP2_HEADER_STATUS];
  }
  const settings = { ...tlsSettings, settings: { enableConnectProtocol: true } };

  it('is answered 405 by Node where nobody listens for it, middleware never running', async () => {
    const requests: unknown[] = [];
    expect(await ask(createSecureServer(settings, (request) => requests.push(request)))).toBe(405);
    expect(requests).toEqual([]);
  });

  it('is answered 500 where it is handed over, and tells why', async () => {
    const events: UpgradeEvent[] = [];
    const upgrades = createUpgradeAuthenticator({}, { onEvent: (event) => events.push(event) });
    const results: unknown[] = [];
    const server = createSecureServer(settings, () => undefined).on('connect', async (request, socket) => {
      results.push(await upgrades.authenticateUpgrade(request as never, socket));
    });
    expect(await ask(server)).toBe(500);
    expect(results).toEqual([undefined]);
    expect(events).toMatchObject([
      { type: 'upgrade_failed', failure: { cause: { message: expect.stringContaining('RFC 8441') } } },
    ]);
  });

  it('is not what HTTP/1.1 clients can pretend', async () => {
    const server = await serve({});
    const socket = await connection(server.port, null);
    socket.write(
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n:protocol: websocket\r\n\r\n',
    );
    expect(await text(socket)).not.toContain('101');
  });
});

describe('the options', () => {
  it('are wrong at once', () => {
    expect(() => createUpgradeAuthenticator({ exclud: ['/'] } as never)).toThrow(/did you mean "exclude"/);
    expect(() => createUpgradeAuthenticator({}, { liveSocket: undefined } as never)).toThrow(
      /did you mean "liveSockets"/,
    );
    expect(() => createUpgradeAuthenticator({}, { liveSockets: {} as never })).toThrow(/createLiveSockets\(\)/);
  });
});
