import { sameBytes, tailKey } from './path/certificate-index.ts';
import type { TrustSnapshot } from './path/trust-store.ts';
import type { CheckedPath } from './revocation/checked-path.ts';
import type { PresentedCertificates } from './source/presented.ts';

/**
 * Remembers which presented certificates led to which checked path, under one trust generation, until the earliest end
 * of anything it depends on. Keyed by source, kind of verdict and every byte presented: the key finds a candidate, the
 * bytes decide. Only paths are remembered; addresses, roles, policy and refusals are decided anew for each request.
 */
export class CheckedPathCache {
  /** A whole path takes some 7 KB with all that was decoded. Of the others `LeafMemory` knows the signature. */
  static readonly wholePaths: number = 500;
  readonly #entries: Map<number, Entry> = new Map();
  /** A connection presents the same object with every request: from the second on, its entry is found without a key. */
  readonly #byPresented: WeakMap<PresentedCertificates, Entry> = new WeakMap();
  readonly #capacity: number;
  readonly #longestMs: number;

  constructor({ rememberedPaths, rememberedSeconds }: { rememberedPaths: number; rememberedSeconds: number }) {
    this.#capacity = Math.min(rememberedPaths, CheckedPathCache.wholePaths);
    this.#longestMs = rememberedSeconds * 1000;
  }

  get(presented: PresentedCertificates, trust: TrustSnapshot, nowMs: number): CheckedPath | undefined {
    const direct = this.#byPresented.get(presented);
    if (direct !== undefined && counts(direct, trust, nowMs)) return direct.checked;
    const entry = this.#find(presented);
    return entry !== undefined && counts(entry, trust, nowMs) ? entry.checked : undefined;
  }

  #find(presented: PresentedCertificates): Entry | undefined {
    const entry = this.#entries.get(tailKey(presented.certificates[0] as Uint8Array));
    if (entry === undefined || !isSame(entry.presented, presented)) return undefined;
    this.#byPresented.set(presented, entry);
    return entry;
  }

  set(presented: PresentedCertificates, trust: TrustSnapshot, checked: CheckedPath, nowMs: number): void {
    const key = tailKey(presented.certificates[0] as Uint8Array);
    if (!this.#entries.has(key) && this.#entries.size >= this.#capacity) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    const entry: Entry = {
      presented,
      trust,
      checked,
      // A clock that is set back must not revive a path before it was made.
      fromMs: nowMs,
      untilMs: Math.min(checked.validUntilMs, nowMs + this.#longestMs),
    };
    this.#entries.set(key, entry);
  }
}

interface Entry {
  readonly presented: PresentedCertificates;
  readonly trust: TrustSnapshot;
  readonly checked: CheckedPath;
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
