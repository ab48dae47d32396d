/**
 * What an authority dates ahead of our clock, by every way in which it comes: a good source is never replaced by one that
 * cannot be used yet, which takes its place by itself when it can.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CrlOptions, createOcspResponder, toPem } from '@peercert/pki';
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { fromFile } from '../../../src/file-watcher.ts';
import { createRevocation, type Revocation } from '../../../src/revocation/revocation.ts';
import type { RevocationOptions } from '../../../src/revocation/revocation-options.ts';
import type { RevocationEvent } from '../../../src/revocation/source-status.ts';
import { closeServers, listen } from '../http-server.ts';
import {
  alice,
  clock,
  day,
  hour,
  issueClient,
  issueClientWith,
  issuing,
  line,
  listOf,
  minute,
  root,
  rootList,
  spoken,
  start,
  time,
} from '../world.ts';

const folder = mkdtempSync(join(tmpdir(), 'peercert-early-'));
const opened: Revocation[] = [];

beforeEach(() => time.reset());

afterEach(async () => {
  for (const revocation of opened.splice(0)) revocation.close();
  await closeServers();
});

afterAll(() => rmSync(folder, { recursive: true }));

function open(crls: NonNullable<RevocationOptions['crls']>, now: () => number = clock) {
  const events: RevocationEvent[] = [];
  const revocation = createRevocation(
    { methods: ['crl'], scope: 'leaf', crls },
    { clock: now, onEvent: (event) => events.push(event) },
  );
  opened.push(revocation);
  const one = line({ revocation });
  const say = async (client = alice): Promise<string> => (await one.say(client)).replace('now: ', '');
  return { revocation, say, decide: one.decide, types: () => events.map(({ type }) => type), events };
}

/** A list of a moment that is so far ahead. */
function ahead(milliseconds: number, revoked: Parameters<typeof listOf>[0] = [], options: CrlOptions = {}) {
  const thisUpdate = new Date(time.now + milliseconds);
  return listOf(revoked, { thisUpdate, nextUpdate: new Date(start + 20 * day), ...options });
}

/** As `client`, and nobody else: who is revoked here stays so in this process. */
const fresh = (name: string): ReturnType<typeof issueClient> => issueClient(name);

describe('a file with a list of the future', () => {
  it('that is 30 seconds ahead counts at once, as an OCSP answer would', async () => {
    const path = join(folder, 'little.crl');
    writeFileSync(path, listOf([]));
    const one = open({ sources: [fromFile(path)] });
    expect(await one.say()).toBe('allow');
    const client = await fresh('little');
    writeFileSync(path, ahead(30_000, [client]));
    await one.revocation.refresh();
    expect(await one.say()).toBe('allow');
    expect(await one.say(client)).toBe('certificate_revoked');
    expect(one.types()).toEqual(['revocation_source_updated', 'revocation_source_updated']);
    expect(one.revocation.status()).toMatchObject([{ entries: 1, lastError: undefined, early: [] }]);
  });

  it('leaves the one before it in place, says so, and takes its place without another change of the file', async () => {
    const path = join(folder, 'outage.crl');
    writeFileSync(path, listOf([], { nextUpdate: new Date(start + 2 * hour) }));
    const one = open({ sources: [fromFile(path)] });
    expect(await one.say()).toBe('allow');
    writeFileSync(path, ahead(hour, [], { crlNumber: 2_000_000_000n }));
    await one.revocation.refresh();
    expect(await one.say()).toBe('allow');
    const early = {
      issuer: 'CN=Issuing',
      crlNumber: '2000000000',
      thisUpdate: new Date(start + hour),
      nextUpdate: new Date(start + 20 * day),
      usableAt: new Date(start + hour - minute),
    };
    expect(one.events.at(-1)).toEqual({ type: 'crl_this_update_in_future', source: `crl ${path}`, ...early });
    expect(one.revocation.status()).toMatchObject([
      { updatedAt: new Date(start), nextUpdate: new Date(start + 2 * hour), lastError: undefined, early: [early] },
    ]);
    // Told once, however often it is looked at.
    await one.revocation.refresh();
    expect(one.types()).toEqual(['revocation_source_updated', 'crl_this_update_in_future']);
    time.pass(hour - minute);
    expect(await one.say()).toBe('allow');
    expect(one.types().at(-1)).toBe('revocation_source_updated');
    expect(one.revocation.status()).toMatchObject([{ nextUpdate: new Date(start + 20 * day), early: [] }]);
    // And it is the one that answers: the other is over by now.
    time.pass(2 * hour);
    expect(await one.say()).toBe('allow');
  });

  it('lets in who is let in anew by it only when its moment has come', async () => {
    const path = join(folder, 'hold.crl');
    const client = await fresh('hold');
    writeFileSync(path, listOf([{ ...client, reason: 'certificateHold' }]));
    const one = open({ sources: [fromFile(path)] });
    expect(await one.say(client)).toBe('certificate_revoked');
    writeFileSync(path, ahead(hour));
    await one.revocation.refresh();
    expect(await one.say(client)).toBe('certificate_revoked');
    time.pass(hour);
    expect(await one.say(client)).toBe('allow');
  });

  it('keeps out at once whom it revokes, who stays out when an older list is all there is', async () => {
    const path = join(folder, 'told-early.crl');
    const client = await fresh('told early');
    writeFileSync(path, listOf([]));
    const one = open({ sources: [fromFile(path)] });
    // Twice, so that the second one is remembered.
    expect([await one.say(client), await one.say(client)]).toEqual(['allow', 'allow']);
    writeFileSync(path, ahead(hour, [client]));
    await one.revocation.refresh();
    expect(await one.say(client)).toBe('certificate_revoked');
    expect(await one.say()).toBe('allow');
    const other = open({ sources: [listOf([])] });
    expect(await other.say(client)).toBe('certificate_revoked');
  });

  it('holds at once whom it holds, until a later list of an authority whose clock is right again', async () => {
    const path = join(folder, 'held-early.crl');
    const client = await fresh('held early');
    writeFileSync(path, listOf([], { crlNumber: 1 }));
    const one = open({ sources: [fromFile(path)] });
    expect(await one.say(client)).toBe('allow');
    time.pass(hour);
    writeFileSync(
      path,
      ahead(300 * day, [{ ...client, reason: 'certificateHold' }], {
        crlNumber: 2,
        nextUpdate: new Date(start + 307 * day),
      }),
    );
    await one.revocation.refresh();
    expect(await one.say(client)).toBe('certificate_revoked');
    // Signed before that was heard of, and later by its number.
    writeFileSync(path, listOf([], { crlNumber: 3, thisUpdate: new Date(start + 1_000) }));
    await one.revocation.refresh();
    expect(await one.say(client)).toBe('allow');
    // An older one of the same days, which somebody kept, ends nothing.
    writeFileSync(path, listOf([{ ...client, reason: 'certificateHold' }], { crlNumber: 5 }));
    await one.revocation.refresh();
    expect(await one.say(client)).toBe('certificate_revoked');
    time.pass(hour);
    const shown = open({ sources: [listOf([], { crlNumber: 4 })] });
    expect(await shown.say(client)).toBe('certificate_revoked');
  });

  it('alone is a 503 that names it, with its number and dates', async () => {
    const path = join(folder, 'alone.crl');
    writeFileSync(path, ahead(hour, [], { crlNumber: 7 }));
    const one = open({ sources: [fromFile(path)] });
    const decision = await one.decide(alice);
    expect(spoken(decision)).toBe('revocation_unavailable stale');
    expect(decision).toMatchObject({
      reason: {
        detail: {
          retryAfterSeconds: 300,
          trouble: {
            problem: 'crl_this_update_in_future',
            explanation: expect.stringContaining('crls.clockToleranceSeconds'),
            source: `crl ${path}`,
            lists: [
              {
                source: `crl ${path}`,
                issuer: 'CN=Issuing',
                crlNumber: '7',
                isDelta: false,
                thisUpdate: new Date(start + hour),
                nextUpdate: new Date(start + 20 * day),
                problem: 'crl_this_update_in_future',
              },
            ],
          },
        },
      },
    });
    time.pass(hour);
    expect(await one.say()).toBe('allow');
  });

  it('beside one of now waits alone, and is counted with it when it has come', async () => {
    const path = join(folder, 'two.crl');
    const text = (...lists: readonly Uint8Array[]): string => lists.map((der) => toPem(der, 'X509 CRL')).join('');
    writeFileSync(path, text(rootList, listOf([])));
    const one = open({ sources: [fromFile(path)] });
    expect(await one.say()).toBe('allow');
    const client = await fresh('two');
    time.pass(minute);
    const { crlDer } = root.issueCrl({ entries: [{ serialNumber: 7 }], nextUpdate: new Date(start + 9 * day) });
    writeFileSync(path, text(crlDer, ahead(hour, [client])));
    await one.revocation.refresh();
    expect(one.revocation.status()).toMatchObject([
      { entries: 1, nextUpdate: new Date(start + 9 * day), early: [{ issuer: 'CN=Issuing' }] },
    ]);
    time.pass(hour);
    expect(await one.say()).toBe('allow');
    expect(one.revocation.status()).toMatchObject([{ entries: 2, nextUpdate: new Date(start + 9 * day), early: [] }]);
  });

  it('goes by the tolerance of the options', async () => {
    const none = open({ sources: [ahead(1_000)], clockToleranceSeconds: 0 });
    expect(await none.say()).toBe('revocation_unavailable stale');
    const large = open({ sources: [ahead(hour)], clockToleranceSeconds: 3_600 });
    expect(await large.say()).toBe('allow');
  });

  it('is told of when its moment comes although nobody asks', async () => {
    let now = start;
    const path = join(folder, 'timer.crl');
    writeFileSync(path, listOf([]));
    const timers: { run: () => void; waitMs: number }[] = [];
    const set = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, waitMs: number) => {
      timers.push({ run, waitMs });
      return { unref: () => undefined };
    }) as never);
    const one = open({ sources: [fromFile(path), ahead(90_000, [], { crlNumber: 2_000_000_000n })] }, () => now);
    await one.revocation.ready();
    expect(one.types()).toEqual(['revocation_source_updated', 'crl_this_update_in_future']);
    // The moment is 30 seconds ahead, less what the clock of an authority may be.
    expect(timers.at(-1)?.waitMs).toBe(30_000);
    now += 29_999;
    timers.at(-1)?.run();
    expect(one.types()).toHaveLength(2);
    expect(timers.at(-1)?.waitMs).toBe(1);
    now += 1;
    timers.at(-1)?.run();
    expect(one.types().at(-1)).toBe('revocation_source_updated');
    const { length } = timers;
    one.revocation.close();
    expect(timers).toHaveLength(length);
    set.mockRestore();
  });
});

describe('a list of the future by its URL', () => {
  it('leaves the one before it in place, and is asked for again before its moment', async () => {
    let body = listOf([], { nextUpdate: new Date(start + 3 * hour) });
    const server = await listen((_, response) => response.end(body));
    const source = { url: `http://127.0.0.1:${server.port}/a.crl` };
    const one = open({ sources: [source], refreshSeconds: 1_800 });
    expect(await one.say()).toBe('allow');
    body = ahead(2 * hour);
    await one.revocation.refresh();
    expect(await one.say()).toBe('allow');
    expect(one.types()).toEqual(['revocation_source_updated', 'crl_this_update_in_future']);
    const [row] = one.revocation.status();
    expect(row).toMatchObject({ lastError: undefined, early: [{ usableAt: new Date(start + 2 * hour - minute) }] });
    expect(row?.nextAttempt?.getTime()).toBeLessThan(start + hour);
    time.pass(2 * hour);
    expect(await one.say()).toBe('allow');
    expect(one.types().at(-1)).toBe('revocation_source_updated');
  });

  it('gives way to a list of now as soon as there is one', async () => {
    let body = listOf([]);
    const server = await listen((_, response) => response.end(body));
    const one = open({ sources: [{ url: `http://127.0.0.1:${server.port}/a.crl` }] });
    const client = await fresh('now');
    expect(await one.say(client)).toBe('allow');
    body = ahead(30 * day, [], { nextUpdate: new Date(start + 40 * day), crlNumber: 1_800_000_000n });
    await one.revocation.refresh();
    time.pass(hour);
    body = listOf([client], { crlNumber: 1_800_000_001n });
    await one.revocation.refresh();
    expect(await one.say(client)).toBe('certificate_revoked');
    expect(one.revocation.status()).toMatchObject([{ entries: 1, early: [] }]);
  });

  it('of a distribution point, and a delta CRL, are no other', async () => {
    let complete = listOf([], { crlNumber: 1 });
    let delta = listOf([], { crlNumber: 2, baseCrlNumber: 1 });
    const server = await listen((request, response) => response.end(request.url === '/delta' ? delta : complete));
    const at = (path: string): string => `http://127.0.0.1:${server.port}${path}`;
    const client = await issueClientWith('carol', { crl: [at('/complete')], freshest: [at('/delta')] });
    const one = open({ distributionPoints: { hosts: [`127.0.0.1:${server.port}`] } });
    expect(await one.say(client)).toBe('allow');
    time.pass(2 * hour);
    delta = ahead(9 * hour, [], { crlNumber: 4, baseCrlNumber: 1 });
    complete = ahead(9 * hour, [], { crlNumber: 3 });
    expect(await one.say(client)).toBe('allow');
    // They are fetched while somebody asks, who does not wait for them.
    const early = (): number => one.types().filter((type) => type === 'crl_this_update_in_future').length;
    await vi.waitFor(() => expect(early()).toBe(2));
    expect(await one.say(client)).toBe('allow');
    time.pass(2 * hour);
    delta = ahead(9 * hour, [client], { crlNumber: 5, baseCrlNumber: 1 });
    await vi.waitFor(async () => expect(await one.say(client)).toBe('certificate_revoked'));
  });
});

describe('a list that is never current', () => {
  const unlimited = (revoked: Parameters<typeof listOf>[0] = []): Uint8Array =>
    listOf(revoked, { thisUpdate: new Date(time.now), nextUpdate: null });

  it('leaves the one before it in place, says what is missing, and revokes whom it names, on hold too', async () => {
    const path = join(folder, 'unlimited.crl');
    writeFileSync(path, listOf([]));
    const one = open({ sources: [fromFile(path)] });
    expect([await one.say(), await one.say()]).toEqual(['allow', 'allow']);
    time.pass(minute);
    writeFileSync(path, unlimited());
    await one.revocation.refresh();
    expect(await one.say()).toBe('allow');
    const lastError = { kind: 'stale', problem: 'crl_next_update_missing' };
    expect(one.events.at(-1)).toMatchObject({
      type: 'revocation_source_failed',
      ...lastError,
      detail: expect.stringContaining('crls.maximumAgeSeconds'),
    });
    expect(one.revocation.status()).toMatchObject([{ lastError, updatedAt: new Date(start), early: [] }]);
    const [revoked, held] = [await fresh('revoked'), await fresh('held')];
    expect([await one.say(revoked), await one.say(held)]).toEqual(['allow', 'allow']);
    time.pass(minute);
    writeFileSync(path, unlimited([revoked, { ...held, reason: 'certificateHold' }]));
    await one.revocation.refresh();
    expect([await one.say(), await one.say(revoked), await one.say(held)]).toEqual([
      'allow',
      'certificate_revoked',
      'certificate_revoked',
    ]);
    // Until the one before it is over.
    time.pass(8 * day);
    expect(await one.say()).toBe('revocation_unavailable stale');
    writeFileSync(path, listOf([]));
    await one.revocation.refresh();
    expect([await one.say(), await one.say(held)]).toEqual(['allow', 'allow']);
  });

  it('because it came too late does neither replace one that is current', async () => {
    const path = join(folder, 'late.crl');
    writeFileSync(path, listOf([]));
    const one = open({ sources: [fromFile(path)] });
    expect(await one.say()).toBe('allow');
    time.pass(hour);
    const client = await fresh('late');
    writeFileSync(
      path,
      listOf([client], { thisUpdate: new Date(time.now - 2 * minute), nextUpdate: new Date(time.now - minute) }),
    );
    await one.revocation.refresh();
    expect([await one.say(), await one.say(client)]).toEqual(['allow', 'certificate_revoked']);
    expect(one.revocation.status()).toMatchObject([{ lastError: { problem: 'crl_next_update_past' } }]);
  });

  it('alone is told of when it is loaded, and not only by the first 503', async () => {
    const one = open({ sources: [unlimited()] });
    await one.revocation.ready();
    expect(one.events).toMatchObject([{ type: 'revocation_source_failed', problem: 'crl_next_update_missing' }]);
    expect(await one.say()).toBe('revocation_unavailable stale');
  });

  it('is current where the options say how old it may become', async () => {
    const one = open({ sources: [unlimited()], maximumAgeSeconds: 3_600 });
    expect(await one.say()).toBe('allow');
    expect(one.types()).toEqual(['revocation_source_updated']);
  });
});

describe('a list of the future whose end has passed when its moment has come', () => {
  it('does not take the place of one that is current', async () => {
    const path = join(folder, 'brief.crl');
    writeFileSync(path, listOf([]));
    const one = open({ sources: [fromFile(path)] });
    expect(await one.say()).toBe('allow');
    writeFileSync(path, ahead(hour, [], { nextUpdate: new Date(start + 2 * hour) }));
    await one.revocation.refresh();
    time.pass(3 * hour);
    expect(await one.say()).toBe('allow');
    expect(one.types()).toEqual(['revocation_source_updated', 'crl_this_update_in_future']);
    expect(one.revocation.status()).toMatchObject([{ early: [] }]);
  });
});

describe('a revocation whose date is in the future', () => {
  it('counts from when it was signed: authorities write when it is to be known, or have another clock', async () => {
    const client = await fresh('dated');
    const one = open({ sources: [listOf([{ ...client, revocationDate: new Date(start + day) }])] });
    expect(await one.say(client)).toBe('certificate_revoked');
  });
});

describe('a 503 for want of a list', () => {
  const troubleOf = async (
    crls: NonNullable<RevocationOptions['crls']>,
    client = alice,
  ): Promise<Record<string, unknown>> => {
    const decision = await open(crls).decide(client);
    if (decision.outcome !== 'deny') throw new Error(decision.outcome);
    return { ...decision.reason.detail };
  };

  it('says which partition is missing, and which lists are there instead', async () => {
    const uri = (n: number): string => `http://crl.test/${n}`;
    const scope = { distributionPoint: [{ uri: uri(1) }] };
    const client = await issueClientWith('partition', { crl: [uri(2)] });
    const source = listOf([], { crlNumber: 12, issuingDistributionPoint: scope });
    expect(await troubleOf({ sources: [source] }, client)).toMatchObject({
      kind: 'noSource',
      trouble: {
        problem: 'crl_partition_missing',
        distributionPoints: [uri(2)],
        lists: [{ source: 'crl 1', crlNumber: '12', thisUpdate: new Date(start), problem: 'crl_other_scope' }],
      },
    });
  });

  it('says that no list of the issuer is there', async () => {
    expect(await troubleOf({ sources: [rootList] })).toMatchObject({
      kind: 'noSource',
      trouble: { problem: 'crl_missing', lists: [] },
    });
  });

  it('says that a list has no nextUpdate, and which option lets it be used', async () => {
    const source = listOf([], { nextUpdate: null });
    expect(await troubleOf({ sources: [source] })).toMatchObject({
      kind: 'stale',
      trouble: {
        problem: 'crl_next_update_missing',
        explanation: expect.stringContaining('crls.maximumAgeSeconds'),
        lists: [{ nextUpdate: undefined }],
      },
    });
  });

  it('says whether a list is over, or too old', async () => {
    const over = listOf([], { thisUpdate: new Date(start - 2 * day), nextUpdate: new Date(start - day) });
    expect(await troubleOf({ sources: [over] })).toMatchObject({ trouble: { problem: 'crl_next_update_past' } });
    const old = listOf([], { thisUpdate: new Date(start - 2 * day) });
    for (const source of [old, listOf([], { thisUpdate: new Date(start - 2 * day), nextUpdate: null })]) {
      const crls = { sources: [source], maximumAgeSeconds: 86_400 };
      expect(await troubleOf(crls)).toMatchObject({ trouble: { problem: 'crl_too_old' } });
    }
  });

  it('says which source failed, where no list is there because of it', async () => {
    const { trouble } = await troubleOf({ sources: [{ url: 'http://127.0.0.1:1/a.crl' }] });
    expect(trouble).toMatchObject({ problem: 'fetch_failed', source: 'crl http://127.0.0.1:1/a.crl', lists: [] });
  });

  it('says which responder failed, and why; where lists are of no help either, what denies', async () => {
    const responder = await createOcspResponder({ authority: issuing, clock: () => time.now - 3 * hour }).listen();
    onTestFinished(() => responder.close());
    const of = async (options: RevocationOptions): Promise<unknown> => {
      const decision = await line({ revocation: { scope: 'leaf', ...options } }).decide(alice);
      return decision.outcome === 'deny' ? decision.reason.detail : decision.outcome;
    };
    const ocsp = { responders: responder.url };
    const trouble = {
      problem: 'ocsp_next_update_past',
      explanation: 'A nextUpdate in the past',
      source: `ocsp ${responder.url}`,
    };
    expect(await of({ methods: ['ocsp'], ocsp })).toMatchObject({ kind: 'stale', trouble });
    const both = { methods: ['crl', 'ocsp'], crls: { sources: [rootList] }, ocsp } as const;
    expect(await of(both)).toMatchObject({ kind: 'stale', trouble });
    expect(await of({ ...both, methods: ['ocsp', 'crl'] })).toMatchObject({ kind: 'stale', trouble });
    const gone = { methods: ['ocsp'], ocsp: { responders: 'http://127.0.0.1:1/' } } as const;
    expect(await of(gone)).toMatchObject({
      kind: 'unreachable',
      trouble: { problem: 'fetch_failed', source: 'ocsp http://127.0.0.1:1/' },
    });
  });
});
