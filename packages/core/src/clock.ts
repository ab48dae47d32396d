/** Milliseconds since the epoch. The one place that reads the time: everything else is given a clock. */
export const systemClock: () => number = Date.now;
