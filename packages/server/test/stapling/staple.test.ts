import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFetcher, parseCertificate, parseOcspResponse } from '@peercert/core';
import {
  type Authority,
  createOcspResponder,
  createRootAuthority,
  encodeOcspCertId,
  type IssuedCertificate,
  issueOcspDelegate,
  type OcspResponderOptions,
} from '@peercert/pki';
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
});

beforeEach(async () => {
  now = start;
  // A new one each time: that one is revoked is never forgotten.
  server = await root.issueServer({
    dnsNames: ['a.example.com'],
    validity: { notBefore: new Date(start - 48 * hour) },
  });
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
    responder.revoke(server, 'certificateHold');
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

/** Answers of this responder alone, to whatever it is asked. */
async function answering(first: OcspResponderOptions = { authority: root }) {
  let options = first;
  const listener = createServer((request, response) => {
    createOcspResponder({ clock, lifetimeSeconds: 4 * 3_600, ...options }).handle(request, response);
  });
  listener.listen(0, '127.0.0.1');
  onTestFinished(() => void listener.close());
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    says: (next: OcspResponderOptions) => {
      options = next;
    },
  };
}

/** Of another moment than now. */
const of = (at: number, changes: Partial<OcspResponderOptions> = {}): OcspResponderOptions => ({
  authority: root,
  clock: () => at,
  lifetimeSeconds: 86_400,
  ...changes,
});

const revoking =
  (reason?: 'certificateHold'): NonNullable<OcspResponderOptions['lie']> =>
  (honest) => ({
    ...honest,
    responses: honest.responses.map((one) => ({
      ...one,
      status: { revocationDate: new Date(start - hour), ...(reason && { reason }) },
    })),
  });

const problems = (): unknown[] => events.flatMap((event) => ('problem' in event ? event.problem : []));

describe('an answer that is shown again', () => {
  it('does not take the place of a newer one, which is stapled to its end', async () => {
    const liar = await answering(of(start));
    const staple = stapleFrom(liar.url);
    await staple.refresh();
    const newest = staple.at(now);
    expect(newest).not.toBeNull();
    liar.says(of(start - hour));
    now += 2 * hour;
    await staple.refresh();
    expect(problems()).toEqual(['ocsp_not_newer']);
    expect(staple.at(now)).toBe(newest);
    expect(staple.validUntil(now)).toEqual(new Date(start + 24 * hour - 1));
  });

  it('is never stapled where the certificate is known to be revoked, and no later one is', async () => {
    const liar = await answering(of(start, { lie: revoking(), lifetimeSeconds: 60 }));
    const staple = stapleFrom(liar.url);
    await staple.refresh();
    expect(events.map(({ type }) => type)).toEqual(['server_certificate_revoked']);
    for (const at of [start - hour, start, start + hour]) {
      liar.says(of(at));
      now += 2 * hour;
      await staple.refresh();
      expect(staple.at(now)).toBeNull();
    }
    // Nor by a staple that is made anew when the certificate is read again.
    const other = stapleFrom(liar.url);
    await other.refresh();
    expect(other.at(now)).toBeNull();
    expect(events.at(-1)).toMatchObject({
      type: 'server_certificate_revoked',
      revocationDate: new Date(start - hour),
    });
  });

  it('does not end a hold: only a later one does', async () => {
    const liar = await answering(of(start, { lie: revoking('certificateHold') }));
    const staple = stapleFrom(liar.url);
    await staple.refresh();
    for (const at of [start - hour, start]) {
      liar.says(of(at));
      now += 2 * hour;
      await staple.refresh();
      expect(staple.at(now)).toBeNull();
    }
    expect(problems()).toEqual(['ocsp_not_newer', 'ocsp_not_newer']);
    liar.says(of(start + 1_000));
    now += 2 * hour;
    await staple.refresh();
    expect(staple.at(now)).not.toBeNull();
  });
});

describe('an answer of the future', () => {
  it('takes the place of none that is good, and is asked for again', async () => {
    const liar = await answering(of(start));
    const staple = stapleFrom(liar.url);
    await staple.refresh();
    const good = staple.at(now);
    expect(good).not.toBeNull();
    now += 2 * hour;
    liar.says(of(now + hour));
    await staple.refresh();
    expect(problems()).toEqual(['ocsp_produced_in_future']);
    expect(staple.at(now)).toBe(good);
    now += hour;
    await staple.refresh();
    expect(problems()).toEqual(['ocsp_produced_in_future']);
    expect(staple.at(now)).not.toBe(good);
    expect(staple.at(now)).not.toBeNull();
  });

  it('that may be so far ahead is shown when its moment has come: the clock of a client may be right', async () => {
    const liar = await answering(of(start));
    const staple = stapleFrom(liar.url);
    await staple.refresh();
    const good = staple.at(now);
    now += 2 * hour;
    liar.says(of(now + 30_000));
    await staple.refresh();
    expect(staple.at(now + 29_999)).toBe(good);
    expect(staple.at(now + 30_000)).not.toBe(good);
    expect(staple.at(now + 30_000)).not.toBeNull();
  });

  it('that says revoked ends the one that says good', async () => {
    const liar = await answering(of(start));
    const staple = stapleFrom(liar.url);
    await staple.refresh();
    now += 2 * hour;
    liar.says(of(now + hour, { lie: revoking() }));
    await staple.refresh();
    expect(events.at(-1)).toMatchObject({ type: 'server_certificate_revoked' });
    expect(staple.at(now)).toBeNull();
  });
});

describe('an answer that lies', () => {
  it('is not stapled when a delegate of another authority signed it, or one that may not answer', async () => {
    const stranger = await createRootAuthority({ subject: 'CN=Root', clock: () => start });
    const validity = { notBefore: new Date(start - hour) };
    const liars: readonly [OcspResponderOptions, string][] = [
      [of(start, { delegate: await issueOcspDelegate(stranger, { validity }) }), 'ocsp_delegate_signature'],
      [of(start, { delegate: await root.issueClient({ validity }) }), 'ocsp_delegate_purpose'],
      [
        of(start, { delegate: await issueOcspDelegate(root, { validity: { notBefore: new Date(start + hour) } }) }),
        'ocsp_delegate_expired',
      ],
      [of(start, { lie: (honest) => ({ ...honest, signer: stranger.keyPair }) }), 'ocsp_signer_not_found'],
      [of(start - 25 * hour), 'ocsp_next_update_past'],
      [of(start + hour), 'ocsp_produced_in_future'],
      [of(start, { lie: (honest) => ({ ...honest, responses: [] }) }), 'ocsp_other_certificate'],
    ];
    for (const [options, problem] of liars) {
      events = [];
      const staple = stapleFrom((await answering(options)).url);
      await staple.refresh();
      expect(staple.at(now)).toBeNull();
      expect(problems()).toEqual([problem]);
    }
  });

  it('about a second certificate beside it is stapled only if the one about ours is good', async () => {
    const other = await root.issueServer({ dnsNames: ['b.example.com'] });
    const aboutOther =
      (own: 'good' | 'revoked'): NonNullable<OcspResponderOptions['lie']> =>
      (honest) => {
        const responses = honest.responses.flatMap((one) => [
          {
            ...one,
            certId: encodeOcspCertId({
              issuerName: root.nameDer,
              issuerSpki: certificate(root).publicKey.der,
              serialNumber: other.serialNumber,
            }),
          },
          own === 'good' ? one : { ...one, status: { revocationDate: new Date(start) } },
        ]);
        return { ...honest, responses };
      };
    const good = stapleFrom((await answering(of(start, { lie: aboutOther('good') }))).url);
    await good.refresh();
    expect(good.at(now)).not.toBeNull();
    const revoked = stapleFrom((await answering(of(start, { lie: aboutOther('revoked') }))).url);
    await revoked.refresh();
    expect(revoked.at(now)).toBeNull();
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
