import { randomBytes } from 'node:crypto';
import type { Sessions } from './session-options.ts';
import { deriveTicketKeys } from './ticket-keys.ts';

/** The ticket keys of the moment. */
export interface TicketRotation {
  /** Binds tickets to another trust from now on. Those of before are worthless, unless it is the same and the secret shared. */
  bind(binding: Buffer): void;
  current(): Buffer;
  close(): void;
}

const secretBytes = 32;

/**
 * Changes the keys at the same moments in every process: those at which a whole number of periods has gone by since the
 * epoch. The timer does not keep the process alive.
 *
 * @param clock milliseconds since the epoch
 * @param onRotation hears that `current()` is another
 */
export function createTicketRotation(
  { rotationSeconds, sharedSecret }: Sessions,
  clock: () => number,
  onRotation: () => void,
): TicketRotation {
  const periodMs = rotationSeconds * 1_000;
  let secret = sharedSecret ?? randomBytes(secretBytes);
  let binding: Buffer = Buffer.alloc(0);
  let timer = wait();

  function wait(): NodeJS.Timeout {
    // A moment late rather than early: a clock that is set, or a timer that fires too soon, must not end the rotation.
    const leftMs = periodMs - (clock() % periodMs) + 5;
    return setTimeout(() => {
      timer = wait();
      onRotation();
    }, leftMs).unref();
  }

  return Object.freeze({
    bind: (next: Buffer): void => {
      binding = next;
      secret = sharedSecret ?? randomBytes(secretBytes);
    },
    current: (): Buffer => deriveTicketKeys(secret, binding, Math.floor(clock() / periodMs)),
    close: (): void => clearTimeout(timer),
  });
}
