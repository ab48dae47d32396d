import type { TrustSnapshot } from './path/trust-store.ts';
import type { CheckedPath } from './revocation/checked-path.ts';
import type { PresentedCertificates } from './source/presented.ts';

/**
 * Remembers which presented certificates led to which checked path, under one trust generation, until the earliest end
 * of anything it depends on. Keyed by source, kind of verdict and every byte presented: the key finds a candidate, the
 * bytes decide. Only paths are remembered; addresses, roles, policy and refusals are decided anew for each request.
 */
export class CheckedPathCache {
  readonly #entries: Map<string, Entry> = new Map();
  /** A connection presents the same object with every request: its entry is found without a key. */
  readonly #byPresented: WeakMap<PresentedCertificates, Entry> = new WeakMap();
  readonly #capacity: number;
  readonly #longestMs: number;

  constructor({ rememberedPaths, rememberedSeconds }: { rememberedPaths: number; rememberedSeconds: number }) {
    this.#capacity = rememberedPaths;
    this.#longestMs = rememberedSeconds * 1000;
  }

  get(presented: PresentedCertificates, trust: TrustSnapshot, nowMs: number): CheckedPath | undefined {
    const entry = this.#byPresented.get(presented) ?? this.#find(presented);
    if (entry === undefined || entry.trust !== trust || nowMs > entry.untilMs || nowMs < entry.fromMs) return undefined;
    return entry.checked;
  }

  #find(presented: PresentedCertificates): Entry | undefined {
    const entry = this.#entries.get(keyOf(presented));
    if (entry === undefined || !isSame(entry.certificates, presented.certificates)) return undefined;
    this.#byPresented.set(presented, entry);
    return entry;
  }

  set(presented: PresentedCertificates, trust: TrustSnapshot, checked: CheckedPath, nowMs: number): void {
    const key = keyOf(presented);
    if (!this.#entries.has(key) && this.#entries.size >= this.#capacity) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    const entry: Entry = {
      certificates: presented.certificates,
      trust,
      checked,
      // A clock that is set back must not revive a path before it was made.
      fromMs: nowMs,
      untilMs: Math.min(checked.validUntilMs, nowMs + this.#longestMs),
    };
    this.#entries.set(key, entry);
    this.#byPresented.set(presented, entry);
  }
}

interface Entry {
  readonly certificates: readonly Uint8Array[];
  readonly trust: TrustSnapshot;
  readonly checked: CheckedPath;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The last octets of the leaf are part of its signature: they tell leaves apart at no cost. */
function keyOf({ certificates, source, verdict }: PresentedCertificates): string {
  const leaf = certificates[0] as Uint8Array;
  const tail = Buffer.from(leaf.buffer, leaf.byteOffset, leaf.length).toString('latin1', Math.max(0, leaf.length - 32));
  return `${source} ${verdict.by} ${certificates.length} ${tail}`;
}

function isSame(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((bytes, index) => Buffer.compare(bytes, b[index] as Uint8Array) === 0);
}
