import { internalFailure, type PeercertFailure } from './error.ts';
import { errorText, logText } from './log-text.ts';
import { isError } from './realm.ts';

/**
 * What a framework prints of a failure is one sentence without the cause, because clients may see it. So the operator
 * hears of the cause as a warning of the process, which Node prints to stderr, whatever the framework logs.
 */

/** What was told of late: each once in a minute, or else whoever sends requests would fill the log. */
class Told {
  readonly #texts = new Set<string>();

  /** False: the operator has heard it, or enough else. */
  isNew(text: string): boolean {
    if (this.#texts.has(text) || this.#texts.size >= mostAtOnce) return false;
    this.#texts.add(text);
    setTimeout(() => this.#texts.delete(text), pauseMilliseconds).unref();
    return true;
  }
}

const pauseMilliseconds = 60_000;
const mostAtOnce = 20;

/** Apart, so that the one does not silence the other. */
const failuresTold = new Told();
const errorsTold = new Told();

/** The failure that a framework is to answer with 500, after the operator was told of its cause. */
export function reportFailure(error: unknown): PeercertFailure {
  const failure = internalFailure(error);
  warnOfFailure(failure);
  return failure;
}

/** Tells the operator of the cause of a failure. */
export function warnOfFailure({ cause, code }: PeercertFailure): void {
  const isSetup = code === 'setup' && isError(cause);
  const text = isSetup ? logText(cause.message) : `Peercert failed to decide a request: ${errorText(cause)}`;
  if (!failuresTold.isNew(text)) return;
  process.emitWarning(text, {
    type: 'PeercertFailure',
    code: code === 'setup' ? 'PEERCERT_SETUP' : 'PEERCERT_INTERNAL',
    ...(isSetup ? {} : { detail: framesOf(cause) }),
  });
}

/** What a function of the operator threw where nobody waits for its answer: a listener, say. */
export function warnOfError(error: unknown): void {
  const text = `A function that was given to Peercert failed: ${errorText(error)}`;
  if (!errorsTold.isNew(text)) return;
  process.emitWarning(text, {
    type: 'PeercertWarning',
    code: 'PEERCERT_FUNCTION_FAILED',
    detail: framesOf(error),
  });
}

/** Where a bug is. */
function framesOf(cause: unknown): string {
  const stack: unknown = isError(cause) ? cause.stack : undefined;
  return typeof stack === 'string'
    ? stack
        .split('\n')
        .slice(1, 12)
        .map((line) => logText(line))
        .join('\n')
    : '';
}
