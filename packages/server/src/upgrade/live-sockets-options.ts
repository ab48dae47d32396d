import { refuseUnknownKeys, shown, systemClock } from '@peercert/core';
import { type CloseCodes, compileCloseCodes } from './close-code.ts';
import { createTeller, type UpgradeEvent } from './events.ts';

export interface LiveSocketsOptions {
  /** Every connection is decided again this long after it was last. Default 1,000. */
  readonly sweepMilliseconds?: number;
  /**
   * How long a connection may go on while it cannot be determined whether its client would be refused: a CRL out of
   * date, a role function in trouble. Default 0: it is closed, as the next request would be answered with 503.
   */
  readonly graceSeconds?: number;
  readonly closeCodes?: Partial<CloseCodes>;
  /** How long a peer may take to answer the close frame before it is cut off. Default 2,000. */
  readonly closeMilliseconds?: number;
  /** Hears of every connection that is closed. What it throws is a warning of the process. Default: failures are. */
  readonly onEvent?: (event: UpgradeEvent) => void;
  /** Milliseconds since the epoch: the clock that certificates are judged by. Default `Date.now`. */
  readonly clock?: () => number;
  /** Milliseconds of real time, by which long work is cut into slices. Default `Date.now`. */
  readonly stopwatch?: () => number;
}

/** Options as the connections use them. */
export interface LiveSocketsSettings {
  readonly sweepMs: number;
  readonly graceMs: number;
  readonly closeCodes: CloseCodes;
  readonly closeMilliseconds: number;
  readonly clock: () => number;
  readonly stopwatch: () => number;
  readonly tell: (event: UpgradeEvent) => void;
}

const keys = [
  'sweepMilliseconds',
  'graceSeconds',
  'closeCodes',
  'closeMilliseconds',
  'onEvent',
  'clock',
  'stopwatch',
] as const;

/** Throws TypeError for every wrong option. */
export function compileLiveSocketsOptions(options: LiveSocketsOptions): LiveSocketsSettings {
  const where = 'createLiveSockets()';
  refuseUnknownKeys(options, keys, where);
  const {
    clock = systemClock,
    closeMilliseconds = 2_000,
    graceSeconds = 0,
    onEvent,
    sweepMilliseconds = 1_000,
  } = options;
  const { stopwatch = systemClock } = options;
  requireWhole(sweepMilliseconds, 10, 86_400_000, `${where}: sweepMilliseconds`);
  requireWhole(graceSeconds, 0, 86_400, `${where}: graceSeconds`);
  requireWhole(closeMilliseconds, 1, 60_000, `${where}: closeMilliseconds`);
  for (const [name, value] of Object.entries({ clock, stopwatch, onEvent })) {
    if (value !== undefined && typeof value !== 'function') throw new TypeError(`${where}: ${name} must be a function`);
  }
  return {
    sweepMs: sweepMilliseconds,
    graceMs: graceSeconds * 1000,
    closeCodes: compileCloseCodes(options.closeCodes),
    closeMilliseconds,
    clock,
    stopwatch,
    tell: createTeller(onEvent),
  };
}

function requireWhole(value: unknown, least: number, most: number, what: string): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return;
  throw new TypeError(`${what} must be a whole number from ${least} to ${most}, got ${shown(value)}`);
}
