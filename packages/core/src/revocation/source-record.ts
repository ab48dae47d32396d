import { logText } from '../log-text.ts';
import type { RevocationEvent, RevocationProblem, RevocationSourceStatus } from './source-status.ts';
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

/** Keeps the record of one source, and tells of what happens to it. */
export class SourceRecord {
  readonly name: string;
  readonly #surroundings: SourceSurroundings;
  #updatedAtMs: number | undefined;
  #nextUpdateMs: number | undefined;
  #entries = 0;
  #failure: (SourceFailure & { readonly atMs: number }) | undefined;

  constructor(name: string, surroundings: SourceSurroundings) {
    this.name = name;
    this.#surroundings = surroundings;
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
    };
  }
}

/** `undefined` for a moment that never comes. */
function dateOf(milliseconds: number | undefined): Date | undefined {
  return milliseconds === undefined || !Number.isFinite(milliseconds) ? undefined : new Date(milliseconds);
}
