import { describe, expect, it } from 'vitest';
import { RefreshSchedule } from '../../src/revocation/refresh-schedule.ts';

const now = 1_000_000_000;
const hour = 3_600_000;

function schedule(random = 0): RefreshSchedule {
  return new RefreshSchedule({ refreshMs: hour, random: () => random });
}

describe('a refresh', () => {
  it('is due at the start', () => {
    expect(schedule().isDue(0)).toBe(true);
  });

  it.each([
    [0, 600_000, 360_000],
    [0.5, 600_000, 450_000],
    [1, 600_000, 540_000],
    [0, 1_000 * hour, 0.6 * hour],
    [0, Number.POSITIVE_INFINITY, 0.6 * hour],
    [0, 0, 1_000],
    [0, -hour, 1_000],
  ])('is due (at %d of its jitter, with %d ms left) well before what was given is over', (random, left, wait) => {
    const one = schedule(random);
    one.succeeded(now, now + left);
    expect(one.nextAtMs).toBe(now + wait);
    expect(one.isDue(now + wait - 1)).toBe(false);
    expect(one.isDue(now + wait)).toBe(true);
    expect(one.retryAtMs).toBeUndefined();
  });

  it('waits longer after each failure, up to five minutes, and anew after a success', () => {
    const one = schedule(1);
    const pauses = Array.from({ length: 12 }, () => {
      one.failed(now);
      expect(one.nextAtMs).toBe(one.retryAtMs);
      return one.nextAtMs - now;
    });
    expect(pauses.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(pauses.slice(-2)).toEqual([300_000, 300_000]);
    one.succeeded(now, now + hour);
    one.failed(now);
    expect(one.retryAtMs).toBe(now + 1_000);
  });

  it('spreads the pauses of instances that failed together', () => {
    const one = schedule(0);
    one.failed(now);
    expect(one.retryAtMs).toBe(now + 500);
  });

  it('does not wait for what would be refreshed earlier, nor forget the pause', () => {
    const one = schedule(0);
    one.succeeded(now, now + hour);
    one.failed(now);
    expect(one.nextAtMs).toBe(now + 0.6 * hour);
  });

  it('that brought nothing useful is due sooner, but not at once', () => {
    const one = schedule();
    one.succeeded(now, now + hour);
    one.hasten();
    expect(one.nextAtMs).toBe(now + 10_000);
    one.hasten();
    expect(one.nextAtMs).toBe(now + 10_000);
  });

  it('that is demanded is due at once, but for the pause after a failure', () => {
    const one = schedule(1);
    one.succeeded(now, now + hour);
    one.demand();
    expect(one.isDue(now)).toBe(true);
    one.failed(now);
    one.demand();
    expect(one.isDue(now + 999)).toBe(false);
    one.reset();
    expect(one.isDue(now)).toBe(true);
    expect(one.retryAtMs).toBeUndefined();
  });

  it('is spread by chance where nothing else is said', () => {
    const one = new RefreshSchedule({ refreshMs: hour });
    one.succeeded(now, now + hour);
    expect(one.nextAtMs).toBeGreaterThanOrEqual(now + 0.6 * hour);
    expect(one.nextAtMs).toBeLessThanOrEqual(now + 0.9 * hour);
  });
});
