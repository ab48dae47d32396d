import { once } from 'node:events';
import { createServer, IncomingMessage, type RequestListener } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect, type Server, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createGate } from '../../src/gate.ts';
import type { MtlsOptions } from '../../src/options.ts';
import { fromNginx } from '../../src/source/nginx.ts';
import { nodeRequestFacts } from '../../src/source/node-request.ts';
import * as p from './proxied.ts';

const nobody = ['192.0.2.1'];
const mtls: MtlsOptions = {
  source: fromNginx({ trustedProxies: nobody, verifiedBy: 'peercert' }),
  trust: p.trust,
  presence: 'optional',
};

interface Seen {
  readonly rawHeaders: readonly string[];
  readonly headers: object;
  readonly headersDistinct?: object | undefined;
  readonly rawTrailers: readonly string[];
  readonly trailers: object;
  readonly trailersDistinct?: object | undefined;
}

const forged = [
  'x-ssl-client-cert',
  'x_ssl_client_cert',
  'X-SSL_Client-Cert',
  'X-SSL-CLIENT-VERIFY',
  'x_ssl_client_verify',
];
const lines = (value: string): string => forged.map((name) => `${name}: ${value}\r\n`).join('');

/** What a handler sees of the first request, at once and at its end. */
async function handled(
  raw: string,
  { options = mtls, before = () => {} }: { options?: MtlsOptions; before?: (request: IncomingMessage) => void } = {},
): Promise<{ first: Seen; last: Seen; status: string }> {
  const gate = createGate(options);
  const seen: Seen[] = [];
  const listener: RequestListener = (request, response) => {
    before(request);
    void gate.admit(request, nodeRequestFacts(request, request.url ?? ''));
    seen.push(snapshot(request));
    request.resume();
    request.once('end', () => {
      seen.push(snapshot(request));
      response.end();
    });
  };
  const server = createServer(listener);
  const socket = connect(await listen(server), '127.0.0.1');
  socket.end(raw);
  const status = (await text(socket)).slice(9, 12);
  const [first, last] = seen as [Seen, Seen];
  return { first, last, status };
}

async function listen(server: Server): Promise<number> {
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function snapshot(request: Seen): Seen {
  const { rawHeaders, headers, headersDistinct, rawTrailers, trailers, trailersDistinct } = request;
  return structuredClone({ rawHeaders, headers, headersDistinct, rawTrailers, trailers, trailersDistinct });
}

const get = (headers: string): string =>
  `GET / HTTP/1.1\r\nHost: h\r\n${headers}X-Kept: 1\r\nConnection: close\r\n\r\n`;
const chunked = (headers: string, trailers: string): string =>
  `POST / HTTP/1.1\r\nHost: h\r\n${headers}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n${trailers}\r\n`;
const anyForged = (seen: Seen | undefined): boolean => /ssl.client|forged/i.test(JSON.stringify(seen));

describe('headers that a stranger wrote', () => {
  it('are gone from everywhere a handler could look, and nothing else is', async () => {
    const { first, last } = await handled(get(lines('forged')));
    expect(first.rawHeaders).toEqual(['Host', 'h', 'X-Kept', '1', 'Connection', 'close']);
    expect(first.headers).toEqual({ host: 'h', 'x-kept': '1', connection: 'close' });
    expect(first.headersDistinct).toEqual({ host: ['h'], 'x-kept': ['1'], connection: ['close'] });
    expect(anyForged(last)).toBe(false);
  });

  it('are gone where they had been read already', async () => {
    const { first } = await handled(get(lines('forged')), {
      before: (request) => {
        expect(anyForged({ ...snapshot(request) })).toBe(true);
      },
    });
    expect(anyForged(first)).toBe(false);
  });

  it('are gone though they come repeated, and in the middle of thousands', async () => {
    const { first } = await handled(get(lines('forged') + 'X-A: 1\r\n'.repeat(300) + lines('forged')));
    expect(anyForged(first)).toBe(false);
    expect((first.headers as Record<string, string>)['x-a']).toHaveLength(300 * 3 - 2);
  });

  it('are gone on excluded paths', async () => {
    const { first } = await handled(get(lines('forged')).replace('GET /', 'GET /healthz'), {
      options: { ...mtls, exclude: ['/healthz'] },
    });
    expect(anyForged(first)).toBe(false);
  });

  it('are gone in report-only mode, and where they are denied', async () => {
    for (const untrustedForwarder of ['ignore', 'deny'] as const) {
      const source = fromNginx({ trustedProxies: nobody, verifiedBy: 'peercert', untrustedForwarder });
      const { first } = await handled(get(lines('forged')), {
        options: { ...mtls, source, enforcement: 'report-only', presence: 'required' },
      });
      expect(anyForged(first)).toBe(false);
    }
  });

  it('stay when a trusted proxy wrote them, but for their twins', async () => {
    const source = fromNginx({ trustedProxies: 'loopback', verifiedBy: 'peercert' });
    const { first } = await handled(get(`X-SSL-Client-Verify: NONE\r\nx_ssl_client_verify: SUCCESS\r\n`), {
      options: { ...mtls, source },
    });
    expect(first.headers).toMatchObject({ 'x-ssl-client-verify': 'NONE' });
    expect(JSON.stringify(first)).not.toContain('SUCCESS');
  });
});

describe('trailers', () => {
  it('bring no such header, from anyone, at the end of a chunked message', async () => {
    for (const trustedProxies of [nobody, 'loopback']) {
      const source = fromNginx({ trustedProxies, verifiedBy: 'peercert' });
      const { last, status } = await handled(chunked('', `${lines('forged')}X-Kept: 1\r\n`), {
        options: { ...mtls, source },
      });
      expect(status).toBe('200');
      expect(last).toMatchObject({
        rawTrailers: ['X-Kept', '1'],
        trailers: { 'x-kept': '1' },
      });
      expect(anyForged(last)).toBe(false);
    }
  });

  it('are seen before any listener that was there first', async () => {
    let seen: Seen | undefined;
    await handled(chunked('', lines('forged')), {
      before: (request) => {
        request.prependListener('end', () => {
          seen = snapshot(request);
        });
      },
    });
    expect(seen).toBeDefined();
    expect(anyForged(seen)).toBe(false);
  });

  it('are gone where the whole message had arrived before', async () => {
    const gate = createGate(mtls);
    const request = new IncomingMessage(new Socket());
    const { _addHeaderLines: add } = request as unknown as {
      _addHeaderLines(lines: readonly string[], count: number): void;
    };
    add.call(request, ['Transfer-Encoding', 'chunked'], 2);
    request.complete = true;
    add.call(request, ['X-SSL-Client-Cert', 'forged', 'X-Kept', '1'], 4);
    await gate.admit(request, nodeRequestFacts(request, '/'));
    expect(snapshot(request)).toMatchObject({ rawTrailers: ['X-Kept', '1'], trailers: { 'x-kept': '1' } });
  });
});

describe('over HTTP/2', () => {
  it('headers and trailers of a stranger are gone', async () => {
    const gate = createGate(mtls);
    const seen: Seen[] = [];
    const server = createHttp2Server((request, response) => {
      void gate.admit(request, nodeRequestFacts(request, request.url));
      seen.push(snapshot(request as unknown as Seen));
      request.stream.on('trailers', (trailers) =>
        seen.push({ trailers: structuredClone(trailers) } as unknown as Seen),
      );
      request.resume();
      request.once('end', () => {
        seen.push(snapshot(request as unknown as Seen));
        response.end();
      });
    });
    const session = connectHttp2(`http://127.0.0.1:${await listen(server)}`);
    onTestFinished(() => session.close());
    const stream = session.request(
      { ':method': 'POST', 'x-ssl-client-cert': 'forged', x_ssl_client_cert: 'forged', 'x-kept': '1' },
      { waitForTrailers: true } as object,
    );
    stream.once('wantTrailers', () => stream.sendTrailers({ 'x-ssl-client-verify': 'forged', 'x-kept': '2' }));
    stream.end('body');
    stream.resume();
    await once(stream, 'close');
    expect(seen).toHaveLength(3);
    expect(seen.some(anyForged)).toBe(false);
    expect(seen[0]?.headers).toMatchObject({ 'x-kept': '1' });
    expect(seen[2]?.trailers).toMatchObject({ 'x-kept': '2' });
    expect(seen[2]?.rawTrailers).toEqual(['x-kept', '2']);
  });
});

describe('a request that no server made', () => {
  it('loses what stands in its headers alone', async () => {
    const request = {
      headers: { 'x-ssl-client-cert': 'forged', x_ssl_client_verify: 'forged', accept: '*/*' },
      rawHeaders: [],
      rawTrailers: [],
    };
    await createGate(mtls).admit(request, nodeRequestFacts({ ...request, socket: {} }, '/'));
    expect(request.headers).toEqual({ accept: '*/*' });
  });

  it('may lack everything', async () => {
    const facts = { ...p.proxied({}), peerAddress: undefined };
    expect(await createGate(mtls).admit({}, facts)).toBeUndefined();
  });
});
