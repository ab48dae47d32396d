import type { Certificate, Name } from '../certificate/model.ts';
import type { MaybePromise } from '../decision.ts';
import { type FileContents, type FileSource, type FileWatcher, watchByIntake } from '../file-watcher.ts';
import type { CertificateIndex } from '../path/certificate-index.ts';
import type { TrustSnapshot } from '../path/trust-store.ts';
import { unreadableWords } from '../unreadable-file.ts';
import { largestAtOnce, refuseBrokenBlocks } from './broken-list.ts';
import type { Crl } from './crl/crl.ts';
import type { CrlPolicy } from './crl/crl-status.ts';
import { crlIntake, type ListBlocks } from './crl/file-intake.ts';
import { type CrlAddition, CrlStore } from './crl/store.ts';
import { CrlDownload, type ListDelivery } from './crl-download.ts';
import { distributionPointUrls } from './distribution-point-urls.ts';
import type { Endpoint } from './endpoint.ts';
import type { Fetcher } from './fetcher.ts';
import type { Finding, RevocationMethod, StatusQuestion } from './question.ts';
import { type SourceFailure, SourceRecord, type SourceSurroundings } from './source-record.ts';
import type { RevocationSourceStatus } from './source-status.ts';
import { type CertificateStatus, type UndeterminedKind, undetermined } from './status.ts';
import type { Strictness } from './strictness.ts';
import { because, listExplanations, troubleOf } from './trouble.ts';

export interface CrlSettings {
  readonly inline: readonly (string | Uint8Array)[];
  readonly files: readonly FileSource[];
  readonly urls: readonly URL[];
  /** Of distribution points; `undefined`: they are not followed. */
  readonly hosts: ReadonlySet<Endpoint> | undefined;
  /** Certificates of issuers of lists, beside those of paths. */
  readonly issuers: CertificateIndex;
  readonly refreshMs: number;
  /** Longest accepted age of a list; `Infinity`: as long as its nextUpdate says. */
  readonly maximumAgeMs: number;
  readonly clockToleranceMs: number;
  readonly maximumBytes: number;
}

type EarlyAddition = Extract<CrlAddition, { readonly outcome: 'early' }>;

/** Distribution points that are remembered at a time. An authority in honest use has a few. */
const mostDistributionPoints = 256;

/**
 * The status of certificates by revocation lists: given, in files, by URLs of the options, and by the distribution points
 * of certificates. Lists of every origin are in one store, where older never replaces newer.
 */
export class CrlMethod implements RevocationMethod {
  readonly #settings: CrlSettings;
  readonly #surroundings: SourceSurroundings;
  readonly #fetcher: Fetcher;
  readonly #onChange: () => void;
  readonly #store: CrlStore;
  readonly #records: SourceRecord[] = [];
  readonly #watchers: FileWatcher[] = [];
  readonly #downloads: CrlDownload[] = [];
  readonly #points: Map<string, CrlDownload> = new Map();
  #trust: TrustSnapshot | undefined;
  /** For lists of the future. */
  #earlyTimer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Lists that are being read or fetched for the first time. */
  #loading: Promise<unknown> | undefined;
  /** Of them those that nobody need be asked for. */
  #reading: Promise<unknown> | undefined;

  /** Throws TypeError when a file cannot be read, or shows at once that it is no list. */
  constructor(
    settings: CrlSettings,
    policy: Omit<CrlPolicy, 'maximumAgeMs' | 'clockToleranceMs'>,
    fetcher: Fetcher,
    surroundings: SourceSurroundings & { readonly trust: TrustSnapshot | undefined; readonly onChange: () => void },
  ) {
    this.#settings = settings;
    this.#surroundings = surroundings;
    this.#fetcher = fetcher;
    this.#onChange = surroundings.onChange;
    this.#trust = surroundings.trust;
    const maximumAgeMs = Number.isFinite(settings.maximumAgeMs) ? settings.maximumAgeMs : undefined;
    const { clockToleranceMs } = settings;
    this.#store = new CrlStore({
      policy: { ...policy, maximumAgeMs, clockToleranceMs },
      crlIssuers: (name) => this.#knownIssuers(name),
      clock: surroundings.clock,
      onUsable: (lists) => this.#becameUsable(lists),
    });
    const loads = [
      ...settings.inline.map((list, index) => {
        const record = this.#recordOf(String(index + 1));
        return this.#take(record, this.#store.add(list, record.name));
      }),
      ...settings.files.map((file) => this.#watch(file)),
    ];
    for (const url of settings.urls) this.#downloads.push(this.#createDownload([url], true));
    if (loads.length > 0) {
      this.#reading = Promise.all(loads).then(() => {
        this.#reading = undefined;
      });
    }
    const first = [...loads, ...this.#refreshAll(this.#surroundings.clock())];
    if (first.length > 0) {
      this.#loading = Promise.all(first).then(() => {
        this.#loading = undefined;
      });
    }
  }

  /** Settles when every source was read or tried once. */
  async ready(): Promise<void> {
    await this.#loading;
  }

  /** Asks every source again, but for those that are paused after a failure. */
  async refresh(nowMs: number): Promise<void> {
    for (const download of this.#everyDownload()) download.demand();
    await Promise.all([...this.#watchers.map((watcher) => watcher.check()), ...this.#refreshAll(nowMs)]);
  }

  status(nowMs: number): readonly RevocationSourceStatus[] {
    return [
      ...this.#records.map((record) => record.status(nowMs, undefined)),
      ...this.#everyDownload().map((download) => download.status(nowMs)),
    ];
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#earlyTimer);
    for (const watcher of this.#watchers) watcher.close();
    for (const download of this.#everyDownload()) download.close();
  }

  /** The anchors that are trusted now: with their certificates lists are checked before anybody asks for them. */
  trusting(trust: TrustSnapshot): void {
    this.#trust = trust;
  }

  statusOf(question: StatusQuestion): MaybePromise<Finding> {
    if (this.#loading !== undefined) return this.#loading.then(() => this.statusOf(this.#later(question)));
    const status = this.#consult(question);
    return status instanceof Promise
      ? status.then((late) => this.#settle(question, late))
      : this.#settle(question, status);
  }

  /** By the lists that are there, those of files and options included that are still being read. */
  statusAtHand(question: StatusQuestion): MaybePromise<CertificateStatus> {
    return this.#reading === undefined
      ? this.#consult(question)
      : this.#reading.then(() => this.#consult(this.#later(question)));
  }

  /** The same for the certificate of a delegate or of an issuer of lists. */
  knownStatus(
    certificate: Certificate,
    issuer: Certificate,
    nowMs: number,
    strictness: Strictness,
  ): MaybePromise<CertificateStatus> {
    const consult = (): MaybePromise<CertificateStatus> =>
      this.#store.statusOf(certificate, issuer, nowMs, undefined, strictness);
    return this.#reading === undefined ? consult() : this.#reading.then(consult);
  }

  #consult({ certificate, issuer, nowMs, crlIssuers, strictness }: StatusQuestion): MaybePromise<CertificateStatus> {
    return this.#store.statusOf(certificate, issuer, nowMs, crlIssuers, strictness);
  }

  /** Lists that were of the future answer from now on: whatever was found before them is to be asked anew. */
  #becameUsable(lists: readonly Crl[]): void {
    this.#onChange();
    this.#settleEarly(lists);
  }

  #settleEarly(usable: readonly Crl[]): void {
    const isKept = (crl: Crl | undefined): boolean => this.#store.holdsEarly(crl);
    for (const source of [...this.#records, ...this.#everyDownload()]) source.settleEarly(usable, isKept);
    this.#setEarlyTimer();
  }

  /** Who asks needs none; but whoever is connected for long, and whoever watches, is told without a question. */
  #setEarlyTimer(): void {
    clearTimeout(this.#earlyTimer);
    const atMs = this.#store.nextUsableAtMs;
    if (this.#isClosed || !Number.isFinite(atMs)) return;
    // Clocks are set, and machines sleep: it is looked at again within a minute.
    const waitMs = Math.min(60_000, Math.max(0, atMs - this.#surroundings.clock()));
    this.#earlyTimer = setTimeout(() => {
      this.#store.settle(this.#surroundings.clock());
      this.#setEarlyTimer();
    }, waitMs).unref();
  }

  /** What the lists said; where that is nothing, what they say after whatever can be fetched was fetched. */
  #settle(question: StatusQuestion, status: CertificateStatus): MaybePromise<Finding> {
    const { certificate, client, nowMs } = question;
    const isOpen = status.status === 'undetermined';
    const points = this.#pointsOf(certificate, isOpen);
    const sources = [...this.#downloads, ...points];
    if (isOpen && status.kind === 'malformed') for (const source of sources) source.hasten();
    const flights = [
      ...this.#refreshAll(nowMs),
      // What its own certificate names is fetched at the client's expense.
      ...points.flatMap((point) => point.refresh(nowMs, client) ?? []),
    ];
    if (!isOpen || flights.length === 0) return this.#finding(status, sources);
    return Promise.all(flights)
      .then(() => this.#consult(this.#later(question)))
      .then((late) => this.#finding(late, sources));
  }

  /** The question at the moment when lists have come: one that was issued while they came is not of the future. */
  #later(question: StatusQuestion): StatusQuestion {
    return { ...question, nowMs: Math.max(question.nowMs, this.#surroundings.clock()) };
  }

  #finding(status: CertificateStatus, downloads: readonly CrlDownload[]): Finding {
    const earlyAtMs = this.#store.nextUsableAtMs;
    const recheckAtMs = Math.min(earlyAtMs, ...downloads.map(({ nextAtMs }) => nextAtMs));
    if (status.status !== 'undetermined') return { status, recheckAtMs, retryAtMs: undefined };
    const retryAtMs = downloads.length === 0 && earlyAtMs === Number.POSITIVE_INFINITY ? undefined : recheckAtMs;
    return { status: status.kind === 'noSource' ? this.#explained(status, downloads) : status, recheckAtMs, retryAtMs };
  }

  /** Where no list speaks of a certificate, a source that failed is why. */
  #explained(status: CertificateStatus, downloads: readonly CrlDownload[]): CertificateStatus {
    const sources = [...downloads, ...this.#records];
    for (const kind of failureKinds) {
      const failed = sources.find(({ failure }) => failure?.kind === kind);
      if (failed?.failure === undefined) continue;
      const { detail = '', problem } = failed.failure;
      return because(undetermined(kind), {
        ...(troubleOf(status) ?? noTrouble),
        problem,
        explanation: detail,
        source: failed.source,
      });
    }
    return status;
  }

  /** The downloads of a certificate's distribution points; those that were never asked for only if they are needed. */
  #pointsOf(certificate: Certificate, areNeeded: boolean): readonly CrlDownload[] {
    const { hosts } = this.#settings;
    if (hosts === undefined) return [];
    return distributionPointUrls(certificate, hosts).flatMap((urls) => {
      const key = urls.map(String).join(' ');
      const known = this.#points.get(key);
      if (known !== undefined || !areNeeded) return known ?? [];
      const [oldest] = this.#points.keys();
      if (oldest !== undefined && this.#points.size >= mostDistributionPoints) {
        this.#points.get(oldest)?.close();
        this.#points.delete(oldest);
      }
      const download = this.#createDownload(urls, false);
      this.#points.set(key, download);
      return download;
    });
  }

  #createDownload(urls: readonly URL[], isScheduled: boolean): CrlDownload {
    const { maximumBytes, refreshMs } = this.#settings;
    const source = `crl ${urls[0]?.href}`;
    const deliver = (octets: Uint8Array): Promise<ListDelivery> => this.#deliver(this.#store.add(octets, source));
    return new CrlDownload(
      { urls, maximumBytes, refreshMs, fetcher: this.#fetcher, deliver, isScheduled },
      this.#surroundings,
    );
  }

  #everyDownload(): readonly CrlDownload[] {
    return [...this.#downloads, ...this.#points.values()];
  }

  #refreshAll(nowMs: number): readonly Promise<void>[] {
    return this.#downloads.flatMap((download) => download.refresh(nowMs) ?? []);
  }

  #recordOf(name: string): SourceRecord {
    const record = new SourceRecord(`crl ${name}`, this.#surroundings);
    this.#records.push(record);
    return record;
  }

  #watch({ path }: FileSource): Promise<void> {
    const record = this.#recordOf(path);
    const where = `revocation.crls.sources: the file ${path}`;
    let isAtOnce = true;
    try {
      const onChange = (contents: FileContents<ListBlocks>): Promise<void> => {
        const blocks = contents.get(path) as ListBlocks;
        if (isAtOnce) refuseBrokenBlocks(blocks, where);
        return this.#take(record, this.#store.addBlocks(blocks, record.name));
      };
      const onError = (error: Error): void => {
        const detail = unreadableWords(error) ?? error.message;
        record.failed(
          { kind: 'unreachable', problem: 'file_unreadable', detail: `the file ${path} ${detail}` },
          undefined,
        );
      };
      const watcher = watchByIntake({ paths: [path], onChange, onError }, { intakeOf: crlIntake, largestAtOnce });
      isAtOnce = false;
      this.#watchers.push(watcher);
      return watcher.first;
    } catch (error) {
      this.close();
      if (error instanceof TypeError) throw error;
      throw new TypeError(`${where} ${unreadableWords(error) ?? `cannot be read: ${(error as Error).message}`}`);
    }
  }

  async #take(record: SourceRecord, additions: Promise<readonly CrlAddition[]>): Promise<void> {
    const delivery = await this.#deliver(additions);
    if (!delivery.ok) return record.failed(delivery, undefined);
    if (delivery.isUsable) record.updated(delivery, delivery.isNew);
    record.gaveEarly(delivery.early, delivery);
  }

  /** Tells what became of lists. Of several the first one that is refused counts, and the others are in. */
  async #deliver(added: Promise<readonly CrlAddition[]>): Promise<ListDelivery> {
    const additions = await added;
    const isNew = additions.some(({ outcome }) => outcome === 'added');
    const early = this.#earlyOf(additions);
    if (isNew || additions.some((one) => 'isNew' in one && one.isNew)) this.#onChange();
    const held = new Set<Crl>();
    const usable = new Set<Crl>();
    for (const addition of additions) {
      if (addition.outcome === 'refused') return { ok: false, ...failureOf(addition) };
      if (addition.outcome === 'unusable') {
        const { problem } = addition;
        return { ok: false, kind: 'stale', problem, detail: listExplanations[problem] };
      }
      held.add(addition.crl);
      if (addition.outcome !== 'early') usable.add(addition.crl);
    }
    this.#settleEarly([]);
    const all = [...usable];
    const nextUpdateMs = all.reduce(
      (first, one) => Math.min(first, one.nextUpdateMs ?? first),
      Number.POSITIVE_INFINITY,
    );
    const kept = Array.from(held, (crl) => new WeakRef(crl));
    return {
      ok: true,
      isNew,
      entries: all.reduce((sum, { entryCount }) => sum + entryCount, 0),
      nextUpdateMs: Number.isFinite(nextUpdateMs) ? nextUpdateMs : undefined,
      early,
      isUsable: all.length > 0,
      isHeld: () => kept.every((one) => this.#store.holds(one.deref())),
    };
  }

  /**
   * Those of the future that are kept, each once. Whoever is on the way to a server can send one list, or lists that nobody
   * signed, half a million times in one file: of them the store keeps few, and no more are told of.
   */
  #earlyOf(additions: readonly CrlAddition[]): readonly EarlyAddition[] {
    const early = new Map<Crl, EarlyAddition>();
    for (const addition of additions) {
      if (addition.outcome === 'early' && !early.has(addition.crl)) early.set(addition.crl, addition);
    }
    return [...early.values()].filter(({ crl }) => this.#store.holdsEarly(crl));
  }

  #knownIssuers(name: Name): readonly Certificate[] {
    const { issuers } = this.#settings;
    const indexes = [this.#trust?.anchors, this.#trust?.intermediates, this.#trust?.memory.index, issuers];
    return indexes.flatMap((index) => index?.withSubject(name) ?? []);
  }
}

function failureOf({ detail, refusal }: Extract<CrlAddition, { outcome: 'refused' }>): SourceFailure {
  const kind = refusal === 'crl_not_newer' ? 'stale' : 'malformed';
  return { kind, problem: refusal, ...(detail !== undefined && { detail: `it ${detail}` }) };
}

const noTrouble = { distributionPoints: [], lists: [] };

/** The more it looks like an attack, the earlier. */
const failureKinds: readonly UndeterminedKind[] = ['malformed', 'stale', 'unreachable'];
