import { EventEmitter, once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, request } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex, duplexPair } from 'node:stream';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RequestFacts } from '../../src/source/facts.ts';
import { nodeRequestFacts } from '../../src/source/node-request.ts';
import { compileTrustedProxies, type TrustedProxies } from '../../src/source/trusted-proxies.ts';
import * as p from './proxied.ts';

const compile = (option: TrustedProxies) => compileTrustedProxies(option, 'fromX()');
const from = (peerAddress: string | undefined, socket?: unknown): RequestFacts => ({
  ...p.proxied({}, peerAddress),
  peerAddress,
  socket,
});

describe('trusted proxies by address', () => {
  it.each<[TrustedProxies, string, boolean]>([
    [['10.0.0.0/8'], '10.1.2.3', true],
    [['10.0.0.0/8'], '::ffff:10.1.2.3', true],
    [['10.0.0.0/8'], '11.0.0.1', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    [['2001:db8::/32'], '2001:db8::1', true],
    ['loopback', '127.0.0.1', true],
    ['loopback', '127.8.9.10', true],
    ['loopback', '::1', true],
    ['loopback', '::ffff:127.0.0.1', true],
    ['loopback', '10.0.0.1', false],
    [['loopback', '10.0.0.0/8'], '10.0.0.1', true],
    ['unix', '127.0.0.1', false],
  ])('%j: %s %s', (option, address, isTrusted) => {
    expect(compile(option).includesPeerOf(from(address))).toBe(isTrusted);
    expect(compile(option).includesAddress(address)).toBe(isTrusted);
  });

  it('are nobody where no address is known', () => {
    expect(compile(['10.0.0.0/8', 'loopback']).includesPeerOf(from(undefined))).toBe(false);
  });

  it('are those of the peer, whatever X-Forwarded-For says', () => {
    const facts = {
      ...p.proxied({ 'X-Forwarded-For': '10.0.0.1', Forwarded: 'for=10.0.0.1' }),
      peerAddress: '192.0.2.1',
    };
    expect(compile('10.0.0.1').includesPeerOf(facts)).toBe(false);
  });
});

it.each<[unknown, string]>([
  [undefined, 'fromX() needs trustedProxies'],
  [[], 'fromX() needs trustedProxies'],
  [['0.0.0.0/0'], 'with 0.0.0.0/0 would believe headers that any client writes'],
  [['10.0.0.0/8', '::/0'], 'with ::/0 would believe headers'],
  [['0.0.0.0/1', '128.0.0.0/1'], 'Together that is 100 % of all IPv4 addresses'],
  [
    ['128.0.0.0/2', '0.0.0.0/1', '192.0.0.0/3', '10.0.0.0/8'],
    'with 0.0.0.0/1, 128.0.0.0/2, 192.0.0.0/3, 10.0.0.0/8 would',
  ],
  [['::ffff:0:0/97', '::ffff:128.0.0.0/97'], 'Together that is 100 % of all IPv4 addresses'],
  [
    ['16.0.0.0/4', '10.0.0.0/8'],
    'Together that is 6.64 % of all IPv4 addresses, and more than 6.25 % is no list of proxies',
  ],
  [['2000::/3'], 'Together that is 100 % of all IPv6 addresses in use'],
  [['::/1', '10.0.0.0/8'], 'with ::/1 would believe headers'],
  [['2000::/4', '3000::/4'], 'Together that is 100 % of all IPv6 addresses in use'],
  [['10.0.0.1/8'], 'has host bits set'],
  [['10.0.0'], 'is not an IP address or range'],
  ['localhost', 'is not an IP address or range'],
  [true, "may list ranges, 'loopback', 'unix' and proxyCertificate(...), not true"],
  [1, 'not 1'],
  [[null], 'not null'],
  [{ trust: {} }, 'not an object'],
])('trustedProxies %j is refused', (option, message) => {
  expect(() => compile(option as TrustedProxies)).toThrow(TypeError);
  expect(() => compile(option as TrustedProxies)).toThrow(message);
});

it('trustedProxies that list everybody piece by piece are refused', () => {
  const pieces = Array.from({ length: 256 }, (_, octet) => `${octet}.0.0.0/8`);
  expect(() => compile(pieces)).toThrow('with 0.0.0.0/8, 1.0.0.0/8, 2.0.0.0/8, 3.0.0.0/8, ... would believe');
  expect(() => compile(pieces.slice(0, 16))).not.toThrow();
  expect(() => compile(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'])).not.toThrow();
});

describe('a Unix socket', () => {
  const unix = compile('unix');
  let count = 0;

  /** What a server on a Unix socket or a TCP port thinks of its first request. */
  async function peerOn(where: 'path' | 'port', secure = false): Promise<boolean> {
    const { privateKeyPem: key, certificatePem: cert } = await p.root.issueServer({ dnsNames: ['localhost'] });
    const server = secure ? createHttpsServer({ key, cert }) : createHttpServer();
    const path = join(tmpdir(), `peercert-trusted-${process.pid}-${count++}.sock`);
    onTestFinished(() => void server.close());
    server.listen(where === 'path' ? { path } : { port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const target = where === 'path' ? { path } : { port: (server.address() as AddressInfo).port, host: '127.0.0.1' };
    const socket = secure ? connectTls({ ...target, rejectUnauthorized: false }) : connect(target);
    onTestFinished(() => void socket.destroy());
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    const [incoming] = (await once(server, 'request')) as [IncomingMessage];
    return unix.includesPeerOf(nodeRequestFacts(incoming, '/'));
  }

  it('is one, with TLS on it or not', async () => {
    expect(await peerOn('path')).toBe(true);
    expect(await peerOn('path', true)).toBe(true);
    expect(await peerOn('port')).toBe(false);
    expect(await peerOn('port', true)).toBe(false);
  });

  it('is not a TCP socket whose peer has gone, which has no address either', async () => {
    const server = createServer();
    onTestFinished(() => void server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [socket] = (await once(server, 'connection')) as [Socket];
    client.destroy();
    socket.destroy();
    await once(socket, 'close');
    expect(socket.remoteAddress).toBeUndefined();
    expect(unix.includesPeerOf(from(undefined, socket))).toBe(false);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a socket that is not connected', new Socket()],
    ['the socket of an injected request', Object.assign(new EventEmitter(), { remoteAddress: '127.0.0.1' })],
    [
      'the socket of a serverless shim',
      Object.assign(new Duplex(), { encrypted: true, _handle: { constructor: { name: 'Pipe' } } }),
    ],
    ['TLS over something that is no socket', new TLSSocket(duplexPair()[0] as Socket)],
  ])('is not %s', (_, socket) => {
    expect(unix.includesPeerOf(from(undefined, socket))).toBe(false);
  });
});

it('an injected request is nobody’s, although it says 127.0.0.1', () => {
  const shim = Object.assign(new EventEmitter(), { remoteAddress: '127.0.0.1', encrypted: true });
  const facts = nodeRequestFacts({ socket: shim, rawHeaders: [], rawTrailers: [] }, '/');
  expect(compile(['loopback', 'unix', '127.0.0.1']).includesPeerOf(facts)).toBe(false);
});

it('a connection is judged by its own peer, whatever a client writes', async () => {
  const server = createHttpServer();
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sent = request({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    headers: { 'X-Forwarded-For': '10.0.0.1' },
  });
  sent.end();
  const [incoming, response] = await once(server, 'request');
  const facts = nodeRequestFacts(incoming as IncomingMessage, '/');
  (response as { end(): void }).end();
  expect(compile('loopback').includesPeerOf(facts)).toBe(true);
  expect(compile('10.0.0.1').includesPeerOf(facts)).toBe(false);
});
