import { logText } from '../log-text.ts';
import type { Crl } from './crl/crl.ts';
import type { EarlyList, RevocationEvent, RevocationProblem, RevocationSourceStatus } from './source-status.ts';
import type { UndeterminedKind } from './status.ts';

/** What is common to all sources: who hears of them, and the time. */
export interface SourceSurroundings {
  readonly clock: () => number;
  /** Never throws. */
  readonly tell: (event: RevocationEvent) => void;
}

export interface SourceFailure {
  readonly kind: UndeterminedKind;
  readonly problem: RevocationProblem;
  readonly detail?: string;
}

/** What a source gave. */
export interface SourceUpdate {
  readonly entries: number;
  readonly nextUpdateMs: number | undefined;
}

/** A list that a source gave ahead of its time. */
export interface EarlyDelivery {
  readonly crl: Crl;
  readonly usableAtMs: number;
}

/** Keeps the record of one source, and tells of what happens to it. */
export class SourceRecord {
  readonly name: string;
  readonly #surroundings: SourceSurroundings;
  #updatedAtMs: number | undefined;
  #nextUpdateMs: number | undefined;
  #entries = 0;
  #failure: (SourceFailure & { readonly atMs: number }) | undefined;
  #early: readonly { readonly of: WeakRef<Crl>; readonly list: EarlyList }[] = [];

  #besideEarly: SourceUpdate = { entries: 0, nextUpdateMs: undefined };

  constructor(name: string, surroundings: SourceSurroundings) {
    this.name = name;
    this.#surroundings = surroundings;
  }

  /** As events and `status()` name it. */
  get source(): string {
    return this.name;
  }

  /** Why the last attempt failed. */
  get failure(): SourceFailure | undefined {
    return this.#failure;
  }

  updated({ entries, nextUpdateMs }: SourceUpdate, isNew: boolean): void {
    this.#updatedAtMs = this.#surroundings.clock();
    this.#nextUpdateMs = nextUpdateMs;
    this.#entries = entries;
    const isBack = this.#failure !== undefined;
    this.#failure = undefined;
    if (!isNew && !isBack) return;
    this.#surroundings.tell({
      type: 'revocation_source_updated',
      source: this.name,
      entries,
      nextUpdate: dateOf(nextUpdateMs),
    });
  }

  /**
   * These were given ahead of their time. Each is told of once.
   *
   * @param beside What came with them, and is in use.
   */
  gaveEarly(deliveries: readonly EarlyDelivery[], beside: SourceUpdate): void {
    const before = this.#early;
    this.#besideEarly = beside;
    this.#early = deliveries.map(
      ({ crl, usableAtMs }) =>
        before.find(({ of }) => of.deref() === crl) ?? { of: new WeakRef(crl), list: describe(crl, usableAtMs) },
    );
    if (deliveries.length > 0) this.#failure = undefined;
    for (const one of this.#early) {
      if (before.includes(one)) continue;
      this.#surroundings.tell({ type: 'crl_this_update_in_future', source: this.name, ...one.list });
    }
  }

  /** Those among them whose moment has come answer; those that are kept no more are forgotten. */
  settleEarly(usable: readonly Crl[], isKept: (crl: Crl | undefined) => boolean): void {
    const come = this.#early.flatMap(({ of }) => usable.find((crl) => crl === of.deref()) ?? []);
    this.#early = this.#early.filter(({ of }) => isKept(of.deref()));
    if (come.length === 0) return;
    const { entries, nextUpdateMs } = this.#besideEarly;
    const nextUpdates = [nextUpdateMs, ...come.map((crl) => crl.nextUpdateMs)];
    this.#besideEarly = {
      entries: come.reduce((sum, { entryCount }) => sum + entryCount, entries),
      nextUpdateMs: Math.min(...nextUpdates.map((one) => one ?? Number.POSITIVE_INFINITY)),
    };
    this.updated(this.#besideEarly, true);
  }

  failed(failure: SourceFailure, nextAttemptMs: number | undefined): void {
    const atMs = this.#surroundings.clock();
    // It may quote what the source answered.
    const detail = logText(failure.detail ?? '');
    this.#failure = { ...failure, detail, atMs };
    this.#surroundings.tell({
      type: 'revocation_source_failed',
      source: this.name,
      at: new Date(atMs),
      kind: failure.kind,
      problem: failure.problem,
      detail,
      nextAttempt: dateOf(nextAttemptMs),
    });
  }

  status(nowMs: number, nextAttemptMs: number | undefined, entries: number = this.#entries): RevocationSourceStatus {
    const failure = this.#failure;
    return {
      source: this.name,
      updatedAt: dateOf(this.#updatedAtMs),
      ageSeconds: this.#updatedAtMs === undefined ? undefined : Math.floor((nowMs - this.#updatedAtMs) / 1000),
      nextUpdate: dateOf(this.#nextUpdateMs),
      entries,
      nextAttempt: dateOf(nextAttemptMs),
      lastError:
        failure === undefined
          ? undefined
          : {
              at: new Date(failure.atMs),
              kind: failure.kind,
              problem: failure.problem,
              detail: failure.detail ?? '',
            },
      early: this.#early.map(({ list }) => list),
    };
  }
}

function describe({ crlNumber, issuer, nextUpdateMs, thisUpdateMs }: Crl, usableAtMs: number): EarlyList {
  return {
    issuer: logText(issuer.toString()),
    crlNumber: crlNumber?.toString(),
    thisUpdate: new Date(thisUpdateMs),
    nextUpdate: dateOf(nextUpdateMs),
    usableAt: new Date(usableAtMs),
  };
}

/** `undefined` for a moment that never comes. */
function dateOf(milliseconds: number | undefined): Date | undefined {
  return milliseconds === undefined || !Number.isFinite(milliseconds) ? undefined : new Date(milliseconds);
}
