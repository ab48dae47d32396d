import { warnOfError } from './failure-warning.ts';

/**
 * A listener whose promise, where it returns one, nobody waits for: it observes, and a slow log must not hold up requests.
 * What it throws at once is the caller's to answer. A rejection comes too late for that: it becomes a warning of the
 * process, or else Node would end the process for it, and whoever fills the log could bring that about.
 */
export function observer<E>(listener: (event: E) => void): (event: E) => void {
  return (event) => {
    const returned: unknown = listener(event);
    if (isThenable(returned)) returned.then(undefined, warnOfError);
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
