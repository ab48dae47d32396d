import { sameBytes, tailKey } from './path/certificate-index.ts';
import type { TrustSnapshot } from './path/trust-store.ts';
import type { VerifiedPath } from './path/verified-path.ts';
import type { Reason } from './reasons.ts';
import type { CheckedPath } from './revocation/checked-path.ts';
import type { PresentedCertificates } from './source/presented.ts';

/** A path that was verified before, and what was last found out about its revocation. */
export interface RememberedPath {
  readonly path: VerifiedPath;
  /** `undefined`: nothing that may be remembered. Whether it still counts is for revocation to say. */
  checked: CheckedPath | undefined;
}

/** Why there is no path, and until when that holds, in milliseconds since the epoch. */
export interface Refusal {
  readonly ok: false;
  readonly reason: Reason;
  readonly changesAtMs: number;
}

/**
 * Remembers which presented certificates led to which verified path, under one trust generation, until the earliest
 * notAfter, and with it what checking its revocation came to. Keyed by source, kind of verdict and every byte presented: the
 * key finds a candidate, the bytes decide. What a whole decision is remembered by is `standing-allow.ts`.
 *
 * That there is no path is remembered as well, for the very object that was presented, as long as the connection or the
 * memory of its source keeps it: to search in vain is what costs most.
 */
export class PathCache {
  /** A whole path takes some 7 KB with all that was decoded. Of the others `LeafMemory` knows the signature. */
  static readonly wholePaths: number = 500;
  readonly #entries: Map<number, Entry> = new Map();
  /** A connection presents the same object with every request: its entry is found without a key, as long as it lives. */
  readonly #byPresented: WeakMap<PresentedCertificates, Entry> = new WeakMap();
  readonly #refusals: WeakMap<PresentedCertificates, RememberedRefusal> = new WeakMap();
  readonly #capacity: number;
  readonly #longestMs: number;

  constructor({ rememberedPaths, rememberedSeconds }: { rememberedPaths: number; rememberedSeconds: number }) {
    this.#capacity = Math.min(rememberedPaths, PathCache.wholePaths);
    this.#longestMs = rememberedSeconds * 1000;
  }

  get(presented: PresentedCertificates, trust: TrustSnapshot, nowMs: number): RememberedPath | undefined {
    const direct = this.#byPresented.get(presented);
    if (direct !== undefined && counts(direct, trust, nowMs)) return direct;
    const entry = this.#find(presented);
    return entry !== undefined && counts(entry, trust, nowMs) ? entry : undefined;
  }

  /** Why the same search would find nothing again. */
  refusalOf(presented: PresentedCertificates, trust: TrustSnapshot, nowMs: number): Refusal | undefined {
    const known = this.#refusals.get(presented);
    return known !== undefined &&
      known.trust === trust &&
      known.memoryVersion === trust.memory.version &&
      nowMs >= known.fromMs &&
      nowMs < known.untilMs
      ? known.refusal
      : undefined;
  }

  refuse(presented: PresentedCertificates, trust: TrustSnapshot, refusal: Refusal, nowMs: number): void {
    this.#refusals.set(presented, {
      refusal,
      trust,
      memoryVersion: trust.memory.version,
      fromMs: nowMs,
      untilMs: Math.min(refusal.changesAtMs, nowMs + this.#longestMs),
    });
  }

  #find(presented: PresentedCertificates): Entry | undefined {
    const entry = this.#entries.get(tailKey(presented.certificates[0] as Uint8Array));
    if (entry === undefined || !isSame(entry.presented, presented)) return undefined;
    this.#byPresented.set(presented, entry);
    return entry;
  }

  set(presented: PresentedCertificates, trust: TrustSnapshot, path: VerifiedPath, nowMs: number): RememberedPath {
    const key = tailKey(presented.certificates[0] as Uint8Array);
    if (!this.#entries.has(key) && this.#entries.size >= this.#capacity) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    const entry: Entry = {
      presented,
      trust,
      path,
      checked: undefined,
      // A clock that is set back must not revive a path before it was made.
      fromMs: nowMs,
      untilMs: Math.min(path.validUntilMs, nowMs + this.#longestMs),
    };
    this.#entries.set(key, entry);
    this.#byPresented.set(presented, entry);
    return entry;
  }
}

interface RememberedRefusal {
  readonly refusal: Refusal;
  readonly trust: TrustSnapshot;
  /** Intermediates that came with other clients may complete the path. */
  readonly memoryVersion: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

interface Entry extends RememberedPath {
  readonly presented: PresentedCertificates;
  readonly trust: TrustSnapshot;
  readonly fromMs: number;
  readonly untilMs: number;
}

function counts({ fromMs, trust, untilMs }: Entry, current: TrustSnapshot, nowMs: number): boolean {
  return trust === current && nowMs >= fromMs && nowMs <= untilMs;
}

function isSame(a: PresentedCertificates, b: PresentedCertificates): boolean {
  return (
    a.source === b.source &&
    a.verdict.by === b.verdict.by &&
    a.certificates.length === b.certificates.length &&
    a.certificates.every((bytes, index) => sameBytes(bytes, b.certificates[index] as Uint8Array))
  );
}
