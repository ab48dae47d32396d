import type { Certificate } from '../certificate/model.ts';
import type { Reason } from '../reasons.ts';

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
 * found by names, which costs little; then signatures are verified from the anchors down. So each is checked with the key of
 * an anchor or of a certificate that was found rooted, at most once, and what cannot be traced to an anchor costs none.
 */
export class RootedIntermediates {
  readonly #surveyor: Surveyor;
  readonly #surveyed: Set<Certificate> = new Set();
  readonly #rooted: Set<Certificate> = new Set();

  constructor(surveyor: Surveyor) {
    this.#surveyor = surveyor;
  }

  /** @param depth the distance from the leaf, for reasons */
  has(intermediate: Certificate, depth: number): boolean {
    if (!this.#surveyed.has(intermediate)) this.#verifyDown(this.#surveyUp(intermediate, depth));
    return this.#rooted.has(intermediate);
  }

  /** Everything above that was not surveyed before. It is whole, cycles included, so that what is found holds for good. */
  #surveyUp(from: Certificate, depth: number): Survey {
    const { issuersOf, refusalOf, spendStep } = this.#surveyor;
    const depths = new Map<Certificate, number>([[from, depth]]);
    const sure = new Set<Certificate>();
    const issuedBy = new Map<Certificate, Issued[]>();
    // A Map hands out what is added while it is walked.
    for (const [child, childDepth] of depths) {
      this.#surveyed.add(child);
      for (const { certificate, isAnchor } of issuersOf(child)) {
        if (!spendStep()) return { sure: new Set(), issuedBy };
        if (refusalOf(certificate, childDepth + 1) !== undefined) continue;
        if (isAnchor || this.#rooted.has(certificate)) sure.add(certificate);
        else if (!this.#surveyed.has(certificate)) depths.set(certificate, childDepth + 1);
        const issued = { child, depth: childDepth };
        const known = issuedBy.get(certificate);
        if (known === undefined) issuedBy.set(certificate, [issued]);
        else known.push(issued);
      }
    }
    return { sure, issuedBy };
  }

  #verifyDown({ sure, issuedBy }: Survey): void {
    const { signatureRefusalOf } = this.#surveyor;
    // A Set hands out what is added while it is walked.
    for (const issuer of sure) {
      for (const { child, depth } of issuedBy.get(issuer) ?? []) {
        if (this.#rooted.has(child) || signatureRefusalOf(child, issuer, depth) !== undefined) continue;
        this.#rooted.add(child);
        sure.add(child);
      }
    }
  }
}

interface Survey {
  /** Those among the issuers that are anchors, or known to be rooted. */
  readonly sure: Set<Certificate>;
  readonly issuedBy: ReadonlyMap<Certificate, readonly Issued[]>;
}

interface Issued {
  readonly child: Certificate;
  readonly depth: number;
}
