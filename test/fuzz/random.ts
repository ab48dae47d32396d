/** A source of chance that a seed repeats: sfc32, which needs nothing but 32-bit arithmetic. */
export class Random {
  #a = 0x9e3779b9;
  #b = 0x243f6a88;
  #c = 0xb7e15162;
  #counter: number;

  constructor(seed: number) {
    this.#counter = seed | 0;
    for (let round = 0; round < 16; round++) this.next();
  }

  /** 32 bits. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** From 0 up to `limit`, which is not included. */
  below(limit: number): number {
    return this.next() % limit;
  }

  /** Once in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.next() & 0xff);
  }

  /** 1 half of the time, then 2, 4, 8: mostly a small change, sometimes a large one. */
  steps(): number {
    let count = 1;
    while (count < 8 && this.oneIn(2)) count *= 2;
    return count;
  }
}
