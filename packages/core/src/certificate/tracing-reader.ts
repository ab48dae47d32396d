import type { Deviation } from './deviations.ts';
import { ProfileReader } from './profile-reader.ts';

/** Which element was looked at. */
export interface Sighting {
  /** Where it begins. */
  readonly at: number;
  /** What was looked for is missing: it should have stood behind this element. */
  readonly isBehind: boolean;
}

/**
 * Reads once more what was refused, and remembers what was looked at last: the element that breaks the rule. Only for the
 * log: the reader of the hot path remembers nothing, and both read the same octets in the same order.
 */
export class TracingReader extends ProfileReader {
  #last: Sighting = { at: 0, isBehind: false };
  readonly #noted = new Map<Deviation, Sighting | undefined>();

  override peek(): number {
    if (!this.isDone) this.#last = { at: this.offset, isBehind: false };
    return super.peek();
  }

  override readHeader(expected: number): number {
    this.#last = this.isDone ? { at: this.#last.at, isBehind: true } : { at: this.offset, isBehind: false };
    return super.readHeader(expected);
  }

  override note(deviation: Deviation): void {
    // What is noted once all was read concerns the whole.
    if (!this.#noted.has(deviation)) this.#noted.set(deviation, this.#isOver ? undefined : this.#last);
    super.note(deviation);
  }

  get last(): Sighting {
    return this.#last;
  }

  /** What was looked at when this was noted first; `undefined` where it concerns the whole. */
  sightingOf(deviation: Deviation): Sighting | undefined {
    return this.#noted.get(deviation);
  }

  get #isOver(): boolean {
    return this.offset === this.bytes.length;
  }
}
