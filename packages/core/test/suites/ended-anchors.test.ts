// An authority that has ended is its operator's to replace: said at the start, by an event, and in the log of a request.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toPem } from '@peercert/pki';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Authenticator, createAuthenticator } from '../../src/authenticator.ts';
import type { Decision } from '../../src/decision.ts';
import { ClientCertificateError } from '../../src/error.ts';
import { fromFile } from '../../src/file-watcher.ts';
import type { MtlsOptions, PeercertEvent } from '../../src/options.ts';
import type { WatchedCertificateInput } from '../../src/path/certificate-input.ts';
import { createTrustByName } from '../../src/path/trust-by-name.ts';
import type { TrustEvent } from '../../src/path/trust-event.ts';
import { createTrustStore, type TrustOptions, type TrustStore } from '../../src/path/trust-store.ts';
import { subjectCn } from '../../src/policy/rules.ts';
import { problemResponse } from '../../src/problem.ts';
import { proxyCertificate } from '../../src/proxy-certificate.ts';
import { authority, client, type Entity } from '../path/certificates.ts';
import { handing, handshakeWith, now, presenting, presentingOver } from '../requests.ts';

const hour = 3_600_000;
const day = 24 * hour;
const notAfter = new Date(now - day);
const past = authority('CN=Past', { notAfter });
const valid = authority('CN=Valid');
const soon = authority('CN=Soon', { notAfter: new Date(now + 2 * day) });
const coming = authority('CN=Coming', { notBefore: new Date(now + day) });
const alice = client('CN=alice', { by: soon });
const bob = client('CN=bob', { by: valid });

const pem = (...all: readonly Entity[]): string => all.map(({ der }) => toPem(der)).join('');
const clock = (): number => now;

let folder: string;
const closers: (() => void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-ended-'));
});
afterEach(() => {
  vi.useRealTimers();
  for (const close of closers.splice(0)) close();
  rmSync(folder, { recursive: true });
});

function file(name: string, ...all: readonly Entity[]): ReturnType<typeof fromFile> {
  const path = join(folder, name);
  writeFileSync(`${path}.new`, pem(...all));
  renameSync(`${path}.new`, path);
  return fromFile(path);
}

function opened(options: TrustOptions, settings: Parameters<typeof createTrustStore>[1]): TrustStore {
  const store = createTrustStore(options, settings);
  closers.push(() => store.close());
  return store;
}

const why =
  'has expired: CN=Past ended at 2026-01-14T12:00:00.000Z, and it is 2026-01-15T12:00:00.000Z here: ' +
  "put the authority's new certificate in its place, or take it out";

describe('an anchor that has ended is refused at the start', () => {
  const ways: readonly (readonly [string, () => WatchedCertificateInput, () => string])[] = [
    ['PEM', () => pem(past), () => 'trust.anchors'],
    ['DER', () => past.der, () => 'trust.anchors'],
    ['a certificate read before', () => past.certificate, () => 'trust.anchors'],
    ['one of many', () => [valid.der, pem(soon, past)], () => 'trust.anchors[1], block 2'],
    ['a file', () => file('ca.pem', past), () => `trust.anchors: the file ${join(folder, 'ca.pem')}`],
    [
      'one of many in a file',
      () => [pem(soon), file('ca.pem', valid, past)],
      () => `trust.anchors[1]: the file ${join(folder, 'ca.pem')}, block 2`,
    ],
  ];

  it.each(ways)('given as %s', (_, anchors, place) => {
    const trust = { anchors: anchors() };
    const refusal = new TypeError(`${place()} ${why}`);
    expect(() => createTrustStore(trust, { clock })).toThrow(refusal);
    expect(() => createAuthenticator({ trust, clock })).toThrow(refusal);
    expect(() => proxyCertificate({ trust, identity: subjectCn('proxy'), clock })).toThrow(refusal);
    const byName = { default: { anchors: valid.der }, names: { 'a.example': trust } };
    expect(() => createTrustByName(byName, { clock })).toThrow(new TypeError(`names["a.example"]: ${place()} ${why}`));
  });

  it('by the clock of the machine where none is given', () => {
    expect(() => createTrustStore({ anchors: pem(past) })).toThrow(/has expired: CN=Past ended at/);
  });

  it('when trust is replaced, and the trust of before stays', async () => {
    const store = opened({ anchors: pem(valid) }, { clock });
    const { current } = store;
    expect(() => store.replace({ anchors: pem(past) })).toThrow(TypeError);
    await expect(store.replaceInSlices({ anchors: pem(valid, past) })).rejects.toThrow(TypeError);
    expect(store.current).toBe(current);
  });

  it('and not while its last second lasts, nor when its time is yet to come', () => {
    expect(opened({ anchors: pem(past) }, { clock: () => notAfter.getTime() + 999 }).current.anchors.all).toHaveLength(
      1,
    );
    expect(opened({ anchors: pem(coming) }, { clock }).current.anchors.all).toHaveLength(1);
  });

  it('and an intermediate is not: it is told', () => {
    const events: TrustEvent[] = [];
    const intermediates = file('intermediates.pem', past);
    opened({ anchors: pem(valid), intermediates }, { clock, onEvent: (event) => events.push(event) });
    expect(events).toEqual([
      {
        type: 'trust_certificate_expired',
        role: 'intermediate',
        subject: 'CN=Past',
        thumbprint: past.certificate.thumbprint,
        notAfter,
        files: [intermediates.path],
      },
    ]);
  });
});

describe('the ca of a TLS server', () => {
  const line = (settings: Partial<MtlsOptions> = {}): Authenticator =>
    createAuthenticator({ source: { ...handing, of: 'connection' }, clock, ...settings });

  it('is a failure of the set-up that names the authority where it holds one that has ended', () => {
    const one = line();
    expect(() => one.authenticate(presentingOver(handshakeWith(pem(valid, past)), [bob]))).toThrow(
      expect.objectContaining({
        code: 'setup',
        cause: expect.objectContaining({
          message: `The ca of the TLS server cannot be used: trust.anchors, block 2 ${why}`,
        }),
      }),
    );
  });

  it('is the reason, and not the client, once its only authority has ended', () => {
    const events: PeercertEvent[] = [];
    let time = now;
    const one = line({ clock: () => time, onEvent: (event) => events.push(event) });
    const request = presentingOver(handshakeWith(pem(soon)), [alice]);
    expect(one.authenticate(request)).toMatchObject({ outcome: 'allow' });
    time += 3 * day;
    expect(one.authenticate(request)).toMatchObject(expired);
    expect(events.map(({ type }) => type)).toEqual(['trust_certificate_expiring', 'trust_certificate_expired']);
  });
});

const expired = {
  outcome: 'deny',
  reason: { code: 'trust_anchor_expired', detail: { index: 1, subject: 'CN=Soon', retryAfterSeconds: 60 } },
};

describe('a file with an anchor that has ended', () => {
  it('keeps what is trusted, and is told as a broken file is', async () => {
    const events: TrustEvent[] = [];
    const anchors = file('ca.pem', valid);
    const store = opened({ anchors }, { clock, onEvent: (event) => events.push(event) });
    const { current } = store;
    file('ca.pem', valid, past);
    const detail = `trust.anchors: the file ${anchors.path}, block 2 ${why}`;
    await expect(store.reload()).rejects.toThrow(new TypeError(detail));
    await expect(store.reload()).rejects.toThrow(TypeError);
    expect(store.current).toBe(current);
    expect(store.failure).toEqual({ problem: 'file_malformed', detail });
    expect(events).toEqual([{ type: 'trust_failed', files: [anchors.path], problem: 'file_malformed', detail }]);
    file('ca.pem', valid);
    await store.reload();
    expect(store.failure).toBeUndefined();
  });

  it('still takes an authority out when the one that ended was in place before', async () => {
    let time = now;
    const anchors = file('ca.pem', soon, valid);
    const store = opened({ anchors }, { clock: () => time });
    time += 3 * day;
    file('ca.pem', soon);
    await store.reload();
    expect(store.current.anchors.all.map(({ subject }) => subject.toString())).toEqual(['CN=Soon']);
    file('ca.pem', soon, past);
    await expect(store.reload()).rejects.toThrow(/, block 2 has expired: CN=Past/);
    expect(() => opened({ anchors: file('ca.pem', soon) }, { clock: () => time })).toThrow(/has expired: CN=Soon/);
  });
});

describe('an anchor that ends while it is trusted', () => {
  function line(anchors: WatchedCertificateInput): {
    readonly events: PeercertEvent[];
    readonly decide: (who: Entity) => Decision;
    pass(milliseconds: number): void;
  } {
    const events: PeercertEvent[] = [];
    let time = now;
    const { authenticate } = createAuthenticator({
      source: handing,
      trust: { anchors },
      clock: () => time,
      onEvent: (event) => events.push(event),
    });
    return {
      events,
      decide: (who) => authenticate(presenting([who])) as Decision,
      pass: (milliseconds) => {
        time += milliseconds;
      },
    };
  }

  it('is told once, and its clients are answered with a reason of its own', () => {
    const { decide, events, pass } = line(pem(soon, valid));
    expect(decide(alice)).toMatchObject({ outcome: 'allow' });
    pass(3 * day);
    events.length = 0;
    const decision = decide(alice);
    expect(decision).toMatchObject(expired);
    expect(decide(alice)).toMatchObject(expired);
    expect(events).toEqual([
      {
        type: 'trust_certificate_expired',
        role: 'anchor',
        subject: 'CN=Soon',
        thumbprint: soon.certificate.thumbprint,
        notAfter: new Date(now + 2 * day),
        files: [],
      },
    ]);
    expect(decide(bob)).toMatchObject({ outcome: 'allow' });
  });

  it('is a 503 with a time to come back, which shows the client no date as its own', () => {
    const { decide, pass } = line(pem(soon));
    pass(3 * day);
    const decision = decide(alice);
    const error = new ClientCertificateError((decision as Extract<Decision, { outcome: 'deny' }>).reason);
    expect(error).toMatchObject({ status: 503, headers: { 'Retry-After': '60' } });
    const { body } = problemResponse(error);
    expect(JSON.parse(body)).toEqual({
      type: 'urn:peercert:reason:trust_anchor_expired',
      title: 'The authority of the client certificate has expired at this service',
      status: 503,
      code: 'trust_anchor_expired',
      hint: expect.stringMatching(/^This is not for the client to mend/),
    });
  });

  it('keeps nobody out whom another anchor lets in', () => {
    const { decide, pass } = line(pem(soon, authority('CN=Soon')));
    pass(3 * day);
    expect(decide(alice)).toMatchObject({ outcome: 'allow' });
  });

  it('is told without any request, at the latest a minute later', () => {
    vi.useFakeTimers({ now });
    const events: TrustEvent[] = [];
    const onEvent = (event: TrustEvent): void => void events.push(event);
    const store = opened({ anchors: pem(soon) }, { clock: () => Date.now(), onEvent });
    vi.advanceTimersByTime(2 * day - 1000);
    expect(events.map(({ type }) => type)).toEqual(Array.from({ length: 3 }, () => 'trust_certificate_expiring'));
    vi.advanceTimersByTime(63_000);
    expect(events.slice(3)).toMatchObject([{ type: 'trust_certificate_expired', subject: 'CN=Soon' }]);
    vi.advanceTimersByTime(9 * day);
    expect(events).toHaveLength(4);
    store.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('an anchor whose time is yet to come', () => {
  it('is not told as the fault of the client', () => {
    const { authenticate } = createAuthenticator({ source: handing, trust: { anchors: pem(coming) }, clock });
    expect(authenticate(presenting([client('CN=early', { by: coming })]))).toMatchObject({
      outcome: 'deny',
      reason: { code: 'trust_anchor_not_yet_valid', detail: { index: 1, subject: 'CN=Coming' } },
    });
  });
});

describe('the status of a trust store', () => {
  it('has the end of each anchor and intermediate', () => {
    const intermediates = file('intermediates.pem', past);
    const store = opened({ anchors: pem(valid, soon), intermediates }, { clock });
    const about = (role: string, { certificate }: Entity): unknown => ({
      role,
      subject: certificate.subject.toString(),
      thumbprint: certificate.thumbprint,
      notAfter: certificate.notAfter,
    });
    expect(store.status()).toEqual({
      files: [intermediates.path],
      generation: 1,
      anchors: 2,
      intermediates: 1,
      certificates: [about('anchor', valid), about('anchor', soon), about('intermediate', past)],
      failure: undefined,
    });
  });
});
