import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createNetServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import { createTestAuthority } from '@peercert/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { connectionRefusals } from '../../src/connection/connection-events.ts';
import { guardConnections } from '../../src/connection/connection-guard.ts';
import type { ConnectionOptions } from '../../src/connection/connection-options.ts';
import {
  announcing,
  arrivals,
  closeServers,
  dial,
  ended,
  type Guarded,
  guarded,
  handshake,
  tlsOptions,
} from './guarded-server.ts';
import { inetAddresses, version1, version2 } from './proxy-encoder.ts';

afterEach(closeServers);

const balancer = '127.0.0.1';
const stranger = '127.0.0.2';
const behindBalancer: ConnectionOptions = { proxyProtocol: { from: [balancer] } };

const line = (source: string) =>
  version1('TCP4', { source, destination: '198.51.100.1', sourcePort: 56_324, destinationPort: 443 });
const binary = (...source: number[]) =>
  version2({ family: 0x11, addresses: inetAddresses(Buffer.from(source), Buffer.of(198, 51, 100, 1), 56_324, 443) });

function tlsServer(options: TlsOptions = {}): Server {
  return createServer({ ...tlsOptions, ...options }, (socket) => {
    socket.on('error', () => {});
    socket.end(`${socket.remoteAddress} ${socket.remotePort} ${socket.remoteFamily}`);
  });
}

async function start(options: ConnectionOptions, tls: TlsOptions = {}, listen?: string): Promise<Guarded> {
  return guarded(tlsServer(options === undefined ? {} : tls), options, listen);
}

/** What the server says of the peer. */
async function said(socket: TLSSocket): Promise<string> {
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
  return text;
}

const refusal = (cause: string, rest: object = {}) => ({
  type: 'connection_refused',
  cause,
  address: balancer,
  port: expect.any(Number) as number,
  balancer: undefined,
  detail: undefined,
  ...rest,
});

describe('the address filter', () => {
  it('lets an allowed address begin its handshake', async () => {
    const server = await start({ allow: ['127.0.0.0/8'] });
    await said(await handshake(await dial(server)));
    expect(await server.settled()).toEqual([]);
    expect(server.guard.status()).toMatchObject({ pending: 0, admitted: 1 });
  });

  it('refuses every other address before anything of TLS runs', async () => {
    const server = await start({ allow: ['192.0.2.0/24'] });
    let connections = 0;
    server.server.prependListener('connection', () => connections++);
    await ended(await dial(server));
    expect(await server.settled()).toEqual([refusal('address_denied')]);
    expect(connections).toBe(0);
    expect(server.guard.status()).toMatchObject({ admitted: 0, refused: { address_denied: 1, closed: 0 } });
  });

  it('refuses a denied address that is allowed as well', async () => {
    const server = await start({ allow: ['loopback'], deny: [stranger] });
    await ended(await dial(server, stranger));
    await said(await handshake(await dial(server)));
    expect(await server.settled()).toEqual([refusal('address_denied', { address: stranger })]);
  });

  it('takes an IPv4-mapped address for the IPv4 address', async () => {
    const server = await start({ allow: [balancer] }, {}, '::');
    expect(await said(await handshake(await dial(server)))).toMatch(/^::ffff:127\.0\.0\.1 /);
    await ended(await dial(server, stranger));
    expect(await server.settled()).toEqual([refusal('address_denied', { address: stranger })]);
  });

  it.each([
    ['an allow list of addresses', { allow: ['0.0.0.0/0', '::/0'] }],
    ["a deny list with 'unix'", { deny: ['unix'] }],
  ])('refuses the peers of a Unix socket by %s', async (_, options) => {
    const server = await start(options, {}, 'unix');
    await ended(await dial(server));
    expect(await server.settled()).toEqual([refusal('address_denied', { address: undefined, port: undefined })]);
  });

  it.each([
    ["an allow list with 'unix'", { allow: ['unix'] }],
    ['a deny list of addresses', { deny: ['0.0.0.0/0', '::/0'] }],
    ['no lists', {}],
  ])('takes the peers of a Unix socket by %s', async (_, options) => {
    const server = await start(options, {}, 'unix');
    expect(await said(await handshake(await dial(server)))).toBe('undefined undefined undefined');
    expect(await server.settled()).toEqual([]);
  });
});

describe('a listed balancer', () => {
  it.each(arrivals)('announces the client with a header that arrives %s', async (arrival) => {
    for (const header of [line('203.0.113.7'), binary(203, 0, 113, 7)]) {
      const server = await start(behindBalancer);
      const socket = await handshake(await announcing(server, header, arrival));
      expect(await said(socket)).toBe('203.0.113.7 56324 IPv4');
      expect(await server.settled()).toEqual([]);
    }
  });

  it('announces an IPv6 client', async () => {
    const server = await start(behindBalancer);
    const header = version1('TCP6', { source: '2001:DB8::7', destination: '::1', sourcePort: 1, destinationPort: 2 });
    expect(await said(await handshake(await announcing(server, header)))).toBe('2001:db8::7 1 IPv6');
  });

  it('announces the client over a Unix socket, when that is listed', async () => {
    const server = await start({ proxyProtocol: { from: ['unix'] }, allow: ['203.0.113.0/24'] }, {}, 'unix');
    expect(await said(await handshake(await announcing(server, line('203.0.113.7'))))).toBe('203.0.113.7 56324 IPv4');
    await ended((await announcing(server, line('192.0.2.1'))) as Socket);
    expect(await server.settled()).toEqual([refusal('address_denied', { address: '192.0.2.1', port: 56_324 })]);
  });

  it.each([
    ['UNKNOWN', Buffer.from('PROXY UNKNOWN\r\n')],
    ['LOCAL', version2({ command: 0x20, family: 0 })],
    ['LOCAL with addresses', version2({ command: 0x20, family: 0x11, addresses: Buffer.alloc(12, 7) })],
  ])('connects for itself with %s, and is the peer', async (_, header) => {
    const server = await start({ ...behindBalancer, allow: [balancer] });
    expect(await said(await handshake(await announcing(server, header)))).toMatch(/^127\.0\.0\.1 \d+ IPv4$/);
    expect(await server.settled()).toEqual([]);
  });

  it('is under the address rules itself when it connects for itself', async () => {
    const server = await start({ ...behindBalancer, allow: ['203.0.113.0/24'] });
    await ended((await announcing(server, Buffer.from('PROXY UNKNOWN\r\n'))) as Socket);
    expect(await server.settled()).toEqual([refusal('address_denied', { balancer })]);
  });

  it('puts the announced address, not its own, under the address rules', async () => {
    const server = await start({ ...behindBalancer, allow: ['203.0.113.0/24'], deny: ['203.0.113.66'] });
    expect(await said(await handshake(await announcing(server, line('203.0.113.7'))))).toContain('203.0.113.7');
    for (const source of ['203.0.113.66', balancer]) {
      await ended((await announcing(server, line(source))) as Socket);
    }
    expect(await server.settled()).toEqual([
      refusal('address_denied', { address: '203.0.113.66', port: 56_324, balancer }),
      refusal('address_denied', { address: balancer, port: 56_324, balancer }),
    ]);
  });

  it('is refused when it begins its handshake without a header', async () => {
    const server = await start(behindBalancer);
    await expect(handshake(await dial(server))).rejects.toThrow(/closed|disconnected|ECONNRESET/);
    expect(await server.settled()).toEqual([refusal('proxy_header_missing', { balancer })]);
  });

  it.each([
    ['v1_address', 'PROXY TCP4 010.0.0.1 198.51.100.1 1 2\r\n'],
    ['v1_grammar', 'PROXY TCP4\r\n'],
    ['v1_length', `PROXY ${'x'.repeat(200)}`],
    ['v1_line', 'PROXY TCP4 192.0.2.7 198.51.100.1 1 2\n'],
    ['v2_tlv', version2({ family: 0x11, addresses: Buffer.alloc(13) })],
    ['v2_checksum', version2({ family: 0, tlvs: [{ type: 3, value: Buffer.alloc(4) }] })],
    ['v2_limit', version2({ family: 0, tlvs: [{ type: 4, value: Buffer.alloc(60_000) }] })],
  ])('is refused with a header that breaks %s', async (detail, header) => {
    const server = await start(behindBalancer);
    await ended((await announcing(server, Buffer.from(header))) as Socket);
    expect(await server.settled()).toEqual([refusal('proxy_header_malformed', { balancer, detail })]);
  });

  it.each([
    ['over a Unix socket', version2({ family: 0x31, addresses: Buffer.alloc(216) })],
    ['of an unspecified family', version2({ family: 0 })],
  ])('is refused with a client %s, whose address nobody can say', async (_, header) => {
    const server = await start(behindBalancer);
    await ended((await announcing(server, header)) as Socket);
    expect(await server.settled()).toEqual([refusal('proxy_source_unknown', { balancer })]);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['half a line', Buffer.from('PROXY TCP4 192.0')],
    ['half a signature', version2({ family: 0 }).subarray(0, 7)],
    ['less than it says', version2({ family: 0x11, addresses: Buffer.alloc(12) }).subarray(0, 27)],
  ])('is refused when it sends %s in the time for its header', async (_, octets) => {
    const server = await start({ proxyProtocol: { from: [balancer], headerSeconds: 0.2 } });
    await ended((await announcing(server, octets)) as Socket);
    expect(await server.settled()).toEqual([refusal('proxy_header_timeout', { balancer })]);
  });

  it('has no more time for its header than for the whole handshake', async () => {
    const server = await start({ ...behindBalancer, handshakes: { seconds: 0.2 } });
    await ended(await dial(server));
    expect(await server.settled()).toEqual([refusal('handshake_timeout', { balancer })]);
  });

  it.each([
    ['ends', (socket: Socket) => socket.end()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ])('that %s the connection before its header is told once', async (_, leave) => {
    for (const octets of ['', 'PROXY TCP4 ']) {
      const server = await start(behindBalancer);
      const socket = await dial(server);
      if (octets !== '') socket.write(octets);
      await expect.poll(() => server.guard.status().pending).toBe(1);
      leave(socket);
      await ended(socket);
      await expect.poll(() => server.events).toEqual([refusal('closed', { balancer })]);
      await server.settled();
      expect(server.events).toHaveLength(1);
    }
  });

  it('has the time of its handshake once its header is there', async () => {
    const server = await start({
      proxyProtocol: { from: [balancer], headerSeconds: 0.2 },
      handshakes: { seconds: 0.6 },
    });
    await ended((await announcing(server, line('203.0.113.7'))) as Socket);
    expect(await server.settled()).toEqual([
      refusal('handshake_timeout', { address: '203.0.113.7', port: 56_324, balancer }),
    ]);
  });

  it('is not waited for when it has ended its side, also where that is no end of the connection', async () => {
    const server = await start({ proxyProtocol: { from: [balancer], headerSeconds: 20 } }, { allowHalfOpen: true });
    (await dial(server)).end('PROXY TCP4 ');
    expect(await server.settled()).toEqual([refusal('closed', { balancer })]);
  });

  it('cannot announce a second time: what follows the header is TLS', async () => {
    const server = await start(behindBalancer);
    const twice = Buffer.concat([line('203.0.113.7'), line('203.0.113.8')]);
    await ended((await announcing(server, twice)) as Socket);
    expect(await server.settled()).toEqual([
      refusal('tls_error', { address: '203.0.113.7', balancer, detail: 'ERR_SSL_WRONG_VERSION_NUMBER' }),
    ]);
  });

  it('that ends its side right after the ClientHello is told once', async () => {
    const server = await start(behindBalancer);
    const hello = await clientHello();
    const socket = await dial(server);
    socket.end(Buffer.concat([line('203.0.113.7'), hello]));
    await ended(socket);
    expect(await server.settled()).toEqual([refusal('closed', { address: '203.0.113.7', balancer })]);
  });
});

/** The first octets that a TLS client sends. */
async function clientHello(): Promise<Buffer> {
  const server = createNetServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const attempt = handshake((await import('node:net')).connect(port, '127.0.0.1')).catch(() => {});
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  server.close();
  await attempt;
  return hello;
}

describe('a peer that is no listed balancer', () => {
  it('connects for itself', async () => {
    const server = await start(behindBalancer);
    expect(await said(await handshake(await dial(server, stranger)))).toMatch(/^127\.0\.0\.2 \d+ IPv4$/);
    expect(await server.settled()).toEqual([]);
  });

  it.each([
    ['of version 1', line('203.0.113.7')],
    ['of version 2', binary(203, 0, 113, 7)],
    ['that is LOCAL', version2({ command: 0x20, family: 0 })],
    ['that is malformed', Buffer.from('PROXY nonsense\r\n')],
    ['that has only begun', Buffer.from('PROXY TCP4')],
  ])('is refused with a header %s, and keeps its own address', async (_, header) => {
    const server = await start(behindBalancer);
    await ended((await announcing(server, header, 'whole', stranger)) as Socket);
    expect(await server.settled()).toEqual([refusal('proxy_header_untrusted', { address: stranger })]);
  });

  it('is refused whatever it sends where only balancers may connect', async () => {
    const server = await start({ proxyProtocol: { from: [balancer], others: 'refuse' } });
    await ended(await dial(server, stranger));
    await said(await handshake(await announcing(server, line('203.0.113.7'))));
    expect(await server.settled()).toEqual([refusal('balancer_required', { address: stranger })]);
  });

  it('is under the address rules with its own address', async () => {
    const server = await start({ ...behindBalancer, allow: ['203.0.113.0/24'] });
    await ended(await dial(server, stranger));
    expect(await server.settled()).toEqual([refusal('address_denied', { address: stranger })]);
  });

  it('is refused with a header by the handshake where no balancers are listed', async () => {
    const server = await start({});
    await ended((await announcing(server, line('203.0.113.7'))) as Socket);
    expect(await server.settled()).toEqual([refusal('tls_error', { detail: 'ERR_SSL_WRONG_VERSION_NUMBER' })]);
  });

  it('is limited in time when it sends nothing', async () => {
    const server = await start({ ...behindBalancer, handshakes: { seconds: 0.2 } });
    await ended(await dial(server, stranger));
    expect(await server.settled()).toEqual([refusal('handshake_timeout', { address: stranger })]);
  });
});

describe('the announced address', () => {
  it('is that of the request over HTTP/1', async () => {
    const server = createHttpsServer({ ...tlsOptions }, ({ socket }, response) =>
      response.end(`${socket.remoteAddress} ${socket.remotePort}`),
    );
    const socket = await handshake(await announcing(await guarded(server, behindBalancer), line('203.0.113.7')));
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(await said(socket)).toContain('203.0.113.7 56324');
  });

  it('is that of the request and of the session over HTTP/2', async () => {
    const server = createSecureServer({ ...tlsOptions }, ({ socket, stream }, response) => {
      const { session } = stream;
      response.end(`${socket.remoteAddress} ${session?.socket.remoteAddress} ${session?.socket.remotePort}`);
    });
    const target = await guarded(server as unknown as Server, behindBalancer);
    const socket = await handshake(await announcing(target, line('203.0.113.7')), { ALPNProtocols: ['h2'] });
    const { connect } = await import('node:http2');
    const session = connect('https://localhost', { createConnection: () => socket });
    const stream = session.request({ ':path': '/' }).setEncoding('utf8');
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    session.destroy();
    expect(text).toBe('203.0.113.7 203.0.113.7 56324');
  });

  it('is seen by listeners wherever they stand, of the connection and of the handshake', async () => {
    const seen: unknown[] = [];
    const server = await start(behindBalancer);
    const note = (socket: Socket) => seen.push(socket.remoteAddress);
    server.server.prependListener('connection', note);
    server.server.prependListener('secureConnection', note);
    server.server.on('secureConnection', note);
    await said(await handshake(await announcing(server, line('203.0.113.7'))));
    expect(seen).toEqual(Array.from({ length: 3 }, () => '203.0.113.7'));
  });

  it('is seen by those who hear of a failed handshake', async () => {
    const seen: unknown[] = [];
    const server = await start(behindBalancer);
    server.server.on('tlsClientError', (_, socket) => seen.push(socket.remoteAddress));
    await ended((await announcing(server, Buffer.concat([line('203.0.113.7'), Buffer.from('nonsense')]))) as Socket);
    await server.settled();
    expect(seen).toEqual(['203.0.113.7']);
  });

  it('stays when the connection is gone, and cannot be set', async () => {
    const server = await start(behindBalancer);
    const connected = once(server.server, 'secureConnection') as Promise<[TLSSocket]>;
    const client = await handshake(await announcing(server, line('203.0.113.7')));
    const [socket] = await connected;
    client.destroy();
    await server.settled();
    expect(socket.remoteAddress).toBe('203.0.113.7');
    expect(() => Object.assign(socket, { remoteAddress: '192.0.2.1' })).toThrow(TypeError);
  });
});

describe('handshakes under way', () => {
  const open = async (server: Guarded, count: number, address?: string): Promise<Socket[]> => {
    const sockets = [];
    for (let index = 0; index < count; index++) sockets.push(await dial(server, address));
    await expect.poll(() => server.guard.status().pending).toBeGreaterThanOrEqual(count);
    return sockets;
  };

  it('are limited for one address, and others are not kept out', async () => {
    const server = await start({ handshakes: { perAddress: 3 } });
    const idle = await open(server, 3);
    await ended(await dial(server));
    expect(server.events).toEqual([refusal('too_many_handshakes', { detail: 'from this address' })]);
    await said(await handshake(await dial(server, stranger)));
    idle[0]?.destroy();
    await expect.poll(() => server.guard.status().pending).toBe(2);
    await said(await handshake(await dial(server)));
    expect(server.guard.status()).toMatchObject({ admitted: 2, refused: { too_many_handshakes: 1, closed: 1 } });
  });

  it('are limited for one announced address, however many the balancer has', async () => {
    const server = await start({ ...behindBalancer, handshakes: { perAddress: 2 } });
    for (const source of ['203.0.113.7', '203.0.113.7', '203.0.113.8', '203.0.113.9']) {
      await announcing(server, line(source));
    }
    await expect.poll(() => server.guard.status().pending).toBe(4);
    await ended((await announcing(server, line('203.0.113.7'))) as Socket);
    expect(server.events).toEqual([
      refusal('too_many_handshakes', { address: '203.0.113.7', balancer, detail: 'from this address' }),
    ]);
  });

  it('are limited for the /64 of an IPv6 address', async () => {
    const server = await start({ ...behindBalancer, handshakes: { perAddress: 1 } });
    const from = (source: string) =>
      version1('TCP6', { source, destination: '::1', sourcePort: 1, destinationPort: 2 });
    await announcing(server, from('2001:db8::1'));
    await announcing(server, from('2001:db8:0:1::1'));
    await expect.poll(() => server.guard.status().pending).toBe(2);
    await ended((await announcing(server, from('2001:db8::ffff:ffff:ffff:ffff'))) as Socket);
    expect(server.events).toEqual([
      refusal('too_many_handshakes', {
        address: '2001:db8::ffff:ffff:ffff:ffff',
        port: 1,
        balancer,
        detail: 'from this address',
      }),
    ]);
  });

  it('are limited in all, those that wait for a header included', async () => {
    const server = await start({ ...behindBalancer, handshakes: { total: 3 } });
    await open(server, 2);
    await open(server, 1, stranger);
    await ended(await dial(server, '127.0.0.3'));
    expect(server.events).toEqual([refusal('too_many_handshakes', { address: '127.0.0.3', detail: 'in all' })]);
  });

  it('end with the handshake: connections that are established do not count', async () => {
    const server = await guarded(createServer({ ...tlsOptions }), { handshakes: { perAddress: 1, total: 1 } });
    for (let index = 0; index < 5; index++) {
      await handshake(await dial(server));
      await expect.poll(() => server.guard.status().admitted).toBe(index + 1);
    }
    expect(server.events).toEqual([]);
  });
});

describe('a handshake that comes to nothing is told exactly once', () => {
  it('when the client sends nothing in time', async () => {
    const server = await start({ handshakes: { seconds: 0.2 } });
    await ended(await dial(server));
    expect(await server.settled()).toEqual([refusal('handshake_timeout')]);
  });

  it("when the server's own time-out is shorter", async () => {
    const server = await start({}, { handshakeTimeout: 150 });
    await ended(await dial(server));
    expect(await server.settled()).toEqual([refusal('handshake_timeout')]);
  });

  it('when the client dribbles its ClientHello', async () => {
    const server = await start({ handshakes: { seconds: 0.5 } });
    const socket = await dial(server);
    for (const octet of (await clientHello()).subarray(0, 40)) {
      if (socket.destroyed) break;
      socket.write(Uint8Array.of(octet));
      await pause(20);
    }
    await ended(socket);
    expect(await server.settled()).toEqual([refusal('handshake_timeout')]);
  });

  it('when the client answers the ServerHello with nothing', async () => {
    const server = await start({ handshakes: { seconds: 0.3 } });
    const socket = await dial(server);
    socket.write(await clientHello());
    await ended(socket);
    expect(await server.settled()).toEqual([refusal('handshake_timeout')]);
  });

  it.each([
    ['HTTP', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', 'ERR_SSL_HTTP_REQUEST'],
    ['a request to a forward proxy', 'CONNECT example.com:443 HTTP/1.1\r\n\r\n', 'ERR_SSL_HTTPS_PROXY_REQUEST'],
    ['nonsense', 'x'.repeat(100), 'ERR_SSL_WRONG_VERSION_NUMBER'],
  ])('when the client sends %s', async (_, text, detail) => {
    const server = await start({});
    const socket = await dial(server);
    socket.write(text);
    await ended(socket);
    expect(await server.settled()).toEqual([refusal('tls_error', { detail })]);
  });

  it.each([
    [
      'no version in common',
      { minVersion: 'TLSv1.3' },
      { maxVersion: 'TLSv1.2' },
      /^ERR_SSL_(?:UNSUPPORTED_PROTOCOL|TLSV1_ALERT)/,
    ],
    [
      'no cipher in common',
      { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' },
      { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
      /^ERR_SSL_NO_SHARED_CIPHER$/,
    ],
    [
      'no application protocol in common',
      { ALPNProtocols: ['h2'] },
      { ALPNProtocols: ['other'] },
      /^ERR_SSL_NO_APPLICATION_PROTOCOL$/,
    ],
    [
      'a name that nobody knows',
      { SNICallback: (_: string, done: (error: Error) => void) => done(new Error('no such name')) },
      {},
      /^Error$/,
    ],
  ] as const)('with %s', async (_, serverOptions, clientOptions, detail) => {
    for (const versions of [{}, { maxVersion: 'TLSv1.2' as const }]) {
      const server = await start(
        {},
        {
          ...serverOptions,
          ALPNProtocols: [...('ALPNProtocols' in serverOptions ? serverOptions.ALPNProtocols : ['x'])],
        },
      );
      const options = { ...versions, ...clientOptions } as object;
      await handshake(await dial(server), options).then(
        (tls) => tls.destroy(),
        () => {},
      );
      const events = await server.settled();
      expect(events.map(({ cause }) => cause)).toEqual(['tls_error']);
      expect(events[0]?.detail).toMatch(detail);
    }
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'when %s ends for a certificate, which Node calls a reset',
    async (version) => {
      const strict = { rejectUnauthorized: true, minVersion: version, maxVersion: version };
      const other = await (await createTestAuthority({ name: 'Other' })).client();
      for (const [credential, detail] of [
        [{ cert: undefined, key: undefined }, /\w/],
        [{ cert: other.chainPem, key: other.privateKeyPem }, /ISSUER|SIGNATURE|SELF_SIGNED/],
      ] as const) {
        const server = await start({}, strict);
        const tls = await handshake(await dial(server), credential as object).catch(() => undefined);
        if (tls !== undefined) await ended(tls);
        const events = await server.settled();
        expect(events.map(({ cause }) => cause)).toEqual(['tls_error']);
        expect(events[0]?.detail).toMatch(detail);
        expect(server.guard.status().admitted).toBe(0);
      }
    },
  );

  it.each([
    ['ends', (socket: Socket) => socket.end()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ])('when the client %s the connection', async (_, leave) => {
    for (const octets of [Buffer.alloc(0), Buffer.from('1603'), await clientHello()]) {
      const server = await start({});
      const socket = await dial(server);
      if (octets.length > 0) socket.write(octets);
      await expect.poll(() => server.guard.status().pending).toBe(1);
      leave(socket);
      await ended(socket);
      await expect.poll(() => server.events).toHaveLength(1);
      expect(await server.settled()).toEqual([refusal('closed')]);
    }
  });

  it('when a listener of the application ends the connection first', async () => {
    const server = await start({});
    server.server.prependListener('connection', (socket) => socket.destroy());
    await ended(await dial(server));
    expect(await server.settled()).toEqual([refusal('closed')]);
  });

  it('and is not established afterwards, whoever says so', async () => {
    const server = await start({});
    let heard = 0;
    server.server.on('secureConnection', () => heard++);
    server.server.on('tlsClientError', (_, socket) => server.server.emit('secureConnection', socket));
    const socket = await dial(server);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await ended(socket);
    expect(await server.settled()).toEqual([refusal('tls_error', { detail: 'ERR_SSL_HTTP_REQUEST' })]);
    expect(heard).toBe(0);
    expect(server.guard.status().admitted).toBe(0);
  });

  it('on an HTTPS server, where it is also a client error', async () => {
    const target = createHttpsServer({ ...tlsOptions });
    const server = await guarded(target, {});
    const socket = await dial(server);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await ended(socket);
    expect(await server.settled()).toEqual([refusal('tls_error', { detail: 'ERR_SSL_HTTP_REQUEST' })]);
  });
});

describe('whoever hears of refusals', () => {
  it('may fail without harm', async () => {
    const server = tlsServer();
    const guard = guardConnections(server, { deny: [stranger] }, () => {
      throw new Error('the log is full');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const target = { port: (server.address() as { port: number }).port, path: '' } as Guarded;
    await ended(await dial(target, stranger));
    await said(await handshake(await dial(target)));
    expect(guard.status()).toMatchObject({ admitted: 1, refused: { address_denied: 1 } });
    server.close();
  });
});

describe('what does not come through the guard', () => {
  it('is refused when it is no socket of node:net', async () => {
    const server = await start({});
    const stream = new PassThrough();
    server.server.emit('connection', stream as unknown as Socket);
    expect(stream.destroyed).toBe(true);
    expect(server.events).toEqual([refusal('unguarded', { address: undefined, port: undefined })]);
  });

  it('is refused when it claims to be secure already', async () => {
    const server = await start({});
    const stream = new PassThrough();
    let heard = 0;
    server.server.on('secureConnection', () => heard++);
    server.server.emit('secureConnection', stream as unknown as TLSSocket);
    expect(heard).toBe(0);
    expect(stream.destroyed).toBe(true);
    expect(server.events).toEqual([refusal('unguarded', { address: undefined, port: undefined })]);
  });

  it('is guarded when another server of node:net passes its sockets on', async () => {
    const inner = tlsServer();
    const outer = createNetServer((socket) => void inner.emit('connection', socket)).listen(0, '127.0.0.1');
    const events: unknown[] = [];
    guardConnections(inner, { deny: [stranger] }, (event) => events.push(event));
    await once(outer, 'listening');
    const target = { port: (outer.address() as { port: number }).port, path: '' } as Guarded;
    expect(await said(await handshake(await dial(target)))).toContain(balancer);
    await ended(await dial(target, stranger));
    expect(events).toEqual([refusal('address_denied', { address: stranger })]);
    outer.close();
  });
});

describe('guardConnections()', () => {
  const ignore = () => {};

  it('wants a TLS server', () => {
    expect(() => guardConnections(createHttpServer() as never, {}, ignore)).toThrow(
      'expected a server of node:tls, node:https or a secure one of node:http2, got an object',
    );
  });

  it('wants a server that does not listen yet', async () => {
    const server = tlsServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    expect(() => guardConnections(server, {}, ignore)).toThrow('call this before listen()');
    server.close();
  });

  it('guards a server once', () => {
    const server = tlsServer();
    guardConnections(server, {}, ignore);
    expect(() => guardConnections(server, {}, ignore)).toThrow('guarded already');
  });

  it('wants somebody who hears of refusals', () => {
    expect(() => guardConnections(tlsServer(), {}, undefined as never)).toThrow('hears of refused connections');
  });

  it('leaves a server alone whose options are wrong', () => {
    const server = tlsServer();
    expect(() => guardConnections(server, { allow: ['10.0.0.1/8'] }, ignore)).toThrow('host bits');
    expect(() => guardConnections(server, {}, ignore)).not.toThrow();
  });

  it('counts every cause from zero', () => {
    const { admitted, pending, refused } = guardConnections(tlsServer(), {}, ignore).status();
    expect({ admitted, pending }).toEqual({ admitted: 0, pending: 0 });
    expect(Object.keys(refused).sort()).toEqual(Object.keys(connectionRefusals).sort());
    expect(new Set(Object.values(refused))).toEqual(new Set([0]));
  });
});
