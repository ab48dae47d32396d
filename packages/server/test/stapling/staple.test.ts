import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFetcher, parseCertificate, parseOcspResponse } from '@peercert/core';
import { type Authority, createOcspResponder, createRootAuthority, type IssuedCertificate } from '@peercert/pki';
import { type RevocationServer, startRevocationServer } from '@peercert/testing';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { aboutOf, Staple } from '../../src/stapling/staple.ts';
import type { StaplingEvent } from '../../src/stapling/stapling-event.ts';

const start = Date.UTC(2026, 10, 22);
const hour = 3_600_000;
let now: number;
const clock = (): number => now;

let root: Authority;
let server: IssuedCertificate;
let responder: RevocationServer;
let events: StaplingEvent[];
/** Long, for a loaded machine. */
let timeoutMilliseconds: number;

beforeAll(async () => {
  root = await createRootAuthority({ subject: 'CN=Root', clock: () => start });
  server = await root.issueServer({
    dnsNames: ['a.example.com'],
    validity: { notBefore: new Date(start - 48 * hour) },
  });
});

beforeEach(async () => {
  now = start;
  events = [];
  timeoutMilliseconds = 20_000;
  responder = await startRevocationServer({ authority: root, clock, lifetimeSeconds: 4 * 3_600 });
  return () => responder.close();
});

function certificate({ certificateDer }: IssuedCertificate) {
  const parsed = parseCertificate(certificateDer);
  if (!parsed.ok) throw new Error(parsed.reason.code);
  return parsed.value;
}

function stapleFrom(...urls: readonly string[]): Staple {
  const fetcher = createFetcher({
    timeoutMilliseconds,
    concurrency: 4,
    concurrencyPerClient: 4,
    waiting: 4,
    addresses: { includes: () => true },
    ca: undefined,
  });
  onTestFinished(() => fetcher.close());
  const tell = (event: StaplingEvent): void => void events.push(event);
  const surroundings = { clock, fetcher, refreshMs: 2 * hour, random: () => 0, tell };
  return new Staple(
    certificate(server),
    certificate(root),
    urls.map((url) => new URL(url)),
    surroundings,
  );
}

const about = { subject: 'CN=a.example.com', mustStaple: false };

describe('an answer about our own certificate', () => {
  it('is kept as it came, until its nextUpdate', async () => {
    const staple = stapleFrom(responder.ocspUrl);
    expect(staple.at(now)).toBeNull();
    await staple.refresh();
    const bytes = staple.at(now);
    expect(parseOcspResponse(bytes as Buffer)).toMatchObject({
      ok: true,
      value: { basic: { responses: [{ certStatus: { kind: 'good' }, nextUpdateMs: start + 4 * hour }] } },
    });
    const last = start + 4 * hour - 1;
    expect(staple.at(last)).toBe(bytes);
    expect(staple.validUntil(last)).toEqual(new Date(last));
    expect(staple.at(last + 1)).toBeNull();
    expect(staple.validUntil(last + 1)).toBeUndefined();
    expect(events).toEqual([
      {
        type: 'staple_updated',
        ...about,
        thumbprint: server.thumbprint,
        responder: responder.ocspUrl,
        validUntil: new Date(last),
      },
    ]);
  });

  it('is asked for again well before it ends, and not before', async () => {
    const staple = stapleFrom(responder.ocspUrl);
    await staple.refresh();
    const first = staple.at(now);
    now += 1.2 * hour - 1;
    await staple.refresh();
    expect(responder.requests).toBe(1);
    now += 1;
    await staple.refresh();
    expect(responder.requests).toBe(2);
    expect(staple.at(now)).not.toEqual(first);
    expect(staple.validUntil(now)).toEqual(new Date(start + 5.2 * hour - 1));
  });

  it('is asked for once, however many wait', async () => {
    const staple = stapleFrom(responder.ocspUrl);
    await Promise.all([staple.refresh(), staple.refresh(), staple.refresh()]);
    expect(responder.requests).toBe(1);
    expect(staple.at(now)).not.toBeNull();
  });

  it('is kept through failures for as long as it is valid, and no longer', async () => {
    const staple = stapleFrom(responder.ocspUrl);
    await staple.refresh();
    const good = staple.at(now);
    responder.misbehave('is in trouble');
    now = start + 2 * hour;
    await staple.refresh();
    expect(staple.at(now)).toBe(good);
    expect(events[1]).toEqual({
      type: 'staple_failed',
      ...about,
      thumbprint: server.thumbprint,
      responder: responder.ocspUrl,
      problem: 'fetch_status',
      detail: '500',
      nextAttempt: new Date(now + 500),
      validUntil: new Date(start + 4 * hour - 1),
    });
    now = start + 4 * hour;
    await staple.refresh();
    expect(staple.at(now)).toBeNull();
    expect(events[2]).toMatchObject({ type: 'staple_failed', validUntil: undefined });
  });

  it('is not asked for again before the pause after a failure, which grows', async () => {
    responder.misbehave('hangs up');
    const staple = stapleFrom(responder.ocspUrl);
    await staple.refresh();
    now += 499;
    await staple.refresh();
    expect(responder.requests).toBe(1);
    now += 1;
    await staple.refresh();
    expect(responder.requests).toBe(2);
    now += 999;
    await staple.refresh();
    expect(responder.requests).toBe(2);
    responder.misbehave(undefined);
    now += 1;
    await staple.refresh();
    expect(staple.at(now)).not.toBeNull();
    expect(events.map(({ type }) => type)).toEqual(['staple_failed', 'staple_failed', 'staple_updated']);
  });

  it.each([
    ['answers of long ago', 'ocsp_next_update_past'],
    ['signs with another key', 'ocsp_signer_not_found'],
    ['breaks the signature', 'ocsp_signature_invalid'],
    ['answers about another certificate', 'ocsp_other_certificate'],
    ['answers nonsense', 'der_unexpected_tag'],
    ['never answers', 'fetch_timeout'],
    ['never ends', 'fetch_too_large'],
    ['redirects to a link-local address', 'fetch_redirect'],
  ] as const)('is not kept when the responder %s', async (lie, problem) => {
    responder.misbehave(lie);
    if (lie === 'never answers') timeoutMilliseconds = 200;
    const staple = stapleFrom(responder.ocspUrl);
    await staple.refresh();
    expect(staple.at(now)).toBeNull();
    expect(events).toEqual([expect.objectContaining({ type: 'staple_failed', problem, validUntil: undefined })]);
  });

  it('is not kept when the responder does not know the certificate', async () => {
    const forgetful = createOcspResponder({ authority: root, clock });
    forgetful.forget(server);
    const listener = await forgetful.listen();
    onTestFinished(() => listener.close());
    const staple = stapleFrom(listener.url);
    await staple.refresh();
    expect(staple.at(now)).toBeNull();
    expect(events).toMatchObject([{ type: 'staple_failed', problem: 'ocsp_status_unknown', detail: '' }]);
  });

  it('comes from the second responder where the first has none', async () => {
    const down = await startRevocationServer({ authority: root, clock });
    await down.stop();
    const staple = stapleFrom(down.ocspUrl, responder.ocspUrl);
    await staple.refresh();
    expect(staple.at(now)).not.toBeNull();
    expect(events).toMatchObject([{ type: 'staple_updated', responder: responder.ocspUrl }]);
  });

  it('is told of each responder where none has one', async () => {
    responder.misbehave('is in trouble');
    const staple = stapleFrom(`${responder.ocspUrl}?1`, `${responder.ocspUrl}?2`);
    await staple.refresh();
    expect(events.map((event) => 'responder' in event && event.responder)).toEqual([
      `${responder.ocspUrl}?1`,
      `${responder.ocspUrl}?2`,
    ]);
  });

  it('that says revoked is told, is not stapled, and ends the one that said good', async () => {
    const staple = stapleFrom(responder.ocspUrl);
    await staple.refresh();
    responder.revoke(server);
    now += 2 * hour;
    await staple.refresh();
    expect(staple.at(now)).toBeNull();
    expect(events[1]).toEqual({
      type: 'server_certificate_revoked',
      ...about,
      thumbprint: server.thumbprint,
      responder: responder.ocspUrl,
      revocationDate: new Date(start),
    });
    responder.restore(server);
    now += 2 * hour;
    await staple.refresh();
    expect(staple.at(now)).not.toBeNull();
  });

  it('is not revived by a clock that is set back, but asked for again', async () => {
    const staple = stapleFrom(responder.ocspUrl);
    await staple.refresh();
    now -= 1;
    expect(staple.at(now)).toBeNull();
    now -= 24 * hour;
    await staple.refresh();
    expect(responder.requests).toBe(2);
  });
});

describe('the request', () => {
  it('is a GET that caches can answer, and a POST where the URL would be long', async () => {
    const requests: (string | undefined)[] = [];
    const seen = createOcspResponder({ authority: root, clock });
    const http = createServer((request, response) => {
      requests.push(request.method);
      seen.handle(request, response);
    });
    http.listen(0, '127.0.0.1');
    onTestFinished(() => void http.close());
    await once(http, 'listening');
    const { port } = http.address() as AddressInfo;
    const short = stapleFrom(`http://127.0.0.1:${port}/`);
    await short.refresh();
    const long = stapleFrom(`http://127.0.0.1:${port}/${'x'.repeat(200)}`);
    await long.refresh();
    expect(requests).toEqual(['GET', 'POST']);
    expect([short.at(now), long.at(now)]).not.toContain(null);
  });
});

describe('a certificate that demands a staple', () => {
  it('says so in its events', async () => {
    const value = Buffer.from('3003020105', 'hex');
    const demanding = await root.issueServer({ extensions: [{ oid: '1.3.6.1.5.5.7.1.24', value }] });
    expect(aboutOf(certificate(demanding)).mustStaple).toBe(true);
    expect(aboutOf(certificate(server)).mustStaple).toBe(false);
  });
});
