/**
 * Resolvers that change their answer, and hosts that do what no honest one does. A URL in a certificate makes the server
 * ask them: whatever they do, a fetch goes where it may, ends in time, and brings the one answer that was asked for.
 */
import { once } from 'node:events';
import {
  type AddressInfo,
  createServer,
  getDefaultAutoSelectFamily,
  type Server,
  type Socket,
  setDefaultAutoSelectFamily,
} from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compileAddressRanges } from '../../../src/address-range.ts';
import { endpointOf } from '../../../src/revocation/endpoint.ts';
import {
  createFetcher,
  type Fetcher,
  type FetcherSettings,
  type FetchRequest,
  type FetchResult,
  type ResolveName,
} from '../../../src/revocation/fetcher.ts';
import { closeServers, listen } from '../http-server.ts';

const settings: FetcherSettings = {
  timeoutMilliseconds: 5_000,
  concurrency: 4,
  concurrencyPerClient: 2,
  waiting: 10,
  addresses: undefined,
  ca: undefined,
};

const fetchers: Fetcher[] = [];
const sockets: Socket[] = [];
const servers: Server[] = [];

afterEach(async () => {
  for (const fetcher of fetchers.splice(0)) fetcher.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  await closeServers();
});

function fetcherWith(changes: Partial<FetcherSettings> = {}): Fetcher {
  const fetcher = createFetcher({ ...settings, ...changes });
  fetchers.push(fetcher);
  return fetcher;
}

function asking(url: string, changes: Partial<FetchRequest> = {}): FetchRequest {
  const target = new URL(url);
  return { url: target, hosts: new Set([endpointOf(target)]), maximumBytes: 100_000, ...changes };
}

/** `ok` with the body, or the problem. */
async function told(result: Promise<FetchResult>): Promise<string> {
  const settled = await result;
  return settled.ok ? `ok ${Buffer.from(settled.body).toString('latin1')}` : settled.problem;
}

interface RawHost {
  readonly port: number;
  readonly url: string;
  readonly connections: () => number;
}

/** A host that says what it likes on each connection. */
async function rawHost(say: (socket: Socket) => void, host = '127.0.0.1', port = 0): Promise<RawHost> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.push(socket.on('error', () => undefined));
    say(socket);
  });
  server.listen(port, host);
  await once(server, 'listening');
  servers.push(server);
  const { port: taken } = server.address() as AddressInfo;
  return { port: taken, url: `http://127.0.0.1:${taken}/`, connections: () => connections };
}

/** Says this when it was asked. */
const answering =
  (text: string | Uint8Array) =>
  (socket: Socket): void =>
    void socket.once('data', () => socket.write(text));

const ok = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4);

/** Another answer each time, the last one from then on. */
function resolvingInTurn(...answers: readonly (readonly string[])[]): { resolve: ResolveName; asked: () => number } {
  let asked = 0;
  const resolve: ResolveName = (_, callback) => {
    const found = answers[Math.min(asked, answers.length - 1)] as readonly string[];
    asked += 1;
    setImmediate(() =>
      callback(
        null,
        found.map((address) => ({ address, family: familyOf(address) })),
      ),
    );
  };
  return { resolve, asked: () => asked };
}

describe('a resolver that changes its answer', () => {
  const loopback = compileAddressRanges(['127.0.0.1'], 'addresses');

  it('is asked once for a connection, which goes to what was looked at', async () => {
    const inside = await rawHost(answering(ok('secret')), '127.0.0.2');
    const outside = await rawHost(answering(ok('list')), '127.0.0.1', inside.port);
    const { resolve, asked } = resolvingInTurn(['127.0.0.1'], ['127.0.0.2']);
    const fetcher = fetcherWith({ resolve, addresses: loopback });
    const request = asking(`http://crl.example.com:${outside.port}/`);
    expect(await told(fetcher.fetch(request))).toBe('ok list');
    expect(asked()).toBe(1);
    for (let times = 0; times < 3; times += 1) expect(await told(fetcher.fetch(request))).toBe('fetch_address_special');
    expect([outside.connections(), inside.connections()]).toEqual([1, 0]);
  });

  it.each([true, false])(
    'and mixes addresses is connected to at those that may be, families tried at once: %s',
    async (atOnce) => {
      const before = getDefaultAutoSelectFamily();
      setDefaultAutoSelectFamily(atOnce);
      try {
        const outside = await rawHost(answering(ok('list')));
        // Where a machine has no IPv6, nobody listens there.
        const listening = await Promise.allSettled(
          ['127.0.0.2', '127.0.0.3', '::1'].map((host) => rawHost(answering(ok('secret')), host, outside.port)),
        );
        const inside = listening.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
        for (const found of [
          ['127.0.0.2', '127.0.0.1'],
          ['127.0.0.1', '127.0.0.2'],
          ['::1', '127.0.0.1', '::ffff:127.0.0.3'],
          ['::ffff:127.0.0.1', '::1'],
        ]) {
          const { resolve } = resolvingInTurn(found);
          const fetcher = fetcherWith({ resolve, addresses: loopback });
          expect(await told(fetcher.fetch(asking(`http://crl.example.com:${outside.port}/`)))).toBe('ok list');
        }
        expect(inside.filter(({ connections }) => connections() > 0)).toEqual([]);
        expect(inside.length).toBeGreaterThanOrEqual(2);
      } finally {
        setDefaultAutoSelectFamily(before);
      }
    },
  );

  it('and leaves no address that may be connected to, is connected to nowhere', async () => {
    // Nothing listens at any of them: where a connection were tried, that were the failure.
    const { resolve } = resolvingInTurn(['::1', '127.0.0.2', '::ffff:127.0.0.2', '::ffff:7f00:2', '169.254.169.254']);
    const fetcher = fetcherWith({ resolve, addresses: loopback });
    expect(await fetcher.fetch(asking('http://crl.example.com:9/'))).toEqual({
      ok: false,
      problem: 'fetch_address_special',
      detail: 'crl.example.com: ::1, 127.0.0.2, ::ffff:127.0.0.2, ::ffff:7f00:2, 169.254.169.254',
    });
  });

  it.each([
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::169.254.169.254',
    '::ffff:0:10.0.0.1',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::a00:1',
    '2002:7f00:1::',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    'fe80::1%lo',
    '::1%lo',
    'fec0::1',
    '127.1',
    '0x7f000001',
    '2130706433',
    '0177.0.0.1',
    '127.0.0.1 ',
    '１２７.0.0.1',
    '',
    'crl.example.com',
  ])('to %j is connected to nowhere', async (address) => {
    const { resolve } = resolvingInTurn([address]);
    expect(await told(fetcherWith({ resolve }).fetch(asking('http://crl.example.com:9/')))).toBe(
      'fetch_address_special',
    );
  });

  it('to none, never, twice or with a mistake of its own is connected to nowhere', async () => {
    const answers: readonly [ResolveName, string][] = [
      [(_, callback) => callback(null, []), 'fetch_address_special'],
      [() => undefined, 'fetch_timeout'],
      [
        (_, callback) => {
          callback(null, [{ address: '169.254.169.254', family: 4 }]);
          callback(null, [{ address: '127.0.0.2', family: 4 }]);
        },
        'fetch_address_special',
      ],
      [(_, callback) => callback(null, [{ address: '127.0.0.2', family: 6 }]), 'fetch_address_special'],
    ];
    for (const [resolve, problem] of answers) {
      const fetcher = fetcherWith({ resolve, timeoutMilliseconds: 200 });
      expect(await told(fetcher.fetch(asking('http://crl.example.com:9/')))).toBe(problem);
    }
  });
});

describe('a URL with an address in disguise', () => {
  it('goes nowhere unless that very address is listed', async () => {
    const host = await rawHost(answering(ok('secret')));
    const hosts = new Set([`crl.example.com:${host.port}`, `127.0.0.1:80`, `localhost:${host.port}`]);
    for (const name of [
      '127.0.0.1',
      '127.1',
      '0x7f.1',
      '2130706433',
      '0177.1',
      '１２７.0.0.1',
      '[::ffff:127.0.0.1]',
      '[::1]',
      'localhost.',
    ]) {
      const url = `http://${name}:${host.port}/`;
      expect([url, await told(fetcherWith().fetch(asking(url, { hosts })))]).toEqual([url, 'fetch_host_unlisted']);
    }
    expect(host.connections()).toBe(0);
  });
});

describe('a host', () => {
  it('that sends a second answer behind the first gives it to nobody', async () => {
    const host = await rawHost(answering(ok('first') + ok('second') + ok('third')));
    const fetcher = fetcherWith();
    for (let times = 0; times < 3; times += 1) expect(await told(fetcher.fetch(asking(host.url)))).toBe('ok first');
    // Each has a connection of its own, so that nothing of one is left for the next.
    expect(host.connections()).toBe(3);
  });

  it('that promises to keep the connection is left all the same', async () => {
    const seen: string[] = [];
    const host = await rawHost((socket) => {
      socket.on('data', (octets) => {
        seen.push(octets.toString('latin1').split('\r\n')[0] ?? '');
        socket.write(
          `HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=600\r\nContent-Length: 1\r\n\r\n${seen.length}`,
        );
      });
    });
    const fetcher = fetcherWith();
    expect(await told(fetcher.fetch(asking(`${host.url}a`)))).toBe('ok 1');
    expect(await told(fetcher.fetch(asking(`${host.url}b`)))).toBe('ok 2');
    expect(host.connections()).toBe(2);
    await vi.waitFor(() => expect(sockets.every((socket) => socket.destroyed || socket.readableEnded)).toBe(true));
  });

  it('that answers before it was asked answers one request', async () => {
    const host = await rawHost((socket) => socket.write(ok('early') + ok('more')));
    const fetcher = fetcherWith();
    expect(await told(fetcher.fetch(asking(host.url)))).toBe('ok early');
    expect(await told(fetcher.fetch(asking(host.url)))).toBe('ok early');
    expect(host.connections()).toBe(2);
  });

  it.each([
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n',
    ],
    ['a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: 0x10\r\n\r\nx'],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx'],
    ['a length of two numbers', 'HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nxx'],
    ['chunks without an end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nx'],
    ['a chunk of a length that is no number', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n'],
    ['a field that goes on in a line of its own with a bare CR', 'HTTP/1.1 200 OK\r\nX: a\rContent-Length: 1\r\n\r\nx'],
    ['no status line', '<html></html>'],
  ])('that answers with %s is a failure', async (_, text) => {
    const host = await rawHost((socket) => socket.once('data', () => socket.end(text)));
    expect(await told(fetcherWith().fetch(asking(host.url)))).toBe('fetch_failed');
  });

  it.each([301, 302, 303, 307, 308])('that redirects with %i is not followed', async (status) => {
    const target = await rawHost(answering(ok('secret')));
    const { port, server } = await listen((_, response) =>
      response.writeHead(status, { location: target.url, refresh: `0; url=${target.url}` }).end('here'),
    );
    expect(server.listening).toBe(true);
    expect(await told(fetcherWith().fetch(asking(`http://127.0.0.1:${port}/`)))).toBe('fetch_redirect');
    expect(target.connections()).toBe(0);
  });

  it('that compresses is never decoded, however it says so', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    for (const encoding of ['gzip', 'GZIP', 'br', 'deflate', 'identity, gzip', 'zstd', 'x-gzip']) {
      const { port } = await listen((_, response) =>
        response.writeHead(200, { 'content-encoding': encoding }).end(bomb),
      );
      expect(await told(fetcherWith().fetch(asking(`http://127.0.0.1:${port}/`)))).toBe('fetch_encoding');
    }
    // What comes without saying so is taken as it is, and is no list.
    const { port } = await listen((_, response) => response.end(bomb));
    expect(await told(fetcherWith().fetch(asking(`http://127.0.0.1:${port}/`)))).toBe(`ok ${bomb.toString('latin1')}`);
  });

  it('that compresses the transfer is never decoded', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const head = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n');
    const chunk = Buffer.concat([Buffer.from(`${bomb.length.toString(16)}\r\n`), bomb, Buffer.from('\r\n0\r\n\r\n')]);
    const host = await rawHost(answering(Buffer.concat([head, chunk])));
    expect([`ok ${bomb.toString('latin1')}`, 'fetch_failed']).toContain(
      await told(fetcherWith().fetch(asking(host.url))),
    );
  });

  it.each<[string, (socket: Socket) => void]>([
    ['drips its fields', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\n', 'X: y\r\n')],
    ['drips one field', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nX: ', 'y')],
    ['drips answers that are none yet', (socket) => drip(socket, '', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n')],
    ['drips its body', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\n\r\n', 'x')],
    ['drips empty lines', (socket) => drip(socket, '', '\r\n')],
    [
      'drips fields behind its body',
      (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n', 'X: y\r\n'),
    ],
    ['says nothing', () => undefined],
  ])('that %s is given up, and the next one has its turn', async (_, say) => {
    const host = await rawHost(say);
    const fetcher = fetcherWith({ timeoutMilliseconds: 300, concurrency: 1 });
    const slow = fetcher.fetch(asking(host.url));
    expect(['fetch_timeout', 'fetch_failed']).toContain(await told(slow));
    const honest = await rawHost(answering(ok('list')));
    expect(await told(fetcher.fetch(asking(honest.url)))).toBe('ok list');
  });

  it('that never ends the handshake of TLS is given up', async () => {
    const host = await rawHost(() => undefined);
    const fetcher = fetcherWith({ timeoutMilliseconds: 200 });
    expect(await told(fetcher.fetch(asking(`https://127.0.0.1:${host.port}/`)))).toBe('fetch_timeout');
    expect(host.connections()).toBe(1);
  });

  it('that pours out without end is cut off at the limit, in its body and before it', async () => {
    const pour =
      (head: string, piece: string) =>
      (socket: Socket): void => {
        socket.write(head);
        const more = (): void => {
          while (!socket.destroyed && socket.write(piece));
        };
        socket.on('drain', more);
        more();
      };
    const block = 'x'.repeat(65_536);
    const hosts: readonly [(socket: Socket) => void, string][] = [
      [pour('HTTP/1.1 200 OK\r\n\r\n', block), 'fetch_too_large'],
      [pour('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', `10000\r\n${block}\r\n`), 'fetch_too_large'],
      [pour('HTTP/1.1 200 OK\r\nX: ', block), 'fetch_failed'],
      [pour('HTTP/1.1 200 OK\r\n', 'X: y\r\n'.repeat(10_000)), 'fetch_failed'],
    ];
    for (const [say, problem] of hosts) {
      const host = await rawHost(say);
      expect(await told(fetcherWith().fetch(asking(host.url)))).toBe(problem);
      await vi.waitFor(() => expect(sockets.at(-1)?.destroyed).toBe(true));
    }
  });
});

/** A beginning, and then a bit every few milliseconds. */
function drip(socket: Socket, head: string, bit: string): void {
  socket.write(head);
  const more = setInterval(() => socket.write(bit), 5);
  socket.once('close', () => clearInterval(more));
}
