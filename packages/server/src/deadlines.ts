/** Parts of the duration in which deadlines are told apart. */
const parts = 8;

/**
 * Deadlines of one duration, each of which is met late by at most an eighth of it. There is one timer for all of them, and
 * none while there is no deadline: connections come by the thousand, and to give each a timer of its own that does not keep the process
 * alive takes longer than to decide about its address.
 */
export class Deadlines {
  readonly #stepMilliseconds: number;
  /** What is due, the oldest first; each step of the timer begins another generation. */
  readonly #generations: Set<() => void>[] = [new Set()];
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number) {
    this.#stepMilliseconds = Math.ceil(milliseconds / parts);
  }

  /** Calls the function unless that is called off in time. Answers how to call it off. */
  begin(onDue: () => void): () => void {
    const generation = this.#generations.at(-1) as Set<() => void>;
    // The same function may be due twice.
    const due = (): void => onDue();
    generation.add(due);
    this.#timer ??= setInterval(() => this.#step(), this.#stepMilliseconds).unref();
    return () => void generation.delete(due);
  }

  #step(): void {
    this.#generations.push(new Set());
    if (this.#generations.length > parts + 1) {
      for (const due of this.#generations.shift() ?? []) due();
    }
    if (this.#generations.every(({ size }) => size === 0)) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#generations.splice(0, this.#generations.length - 1);
    }
  }
}
