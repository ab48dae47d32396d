import type { MaybePromise } from '../../decision.ts';

/**
 * Work over many octets that lets others run in between: it yields at the end of each slice. What needs no second slice
 * is done without waiting.
 */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** Runs one slice in each turn of the event loop, the first one at once. Errors of a later slice reject. */
export function runInSlices<T>(work: Sliced<T>): MaybePromise<T> {
  const first = work.next();
  if (first.done) return first.value;
  return new Promise((resolve, reject) => {
    const step = (): void => {
      try {
        const next = work.next();
        if (next.done) resolve(next.value);
        else setImmediate(step);
      } catch (error) {
        reject(error as Error);
      }
    };
    setImmediate(step);
  });
}
