import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compileSessions } from '../../src/sessions/session-options.ts';
import { createTicketRotation } from '../../src/sessions/ticket-rotation.ts';

const sessions = compileSessions({ rotationSeconds: 60, sharedSecret: 'k3/9sQ4uT0v8xY2zB6nM1pL5wE7rJ4hG' });
const start = Date.UTC(2030, 0, 1, 12, 0, 50);

beforeEach(() => {
  vi.useFakeTimers({ now: start });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the rotation of ticket keys', () => {
  it('comes at the same moments in every process', () => {
    const keys: string[] = [];
    const rotation = createTicketRotation(sessions, Date.now, () => keys.push(rotation.current().toString('hex')));
    vi.advanceTimersByTime(9_000);
    const other = createTicketRotation(sessions, Date.now, () => keys.push(other.current().toString('hex')));
    expect(other.current()).toEqual(rotation.current());
    vi.advanceTimersByTime(2_000);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
    vi.advanceTimersByTime(60_000);
    expect(keys).toHaveLength(4);
    expect(new Set(keys).size).toBe(2);
    rotation.close();
    other.close();
  });

  it('changes with what it is bound to, at once', () => {
    const rotation = createTicketRotation(sessions, Date.now, () => undefined);
    const before = rotation.current();
    rotation.bind(Buffer.from('another trust'));
    expect(rotation.current()).not.toEqual(before);
    rotation.close();
  });

  it('has a secret of its own that lasts as long as the trust, where none is shared', () => {
    const alone = compileSessions();
    const rotation = createTicketRotation(alone, Date.now, () => undefined);
    const other = createTicketRotation(alone, Date.now, () => undefined);
    expect(rotation.current()).toEqual(rotation.current());
    expect(rotation.current()).not.toEqual(other.current());
    const before = rotation.current();
    rotation.bind(Buffer.alloc(0));
    expect(rotation.current()).not.toEqual(before);
    rotation.close();
    other.close();
  });

  it('ends', () => {
    const onRotation = vi.fn<() => void>();
    createTicketRotation(sessions, Date.now, onRotation).close();
    vi.advanceTimersByTime(600_000);
    expect(onRotation).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
