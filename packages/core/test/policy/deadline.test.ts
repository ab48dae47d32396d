import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ask } from '../../src/policy/deadline.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const fail = (error: unknown) => () => {
  throw error;
};

describe('asking a function of the operator', () => {
  it('answers at once what is there at once', () => {
    expect(ask(() => 7, 2_000)).toEqual({ answered: true, value: 7 });
    expect(ask(() => undefined, 2_000)).toEqual({ answered: true, value: undefined });
    expect(ask(() => null, 2_000)).toEqual({ answered: true, value: null });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits for a promise or any other thenable, and leaves no timer behind', async () => {
    expect(await ask(async () => 7, 2_000)).toEqual({ answered: true, value: 7 });
    // biome-ignore lint/suspicious/noThenProperty: that is the point
    expect(await ask(() => ({ then: (resolve: (value: number) => void) => resolve(8) }), 2_000)).toEqual({
      answered: true,
      value: 8,
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('has no answer when the function throws or rejects', async () => {
    expect(ask(fail(new Error('ldap\ndown')), 2_000)).toEqual({ answered: false, problem: 'threw Error: ldap down' });
    expect(await ask(async () => Promise.reject(new RangeError('x')), 2_000)).toEqual({
      answered: false,
      problem: 'rejected with RangeError: x',
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('survives whatever is thrown', () => {
    expect(ask(fail(undefined), 1)).toEqual({ answered: false, problem: 'threw undefined' });
    expect(ask(fail(Object.create(null)), 1)).toEqual({ answered: false, problem: 'threw something without a text' });
    expect(ask(fail('x'.repeat(1_000)), 1)).toEqual({ answered: false, problem: `threw ${'x'.repeat(200)}…` });
  });

  it('has no answer when reading the promise fails', () => {
    const trap = Object.defineProperty({}, 'then', { get: fail(new Error('trap')) });
    expect(ask(() => trap, 1)).toEqual({ answered: false, problem: 'threw Error: trap' });
  });

  it('has no answer when none comes in time, and ignores a late one', async () => {
    let resolve = (_: boolean): void => {};
    const answer = ask(
      () =>
        new Promise<boolean>((settle) => {
          resolve = settle;
        }),
      2_000,
    );
    await vi.advanceTimersByTimeAsync(1_999);
    let settled = false;
    void Promise.resolve(answer).then(() => {
      settled = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(settled).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    resolve(true);
    expect(await answer).toEqual({ answered: false, problem: 'gave no answer within 2000 ms' });
  });

  it('lets no late rejection escape', async () => {
    let reject = (_: Error): void => {};
    const answer = ask(
      () =>
        new Promise((_, refuse) => {
          reject = refuse;
        }),
      5,
    );
    await vi.advanceTimersByTimeAsync(5);
    reject(new Error('late'));
    expect(await answer).toEqual({ answered: false, problem: 'gave no answer within 5 ms' });
  });
});
