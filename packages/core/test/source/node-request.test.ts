import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server, type Http2ServerRequest } from 'node:http2';
import { type AddressInfo, connect, type Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RequestFacts } from '../../src/source/facts.ts';
import { nodeRequestFacts } from '../../src/source/node-request.ts';

/** A server that keeps the facts of every request. */
function recording(): { server: Server; facts: RequestFacts[] } {
  const facts: RequestFacts[] = [];
  const server = createServer((incoming, response) => {
    facts.push(nodeRequestFacts(incoming, incoming.url ?? ''));
    response.end();
  });
  onTestFinished(() => {
    server.close();
  });
  return { server, facts };
}

async function listen(server: Server, path?: string): Promise<number> {
  server.listen(path === undefined ? { host: '127.0.0.1', port: 0 } : { path });
  await once(server, 'listening');
  return path === undefined ? (server.address() as AddressInfo).port : 0;
}

describe('the facts of a request', () => {
  it('are what came over the connection', async () => {
    const { server, facts } = recording();
    const port = await listen(server);
    const sent = request({
      port,
      host: '127.0.0.1',
      path: '/a/../b?c',
      headers: ['Host', 'h', 'X-Twice', '1', 'x-twice', '2'],
    });
    sent.end();
    await once(sent, 'response');
    expect(facts).toEqual([
      {
        socket: expect.any(Socket),
        rawHeaders: ['Host', 'h', 'X-Twice', '1', 'x-twice', '2', 'Connection', 'keep-alive'],
        trailers: [],
        peerAddress: '127.0.0.1',
        clientAddress: undefined,
        requestTarget: '/a/../b?c',
      },
    ]);
  });

  it('have no peer address on a Unix socket', async () => {
    const { server, facts } = recording();
    const socketPath = join(tmpdir(), `peercert-${process.pid}.sock`);
    await listen(server, socketPath);
    const sent = request({ socketPath });
    sent.end();
    await once(sent, 'response');
    expect(facts[0]?.socket).toBeInstanceOf(Socket);
    expect(facts[0]?.peerAddress).toBeUndefined();
  });

  it('take no address from a socket that is none', () => {
    const shim = Object.assign(new EventEmitter(), { remoteAddress: '127.0.0.1', encrypted: true });
    const injected = { socket: shim, rawHeaders: [], rawTrailers: [] } as unknown as IncomingMessage;
    expect(nodeRequestFacts(injected, '/').peerAddress).toBeUndefined();
  });

  it('are those of HTTP/1 whatever version a client claims', async () => {
    const { server, facts } = recording();
    const client = connect(await listen(server), '127.0.0.1');
    client.end('GET / HTTP/2.0\r\nHost: h\r\nConnection: close\r\n\r\n');
    expect(await text(client)).toMatch(/^HTTP\/1\.1 200/);
    expect(facts[0]?.socket).toBeInstanceOf(Socket);
    expect(facts[0]?.peerAddress).toBe('127.0.0.1');
  });

  it('hold one object for all streams of an HTTP/2 session, and none once it is gone', async () => {
    const facts: RequestFacts[] = [];
    const requests: Http2ServerRequest[] = [];
    const server = createHttp2Server((incoming, response) => {
      facts.push(nodeRequestFacts(incoming, incoming.url));
      requests.push(incoming);
      response.end();
    });
    onTestFinished(() => {
      server.close();
    });
    const session = connectHttp2(`http://127.0.0.1:${await listen(server)}`);
    for (const path of ['/a', '/b']) {
      const stream = session.request({ ':path': path });
      stream.resume();
      await once(stream, 'close');
    }
    expect(facts.map(({ peerAddress, requestTarget }) => [peerAddress, requestTarget])).toEqual([
      ['127.0.0.1', '/a'],
      ['127.0.0.1', '/b'],
    ]);
    expect(facts[0]?.socket).toBeInstanceOf(Socket);
    expect(facts[0]?.socket).toBe(facts[1]?.socket);

    session.destroy();
    await once(session, 'close');
    const late = nodeRequestFacts(requests[1] as Http2ServerRequest, '/b');
    expect(late.socket).toBeUndefined();
    expect(late.peerAddress).toBeUndefined();
    // It came over a connection all the same, and was not invoked.
    Object.assign(requests[1] as Http2ServerRequest, { apiGateway: { event: {} } });
    expect(nodeRequestFacts(requests[1] as Http2ServerRequest, '/b', undefined, {}).event).toBeUndefined();
  });
});
