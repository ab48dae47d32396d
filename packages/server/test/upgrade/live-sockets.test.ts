import { createServer } from 'node:http';
import type { Reason } from '@peercert/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { UpgradeEvent } from '../../src/upgrade/events.ts';
import { createLiveSockets, type LiveSocket, registryOf, type Verdict } from '../../src/upgrade/live-sockets.ts';
import type { LiveSocketsOptions } from '../../src/upgrade/live-sockets-options.ts';

const revoked: Reason = {
  code: 'certificate_revoked',
  detail: { index: 0, by: 'crl', revocationDate: undefined, revocationReason: undefined },
};
const unavailable: Reason = { code: 'policy_unavailable', detail: { by: 'roles', retryAfterSeconds: 1 } };
const allow: Verdict = { outcome: 'allow' };
const deny: Verdict = { outcome: 'deny', reason: revoked };

interface Fake extends LiveSocket {
  readonly closed: string[];
  decided: number;
}

/** A connection about which `decide` is asked. */
function fake(decide: LiveSocket['decide'], validUntilMs = Number.POSITIVE_INFINITY): Fake {
  const closed: string[] = [];
  const one: Fake = {
    id: 'alice',
    thumbprint: 'x',
    clientAddress: '192.0.2.7',
    requestTarget: '/feed',
    validUntilMs,
    channel: { close: (code, text) => closed.push(`${code} ${text}`) },
    closed,
    decided: 0,
    decide() {
      one.decided += 1;
      return decide();
    },
  };
  return one;
}

function live(options: LiveSocketsOptions = {}) {
  const events: UpgradeEvent[] = [];
  const sockets = createLiveSockets({
    clock: () => Date.now(),
    stopwatch: () => Date.now(),
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { sockets, events, ...registryOf(sockets, 'test') };
}

describe('a sweep', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    return () => vi.useRealTimers();
  });

  it('asks about every connection once a second, from the first to the last', async () => {
    const { add, remove, sockets } = live();
    expect(vi.getTimerCount()).toBe(0);
    const [one, other] = [fake(() => allow), fake(() => allow)];
    add(one);
    await vi.advanceTimersByTimeAsync(999);
    expect(one.decided).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(one.decided).toBe(1);
    add(other);
    await vi.advanceTimersByTimeAsync(1_100);
    expect([one.decided, other.decided]).toEqual([2, 1]);
    remove(one);
    remove(other);
    expect(sockets.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('comes as often as the options say', async () => {
    const { add } = live({ sweepMilliseconds: 50 });
    const one = fake(() => allow);
    add(one);
    await vi.advanceTimersByTimeAsync(260);
    expect(one.decided).toBe(5);
  });

  it('closes whoever would be refused, once, and asks no more', async () => {
    const { add, events, sockets } = live();
    const one = fake(() => deny);
    add(one);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(one.closed).toEqual(['1008 certificate_revoked']);
    expect(one.decided).toBe(1);
    expect(sockets.size).toBe(0);
    expect(events).toEqual([
      {
        type: 'live_socket_closed',
        reason: revoked,
        closeCode: 1008,
        id: 'alice',
        thumbprint: 'x',
        clientAddress: '192.0.2.7',
        requestTarget: '/feed',
      },
    ]);
  });

  it('does not wait for one about whom somebody else is asked, nor ask twice at once', async () => {
    const { add } = live();
    let answer = (_verdict: Verdict): void => undefined;
    const slow = fake(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const quick = fake(() => allow);
    add(slow);
    add(quick);
    await vi.advanceTimersByTimeAsync(3_100);
    expect([slow.decided, quick.decided]).toEqual([1, 3]);
    answer(allow);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(slow.decided).toBe(2);
    answer(deny);
    await vi.advanceTimersByTimeAsync(1);
    expect(slow.closed).toEqual(['1008 certificate_revoked']);
  });

  it('takes no notice of an answer about one that closed meanwhile', async () => {
    const { add, events, remove } = live();
    let answer = (_verdict: Verdict): void => undefined;
    const one = fake(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    add(one);
    await vi.advanceTimersByTimeAsync(1_000);
    remove(one);
    answer(deny);
    await vi.advanceTimersByTimeAsync(1);
    expect(one.closed).toEqual([]);
    expect(events).toEqual([]);
  });

  it('closes with 1011 what fails to be decided, now or later', async () => {
    const { add, events } = live();
    const now = fake(() => {
      throw new Error('bug');
    });
    const later = fake(() => Promise.reject(new Error('bug')));
    add(now);
    add(later);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([now.closed, later.closed]).toEqual([['1011 internal_error'], ['1011 internal_error']]);
    expect(events).toMatchObject([
      { type: 'live_socket_failed', failure: { code: 'internal', cause: new Error('bug') }, closeCode: 1011 },
      { type: 'live_socket_failed' },
    ]);
  });

  it('goes on, and comes again, where one cannot be closed', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { add } = live();
    let verdict: Verdict = allow;
    const [stuck, other, later] = [fake(() => deny), fake(() => deny), fake(() => verdict)];
    stuck.channel = {
      close: () => {
        throw new Error('stuck');
      },
    };
    for (const one of [stuck, other, later]) add(one);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([other.closed, later.closed]).toEqual([['1008 certificate_revoked'], []]);
    verdict = deny;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(later.closed).toEqual(['1008 certificate_revoked']);
    expect(warnings).toHaveBeenCalledOnce();
    warnings.mockRestore();
  });

  it('lets go of one of which nothing can come', async () => {
    const { add, sockets } = live();
    const one = fake(() => ({ outcome: 'ignore' }));
    add(one);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets.size).toBe(0);
    expect(one.closed).toEqual([]);
  });
});

describe('what cannot be determined', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    return () => vi.useRealTimers();
  });
  const undecided: Verdict = { outcome: 'deny', reason: unavailable };

  it('closes with 1013', async () => {
    const { add } = live();
    const one = fake(() => undecided);
    add(one);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(one.closed).toEqual(['1013 policy_unavailable']);
  });

  it('is borne for as long as the operator says, and counts anew after each decision', async () => {
    const { add } = live({ graceSeconds: 10 });
    let verdict: Verdict = undecided;
    const one = fake(() => verdict);
    add(one);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(one.closed).toEqual([]);
    verdict = allow;
    await vi.advanceTimersByTimeAsync(1_000);
    verdict = undecided;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(one.closed).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(one.closed).toEqual(['1013 policy_unavailable']);
  });

  it('is not borne for longer than that when the clock is set back', async () => {
    let nowMs = 1_000_000;
    const { add, sockets } = live({ graceSeconds: 10, clock: () => nowMs });
    const one = fake(() => undecided);
    add(one);
    await sockets.recheck();
    nowMs -= 3_600_000;
    await sockets.recheck();
    nowMs += 9_999;
    await sockets.recheck();
    expect(one.closed).toEqual([]);
    nowMs += 1;
    await sockets.recheck();
    expect(one.closed).toEqual(['1013 policy_unavailable']);
  });

  it('is no grace for what is determined', async () => {
    const { add } = live({ graceSeconds: 10 });
    let verdict: Verdict = undecided;
    const one = fake(() => verdict);
    add(one);
    await vi.advanceTimersByTimeAsync(2_000);
    verdict = deny;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(one.closed).toEqual(['1008 certificate_revoked']);
  });
});

describe('the end of a validity', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    return () => vi.useRealTimers();
  });
  const hourly = { sweepMilliseconds: 3_600_000 };

  it('is asked about when it comes, of nobody else', async () => {
    const { add } = live(hourly);
    const [late, early, never] = [fake(() => allow, 1_090_000), fake(() => deny, 1_030_000), fake(() => allow)];
    for (const one of [late, early, never]) add(one);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(early.closed).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(early.closed).toEqual(['1008 certificate_revoked']);
    expect([late.decided, never.decided]).toEqual([0, 0]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([late.decided, never.decided]).toEqual([1, 0]);
    // What goes on all the same is left to the sweep.
    await vi.advanceTimersByTimeAsync(60_000);
    expect(late.decided).toBe(1);
  });

  it('may be a century away', async () => {
    const { add } = live({ sweepMilliseconds: 86_400_000 });
    const one = fake(() => allow, 1_000_000 + 100 * 365 * 86_400_000);
    add(one);
    await vi.advanceTimersByTimeAsync(80_000_000);
    expect(one.decided).toBe(0);
  });

  it('does not spin where the clock stands still', async () => {
    const clock = vi.fn<() => number>(() => 1_000_000);
    const { add } = live({ ...hourly, clock });
    add(fake(() => allow, 1_000_000));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(clock.mock.calls.length).toBeLessThan(1_000);
  });
});

describe('recheck', () => {
  it('asks about every connection at once, and settles when all is known', async () => {
    const { add, sockets } = live();
    const [one, other] = [fake(() => deny), fake(async () => deny)];
    add(one);
    add(other);
    const settled = sockets.recheck();
    expect(one.closed).toEqual(['1008 certificate_revoked']);
    await settled;
    expect(other.closed).toEqual(['1008 certificate_revoked']);
  });

  it('asks again about what was under way, because the answer may be of before', async () => {
    const { add, sockets } = live({ sweepMilliseconds: 10 });
    let verdict: Verdict = allow;
    let answer = (): void => undefined;
    const one = fake(() => {
      const before = verdict;
      return new Promise((resolve) => {
        answer = () => resolve(before);
      });
    });
    add(one);
    await expect.poll(() => one.decided).toBe(1);
    verdict = deny;
    const settled = sockets.recheck();
    answer();
    await expect.poll(() => one.decided).toBe(2);
    answer();
    await settled;
    expect(one.closed).toEqual(['1008 certificate_revoked']);
  });

  it('is done in slices, between which others have their turn', async () => {
    let elapsedMs = 0;
    const { add, sockets } = live({ stopwatch: () => elapsedMs });
    let longestRow = 0;
    let row = 0;
    const many = Array.from({ length: 200 }, () =>
      fake(() => {
        // Each takes a millisecond.
        elapsedMs += 1;
        row += 1;
        longestRow = Math.max(longestRow, row);
        return allow;
      }),
    );
    for (const one of many) add(one);
    let turns = 0;
    let isDone = false;
    const turn = (): void => {
      row = 0;
      turns += 1;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    await sockets.recheck();
    isDone = true;
    expect(many.every(({ decided }) => decided === 1)).toBe(true);
    expect(longestRow).toBeLessThanOrEqual(5);
    expect(turns).toBeGreaterThanOrEqual(40);
  });

  it('goes on where the stopwatch is set back', async () => {
    let elapsedMs = 1_000_000;
    const { add, sockets } = live({
      stopwatch: () => {
        elapsedMs -= 500;
        return elapsedMs;
      },
    });
    const many = Array.from({ length: 20 }, () => fake(() => allow));
    for (const one of many) add(one);
    await sockets.recheck();
    expect(many.every(({ decided }) => decided === 1)).toBe(true);
  });
});

describe('closing', () => {
  it('ends all connections and every one to come, and leaves no timer', () => {
    vi.useFakeTimers();
    const { add, events, sockets } = live();
    const [one, late] = [fake(() => allow, 2_000_000), fake(() => allow)];
    add(one);
    sockets.close();
    add(late);
    expect([one.closed, late.closed]).toEqual([['1001 going_away'], ['1001 going_away']]);
    expect(sockets.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    expect(events).toEqual([]);
  });

  afterEach(() => {
    vi.useRealTimers();
  });
});

describe('an observer', () => {
  it('that fails changes nothing, and is a warning of the process', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { add, sockets } = live({
      onEvent: () => {
        throw new Error('log is full');
      },
    });
    const [one, other] = [fake(() => deny), fake(() => deny)];
    add(one);
    add(other);
    await sockets.recheck();
    expect([one.closed, other.closed]).toEqual([['1008 certificate_revoked'], ['1008 certificate_revoked']]);
    // The same text is told once in a minute.
    expect(warnings).toHaveBeenCalledTimes(1);
    warnings.mockRestore();
  });

  it('that is missing leaves failures to the warnings of the process', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const sockets = createLiveSockets();
    const { add } = registryOf(sockets, 'test');
    add(fake(() => deny));
    add(
      fake(() => {
        throw new Error('bug');
      }),
    );
    await sockets.recheck();
    expect(warnings.mock.calls).toMatchObject([
      ['Peercert failed to decide a request: Error: bug', { type: 'PeercertFailure', code: 'PEERCERT_INTERNAL' }],
    ]);
    warnings.mockRestore();
  });
});

describe('the options', () => {
  it.each([
    [{ sweepMilliseconds: 0 }, /sweepMilliseconds must be a whole number from 10 to 86400000, got 0/],
    [{ sweepMilliseconds: '1000' }, /sweepMilliseconds must be a whole number/],
    [{ graceSeconds: -1 }, /graceSeconds must be a whole number from 0/],
    [{ graceSeconds: Number.POSITIVE_INFINITY }, /graceSeconds must be a whole number/],
    [{ closeMilliseconds: 0 }, /closeMilliseconds must be a whole number from 1/],
    [{ closeCodes: { denied: 1006 } }, /closeCodes\.denied must be a close code/],
    [{ clock: 0 }, /clock must be a function/],
    [{ onEvent: [] }, /onEvent must be a function/],
    [{ sweepMilisecond: 50 }, /did you mean "sweepMilliseconds"\?/],
  ])('are wrong at once: %j', (options, message) => {
    expect(() => createLiveSockets(options as LiveSocketsOptions)).toThrow(TypeError);
    expect(() => createLiveSockets(options as LiveSocketsOptions)).toThrow(message);
  });
});

it('only what createLiveSockets() makes is taken for live sockets', () => {
  for (const value of [undefined, null, {}, createServer()]) {
    expect(() => registryOf(value, 'here')).toThrow(/here: liveSockets must be what createLiveSockets\(\) makes/);
  }
});
