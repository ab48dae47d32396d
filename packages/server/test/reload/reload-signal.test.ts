import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { onReloadSignal } from '../../src/reload/reload-signal.ts';

describe('a reload signal', () => {
  it('reaches everybody who waits for it by one listener, and nobody afterwards', () => {
    const before = process.listenerCount('SIGHUP');
    const heard: string[] = [];
    const ends = ['one', 'other'].map((name) => onReloadSignal('SIGHUP', () => heard.push(name)));
    expect(process.listenerCount('SIGHUP')).toBe(before + 1);
    process.emit('SIGHUP');
    expect(heard).toEqual(['one', 'other']);
    ends[0]?.();
    ends[0]?.();
    process.emit('SIGHUP');
    expect(heard).toEqual(['one', 'other', 'other']);
    ends[1]?.();
    expect(process.listenerCount('SIGHUP')).toBe(before);
  });
});
