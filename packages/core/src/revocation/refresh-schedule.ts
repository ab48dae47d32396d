export interface RefreshTimes {
  /** Longest time between two refreshes. */
  readonly refreshMs: number;
  /** From 0 up to 1. Default `Math.random`: instances that start together must not ask together. */
  readonly random?: () => number;
}

/** The first pause after a failure; each further one is twice as long. */
const shortestPauseMs = 1_000;
const longestPauseMs = 300_000;
/** The pause after something that cannot be used came in good order. */
const uselessPauseMs = 10_000;

/**
 * When a source is asked again: after a success well before what it gave runs out, after a failure in growing intervals.
 * Both are spread at random.
 */
export class RefreshSchedule {
  readonly #times: RefreshTimes;
  #refreshAtMs = Number.NEGATIVE_INFINITY;
  #retryAtMs = Number.NEGATIVE_INFINITY;
  #attemptedAtMs = Number.NEGATIVE_INFINITY;
  #failures = 0;

  constructor(times: RefreshTimes) {
    this.#times = times;
  }

  /** The earliest moment of the next attempt. */
  get nextAtMs(): number {
    return Math.max(this.#refreshAtMs, this.#retryAtMs);
  }

  /** The end of the pause after a failure, or `undefined` when the last attempt succeeded. */
  get retryAtMs(): number | undefined {
    return this.#failures === 0 ? undefined : this.#retryAtMs;
  }

  isDue(nowMs: number): boolean {
    return nowMs >= this.nextAtMs;
  }

  /** @param untilMs The last moment at which what was given is current. */
  succeeded(nowMs: number, untilMs: number): void {
    this.#attemptedAtMs = nowMs;
    this.#failures = 0;
    this.#retryAtMs = Number.NEGATIVE_INFINITY;
    // Between six and nine tenths of the time that is left: several attempts fit in before it is over.
    const share = 0.6 + 0.3 * this.#random();
    const lasting = Math.min(this.#times.refreshMs, Math.max(0, untilMs - nowMs));
    this.#refreshAtMs = nowMs + Math.max(shortestPauseMs, Math.floor(lasting * share));
  }

  /** Due whenever somebody asks. */
  reset(): void {
    this.#failures = 0;
    this.#retryAtMs = Number.NEGATIVE_INFINITY;
    this.#refreshAtMs = Number.NEGATIVE_INFINITY;
  }

  failed(nowMs: number): void {
    this.#attemptedAtMs = nowMs;
    const pause = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    this.#retryAtMs = nowMs + Math.floor(pause * (0.5 + 0.5 * this.#random()));
  }

  /** What the last success gave is of no use: due before its time, but not over and over. */
  hasten(): void {
    this.#refreshAtMs = Math.min(this.#refreshAtMs, this.#attemptedAtMs + uselessPauseMs);
  }

  /** Due at once, but for the pause after a failure. */
  demand(): void {
    this.#refreshAtMs = Number.NEGATIVE_INFINITY;
  }

  #random(): number {
    return (this.#times.random ?? Math.random)();
  }
}
