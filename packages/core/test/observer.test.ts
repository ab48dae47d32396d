import { describe, expect, it } from 'vitest';
import { observer } from '../src/observer.ts';

/** The next warning of the process. */
const warning = (): Promise<Error> => new Promise((resolve) => process.once('warning', resolve));

describe('an observer', () => {
  it('is told', () => {
    const told: number[] = [];
    observer<number>((event) => told.push(event))(7);
    expect(told).toEqual([7]);
  });

  it('may throw, which is for whoever tells it', () => {
    const full = observer(() => {
      throw new Error('log is full');
    });
    expect(() => full(1)).toThrow('log is full');
  });

  it('is not waited for, and what it rejects with is a warning', async () => {
    const heard = warning();
    const late = observer(async () => {
      await Promise.resolve();
      throw new Error('log is far');
    });
    expect(late(1)).toBeUndefined();
    expect(await heard).toMatchObject({
      name: 'PeercertWarning',
      message: 'A function that was given to Peercert failed: Error: log is far',
      detail: expect.stringContaining('observer.test'),
    });
  });

  it('may reject with what a stranger wrote, on one line', async () => {
    const heard = warning();
    observer(() => Promise.reject(new Error('no such name: a\u2028\u202eb')))(1);
    expect((await heard).message).toMatch(/: Error: no such name: a \\u202eb$/);
  });

  it('may reject with anything', async () => {
    const heard = warning();
    observer(() => Promise.reject(Object.create(null)))(1);
    expect(await heard).toMatchObject({
      message: 'A function that was given to Peercert failed: something without a text',
    });
  });

  it.each([null, undefined, 0, {}, Promise.resolve()])('may return %o', (value) => {
    expect(observer(() => value as never)(1)).toBeUndefined();
  });
});
