import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type AcceptedDelivery,
  CrlDownload,
  type CrlDownloadSettings,
  type ListDelivery,
} from '../../../src/revocation/crl-download.ts';
import type { FetchRequest, FetchResult } from '../../../src/revocation/fetcher.ts';
import type { RevocationEvent } from '../../../src/revocation/source-status.ts';

const start = 1_000_000_000;
const hour = 3_600_000;
const urls = ['http://a.test/1.crl', 'http://a.test/2.crl'].map((text) => new URL(text));

let now = start;
/** What was given to timers and does not run by itself. */
const timers: { readonly run: () => void; readonly waitMs: number }[] = [];

beforeEach(() => {
  now = start;
  timers.length = 0;
  const keep = (run: () => void, waitMs: number): unknown => {
    timers.push({ run, waitMs });
    return { unref: () => undefined };
  };
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(keep as never);
});

afterEach(() => {
  vi.restoreAllMocks();
});

const accepted = (nextUpdateMs?: number): ListDelivery => ({
  ok: true,
  isNew: true,
  entries: 7,
  nextUpdateMs,
  early: [],
  isUsable: true,
  isHeld: () => true,
});
const refused: ListDelivery = { ok: false, kind: 'malformed', problem: 'pem_empty' };

interface Changes extends Partial<CrlDownloadSettings> {
  readonly answer?: () => Promise<FetchResult>;
  readonly tell?: (event: RevocationEvent) => void;
}

function downloading(changes: Changes = {}) {
  const asked: FetchRequest[] = [];
  const events: RevocationEvent[] = [];
  const { answer = async () => ({ ok: true, body: new Uint8Array() }), tell, ...settings } = changes;
  const fetch = (request: FetchRequest): Promise<FetchResult> => {
    asked.push(request);
    return answer();
  };
  const download = new CrlDownload(
    {
      urls: urls.slice(0, 1),
      maximumBytes: 9,
      refreshMs: hour,
      random: () => 0,
      isScheduled: true,
      deliver: async () => accepted(),
      fetcher: { fetch, close: () => undefined },
      ...settings,
    },
    { clock: () => now, tell: tell ?? ((event) => events.push(event)) },
  );
  return { download, asked, events, paths: () => asked.map(({ url }) => url.pathname) };
}

describe('a list that refreshes itself', () => {
  it('waits until it is due, and then is fetched again', async () => {
    const { download, asked } = downloading();
    await download.refresh(now);
    expect(timers.map(({ waitMs }) => waitMs)).toEqual([0.6 * hour]);
    now += 0.6 * hour;
    timers[0]?.run();
    await download.refresh(now);
    expect(asked).toHaveLength(2);
    expect(timers.map(({ waitMs }) => waitMs)).toEqual([0.6 * hour, 0.6 * hour]);
  });

  it('waits on where the clock runs slower than the timer', async () => {
    const { download, asked } = downloading();
    await download.refresh(now);
    now += 0.5 * hour;
    timers[0]?.run();
    expect(asked).toHaveLength(1);
    expect(timers.map(({ waitMs }) => waitMs)).toEqual([0.6 * hour, 0.1 * hour]);
  });

  it('does not wait where it is due by the time that it could', async () => {
    const tell = (): void => {
      now += hour;
    };
    const { download } = downloading({ tell });
    await download.refresh(now);
    expect(timers.map(({ waitMs }) => waitMs)).toEqual([0]);
  });

  it('waits a day at most', async () => {
    const { download } = downloading({ refreshMs: 2_000 * hour });
    await download.refresh(now);
    expect(timers.map(({ waitMs }) => waitMs)).toEqual([24 * hour]);
  });

  it('is fetched again well before what it gave is over', async () => {
    const { download } = downloading({ deliver: async () => accepted(start + 0.1 * hour) });
    await download.refresh(now);
    expect(download.nextAtMs).toBe(start + 0.06 * hour);
  });

  it('is retried after a failure', async () => {
    const { download, events } = downloading({ deliver: async () => refused });
    await download.refresh(now);
    expect(timers.map(({ waitMs }) => waitMs)).toEqual([500]);
    expect(events).toMatchObject([
      { type: 'revocation_source_failed', problem: 'pem_empty', nextAttempt: new Date(start + 500) },
    ]);
  });

  it('does so no more when it is closed, be it while it is fetched', async () => {
    let answer: (result: FetchResult) => void = () => undefined;
    const { download, asked } = downloading({ answer: () => new Promise((resolve) => (answer = resolve)) });
    const flight = download.refresh(now);
    download.close();
    answer({ ok: true, body: new Uint8Array() });
    await flight;
    expect(timers).toEqual([]);
    expect(download.refresh(now + 9 * hour)).toBeUndefined();
    expect(asked).toHaveLength(1);
  });
});

describe('a list that is fetched when it is asked for', () => {
  it('sets no timer', async () => {
    const { download } = downloading({ isScheduled: false });
    await download.refresh(now);
    expect(timers).toEqual([]);
  });

  it('is fetched once for all who ask, and not before it is due', async () => {
    const { download, asked } = downloading({ isScheduled: false });
    const [one, two] = [download.refresh(now), download.refresh(now)];
    expect(two).toBe(one);
    await one;
    expect(download.refresh(now + 0.6 * hour - 1)).toBeUndefined();
    expect(download.refresh(now + 0.6 * hour)).toBeInstanceOf(Promise);
    expect(asked).toHaveLength(2);
  });

  it('is fetched on behalf of who asks, from the hosts of its URLs', async () => {
    const { download, asked } = downloading();
    await download.refresh(now, 'client');
    expect(asked).toMatchObject([{ client: 'client', maximumBytes: 9, hosts: new Set(['a.test:80']) }]);
  });
});

describe('a list whose version is known', () => {
  const validators = { etag: '"1"', lastModified: undefined };
  const whole: FetchResult = { ok: true, body: new Uint8Array(), validators };
  const unmodified: FetchResult = { ok: false, problem: 'fetch_unmodified', detail: '' };

  it('is no news where nothing else is there', async () => {
    const results = [whole, unmodified];
    const { download, asked, events } = downloading({ answer: async () => results.shift() as FetchResult });
    await download.refresh(now);
    await download.refresh(now + 0.6 * hour);
    expect(asked.map((request) => request.validators)).toEqual([undefined, validators]);
    expect(events.map(({ type }) => type)).toEqual(['revocation_source_updated']);
    expect(download.failure).toBeUndefined();
  });

  it('is told of when it cannot be reached any more', async () => {
    const results: FetchResult[] = [whole, { ok: false, problem: 'fetch_timeout', detail: '5000 ms' }];
    const { download } = downloading({ answer: async () => results.shift() as FetchResult });
    await download.refresh(now);
    await download.refresh(now + 0.6 * hour);
    expect(download.failure).toMatchObject({ kind: 'unreachable', problem: 'fetch_timeout' });
  });
});

describe('several ways to one list', () => {
  it('are tried until one gives something usable', async () => {
    const first = downloading({ urls });
    await first.download.refresh(now);
    expect(first.paths()).toEqual(['/1.crl']);
    const deliveries = [refused, accepted()];
    const second = downloading({ urls, deliver: async () => deliveries.shift() as ListDelivery });
    await second.download.refresh(now);
    expect(second.paths()).toEqual(['/1.crl', '/2.crl']);
    expect(second.download.failure).toBeUndefined();
  });

  it('are tried until one gives what is of now, and else one of the future is no trouble', async () => {
    const early: ListDelivery = { ...(accepted() as AcceptedDelivery), isUsable: false };
    for (const [deliveries, tried] of [
      [[early, accepted()], 2],
      [[early, refused], 2],
      [[refused, early], 2],
    ] as const) {
      const left = [...deliveries];
      const one = downloading({ urls, deliver: async () => left.shift() as ListDelivery });
      await one.download.refresh(now);
      expect(one.paths()).toHaveLength(tried);
      expect(one.download.failure).toBeUndefined();
    }
  });

  it('that all fail leave the trouble of the last', async () => {
    const results: FetchResult[] = [
      { ok: false, problem: 'fetch_timeout', detail: 'first' },
      { ok: false, problem: 'fetch_status', detail: '404' },
    ];
    const { download } = downloading({ urls, answer: async () => results.shift() as FetchResult });
    await download.refresh(now);
    expect(download.failure).toMatchObject({ kind: 'unreachable', problem: 'fetch_status', detail: '404' });
  });
});
