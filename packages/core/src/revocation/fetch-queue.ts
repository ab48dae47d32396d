import { FetchError } from './fetch-problems.ts';

export interface FetchQueueLimits {
  /** Under way at a time. */
  readonly concurrency: number;
  /** Under way or waiting on behalf of one client. */
  readonly concurrencyPerClient: number;
  /** Waiting, in all. */
  readonly waiting: number;
}

/** How much may be fetched at a time, in all and on behalf of one client. First come, first served. */
export class FetchQueue {
  readonly #limits: FetchQueueLimits;
  readonly #waiting: Set<() => void> = new Set();
  readonly #byClient: Map<string, number> = new Map();
  #running = 0;

  constructor(limits: FetchQueueLimits) {
    this.#limits = limits;
  }

  /**
   * Waits for a turn, and answers what ends it. Rejects with `fetch_busy` where too many wait, and when the signal
   * aborts before the turn has come.
   */
  async enter(client: string | undefined, signal: AbortSignal): Promise<() => void> {
    const leave = this.#countIn(client);
    if (this.#running < this.#limits.concurrency) {
      this.#running += 1;
    } else {
      try {
        await this.#turn(signal);
      } catch (error) {
        leave();
        throw error;
      }
    }
    return () => {
      leave();
      const [next] = this.#waiting;
      // Whoever comes next takes this place, so that nobody slips in between.
      if (next === undefined) this.#running -= 1;
      else next();
    };
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= this.#limits.waiting) throw new FetchError('fetch_busy', 'in all');
    return new Promise((resolve, reject) => {
      const next = (): void => {
        this.#waiting.delete(next);
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#waiting.delete(next);
        reject(new FetchError('fetch_busy', 'in all'));
      };
      this.#waiting.add(next);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  #countIn(client: string | undefined): () => void {
    if (client === undefined) return () => undefined;
    const count = this.#byClient.get(client) ?? 0;
    if (count >= this.#limits.concurrencyPerClient) throw new FetchError('fetch_busy', 'of this client');
    this.#byClient.set(client, count + 1);
    return () => {
      const left = (this.#byClient.get(client) ?? 0) - 1;
      if (left > 0) this.#byClient.set(client, left);
      else this.#byClient.delete(client);
    };
  }
}
