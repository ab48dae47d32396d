/** The time of day as the servers believe it, so that a certificate can expire without anybody waiting for it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  setForward(days: number): void;
  reset(): void;
}

const day = 86_400_000;

export function createClock(): Clock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    setForward: (days) => {
      ahead = days * day;
    },
    reset: () => {
      ahead = 0;
    },
  };
}

export function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * day);
}
