import type { Case } from './verdicts.ts';

/** A table of kinds of disagreement. */
export interface Kind {
  readonly kind: string;
  count: number;
  /** How many of them others take when more is asked, or somebody else is. */
  readonly also: { handshake: number; strictly: number; go: number };
  /** What was done to them, and how often. */
  readonly done: Map<string, number>;
  readonly places: Map<string, number>;
  readonly sample: Case;
}

export class Tally {
  readonly #kinds = new Map<string, Kind>();

  /** @param place where in a certificate */
  add(kind: string, sample: Case, place?: string): void {
    let known = this.#kinds.get(kind);
    if (known === undefined) {
      known = {
        kind,
        count: 0,
        also: { handshake: 0, strictly: 0, go: 0 },
        done: new Map(),
        places: new Map(),
        sample,
      };
      this.#kinds.set(kind, known);
    }
    known.count += 1;
    for (const each of new Set(sample.done)) known.done.set(each, (known.done.get(each) ?? 0) + 1);
    if (place !== undefined) known.places.set(place, (known.places.get(place) ?? 0) + 1);
    if (sample.openssl.inHandshake.accepted) known.also.handshake += 1;
    if (sample.openssl.strictly.accepted) known.also.strictly += 1;
    if (sample.go?.accepted === true) known.also.go += 1;
  }

  get kinds(): readonly Kind[] {
    return [...this.#kinds.values()].sort((a, b) => b.count - a.count);
  }

  get count(): number {
    return this.kinds.reduce((sum, { count }) => sum + count, 0);
  }
}
