import { once } from 'node:events';
import { globalAgent, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { createRootAuthority } from '@peercert/pki';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compileAddressRanges } from '../../src/address-range.ts';
import { endpointOf } from '../../src/revocation/endpoint.ts';
import {
  createFetcher,
  type Fetcher,
  type FetcherSettings,
  type FetchRequest,
  type FetchResult,
  type ResolveName,
} from '../../src/revocation/fetcher.ts';
import { closeServers, listen } from './http-server.ts';

const settings: FetcherSettings = {
  timeoutMilliseconds: 5_000,
  concurrency: 4,
  concurrencyPerClient: 2,
  waiting: 10,
  addresses: undefined,
  ca: undefined,
};

const fetchers: Fetcher[] = [];

afterEach(async () => {
  for (const fetcher of fetchers.splice(0)) fetcher.close();
  await closeServers();
});

function fetcherWith(changes: Partial<FetcherSettings> = {}): Fetcher {
  const fetcher = createFetcher({ ...settings, ...changes });
  fetchers.push(fetcher);
  return fetcher;
}

function asking(url: string | number, changes: Partial<FetchRequest> = {}): FetchRequest {
  const target = new URL(typeof url === 'number' ? `http://127.0.0.1:${url}/ca.crl` : url);
  return { url: target, hosts: new Set([endpointOf(target)]), maximumBytes: 1_000, ...changes };
}

async function bodyOf(result: Promise<FetchResult>): Promise<string> {
  const settled = await result;
  if (!settled.ok) throw new Error(`${settled.problem} ${settled.detail}`);
  return Buffer.from(settled.body).toString();
}

describe('a fetch', () => {
  it('brings the body of an answer', async () => {
    const { port } = await listen((_, response) => response.end('list'));
    expect(await bodyOf(fetcherWith().fetch(asking(port)))).toBe('list');
  });

  it('asks plainly: no encoding, no connection that stays, nothing but what it was told', async () => {
    let asked: IncomingMessage | undefined;
    const { port } = await listen((request, response) => {
      asked = request;
      response.end();
    });
    await bodyOf(fetcherWith().fetch(asking(`http://127.0.0.1:${port}/a/b?c=d#e`, { headers: { Accept: 'x/y' } })));
    expect(asked?.method).toBe('GET');
    expect(asked?.url).toBe('/a/b?c=d');
    expect(asked?.headers).toEqual({
      accept: 'x/y',
      'accept-encoding': 'identity',
      connection: 'close',
      host: `127.0.0.1:${port}`,
    });
  });

  it('with a body is a POST', async () => {
    const { port } = await listen(async (request, response) => {
      response.end(`${request.method} ${request.headers['content-length']} ${await text(request)}`);
    });
    expect(await bodyOf(fetcherWith().fetch(asking(port, { body: Buffer.from('asked') })))).toBe('POST 5 asked');
  });

  it('reads bodies with a length and without, in one piece or several', async () => {
    const { port } = await listen((request, response) => {
      if (request.url === '/announced') response.setHeader('content-length', 600);
      response.write('a'.repeat(300));
      setImmediate(() => response.end('b'.repeat(300)));
    });
    for (const path of ['announced', 'chunked']) {
      const body = bodyOf(fetcherWith().fetch(asking(`http://127.0.0.1:${port}/${path}`)));
      expect(await body).toBe('a'.repeat(300) + 'b'.repeat(300));
    }
  });

  it('uses no proxy of the environment', async () => {
    const proxy = await listen((_, response) => response.end('proxy'));
    const { port } = await listen((_, response) => response.end('server'));
    for (const name of ['http_proxy', 'HTTP_PROXY', 'all_proxy']) vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    // Which is how a proxy is put in the way of everything.
    const agent = vi.spyOn(globalAgent, 'createConnection' as never);
    try {
      expect(await bodyOf(fetcherWith().fetch(asking(port)))).toBe('server');
      expect(proxy.requests).toBe(0);
      expect(agent).not.toHaveBeenCalled();
    } finally {
      vi.restoreAllMocks();
      vi.unstubAllEnvs();
    }
  });
});

describe('a fetch over https', () => {
  it('believes the authorities that were given, and only for the name of the URL', async () => {
    const root = await createRootAuthority({ subject: 'CN=Servers' });
    const server = await root.issueServer({ ips: ['127.0.0.1'] });
    const tls = { key: server.privateKeyPem, cert: server.chainPem };
    const { port } = await listen((_, response) => response.end('list'), 0, tls);
    const url = `https://127.0.0.1:${port}/`;
    expect(await bodyOf(fetcherWith({ ca: root.certificatePem }).fetch(asking(url)))).toBe('list');
    const addresses = compileAddressRanges(['127.0.0.0/8'], 'addresses');
    const byName = fetcherWith({ ca: root.certificatePem, addresses }).fetch(asking(`https://localhost:${port}/`));
    expect(await byName).toMatchObject({ ok: false, problem: 'fetch_failed', detail: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    try {
      expect(await fetcherWith().fetch(asking(url))).toMatchObject({
        ok: false,
        problem: 'fetch_failed',
        detail: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      });
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('several fetches over https', () => {
  it('resume no session', async () => {
    const root = await createRootAuthority({ subject: 'CN=Servers' });
    const server = await root.issueServer({ ips: ['127.0.0.1'] });
    const tls = { key: server.privateKeyPem, cert: server.chainPem };
    const { port, server: listening } = await listen((_, response) => response.end('list'), 0, tls);
    const resumed: boolean[] = [];
    listening.on('secureConnection', (socket: TLSSocket) => resumed.push(socket.isSessionReused()));
    const fetcher = fetcherWith({ ca: root.certificatePem });
    for (const _ of [1, 2, 3]) expect(await bodyOf(fetcher.fetch(asking(`https://127.0.0.1:${port}/`)))).toBe('list');
    expect(resumed).toEqual([false, false, false]);
  });
});

describe('a server that lies', () => {
  it('with a redirect to a link-local address is not followed', async () => {
    const { port } = await listen((_, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
    );
    expect(await fetcherWith().fetch(asking(port))).toEqual({ ok: false, problem: 'fetch_redirect', detail: '302' });
  });

  it('with any redirect is not followed', async () => {
    const { port } = await listen((_, response) => response.writeHead(300).end());
    expect(await fetcherWith().fetch(asking(port))).toEqual({ ok: false, problem: 'fetch_redirect', detail: '300' });
  });

  it.each([400, 404, 500, 204, 206])('with status %i is no answer', async (status) => {
    const { port } = await listen((_, response) => response.writeHead(status).end());
    expect(await fetcherWith().fetch(asking(port))).toEqual({
      ok: false,
      problem: 'fetch_status',
      detail: String(status),
    });
  });

  it('with a content encoding is not decoded', async () => {
    const { port } = await listen((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'));
    expect(await fetcherWith().fetch(asking(port))).toEqual({ ok: false, problem: 'fetch_encoding', detail: 'gzip' });
  });

  it('with an encoding of many words is quoted in part', async () => {
    const encoding = 'x'.repeat(100);
    const { port } = await listen((_, response) => response.writeHead(200, { 'content-encoding': encoding }).end('x'));
    expect(await fetcherWith().fetch(asking(port))).toMatchObject({ detail: 'x'.repeat(40) });
  });

  it('with a body of two parts that are too large together is cut off', async () => {
    const { port } = await listen((_, response) => {
      response.write('x'.repeat(600));
      setImmediate(() => response.end('x'.repeat(600)));
    });
    expect(await fetcherWith().fetch(asking(port))).toMatchObject({ problem: 'fetch_too_large' });
  });

  it('with an endless body is cut off', async () => {
    let closed: Promise<unknown> | undefined;
    const { port } = await listen((_, response) => {
      const more = setInterval(() => response.write('x'.repeat(100)), 1);
      closed = once(response, 'close').finally(() => clearInterval(more));
    });
    expect(await fetcherWith().fetch(asking(port))).toEqual({
      ok: false,
      problem: 'fetch_too_large',
      detail: '1000 bytes',
    });
    await closed;
  });

  it('that announces too large a body is not read at all', async () => {
    const { port } = await listen((_, response) => response.writeHead(200, { 'content-length': 1_001 }).write('x'));
    expect(await fetcherWith().fetch(asking(port))).toMatchObject({ problem: 'fetch_too_large' });
    expect(
      await bodyOf(fetcherWith().fetch(asking((await listen((_, r) => r.end('x'.repeat(1_000)))).port))),
    ).toHaveLength(1_000);
  });

  it('that announces much gets no room for what it does not send', async () => {
    const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
    const { port } = await listen((_, response) => {
      response.writeHead(200, { 'content-length': 134_217_728 });
      response.write('x', () => setTimeout(() => response.destroy(), 20));
    });
    const fetcher = fetcherWith({ concurrency: 8 });
    const requests = Array.from({ length: 8 }, () => fetcher.fetch(asking(port, { maximumBytes: 134_217_728 })));
    for (const result of await Promise.all(requests)) expect(result).toMatchObject({ problem: 'fetch_failed' });
    expect(Math.max(...allocate.mock.calls.map(([size]) => size))).toBeLessThanOrEqual(65_536);
    allocate.mockRestore();
  });

  it('that sends a body octet by octet is heard to its end', async () => {
    const body = Array.from({ length: 70_000 }, (_, index) => index % 10).join('');
    const chunks = [...body].map((digit) => `1\r\n${digit}\r\n`).join('');
    const server = createSocketServer((socket: Socket) =>
      socket
        .on('error', () => undefined)
        .end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await bodyOf(fetcherWith().fetch(asking(port, { maximumBytes: 70_000 })))).toBe(body);
    expect(await fetcherWith().fetch(asking(port, { maximumBytes: 69_999 }))).toMatchObject({
      problem: 'fetch_too_large',
    });
    server.close();
  });

  it('with a slow drip is given up in time', async () => {
    const { port } = await listen((_, response) => {
      const drip = setInterval(() => response.write('x'), 10);
      response.once('close', () => clearInterval(drip));
    });
    expect(await fetcherWith({ timeoutMilliseconds: 100 }).fetch(asking(port))).toEqual({
      ok: false,
      problem: 'fetch_timeout',
      detail: '100 ms',
    });
  });

  it('that never answers is given up in time', async () => {
    const { port } = await listen(() => undefined);
    expect(await fetcherWith({ timeoutMilliseconds: 50 }).fetch(asking(port))).toMatchObject({
      problem: 'fetch_timeout',
    });
  });

  it.each<[string, string]>([
    ['that ends early', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx'],
    ['that hangs up', ''],
    ['that speaks no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['that wants another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
    ['with endless headers', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['with a forbidden character in a header', 'HTTP/1.1 200 OK\r\nX: \x01\r\nContent-Length: 1\r\n\r\nx'],
    ['with two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'],
  ])('%s is a failure', async (_, answer) => {
    const server = createSocketServer((socket: Socket) => socket.on('error', () => undefined).end(answer));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await fetcherWith().fetch(asking(port))).toMatchObject({ ok: false, problem: 'fetch_failed' });
    server.close();
  });

  it('that wants another protocol has closed the connection, which is no error to Node', async () => {
    const answer = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n';
    const server = createSocketServer((socket: Socket) => socket.on('error', () => undefined).end(answer));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await fetcherWith().fetch(asking(port))).toEqual({ ok: false, problem: 'fetch_failed', detail: 'closed' });
    server.close();
  });

  it('that is not there is a failure with the code of Node', async () => {
    const { port, close } = await listen(() => undefined);
    await close();
    expect(await fetcherWith().fetch(asking(port))).toEqual({
      ok: false,
      problem: 'fetch_failed',
      detail: 'ECONNREFUSED',
    });
  });
});

describe('where a fetch may go', () => {
  const resolvingTo =
    (...addresses: string[]): ResolveName =>
    (_, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );

  it('is to listed hosts and ports only', async () => {
    const { port } = await listen((_, response) => response.end());
    const hosts = new Set(['127.0.0.1:80', 'example.com:80']);
    expect(await fetcherWith().fetch(asking(port, { hosts }))).toEqual({
      ok: false,
      problem: 'fetch_host_unlisted',
      detail: `127.0.0.1:${port}`,
    });
  });

  it('is not to a name that resolves to a special-purpose address', async () => {
    const server = await listen((_, response) => response.end());
    expect(await fetcherWith().fetch(asking(`http://localhost:${server.port}/`))).toMatchObject({
      ok: false,
      problem: 'fetch_address_special',
      detail: expect.stringMatching(/^localhost: .*(127\.0\.0\.1|::1)/),
    });
    expect(server.requests).toBe(0);
  });

  it('is to such a name where the range is listed', async () => {
    const { port } = await listen((_, response) => response.end('list'));
    const addresses = compileAddressRanges(['127.0.0.0/8'], 'addresses');
    expect(await bodyOf(fetcherWith({ addresses }).fetch(asking(`http://localhost:${port}/`)))).toBe('list');
  });

  it.each([
    '10.0.0.1',
    '169.254.169.254',
    '0.0.0.0',
    '100.64.0.1',
    '192.168.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '2002:a00:1::',
    '2001:db8::1',
    '4000::1',
    'e000::1',
    'no address',
  ])('is not to a name that resolves to %s', async (address) => {
    const result = fetcherWith({ resolve: resolvingTo(address) }).fetch(asking('http://crl.example.com/'));
    expect(await result).toEqual({
      ok: false,
      problem: 'fetch_address_special',
      detail: `crl.example.com: ${address}`,
    });
  });

  it('is to the addresses that were looked at, and to no other of the same name', async () => {
    const { port } = await listen((_, response) => response.end('list'));
    const addresses = compileAddressRanges(['127.0.0.1'], 'addresses');
    let asked = 0;
    const rebinding: ResolveName = (name, callback) => {
      asked += 1;
      resolvingTo(...(asked === 1 ? ['169.254.169.254', '127.0.0.1'] : ['169.254.169.254']))(name, callback);
    };
    const fetcher = fetcherWith({ addresses, resolve: rebinding });
    expect(await bodyOf(fetcher.fetch(asking(`http://crl.example.com:${port}/`)))).toBe('list');
    expect(asked).toBe(1);
    expect(await fetcher.fetch(asking(`http://crl.example.com:${port}/`))).toMatchObject({
      problem: 'fetch_address_special',
    });
  });

  it('is told with every address that was found', async () => {
    const resolve = resolvingTo('10.0.0.1', '10.0.0.2');
    expect(await fetcherWith({ resolve }).fetch(asking('http://crl.example.com/'))).toMatchObject({
      detail: 'crl.example.com: 10.0.0.1, 10.0.0.2',
    });
  });

  it('is nowhere for a name whose look-up fails for no reason', async () => {
    const resolve: ResolveName = (_, callback) => callback(new Error('no code'), []);
    expect(await fetcherWith({ resolve }).fetch(asking('http://crl.example.com/'))).toEqual({
      ok: false,
      problem: 'fetch_failed',
      detail: '',
    });
  });

  it('is nowhere for a name that does not exist', async () => {
    const resolve: ResolveName = (_, callback) => callback(Object.assign(new Error(), { code: 'ENOTFOUND' }), []);
    expect(await fetcherWith({ resolve }).fetch(asking('http://crl.example.com/'))).toEqual({
      ok: false,
      problem: 'fetch_failed',
      detail: 'ENOTFOUND',
    });
  });
});

describe('how much is fetched', () => {
  it('at a time is limited, in all and for each client', async () => {
    const open: (() => void)[] = [];
    const server = await listen((_, response) => {
      open.push(() => response.end('list'));
    });
    const fetcher = fetcherWith({ concurrency: 2, concurrencyPerClient: 2, waiting: 1 });
    const results = ['a', 'a', 'b'].map((client) => fetcher.fetch(asking(server.port, { client })));
    expect(await fetcher.fetch(asking(server.port, { client: 'a' }))).toEqual({
      ok: false,
      problem: 'fetch_busy',
      detail: 'of this client',
    });
    expect(await fetcher.fetch(asking(server.port, { client: 'c' }))).toEqual({
      ok: false,
      problem: 'fetch_busy',
      detail: 'in all',
    });
    await vi.waitFor(() => expect(open).toHaveLength(2));
    expect(server.requests).toBe(2);
    open.shift()?.();
    await vi.waitFor(() => expect(server.requests).toBe(3));
    for (const end of open) end();
    expect(await Promise.all(results.map(bodyOf))).toEqual(['list', 'list', 'list']);
    // All places are free again.
    const again = ['a', 'a'].map((client) => fetcher.fetch(asking(server.port, { client })));
    await vi.waitFor(() => expect(open.length).toBeGreaterThanOrEqual(3));
    for (const end of open) end();
    expect(await Promise.all(again.map(bodyOf))).toEqual(['list', 'list']);
  });

  it('includes the time spent waiting, after which the place in the queue is free', async () => {
    const server = await listen(() => undefined);
    const fetcher = fetcherWith({ concurrency: 1, waiting: 1, timeoutMilliseconds: 500 });
    const results = await Promise.all([fetcher.fetch(asking(server.port)), fetcher.fetch(asking(server.port))]);
    expect(results).toMatchObject([{ problem: 'fetch_timeout' }, { problem: 'fetch_timeout' }]);
    expect(server.requests).toBe(1);
    const quick = await listen((_, response) => response.end('list'));
    expect(await bodyOf(fetcher.fetch(asking(quick.port)))).toBe('list');
  });

  it('is nothing any more when the fetcher is closed', async () => {
    const server = await listen(() => undefined);
    const fetcher = fetcherWith();
    const result = fetcher.fetch(asking(server.port));
    await vi.waitFor(() => expect(server.requests).toBe(1));
    fetcher.close();
    const closed = { ok: false, problem: 'fetch_closed', detail: '' };
    expect(await result).toEqual(closed);
    expect(await fetcher.fetch(asking(server.port))).toEqual(closed);
    expect(server.requests).toBe(1);
  });
});
