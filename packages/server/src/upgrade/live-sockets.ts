import {
  internalFailure,
  type MaybePromise,
  type PeercertFailure,
  type Reason,
  reasons,
  shown,
  warnOfError,
} from '@peercert/core';
import type { Channel } from './channel.ts';
import type { CloseCodes } from './close-code.ts';
import type { ConnectionSubject, UpgradeEvent } from './events.ts';
import { compileLiveSocketsOptions, type LiveSocketsOptions } from './live-sockets-options.ts';

/**
 * The connections that outlive the request or handshake that was authenticated. Each is decided again and again, and
 * closed when its client would be refused by now: the certificate expired, was revoked, or its authority was removed.
 */
export interface LiveSockets {
  /** @internal Only `createLiveSockets` makes these. */
  readonly [registryBrand]: Registry;
  /** How many there are. */
  readonly size: number;
  /** Decides every connection anew, at once. Settles when all are decided; never rejects. */
  recheck(): Promise<void>;
  /** Closes every connection (1001, going away) and every one that is still to come. */
  close(): void;
}

/** One connection, as whoever admitted it knows it. */
export interface LiveSocket extends ConnectionSubject {
  /** How it is closed; another way once its WebSocket is known. */
  channel: Channel;
  /** Milliseconds since the epoch: the last moment at which the certificate is valid. */
  readonly validUntilMs: number;
  /** Decides anew. Throws or rejects where the answer would be a 500. */
  decide(): MaybePromise<Verdict>;
}

export type Verdict =
  | { readonly outcome: 'allow' }
  | { readonly outcome: 'deny'; readonly reason: Reason }
  /** Nothing can come of asking again: the client is anonymous, or refused where nothing is enforced. */
  | { readonly outcome: 'ignore' };

/** @internal What those who admit connections use. */
export interface Registry {
  readonly closeCodes: CloseCodes;
  readonly closeMilliseconds: number;
  /** The server closes: nobody is let in any more. */
  readonly isClosed: boolean;
  readonly tell: (event: UpgradeEvent) => void;
  /** From now on it is decided again and again. */
  add(socket: LiveSocket): void;
  /** It closed. */
  remove(socket: LiveSocket): void;
  /** Decides one of them anew, at once. */
  check(socket: LiveSocket): MaybePromise<void>;
}

/** Shared by every copy of this package. */
const registryBrand: unique symbol = Symbol.for('peercert.live-sockets') as never;

/** However many there are, they do not hold the event loop up: so long they are decided about, then it is others' turn. */
const sliceMilliseconds = 2;
/** However many there are, they take no more than a tenth of the time: a sweep waits nine times as long as the last took. */
const pausePerWork = 9;
/** A clock that stands still just before a notAfter must not be asked without end. */
const shortestDelayMs = 20;
/** Node fires a longer timer at once. */
const longestDelayMs = 2 ** 31 - 1;

/** Connections of one server. Throws TypeError for every wrong option. */
export function createLiveSockets(options: LiveSocketsOptions = {}): LiveSockets {
  const settings = compileLiveSocketsOptions(options);
  const { clock, closeCodes, graceMs, stopwatch, sweepMs, tell } = settings;
  const sockets = new Map<LiveSocket, Watch>();
  let sweepTimer: NodeJS.Timeout | undefined;
  let expiryTimer: NodeJS.Timeout | undefined;
  let nextExpiryMs = Number.POSITIVE_INFINITY;
  /** What the last sweep took of the event loop's time. */
  let workMs = 0;
  let isClosed = false;

  function add(socket: LiveSocket): void {
    if (isClosed) {
      shut(socket, closeCodes.goingAway, 'going_away');
      return;
    }
    sockets.set(socket, { pending: undefined, undecidedSinceMs: undefined });
    if (sockets.size === 1) scheduleSweep();
    if (socket.validUntilMs < nextExpiryMs) scheduleExpiry(socket.validUntilMs);
  }

  function remove(socket: LiveSocket): void {
    if (!sockets.delete(socket) || sockets.size > 0) return;
    clearTimeout(sweepTimer);
    clearTimeout(expiryTimer);
    nextExpiryMs = Number.POSITIVE_INFINITY;
  }

  function scheduleSweep(): void {
    clearTimeout(sweepTimer);
    if (sockets.size === 0) return;
    const pauseMs = Math.min(Math.max(sweepMs, workMs * pausePerWork), longestDelayMs);
    sweepTimer = setTimeout(() => void sweep('all').then(scheduleSweep), pauseMs).unref();
  }

  /** So that a certificate which expires before the next sweep ends its connection when it does. */
  function scheduleExpiry(atMs: number): void {
    clearTimeout(expiryTimer);
    nextExpiryMs = atMs;
    if (sockets.size === 0 || atMs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.min(Math.max(atMs + 1 - clock(), shortestDelayMs), longestDelayMs);
    expiryTimer = setTimeout(() => {
      nextExpiryMs = Number.POSITIVE_INFINITY;
      void sweep('expired').then(() => scheduleExpiry(firstExpiryMs()));
    }, delayMs).unref();
  }

  /** Of those to come: what is past and still here is left to the sweep. */
  function firstExpiryMs(): number {
    const nowMs = clock();
    let firstMs = Number.POSITIVE_INFINITY;
    for (const { validUntilMs } of sockets.keys()) {
      if (validUntilMs >= nowMs && validUntilMs < firstMs) firstMs = validUntilMs;
    }
    return firstMs;
  }

  /** Begins to decide each, in slices; what is asked of others is waited for by nobody. Answers what is under way. */
  async function sweep(which: 'all' | 'expired'): Promise<readonly Promise<void>[]> {
    const pending: Promise<void>[] = [];
    let sliceMs = stopwatch();
    let sweepWorkMs = 0;
    for (const socket of [...sockets.keys()]) {
      if (which === 'expired' && socket.validUntilMs >= clock()) continue;
      const checked = check(socket);
      if (checked !== undefined) pending.push(checked);
      const spentMs = stopwatch() - sliceMs;
      if (spentMs >= 0 && spentMs < sliceMilliseconds) continue;
      // More was no work: the machine slept, or its clock was set.
      sweepWorkMs += Math.min(Math.max(0, spentMs), 100);
      await new Promise((resolve) => setImmediate(resolve));
      sliceMs = stopwatch();
    }
    if (which === 'all') workMs = sweepWorkMs;
    return pending;
  }

  /** One that is being decided already is left to it. */
  function check(socket: LiveSocket): Promise<void> | undefined {
    const watch = sockets.get(socket);
    if (watch === undefined) return undefined;
    if (watch.pending !== undefined) return watch.pending;
    let verdict: MaybePromise<Verdict>;
    try {
      verdict = socket.decide();
    } catch (error) {
      failed(socket, internalFailure(error));
      return undefined;
    }
    if (!(verdict instanceof Promise)) {
      conclude(socket, watch, verdict);
      return undefined;
    }
    watch.pending = verdict.then(
      (late) => {
        watch.pending = undefined;
        conclude(socket, watch, late);
      },
      (error: unknown) => failed(socket, internalFailure(error)),
    );
    return watch.pending;
  }

  /** What was under way when something changed says nothing of the change. */
  function checkAnew(socket: LiveSocket): MaybePromise<void> {
    const pending = sockets.get(socket)?.pending;
    return pending === undefined ? check(socket) : pending.then(() => check(socket));
  }

  function conclude(socket: LiveSocket, watch: Watch, verdict: Verdict): void {
    // It may have closed meanwhile.
    if (sockets.get(socket) !== watch) return;
    if (verdict.outcome !== 'deny') {
      watch.undecidedSinceMs = undefined;
      if (verdict.outcome === 'ignore') remove(socket);
      return;
    }
    const { reason } = verdict;
    const isUndecided = reasons[reason.code].status === 503;
    if (isUndecided && graceMs > 0) {
      const nowMs = clock();
      // A clock that is set back begins the grace anew, and does not prolong it by as much.
      watch.undecidedSinceMs = Math.min(watch.undecidedSinceMs ?? nowMs, nowMs);
      if (nowMs - watch.undecidedSinceMs < graceMs) return;
    }
    const closeCode = isUndecided ? closeCodes.unavailable : closeCodes.denied;
    shut(socket, closeCode, reason.code);
    tell({ type: 'live_socket_closed', reason, closeCode, ...subjectOf(socket) });
  }

  function failed(socket: LiveSocket, failure: PeercertFailure): void {
    if (!sockets.has(socket)) return;
    const closeCode = closeCodes.failed;
    shut(socket, closeCode, 'internal_error');
    tell({ type: 'live_socket_failed', failure, closeCode, ...subjectOf(socket) });
  }

  function shut(socket: LiveSocket, closeCode: number, text: string): void {
    remove(socket);
    try {
      socket.channel.close(closeCode, text);
    } catch (error) {
      // The others are still to be decided about, in this sweep and in those to come.
      warnOfError(error);
    }
  }

  return Object.freeze({
    [registryBrand]: Object.freeze({
      closeCodes,
      closeMilliseconds: settings.closeMilliseconds,
      get isClosed() {
        return isClosed;
      },
      tell,
      add,
      remove,
      check: checkAnew,
    }),
    get size() {
      return sockets.size;
    },
    async recheck(): Promise<void> {
      const before = [...sockets.values()].flatMap(({ pending }) => pending ?? []);
      await Promise.all(await sweep('all'));
      // Those that were under way are decided once more.
      if (before.length > 0) await Promise.all(await sweep('all'));
    },
    close(): void {
      isClosed = true;
      for (const socket of [...sockets.keys()]) shut(socket, closeCodes.goingAway, 'going_away');
    },
  });
}

interface Watch {
  /** Settles when the decision that is under way has been made. */
  pending: Promise<void> | undefined;
  undecidedSinceMs: number | undefined;
}

function subjectOf({ thumbprint, id, clientAddress, requestTarget }: LiveSocket): ConnectionSubject {
  return { thumbprint, id, clientAddress, requestTarget };
}

/** What those who admit connections use of what `createLiveSockets` made, of any copy of this package. */
export function registryOf(value: unknown, where: string): Registry {
  const registry =
    typeof value === 'object' && value !== null ? (value as Partial<LiveSockets>)[registryBrand] : undefined;
  if (registry === undefined) {
    throw new TypeError(`${where}: liveSockets must be what createLiveSockets() makes, got ${shown(value)}`);
  }
  return registry;
}
