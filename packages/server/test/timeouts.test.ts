import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compileTimeouts, type TimeoutOptions } from '../src/timeouts.ts';
import { type Authorities, closeWorld, createAuthorities, listen, openEndpoint, type World } from './endpoint-world.ts';

let authorities: Authorities;
beforeAll(async () => {
  authorities = await createAuthorities();
});
afterEach(closeWorld);

const never = 86_400_000;
/** All but one as good as endless, so that a test shows which one ended the connection. */
const only = (timeouts: TimeoutOptions): TimeoutOptions => ({
  headersMilliseconds: never,
  requestMilliseconds: never,
  keepAliveMilliseconds: never,
  ...timeouts,
});

async function open(port: number, alpn: string): Promise<TLSSocket> {
  const ca = authorities.server.caPem;
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca, ALPNProtocols: [alpn] });
  // On a busy machine the server may have lost its patience before the client hears of the handshake.
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve));
  return socket;
}

/** What Node answers before it closes. It is lost where the client was writing at that moment. */
const tooLate = /^(HTTP\/1\.1 408 |$)/;

/** What the server sent until it closed the connection. */
async function untilClosed(socket: TLSSocket): Promise<string> {
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  // Its errors are no failure of the test.
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

/** Sends one octet of the text every 20 ms. */
function drip(socket: TLSSocket, text: string): void {
  let at = 0;
  const timer = setInterval(() => {
    if (socket.destroyed || at >= text.length) clearInterval(timer);
    else socket.write(text[at++] as string);
  }, 20);
}

describe.each([
  ['HTTP/1', 'a server of HTTP/1'],
  ['HTTP/1', 'a server of HTTP/2'],
] as const)('a slow client of %s on %s', (_, kind) => {
  async function start(timeouts: TimeoutOptions): Promise<number> {
    const { endpoint } = await openEndpoint(authorities, { timeouts: only(timeouts) });
    const listener = (_request: unknown, response: { end(text: string): unknown }): void => void response.end('done');
    return listen(
      kind === 'a server of HTTP/1' ? endpoint.createServer(listener) : endpoint.createHttp2Server(listener),
    );
  }

  it('that sends nothing is closed', async () => {
    const socket = await open(await start({ headersMilliseconds: 150 }), 'http/1.1');
    expect(await untilClosed(socket)).toMatch(tooLate);
  });

  it('that drips its header is closed', async () => {
    const socket = await open(await start({ headersMilliseconds: 150 }), 'http/1.1');
    drip(socket, `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(10_000)}`);
    expect(await untilClosed(socket)).toMatch(tooLate);
  });

  it('that drips its body is closed', async () => {
    const socket = await open(await start({ headersMilliseconds: 100, requestMilliseconds: 250 }), 'http/1.1');
    socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n');
    drip(socket, 'x'.repeat(10_000));
    await untilClosed(socket);
    expect(socket.destroyed).toBe(true);
  });

  it('that keeps its connection and asks nothing more is closed', async () => {
    const socket = await open(await start({ keepAliveMilliseconds: 100 }), 'http/1.1');
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });
});

describe('a slow client of HTTP/2', () => {
  async function start(timeouts: TimeoutOptions): Promise<{ readonly port: number; readonly world: World }> {
    const world = await openEndpoint(authorities, { timeouts: only(timeouts) });
    const server = world.endpoint.createHttp2Server((request, response) => {
      request.resume();
      if (request.method === 'GET') response.end('done');
      else response.writeHead(200).write('begun');
    });
    return { port: await listen(server), world };
  }

  const session = (port: number): ReturnType<typeof connectHttp2> => {
    const client = connectHttp2(`https://localhost:${port}`, { ca: authorities.server.caPem });
    client.on('error', () => undefined);
    return client;
  };

  it('that sends nothing is closed', async () => {
    const { port } = await start({ headersMilliseconds: 150 });
    const socket = await open(port, 'h2');
    await untilClosed(socket);
    expect(socket.destroyed).toBe(true);
  });

  it('that drips frames without a request is closed', async () => {
    const { port } = await start({ headersMilliseconds: 150 });
    const socket = await open(port, 'h2');
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    // SETTINGS, then HEADERS of 16,000 octets that never end: a field `a` whose value has 15,000 (RFC 7541 6.2.2).
    socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0x3e, 0x80, 1, 4, 0, 0, 0, 1]));
    socket.write(Buffer.from([0, 1, 0x61, 0x7f, 0x99, 0x74]));
    drip(socket, 'x'.repeat(15_000));
    await untilClosed(socket);
    expect(socket.destroyed).toBe(true);
  });

  it('that drips its body has its stream closed, and no other', async () => {
    const { port } = await start({ headersMilliseconds: 100, requestMilliseconds: 250 });
    const client = session(port);
    const slow = client.request({ ':method': 'POST', ':path': '/' });
    slow.on('error', () => undefined);
    const timer = setInterval(() => slow.destroyed || slow.write('x'), 20);
    await once(slow, 'close');
    clearInterval(timer);
    expect(slow.rstCode).toBe(8);
    expect(client.destroyed).toBe(false);
    const other = client.request({ ':path': '/' });
    const [head] = await once(other, 'response');
    expect(head).toMatchObject({ ':status': 200 });
    client.destroy();
  });

  it('may take its time to read an answer', async () => {
    const { port } = await start({ headersMilliseconds: 50, requestMilliseconds: 50, keepAliveMilliseconds: 50 });
    const client = session(port);
    const stream = client.request({ ':method': 'POST', ':path': '/' });
    stream.end('whole');
    await once(stream, 'response');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(stream.destroyed).toBe(false);
    client.destroy();
  });

  it('that keeps its connection and asks nothing more is closed', async () => {
    const { port } = await start({ keepAliveMilliseconds: 100 });
    const client = session(port);
    const stream = client.request({ ':path': '/' });
    await once(stream.resume(), 'close');
    await once(client, 'close');
    expect(client.destroyed).toBe(true);
  });
});

describe('time-outs', () => {
  it('are of the 30 s class unless told otherwise', () => {
    expect(compileTimeouts()).toEqual({
      headersMilliseconds: 30_000,
      requestMilliseconds: 30_000,
      keepAliveMilliseconds: 30_000,
    });
  });

  it.each<[TimeoutOptions, RegExp]>([
    [{ headersMilliseconds: 0 }, /timeouts\.headersMilliseconds must be a whole number .* got 0/],
    [{ keepAliveMilliseconds: Number.POSITIVE_INFINITY }, /timeouts\.keepAliveMilliseconds/],
    [{ requestMilliseconds: 1_000 }, /headersMilliseconds must not be more than timeouts\.requestMilliseconds/],
    [{ request: 1 } as TimeoutOptions, /timeouts: unknown option "request"/],
  ])('refuse %o', (options, message) => {
    expect(() => compileTimeouts(options)).toThrow(message);
  });
});
