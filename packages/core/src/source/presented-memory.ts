import type { Presented } from './presented.ts';

/**
 * What was read from header values before. A client's certificate comes with each of its requests, and to decode 2 KB of
 * percent-encoded PEM takes longer than all that follows. Reading is a pure function of the values, so what is
 * remembered stays true; nothing is decided here, and the later stages know the object from last time.
 *
 * The values themselves are kept, and compared whole, of the last clients only: of 10,000 they would be 20 MB. And they
 * are kept from the second time on, so that many clients who come once cost nothing.
 */
export class PresentedMemory {
  static readonly capacity: number = 500;
  readonly #known: Map<string, Remembered> = new Map();
  /** A mark for values that came once, each in the place that it has by itself. */
  readonly #marks: Uint32Array = new Uint32Array(2_048);

  get(values: HeaderValues): Presented | undefined {
    const found = this.#known.get(keyOf(values));
    return found?.values.every((value, index) => value === values[index]) ? found.presented : undefined;
  }

  /** Called whenever `get` did not know the values. */
  set(values: HeaderValues, presented: Presented): void {
    const mark = markOf(values);
    const place = mark % this.#marks.length;
    if (this.#marks[place] !== mark) {
      this.#marks[place] = mark;
      return;
    }
    const key = keyOf(values);
    if (!this.#known.has(key) && this.#known.size >= PresentedMemory.capacity) {
      const oldest = this.#known.keys().next();
      if (!oldest.done) this.#known.delete(oldest.value);
    }
    this.#known.set(key, { values, presented });
  }
}

type HeaderValues = readonly (string | undefined)[];

interface Remembered {
  readonly values: HeaderValues;
  readonly presented: Presented;
}

/** The end of a certificate is its signature, which tells clients apart well enough; the values decide. */
function keyOf([value = '']: HeaderValues): string {
  return value.slice(-96);
}

/** A number for the same characters: of two clients with one number, both are remembered a request later or earlier. */
function markOf([value = '']: HeaderValues): number {
  let mark = value.length;
  for (let at = Math.max(0, value.length - 96); at < value.length; at += 1) {
    mark = (Math.imul(mark, 31) + value.charCodeAt(at)) >>> 0;
  }
  return mark;
}
