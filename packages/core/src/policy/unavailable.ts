import { type Outcome, reason } from '../reasons.ts';

/** Long enough to let a directory or database come back, short enough to be tried again. */
const retryAfterSeconds = 5;

/** A function of the operator gave no usable answer: we cannot decide now, and never pass for want of an answer. */
export function unavailable(by: string): Outcome<never> {
  return { ok: false, reason: reason('policy_unavailable', { by, retryAfterSeconds }) };
}
