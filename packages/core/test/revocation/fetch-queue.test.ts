import { describe, expect, it } from 'vitest';
import { FetchQueue } from '../../src/revocation/fetch-queue.ts';

const patient = new AbortController().signal;

describe('the queue', () => {
  it('gives turns in the order of arrival, and none beyond its limit', async () => {
    const queue = new FetchQueue({ concurrency: 1, concurrencyPerClient: 9, waiting: 9 });
    const order: string[] = [];
    const turns = ['first', 'second', 'third'].map(async (name) => {
      const leave = await queue.enter(name, patient);
      order.push(name);
      return leave;
    });
    const leaveFirst = (await turns[0]) as () => void;
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual(['first']);
    leaveFirst();
    ((await turns[1]) as () => void)();
    ((await turns[2]) as () => void)();
    expect(order).toEqual(['first', 'second', 'third']);
  });

  it('lets whoever gives up go, and gives the turn to the next', async () => {
    const queue = new FetchQueue({ concurrency: 1, concurrencyPerClient: 1, waiting: 2 });
    const leave = await queue.enter('a', patient);
    const abort = new AbortController();
    const impatient = queue.enter('b', abort.signal);
    const next = queue.enter('c', patient);
    await expect(queue.enter('d', patient)).rejects.toMatchObject({ problem: 'fetch_busy', detail: 'in all' });
    abort.abort();
    await expect(impatient).rejects.toMatchObject({ problem: 'fetch_busy', detail: 'in all' });
    leave();
    (await next)();
    // Nobody is counted any more.
    for (const client of ['a', 'b', 'c', 'd']) (await queue.enter(client, patient))();
  });

  it('counts what is left of a client', async () => {
    const queue = new FetchQueue({ concurrency: 9, concurrencyPerClient: 2, waiting: 0 });
    const leave = await queue.enter('a', patient);
    await queue.enter('a', patient);
    leave();
    await queue.enter('a', patient);
    await expect(queue.enter('a', patient)).rejects.toMatchObject({ problem: 'fetch_busy', detail: 'of this client' });
  });

  it('counts no client where there is none', async () => {
    const queue = new FetchQueue({ concurrency: 9, concurrencyPerClient: 1, waiting: 0 });
    await queue.enter(undefined, patient);
    await queue.enter(undefined, patient);
    await queue.enter('a', patient);
    await expect(queue.enter('a', patient)).rejects.toMatchObject({ detail: 'of this client' });
  });
});
