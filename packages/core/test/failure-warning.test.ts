import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PeercertFailure } from '../src/error.ts';
import { reportFailure, warnOfError, warnOfFailure } from '../src/failure-warning.ts';

const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
  warn.mockClear();
});

describe('the operator', () => {
  it('hears what is wrong with the set-up, in a warning of the process', () => {
    const failure = new PeercertFailure('setup', 'create the server with ca');
    expect(reportFailure(failure)).toBe(failure);
    expect(warn.mock.calls).toEqual([
      ['create the server with ca', { type: 'PeercertFailure', code: 'PEERCERT_SETUP' }],
    ]);
  });

  it('hears of a bug and where it is', () => {
    const bug = new RangeError('out of it\u202e');
    expect(reportFailure(bug)).toMatchObject({ name: 'PeercertFailure', code: 'internal', cause: bug });
    expect(warn.mock.calls).toEqual([
      [
        'Peercert failed to decide a request: RangeError: out of it\\u202e',
        {
          type: 'PeercertFailure',
          code: 'PEERCERT_INTERNAL',
          detail: expect.stringContaining('failure-warning.test'),
        },
      ],
    ]);
  });

  it.each([undefined, null, 'text', 7, Object.create(null)])('hears of whatever was thrown: %o', (thrown) => {
    reportFailure(thrown);
    expect(warn).toHaveBeenCalledOnce();
  });

  it('hears of the same once in a minute, however many requests fail', () => {
    for (let count = 0; count < 100; count++) warnOfFailure(new PeercertFailure('setup', 'again'));
    expect(warn).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(59_999);
    warnOfFailure(new PeercertFailure('setup', 'again'));
    expect(warn).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    warnOfFailure(new PeercertFailure('setup', 'again'));
    expect(warn).toHaveBeenCalledTimes(2);
  });

  it('hears of twenty different ones in a minute, and not of what clients make of it', () => {
    for (let count = 0; count < 100; count++) reportFailure(new Error(`bug ${count}`));
    expect(warn).toHaveBeenCalledTimes(20);
  });

  it('hears the same of functions that fail where nobody waits for them', () => {
    for (let count = 0; count < 200; count++) warnOfError(new Error('log sink is down'));
    expect(warn).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(60_000);
    for (let count = 0; count < 200; count++) warnOfError(new Error(`no room for ${count}`));
    expect(warn).toHaveBeenCalledTimes(21);
  });

  it('hears of failures although functions fail, and of functions although requests do', () => {
    for (let count = 0; count < 100; count++) warnOfError(new Error(`${count}`));
    for (let count = 0; count < 100; count++) reportFailure(new Error(`${count}`));
    expect(warn).toHaveBeenCalledTimes(40);
  });
});
