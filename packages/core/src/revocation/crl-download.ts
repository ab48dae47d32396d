import type { Crl } from './crl/crl.ts';
import { type Endpoint, endpointOf } from './endpoint.ts';
import type { Fetcher, FetchResult } from './fetcher.ts';
import { RefreshSchedule, type RefreshTimes } from './refresh-schedule.ts';
import { type EarlyDelivery, type SourceFailure, SourceRecord, type SourceSurroundings } from './source-record.ts';
import type { RevocationSourceStatus } from './source-status.ts';
import type { Validators } from './validators.ts';

export interface AcceptedDelivery {
  readonly ok: true;
  readonly isNew: boolean;
  readonly entries: number;
  readonly nextUpdateMs: number | undefined;
  /** Lists of it that are of the future: the rest of the numbers here is without them. */
  readonly early: readonly EarlyDelivery[];
  /** Whether anything else came, so that the source has given something usable. */
  readonly isUsable: boolean;
  /** Whether all of it is still what answers. */
  readonly isHeld: () => boolean;
}

/** What became of the octets that a source gave. */
export type ListDelivery = AcceptedDelivery | ({ readonly ok: false } & SourceFailure);

export interface CrlDownloadSettings extends RefreshTimes {
  /** Several ways to one list, in the order in which they are tried. */
  readonly urls: readonly URL[];
  /** Default: those of the URLs. */
  readonly hosts?: ReadonlySet<Endpoint>;
  readonly maximumBytes: number;
  readonly fetcher: Fetcher;
  /** Reads, checks and keeps what was fetched. */
  readonly deliver: (octets: Uint8Array) => Promise<ListDelivery>;
  /** Refreshes itself in time, whether somebody asks or not. */
  readonly isScheduled: boolean;
}

/** What was accepted, and where it can be asked whether there is anything else. */
interface Accepted {
  readonly url: URL;
  readonly validators: Validators;
  readonly delivery: AcceptedDelivery;
  /** How often in a row there was nothing else. */
  readonly unmodified: number;
}

/**
 * Then the list is wanted whole again: who was on the way once, and sent an old list as the version that the server has
 * now, does not keep the newer one away until the old one's nextUpdate.
 */
const mostUnmodified = 11;

/** A timer cannot wait longer than 2^31 milliseconds. */
const longestTimerMs = 86_400_000;

/** A list by its URL: fetched when it is due, once at a time, and no more often than its schedule allows. */
export class CrlDownload {
  readonly #settings: CrlDownloadSettings;
  readonly #surroundings: SourceSurroundings;
  readonly #hosts: ReadonlySet<Endpoint>;
  readonly #schedule: RefreshSchedule;
  readonly #record: SourceRecord;
  #underWay: Promise<void> | undefined;
  #last: Accepted | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(settings: CrlDownloadSettings, surroundings: SourceSurroundings) {
    this.#settings = settings;
    this.#surroundings = surroundings;
    this.#hosts = settings.hosts ?? new Set(settings.urls.map(endpointOf));
    this.#schedule = new RefreshSchedule(settings);
    this.#record = new SourceRecord(`crl ${settings.urls[0]?.href}`, surroundings);
  }

  get failure(): SourceFailure | undefined {
    return this.#record.failure;
  }

  /** As events and `status()` name it. */
  get source(): string {
    return this.#record.name;
  }

  get nextAtMs(): number {
    return this.#schedule.nextAtMs;
  }

  /** What is under way, or begins because it is due; `undefined` when there is nothing to wait for. */
  refresh(nowMs: number, client?: string): Promise<void> | undefined {
    if (this.#underWay === undefined && !this.#isClosed && this.#schedule.isDue(nowMs)) {
      this.#underWay = this.#fetch(client).finally(() => {
        this.#underWay = undefined;
        this.#setTimer();
      });
      // Whoever waits for it hears of a bug in it; where nobody waits, it must not end the process.
      this.#underWay.catch(() => undefined);
    }
    return this.#underWay;
  }

  /** What it gave is of no use: something better is wanted before its time. */
  hasten(): void {
    this.#last = undefined;
    this.#schedule.hasten();
  }

  /** Whatever it gave, it is asked again, but for the pause after a failure. */
  demand(): void {
    this.#schedule.demand();
  }

  settleEarly(usable: readonly Crl[], isKept: (crl: Crl | undefined) => boolean): void {
    this.#record.settleEarly(usable, isKept);
  }

  status(nowMs: number): RevocationSourceStatus {
    return this.#record.status(nowMs, this.nextAtMs);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #fetch(client: string | undefined): Promise<void> {
    const delivery = await this.#firstDelivery(client);
    const nowMs = this.#surroundings.clock();
    if (delivery.ok) this.#record.gaveEarly(delivery.early, delivery);
    if (delivery.ok && !delivery.isUsable) {
      // Where the authority mends its clock, there is a better list before this one's moment comes.
      this.#schedule.succeeded(nowMs, Math.min(...delivery.early.map(({ usableAtMs }) => usableAtMs)));
      return;
    }
    const isOver = delivery.ok && delivery.nextUpdateMs !== undefined && delivery.nextUpdateMs <= nowMs;
    if (delivery.ok && !isOver) {
      this.#schedule.succeeded(nowMs, delivery.nextUpdateMs ?? Number.POSITIVE_INFINITY);
      this.#record.updated(delivery, delivery.isNew);
      return;
    }
    this.#schedule.failed(nowMs);
    const failure: SourceFailure = delivery.ok ? { kind: 'stale', problem: 'crl_next_update_past' } : delivery;
    this.#record.failed(failure, this.nextAtMs);
  }

  /** The first of the URLs that gives something usable, else what is of the future, else the trouble of the last. */
  async #firstDelivery(client: string | undefined): Promise<ListDelivery> {
    let last: ListDelivery | undefined;
    let early: ListDelivery | undefined;
    for (const url of this.#settings.urls) {
      last = await this.#delivery(url, client);
      if (last.ok && last.isUsable) return last;
      if (last.ok) early ??= last;
    }
    return early ?? (last as ListDelivery);
  }

  async #delivery(url: URL, client: string | undefined): Promise<ListDelivery> {
    const { fetcher, maximumBytes, deliver } = this.#settings;
    const last = this.#lastFrom(url);
    const validators = last?.validators;
    const result = await fetcher.fetch({ url, hosts: this.#hosts, maximumBytes, client, validators });
    if (!result.ok) {
      if (result.problem !== 'fetch_unmodified' || last === undefined) return unreachable(result);
      this.#last = { ...last, unmodified: last.unmodified + 1 };
      return { ...last.delivery, isNew: false };
    }
    const delivery = await deliver(result.body);
    const { validators: named } = result;
    this.#last = delivery.ok && named !== undefined ? { url, validators: named, delivery, unmodified: 0 } : undefined;
    return delivery;
  }

  /**
   * What came from this URL last, as long as it is current and answers: then having it again would change nothing. Whatever
   * else the server has is wanted whole.
   */
  #lastFrom(url: URL): Accepted | undefined {
    const last = this.#last;
    if (last?.url !== url || last.unmodified >= mostUnmodified || !last.delivery.isHeld()) return undefined;
    const { early, nextUpdateMs = Number.POSITIVE_INFINITY } = last.delivery;
    const nowMs = this.#surroundings.clock();
    // What was of the future and has come is told of anew, as what it is now.
    return nowMs < nextUpdateMs && early.every(({ usableAtMs }) => nowMs < usableAtMs) ? last : undefined;
  }

  #setTimer(): void {
    if (!this.#settings.isScheduled || this.#isClosed) return;
    const waitMs = Math.min(longestTimerMs, Math.max(0, this.nextAtMs - this.#surroundings.clock()));
    this.#timer = setTimeout(() => {
      // A clock that runs slower than the timer is asked again.
      if (this.refresh(this.#surroundings.clock()) === undefined) this.#setTimer();
    }, waitMs).unref();
  }
}

function unreachable({ problem, detail }: Extract<FetchResult, { ok: false }>): ListDelivery {
  return { ok: false, kind: 'unreachable', problem, detail };
}
