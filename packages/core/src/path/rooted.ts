import type { Certificate } from '../certificate/model.ts';
import type { Reason } from '../reasons.ts';
import { keyMatch } from './key-match.ts';

/** A certificate that may have issued another, by its name. */
export interface Candidate {
  readonly certificate: Certificate;
  readonly isAnchor: boolean;
}

/** What a search knows and pays for. */
export interface Surveyor {
  issuersOf(child: Certificate): readonly Candidate[];
  /** `false`: the budget is exhausted. */
  spendStep(): boolean;
  /** Why a certificate may not be an issuer, whatever it issued. `depth`: its distance from the leaf. */
  refusalOf(issuer: Certificate, depth: number): Reason | undefined;
  signatureRefusalOf(child: Certificate, issuer: Certificate, depth: number): Reason | undefined;
}

/**
 * The intermediates for which a trust anchor vouches, directly or through others. To know it of one, everything above it is
 * found by names, which costs little; then signatures are verified from the anchors down, those of the key that a certificate
 * names as its issuer's first, until the one that was asked about is reached. So each is checked with the key of an anchor or
 * of a certificate that was found rooted, at most once, and what cannot be traced to an anchor costs none.
 */
export class RootedIntermediates {
  readonly #surveyor: Surveyor;
  readonly #surveyed: Set<Certificate> = new Set();
  readonly #anchors: Set<Certificate> = new Set();
  readonly #rooted: Set<Certificate> = new Set();
  /** Who may have issued whom and was not tried yet, by how well the keys match. */
  readonly #untried: { readonly [Match in ReturnType<typeof keyMatch>]: Set<Issued> } = {
    2: new Set(),
    1: new Set(),
    0: new Set(),
  };

  constructor(surveyor: Surveyor) {
    this.#surveyor = surveyor;
  }

  /** @param depth the distance from the leaf, for reasons */
  has(intermediate: Certificate, depth: number): boolean {
    if (!this.#surveyed.has(intermediate) && !this.#surveyUp(intermediate, depth)) return false;
    while (!this.#rooted.has(intermediate) && this.#verifyNext());
    return this.#rooted.has(intermediate);
  }

  /** Everything above that was not surveyed before, cycles included. `false`: the budget is exhausted. */
  #surveyUp(from: Certificate, depth: number): boolean {
    const { issuersOf, refusalOf, spendStep } = this.#surveyor;
    const depths = new Map<Certificate, number>([[from, depth]]);
    // A Map hands out what is added while it is walked.
    for (const [child, childDepth] of depths) {
      this.#surveyed.add(child);
      for (const { certificate: issuer, isAnchor } of issuersOf(child)) {
        if (!spendStep()) return false;
        if (issuer === child || refusalOf(issuer, childDepth + 1) !== undefined) continue;
        if (isAnchor) this.#anchors.add(issuer);
        else if (!this.#surveyed.has(issuer)) depths.set(issuer, childDepth + 1);
        this.#untried[keyMatch(child, issuer)].add({ child, issuer, depth: childDepth });
      }
    }
    return true;
  }

  /** The most promising signature whose key is known by now to be an authority's. `false`: there is none. */
  #verifyNext(): boolean {
    for (const match of [2, 1, 0] as const) {
      const untried = this.#untried[match];
      for (const issued of untried) {
        const { child, depth, issuer } = issued;
        if (!this.#anchors.has(issuer) && !this.#rooted.has(issuer)) continue;
        untried.delete(issued);
        if (this.#rooted.has(child)) continue;
        if (this.#surveyor.signatureRefusalOf(child, issuer, depth) === undefined) this.#rooted.add(child);
        return true;
      }
    }
    return false;
  }
}

interface Issued {
  readonly child: Certificate;
  readonly issuer: Certificate;
  /** Of the child, from the leaf. */
  readonly depth: number;
}
