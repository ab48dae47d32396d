import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileTrouble } from '../src/file-trouble.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const patience = 2_000;

function watched(milliseconds: number = patience): { readonly trouble: FileTrouble; readonly told: string[] } {
  const told: string[] = [];
  return { told, trouble: new FileTrouble(milliseconds, ({ message }) => told.push(message)) };
}

describe('trouble with files', () => {
  it('is told once it has lasted, and neither before nor again', () => {
    const { told, trouble } = watched();
    trouble.meet(new Error('half'));
    vi.advanceTimersByTime(patience - 1);
    trouble.meet(new Error('half'));
    expect([told, trouble.told]).toEqual([[], undefined]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(['half']);
    expect(trouble.told?.message).toBe('half');
    trouble.meet(new Error('half'));
    vi.advanceTimersByTime(patience);
    expect(told).toEqual(['half']);
  });

  it('is not told when it is over in time', () => {
    const { told, trouble } = watched();
    trouble.meet(new Error('half'));
    trouble.over();
    vi.advanceTimersByTime(patience);
    trouble.tellNow();
    expect(told).toEqual([]);
  });

  it('has lasted since it began, whatever becomes of it meanwhile', () => {
    const { told, trouble } = watched();
    trouble.meet(new Error('missing'));
    vi.advanceTimersByTime(patience - 1);
    trouble.meet(new Error('half'));
    vi.advanceTimersByTime(1);
    expect(told).toEqual(['half']);
  });

  it('is told again when it is another, or of other contents', () => {
    const { told, trouble } = watched(0);
    trouble.meet(new Error('half'));
    trouble.meet(new Error('missing'));
    trouble.expectNews();
    trouble.meet(new Error('missing'));
    trouble.over();
    trouble.meet('odd');
    expect(told).toEqual(['half', 'missing', 'missing', 'odd']);
  });

  it('stays what was told while another is waited for', () => {
    const { told, trouble } = watched();
    trouble.meet(new Error('half'));
    trouble.tellNow();
    trouble.meet(new Error('missing'));
    expect(trouble.told?.message).toBe('half');
    trouble.meet(new Error('half'));
    vi.advanceTimersByTime(patience);
    expect(told).toEqual(['half']);
  });

  it('is told to nobody when it is closed', () => {
    const { told, trouble } = watched();
    trouble.meet(new Error('half'));
    trouble.close();
    vi.advanceTimersByTime(patience);
    expect(told).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
