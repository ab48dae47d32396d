import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { tool } from '../../../test/tools.ts';
import { createRedirectServer, type RedirectOptions } from '../src/redirect.ts';

async function listen(options: RedirectOptions): Promise<number> {
  return listening(createRedirectServer(options));
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

/** Everything that comes back for these octets, until the server ends the connection. */
async function send(port: number, text: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' }).setEncoding('latin1');
  onTestFinished(() => void socket.destroy());
  let answer = '';
  socket.on('data', (chunk: string) => {
    answer += chunk;
  });
  socket.write(text, 'latin1');
  await once(socket, 'close');
  return answer;
}

const get = (port: number, target: string, host = 'www.example.com', method = 'GET'): Promise<string> =>
  send(port, `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);

const statusOf = (answer: string): string | undefined => /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1];
const locationOf = (answer: string): string | undefined => /^Location: (.*)\r$/m.exec(answer)?.[1];

let port: number;

beforeAll(async () => {
  port = await listen({ hosts: ['www.example.com', '*.b.example.com', '192.0.2.7', '2001:db8::1'] });
});

describe('a redirect', () => {
  it('is a 308 to the same host, path and query, and nothing more', async () => {
    const answer = await get(port, '/a/b;c=d/%2F?q=1&q=%20');
    const [head = '', body] = answer.split('\r\n\r\n');
    const lines = head.split('\r\n').filter((line) => !line.startsWith('Date: '));
    expect(lines).toEqual([
      'HTTP/1.1 308 Permanent Redirect',
      'Location: https://www.example.com/a/b;c=d/%2F?q=1&q=%20',
      'Content-Length: 0',
      'Connection: close',
    ]);
    expect(body).toBe('');
  });

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND'])(
    'answers %s, which the client repeats as it was',
    async (method) => {
      const answer = await get(port, '/x', 'www.example.com', method);
      expect([statusOf(answer), locationOf(answer)]).toEqual(['308', 'https://www.example.com/x']);
    },
  );

  it.each([
    '/',
    '//evil.example/',
    '/../..//./a',
    '/a?b?c//d',
    '/?\\d+',
    "/~!$&'()*+,;=:@[]{}|^`_-.",
    '/%00%ff',
    '/?https://evil.example/',
  ])('keeps the target %s as it is', async (target) => {
    expect(locationOf(await get(port, target))).toBe(`https://www.example.com${target}`);
  });

  it('keeps any path and query that browsers send', async () => {
    const character = fc.constantFrom(...Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)));
    const path = fc.string({ unit: character.filter((one) => !'"#<>?\\'.includes(one)), maxLength: 40 });
    const query = fc.string({ unit: character.filter((one) => !'"#<>'.includes(one)), maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(path, fc.option(query), async (before, after) => {
        const target = `/${before}${after === null ? '' : `?${after}`}`;
        expect(locationOf(await get(port, target))).toBe(`https://www.example.com${target}`);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['www.example.com', 'www.example.com'],
    ['WWW.Example.COM', 'www.example.com'],
    ['www.example.com:80', 'www.example.com'],
    ['www.example.com:8080', 'www.example.com'],
    ['one.b.example.com', 'one.b.example.com'],
    ['192.0.2.7:80', '192.0.2.7'],
    ['[2001:db8::1]:80', '[2001:db8::1]'],
  ])('for the host %s goes to %s', async (host, to) => {
    expect(locationOf(await get(port, '/x', host))).toBe(`https://${to}/x`);
  });

  it('goes to another port or host where the options say so', async () => {
    const other = await listen({ hosts: ['www.example.com'], to: { port: 8443 } });
    expect(locationOf(await get(other, '/x'))).toBe('https://www.example.com:8443/x');
    const one = await listen({ hosts: ['www.example.com', 'example.com'], to: { host: 'WWW.example.com', port: 443 } });
    expect(locationOf(await get(one, '/x', 'example.com'))).toBe('https://www.example.com/x');
    expect(statusOf(await get(one, '/x', 'evil.example'))).toBe('421');
    const six = await listen({ hosts: ['::1'], to: { host: '2001:db8::1', port: 444 } });
    expect(locationOf(await get(six, '/x', '[::1]'))).toBe('https://[2001:db8::1]:444/x');
  });

  it('follows the names of a certificate that is replaced', async () => {
    let names: readonly string[] = ['old.example.com'];
    const follower = await listen({ hosts: () => names });
    expect(statusOf(await get(follower, '/', 'old.example.com'))).toBe('308');
    expect(statusOf(await get(follower, '/', 'new.example.com'))).toBe('421');
    names = ['NEW.example.com'];
    expect(statusOf(await get(follower, '/', 'old.example.com'))).toBe('421');
    expect(statusOf(await get(follower, '/', 'new.example.com'))).toBe('308');
  });

  it('is a 500 where nobody can say which hosts there are', async () => {
    const failing = await listen({
      hosts: () => {
        throw new Error('on purpose');
      },
    });
    const answer = await get(failing, '/');
    expect([statusOf(answer), locationOf(answer)]).toEqual(['500', undefined]);
  });

  it('says nothing of Strict-Transport-Security, which plain HTTP must not', async () => {
    expect(await get(port, '/')).not.toMatch(/strict-transport/i);
  });
});

describe('a forged or odd request', () => {
  it.each([
    'evil.example',
    'www.example.com.evil.example',
    'example.com',
    'b.example.com',
    'a.b.b.example.com',
    'www.example.com.evil',
    '1.2.3.4',
    '[::2]',
    'localhost',
  ])('for the host %s, which is not ours, is 421 and goes nowhere', async (host) => {
    const answer = await get(port, '/x', host);
    expect([statusOf(answer), locationOf(answer)]).toEqual(['421', undefined]);
  });

  it.each([
    '',
    'www.example.com, evil.example',
    'www.example.com@evil.example',
    'evil.example/www.example.com',
    'www.example.com:80:80',
    'www.example.com:port',
    'www.example.com#',
    'www.example.com\\.evil.example',
    'w%77w.example.com',
    '[2001:db8::1',
    '[::g]',
    '[192.0.2.7]',
    'www_example.com',
    '.b.example.com',
    'www.example.com.',
    'www.ex\u00e4mple.com',
    `${'a'.repeat(300)}.com`,
  ])('with the Host %j is 400', async (host) => {
    const answer = await get(port, '/x', host);
    expect([statusOf(answer), locationOf(answer)]).toEqual(['400', undefined]);
  });

  it('with two Hosts, or none, is 400', async () => {
    const two = 'GET / HTTP/1.1\r\nHost: www.example.com\r\nHost: www.example.com\r\n\r\n';
    expect(statusOf(await send(port, two))).toBe('400');
    expect(statusOf(await send(port, 'GET / HTTP/1.1\r\nA: b\r\n\r\n'))).toBe('400');
    expect(statusOf(await send(port, 'GET / HTTP/1.0\r\n\r\n'))).toBe('400');
  });

  it.each([
    'http://www.example.com/',
    'https://www.example.com/',
    '*',
    'www.example.com:443',
    '/a#b',
    '/a"b',
    '/<script>',
    '/\\evil.example',
    '/a\u00e4',
    '/a?<',
    '?a',
  ])('for the target %j is 400', async (target) => {
    const answer = await get(port, target);
    expect([statusOf(answer), locationOf(answer)]).toEqual(['400', undefined]);
  });

  it('to CONNECT somewhere ends without an answer', async () => {
    expect(await get(port, 'evil.example:443', 'www.example.com', 'CONNECT')).toBe('');
  });

  it('to upgrade is redirected like any other', async () => {
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket';
    const answer = await send(port, `GET /ws HTTP/1.1\r\nHost: www.example.com\r\n${upgrade}\r\n\r\n`);
    expect([statusOf(answer), locationOf(answer)]).toEqual(['308', 'https://www.example.com/ws']);
  });

  it('with a head beyond 8 KiB is 431', async () => {
    const padding = `A: ${'a'.repeat(8_192)}`;
    expect(statusOf(await send(port, `GET / HTTP/1.1\r\nHost: www.example.com\r\n${padding}\r\n\r\n`))).toBe('431');
  });
});

describe('the body of a request', () => {
  it('is not waited for', async () => {
    const head = 'POST / HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 1000000\r\n\r\n';
    expect(statusOf(await send(port, `${head}the beginning`))).toBe('308');
  });

  it('is not asked for by 100 Continue, nor under another expectation', async () => {
    const head = 'POST / HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 10\r\n';
    const answer = await send(port, `${head}Expect: 100-continue\r\n\r\n`);
    expect(answer).not.toContain('100 Continue');
    expect(statusOf(answer)).toBe('308');
    expect(statusOf(await send(port, `${head}Expect: a miracle\r\n\r\n`))).toBe('308');
  });

  it('is no second request: the connection ends after the first answer', async () => {
    const one = 'GET /1 HTTP/1.1\r\nHost: www.example.com\r\n\r\n';
    const answer = await send(port, one + one.replace('/1', '/2'));
    expect(answer.match(/HTTP\/1\.1 308/g)).toHaveLength(1);
    expect(locationOf(answer)).toBe('https://www.example.com/1');
  });
});

describe('a slow client', () => {
  it('is given a few seconds for its head', async () => {
    const server = createRedirectServer({ hosts: ['www.example.com'] });
    expect(server).toMatchObject({
      headersTimeout: 5_000,
      requestTimeout: 5_000,
      timeout: 10_000,
      maxConnections: 1_000,
    });
    const slow = await listening(server);
    expect(statusOf(await send(slow, 'GET / HTTP/1.1\r\nHost: www.exam'))).toBe('408');
  });
});

const curl = tool('curl');

describe.runIf(curl !== undefined)('curl', () => {
  it('is led to https', async () => {
    const shown = ['--silent', '--output', '/dev/null', '--write-out', '%{http_code} %{redirect_url}'];
    const host = ['--header', 'Host: www.example.com'];
    const asked = [...shown, ...host, '--data', 'x=1', `http://127.0.0.1:${port}/a?b=c`];
    const { stdout } = await promisify(execFile)(curl as string, asked);
    expect(stdout).toBe('308 https://www.example.com/a?b=c');
  });
});

describe('the options of a redirect', () => {
  it.each([undefined, [], 'www.example.com', {}])('refuse %j as hosts', (hosts) => {
    expect(() => createRedirectServer({ hosts } as never)).toThrow(
      /^redirect\.hosts: expected a list such as \['www\.example\.com'\], or the names of the certificate, got /,
    );
  });

  it.each(['', 'http://www.example.com', 'www.example.com:80', '*', '*.', 'a.*.com', '[::1]', 'a b', 7, '*.*.com'])(
    'refuse %j as a host',
    (host) => {
      expect(() => createRedirectServer({ hosts: ['a.example', host] } as never)).toThrow(
        /^redirect\.hosts\[1\]: expected a host name without scheme and port such as 'www\.example\.com', got /,
      );
    },
  );

  it('refuse another target than one host and one port', () => {
    const create = (to: unknown) => () => createRedirectServer({ hosts: ['a.example'], to } as never);
    expect(create({ host: '*.example.com' })).toThrow(/^redirect\.to\.host: expected a host name/);
    for (const port of [0, 65_536, 1.5, '443']) {
      expect(create({ port })).toThrow(/^redirect\.to\.port must be a port number from 1 to 65535, got /);
    }
    expect(create({ prot: 1 })).toThrow('redirect.to: unknown option "prot"; known are host, port');
    expect(() => createRedirectServer({ hosts: ['a.example'], status: 301 } as never)).toThrow(/^redirect: unknown/);
  });
});
