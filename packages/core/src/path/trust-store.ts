import type { Certificate } from '../certificate/model.ts';
import { systemClock } from '../clock.ts';
import { type FileContents, isFileSource } from '../file-watcher.ts';
import { refuseUnknownKeys, shown } from '../option-keys.ts';
import { type FileFailure, type WatchedFiles, watchFiles } from '../watched-files.ts';
import type { CertificateIndex } from './certificate-index.ts';
import { filesIn, type ListCheck, type ListPlace, type WatchedCertificateInput } from './certificate-input.ts';
import { IntermediateMemory } from './intermediate-memory.ts';
import { LeafMemory } from './leaf-memory.ts';
import type { TrustEvent, TrustedCertificate } from './trust-event.ts';
import { besideThoseBefore, refuseEnded, refuseNotBegun, timeOf, trustedCertificates } from './trust-expiry.ts';
import { TrustListeners } from './trust-listeners.ts';
import { type IndexedTrust, readAtOnce, readInSlices, type TrustInputs } from './trust-reading.ts';

export interface TrustOptions {
  /** Who is trusted to issue client certificates. Any certificate may be an anchor, self-signed or not. */
  readonly anchors: WatchedCertificateInput;
  /** Certificates to build paths with when the client or its proxy sends too few. They are not trusted by themselves. */
  readonly intermediates?: WatchedCertificateInput;
  /** Most intermediate certificates between the leaf and the anchor, self-issued ones not counted. Default 5. */
  readonly maxDepth?: number;
}

/** What was trusted at one moment. A request takes one snapshot and keeps to it. */
export interface TrustSnapshot {
  /** Grows with every replacement. What was remembered under a snapshot counts under that very object and no other. */
  readonly generation: number;
  readonly anchors: CertificateIndex;
  readonly intermediates: CertificateIndex;
  readonly maxDepth: number;
  /** Intermediates that were verified under this very generation. */
  readonly memory: IntermediateMemory;
  /** Leaves whose signature was verified under this very generation. */
  readonly leaves: LeafMemory;
  /** @internal Hears that a path was refused because its anchor has ended. */
  readonly onAnchorEnded?: (anchor: Certificate) => void;
  /** @internal Revocation lists that stand among the certificates. */
  readonly lists?: readonly ListPlace[];
}

/** A trust store as it is now: for a health check. */
export interface TrustStoreStatus {
  readonly files: readonly string[];
  /** Grows with every replacement. */
  readonly generation: number;
  readonly anchors: number;
  readonly intermediates: number;
  /** Each of them, with its end; the anchors first. */
  readonly certificates: readonly TrustedCertificate[];
  /** What is wrong with the files now; `undefined`: they are what is in use. */
  readonly failure: FileFailure | undefined;
}

/** Trust that can be replaced while requests run, and that follows its files. */
export interface TrustStore {
  readonly current: TrustSnapshot;
  /** The files that it follows. */
  readonly files: readonly string[];
  /** Why these files cannot be taken as they are now; `undefined`: they are what `current` holds. */
  readonly failure: FileFailure | undefined;
  /** What it trusts now, and when that ends. */
  status(): TrustStoreStatus;
  /**
   * Puts a new generation in place at once; on a TypeError the old one stays. One is also thrown where no new anchor is
   * valid yet and one of those in place is: files are taken by themselves later, what is given here is not.
   */
  replace(options: TrustOptions): void;
  /**
   * The same for thousands of certificates: they are read a few at a time, so that requests run in between, and put in
   * place all at once at the end. The replacement that was asked for last wins. Rejects with a TypeError.
   */
  replaceInSlices(options: TrustOptions): Promise<void>;
  /** Reads its files now. Rejects with a TypeError when they cannot be read or used: then the old generation stays. */
  reload(): Promise<void>;
  /**
   * Calls the listener with each event from now on, and at once with what ends within 30 days. What it throws is ignored.
   * Answers how to end that.
   */
  subscribe(listener: (event: TrustEvent) => void): () => void;
  /** Follows its files no more. What is trusted stays. */
  close(): void;
}

export interface TrustStoreSettings {
  /** Hears of new generations, of files that cannot be used, and of certificates that end. */
  readonly onEvent?: ((event: TrustEvent) => void) | undefined;
  /** Milliseconds since the epoch, for what has ended. Default `Date.now`. */
  readonly clock?: (() => number) | undefined;
}

/**
 * Throws TypeError when an input is empty or not a certificate, naming the option, the position, the file and the rule,
 * and for an anchor that has ended, be it one of many. Files that change and cannot be used then leave the generation in place, and are told of.
 */
export function createTrustStore(options: TrustOptions, settings: TrustStoreSettings = {}): TrustStore {
  refuseUnknownKeys(settings, ['onEvent', 'clock'], 'createTrustStore()');
  const { clock = systemClock, onEvent } = settings;
  for (const [name, value] of Object.entries({ clock, onEvent })) {
    if (value === undefined || typeof value === 'function') continue;
    throw new TypeError(`createTrustStore(): ${name} must be a function, got ${shown(value)}`);
  }
  const store = new FollowingTrustStore(options, clock);
  if (onEvent !== undefined) store.subscribe(onEvent);
  return store;
}

/** Shared by every copy of this package. */
const listChecks: unique symbol = Symbol.for('peercert.trust-lists') as never;

/**
 * Holds the revocation lists that stand among the certificates of a store against `check`, now and whenever it reads its
 * files: one that throws TypeError leaves the old generation in place.
 */
export function checkListsOf(store: TrustStore, check: ListCheck): void {
  for (const list of store.current.lists ?? []) check(list);
  (store as Partial<FollowingTrustStore>)[listChecks]?.push(check);
}

/** Whether a value is a store rather than options for one. */
export function isTrustStore(value: object): value is TrustStore {
  return 'replace' in value && 'current' in value;
}

/** Options that were given once, and the files that belong to them. */
interface Origin {
  readonly order: number;
  readonly paths: readonly string[];
  files: WatchedFiles | undefined;
}

class FollowingTrustStore implements TrustStore {
  readonly #clock: () => number;
  readonly #listeners: TrustListeners;
  #current: TrustSnapshot | undefined;
  #origin: Origin | undefined;
  /** Of those who use this store. */
  readonly [listChecks]: ListCheck[] = [];
  #orders = 0;
  #isClosed = false;

  constructor(options: TrustOptions, clock: () => number) {
    this.#clock = clock;
    this.#listeners = new TrustListeners(this, clock);
    this.replace(options);
  }

  get current(): TrustSnapshot {
    return this.#current as TrustSnapshot;
  }

  get files(): readonly string[] {
    return this.#origin?.paths ?? [];
  }

  get failure(): FileFailure | undefined {
    return this.#origin?.files?.failure;
  }

  status(): TrustStoreStatus {
    const { current, failure, files } = this;
    return Object.freeze({
      files,
      generation: current.generation,
      anchors: current.anchors.all.length,
      intermediates: current.intermediates.all.length,
      certificates: trustedCertificates(current),
      failure,
    });
  }

  replace(options: TrustOptions): void {
    const trust = compileTrustOptions(options);
    this.#follow(trust, (contents, place) => place(readAtOnce(this.#inputs(trust), contents)));
  }

  async replaceInSlices(options: TrustOptions): Promise<void> {
    const trust = compileTrustOptions(options);
    let first: Promise<void> | undefined;
    const files = this.#follow(trust, (contents, place) => {
      first = readInSlices(this.#inputs(trust), contents).then(place);
      return first;
    });
    try {
      await first;
    } catch (error) {
      files.close();
      throw error;
    }
  }

  async reload(): Promise<void> {
    this.#listeners.look();
    await this.#origin?.files?.reload();
  }

  subscribe(listener: (event: TrustEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#listeners.close();
    this.#origin?.files?.close();
  }

  /**
   * Anchors that have ended are refused, but not one that is in place already: it ended meanwhile, which was told, and the
   * removal of another authority must not wait until somebody has taken this one out as well.
   */
  #inputs({ anchors, intermediates }: CompiledTrust): TrustInputs {
    const nowMs = timeOf(this.#clock);
    return {
      anchors,
      intermediates,
      checkAnchor: (anchor, place) => {
        if (this.#current?.anchors.has(anchor) !== true) refuseEnded(anchor, place, nowMs);
      },
      checkList: (list) => {
        for (const check of this[listChecks]) check(list);
      },
    };
  }

  /** The first reading as the caller wants it, all later ones in slices. */
  #follow(
    trust: CompiledTrust,
    readFirst: (contents: FileContents, place: (read: IndexedTrust) => void) => void | Promise<void>,
  ): WatchedFiles {
    this.#orders += 1;
    const origin: Origin = { order: this.#orders, paths: trust.paths, files: undefined };
    let isFirst = true;
    const files = watchFiles({
      optionOf: (path) => optionOf(trust, path),
      paths: trust.paths,
      take: (contents) => {
        if (!isFirst) {
          return readInSlices(this.#inputs(trust), contents).then((read) => {
            if (this.#origin !== origin) return;
            this.#refuseNotBegun(trust, read);
            this.#advance(trust, read);
          });
        }
        isFirst = false;
        return readFirst(contents, (read) => this.#place(origin, trust, read));
      },
      onFailure: (failure) => {
        if (this.#origin === origin) this.#listeners.tell({ type: 'trust_failed', files: trust.paths, ...failure });
      },
    });
    origin.files = files;
    if (this.#isClosed) files.close();
    return files;
  }

  /** In place of what was asked for earlier; not of what was asked for later and is there already. */
  #place(origin: Origin, trust: CompiledTrust, read: IndexedTrust): void {
    const before = this.#origin;
    if (before !== undefined && before.order > origin.order) {
      origin.files?.close();
      return;
    }
    this.#refuseNotBegun(trust, read);
    this.#origin = origin;
    before?.files?.close();
    this.#advance(trust, read);
  }

  #refuseNotBegun({ paths }: CompiledTrust, { anchors }: IndexedTrust): void {
    if (this.#current === undefined) return;
    const place = ['trust.anchors', ...paths].join(' ');
    refuseNotBegun(anchors, this.#current.anchors, place, timeOf(this.#clock));
  }

  #advance({ maxDepth, paths }: CompiledTrust, { anchors, intermediates: given, lists }: IndexedTrust): void {
    const before = this.#current;
    const generation = (before?.generation ?? 0) + 1;
    const intermediates = before ? besideThoseBefore(given, before.intermediates, timeOf(this.#clock)) : given;
    this.#current = Object.freeze({
      generation,
      anchors,
      intermediates,
      maxDepth,
      memory: new IntermediateMemory(),
      leaves: new LeafMemory(),
      onAnchorEnded: (anchor: Certificate) => this.#listeners.anchorEnded(anchor),
      lists,
    });
    this.#listeners.tell({
      type: 'trust_updated',
      files: paths,
      generation,
      anchors: anchors.all.length,
      intermediates: intermediates.all.length,
    });
    this.#listeners.look();
  }
}

interface CompiledTrust {
  readonly anchors: WatchedCertificateInput;
  readonly intermediates: WatchedCertificateInput;
  readonly maxDepth: number;
  readonly paths: readonly string[];
}

/** Lists are copied: what is done to them later changes nothing. */
function compileTrustOptions(options: TrustOptions): CompiledTrust {
  if (isFileSource(options)) {
    throw new TypeError(`trust is a file: write trust: { anchors: fromFile(${shown(options.path)}) }`);
  }
  refuseUnknownKeys(options, ['anchors', 'intermediates', 'maxDepth'], 'trust');
  const { anchors, intermediates = [], maxDepth = 5 } = options;
  if (!Number.isInteger(maxDepth) || maxDepth < 0 || maxDepth > 50) {
    throw new TypeError('trust.maxDepth must be a whole number from 0 to 50: the intermediates allowed in a path');
  }
  return {
    anchors: copied(anchors),
    intermediates: copied(intermediates),
    maxDepth,
    paths: Object.freeze([...new Set([...filesIn(anchors), ...filesIn(intermediates)])]),
  };
}

/** Which option names a file. */
function optionOf({ anchors, intermediates }: CompiledTrust, path: string | undefined): string {
  if (path === undefined) return 'trust';
  if (filesIn(anchors).includes(path)) return 'trust.anchors';
  return filesIn(intermediates).includes(path) ? 'trust.intermediates' : 'trust';
}

function copied(input: WatchedCertificateInput): WatchedCertificateInput {
  return Array.isArray(input) ? Object.freeze([...input]) : input;
}
