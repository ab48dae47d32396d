// What a client of HTTP/2 can send without end on one connection: the server ends the connection, what reaches the application is
// bounded, and others are answered meanwhile.
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EndpointOptions } from '../../src/index.ts';
import { type Authorities, answer, closeWorld, createAuthorities, listen, openEndpoint } from '../endpoint-world.ts';
import { begunGet, cancel, frame, frameClient, get, post } from '../frames.ts';

let authorities: Authorities;
beforeAll(async () => {
  authorities = await createAuthorities();
});
afterEach(closeWorld);

interface Site {
  readonly port: number;
  /** Requests that reached the application. */
  requests: number;
  /** The most at once. */
  mostAtOnce: number;
  /** Connections that were opened and closed. */
  ended: number;
}

/** Answers to `/` after a moment, in which others can come. */
async function open(options: Partial<EndpointOptions> = {}): Promise<Site> {
  const { endpoint } = await openEndpoint(authorities, options);
  let atOnce = 0;
  const site = { port: 0, requests: 0, mostAtOnce: 0, ended: 0 };
  const server = endpoint.createHttp2Server(async (request, response) => {
    site.requests += 1;
    atOnce += 1;
    site.mostAtOnce = Math.max(site.mostAtOnce, atOnce);
    request.on('error', () => undefined);
    response.on('close', () => {
      atOnce -= 1;
    });
    await setTimeout(5);
    if (!response.stream?.destroyed) response.end('here');
  });
  server.on('sessionError', () => undefined);
  server.on('session', (session) => {
    session.on('close', () => {
      site.ended += 1;
    });
  });
  site.port = await listen(server);
  return site;
}

/** Streams of clients have odd numbers (RFC 9113 section 5.1.1). */
const stream = (index: number): number => 2 * index + 1;
const increment = Buffer.alloc(4);

describe('a client of HTTP/2 that', () => {
  it('takes each request back at once has a few hundred of them, and then no connection', async () => {
    const site = await open();
    const client = await frameClient(site.port);
    await client.flood((index) => Buffer.concat([get(stream(index)), cancel(stream(index))]));
    expect(site.requests).toBeLessThan(500);
    expect(client.farewells).toContain(0xb);
    expect(await answer(authorities, site.port, null)).toBe('200 here');
  });

  it('makes the server reset each of its requests has no more than those', async () => {
    const site = await open();
    const client = await frameClient(site.port);
    // RFC 9113 section 6.9: an increment of 0 is an error of the stream.
    await client.flood((index) =>
      Buffer.concat([get(stream(index)), frame('windowUpdate', 0, stream(index), increment)]),
    );
    expect(site.requests).toBeLessThan(500);
    expect(await answer(authorities, site.port, null)).toBe('200 here');
  });

  it.each([
    ['without waiting for answers', get],
    ['without ever ending one', post],
  ])('sends requests %s has 100 of them at once, and then no connection', async (_, request) => {
    const site = await open();
    const client = await frameClient(site.port);
    await client.flood((index) => request(stream(index)));
    expect(site.mostAtOnce).toBeLessThanOrEqual(100);
    expect(await answer(authorities, site.port, null)).toBe('200 here');
  });

  it('sends more requests than that has as many at once as the options say', async () => {
    const site = await open({ maxConcurrentStreams: 7 });
    const client = await frameClient(site.port);
    await client.flood((index) => get(stream(index)));
    expect(site.mostAtOnce).toBe(7);
  });

  it.each([
    [
      'a header without an end',
      (index: number) => frame('continuation', 0, 1, Buffer.of(0, 1, 0x61 + (index % 20), 1, 0x62)),
    ],
    ['a header without an end or contents', () => frame('continuation', 0, 1)],
  ])('sends %s is cut off, and reaches no application', async (_, next) => {
    const site = await open();
    const client = await frameClient(site.port);
    await client.flood((index) => (index === 0 ? begunGet(1) : next(index)));
    expect(site.requests).toBe(0);
    expect(await answer(authorities, site.port, null)).toBe('200 here');
  });

  it.each([
    ['SETTINGS', () => frame('settings', 0, 0, Buffer.of(0, 3, 0, 0, 0, 100))],
    ['PINGs', () => frame('ping', 0, 0, Buffer.alloc(8))],
  ])('sends %s and hears no answer is cut off', async (_, next) => {
    const site = await open({ timeouts: { headersMilliseconds: 2_000 } });
    const client = await frameClient(site.port, true);
    // Who reads nothing does not notice the end.
    const flood = client.flood(next);
    await expect.poll(() => site.ended, { timeout: 20_000 }).toBe(1);
    client.close();
    await flood;
    expect(await answer(authorities, site.port, null)).toBe('200 here');
  });

  it.each([
    ['SETTINGS', () => frame('settings', 0, 0)],
    ['PINGs', () => frame('ping', 0, 0, Buffer.alloc(8))],
    ['credit', () => frame('windowUpdate', 0, 0, Buffer.of(0, 0, 0, 1))],
  ])('sends %s and nothing else keeps no connection open longer than one that is silent', async (_, next) => {
    const site = await open({ timeouts: { headersMilliseconds: 300 } });
    const client = await frameClient(site.port);
    await client.flood(next);
    expect(await answer(authorities, site.port, null)).toBe('200 here');
  });
});
