import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Deadlines } from '../src/deadlines.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a deadline', () => {
  it('is met after its time, and by an eighth of it later at most', () => {
    const deadlines = new Deadlines(800);
    const due = vi.fn<() => void>();
    // Not at the beginning of a step.
    deadlines.begin(() => undefined);
    vi.advanceTimersByTime(150);
    deadlines.begin(due);
    vi.advanceTimersByTime(799);
    expect(due).not.toHaveBeenCalled();
    vi.advanceTimersByTime(101);
    expect(due).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(10_000);
    expect(due).toHaveBeenCalledTimes(1);
  });

  it('is not met when it is called off, and the others are', () => {
    const deadlines = new Deadlines(800);
    const [first, second] = [vi.fn<() => void>(), vi.fn<() => void>()];
    const callOff = deadlines.begin(first);
    deadlines.begin(second);
    callOff();
    callOff();
    vi.advanceTimersByTime(1_000);
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledTimes(1);
  });

  it('is its own, though it calls the same function', () => {
    const deadlines = new Deadlines(800);
    const due = vi.fn<() => void>();
    const callOff = deadlines.begin(due);
    deadlines.begin(due);
    callOff();
    vi.advanceTimersByTime(1_000);
    expect(due).toHaveBeenCalledTimes(1);
  });

  it('may begin another when it is met', () => {
    const deadlines = new Deadlines(800);
    const due = vi.fn<() => void>();
    deadlines.begin(() => void deadlines.begin(due));
    vi.advanceTimersByTime(1_600);
    expect(due).not.toHaveBeenCalled();
    vi.advanceTimersByTime(200);
    expect(due).toHaveBeenCalledTimes(1);
  });
});

describe('deadlines', () => {
  it('need no timer while there is none, and one for any number', () => {
    const deadlines = new Deadlines(800);
    expect(vi.getTimerCount()).toBe(0);
    const callOffs = Array.from({ length: 100 }, () => deadlines.begin(() => undefined));
    expect(vi.getTimerCount()).toBe(1);
    for (const callOff of callOffs) callOff();
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(0);
    const due = vi.fn<() => void>();
    deadlines.begin(due);
    vi.advanceTimersByTime(900);
    expect(due).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
