import type { MaybePromise } from '../decision.ts';
import { errorText } from '../log-text.ts';

/** What a function of the operator answered, or why it has no answer. */
export type Answer =
  | { readonly answered: true; readonly value: unknown }
  | { readonly answered: false; readonly problem: string };

/** Of what it threw, as it stands in a reason. */
const longest = 200;

/**
 * Calls a function of the operator, which may throw, reject or never settle: none of that reaches the request. A value
 * that is there at once is answered at once; a promise has `milliseconds`, and what it says later is ignored.
 */
export function ask(call: () => unknown, milliseconds: number): MaybePromise<Answer> {
  try {
    const value = call();
    return isThenable(value) ? within(value, milliseconds) : { answered: true, value };
  } catch (error) {
    return { answered: false, problem: `threw ${errorText(error, longest)}` };
  }
}

function within(promised: PromiseLike<unknown>, milliseconds: number): Promise<Answer> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve({ answered: false, problem: `gave no answer within ${milliseconds} ms` });
    }, milliseconds);
    const settle = (answer: Answer): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    Promise.resolve(promised).then(
      (value) => settle({ answered: true, value }),
      (error: unknown) => settle({ answered: false, problem: `rejected with ${errorText(error, longest)}` }),
    );
  });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}
