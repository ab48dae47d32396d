import type { Limits } from '../limits.ts';
import type { PathCost } from './verified-path.ts';

type SpentKind = 'signatures' | 'steps' | 'comparisons';

/** `policies`: nodes of policy graphs, which are counted where they are made. */
export type BudgetKind = SpentKind | 'policies';

/**
 * What one path search may spend (RFC 4158 section 2.4 asks builders to bound themselves). A search that runs out ends
 * at once: nothing it has not examined can be trusted, so the answer is a refusal.
 */
export class Budget {
  #signatures = 0;
  #steps = 0;
  #comparisons = 0;
  #policies = 0;
  #exhausted: BudgetKind | undefined;
  readonly #limits: Pick<Limits, SpentKind>;

  constructor(limits: Pick<Limits, SpentKind>) {
    this.#limits = limits;
  }

  /** The first budget that ran out; from then on nothing more may be spent. */
  get exhausted(): BudgetKind | undefined {
    return this.#exhausted;
  }

  get cost(): PathCost {
    return { signatures: this.#signatures, steps: this.#steps, comparisons: this.#comparisons };
  }

  /** `false`: the check may not be made. Weight 1 is one P-256 verification. */
  spendSignature(weight: number): boolean {
    this.#signatures += weight;
    return this.#within('signatures', this.#signatures);
  }

  spendStep(): boolean {
    this.#steps += 1;
    return this.#within('steps', this.#steps);
  }

  spendComparisons(count: number): boolean {
    this.#comparisons += count;
    return this.#within('comparisons', this.#comparisons);
  }

  /** Nodes that the policy graphs of earlier paths had. */
  get policies(): number {
    return this.#policies;
  }

  countPolicies(nodes: number): void {
    this.#policies += nodes;
  }

  /** A path met a bound that was counted elsewhere: there is nothing left to search with. */
  exhaust(kind: BudgetKind): void {
    this.#exhausted ??= kind;
  }

  #within(kind: SpentKind, spent: number): boolean {
    if (this.#exhausted === undefined && spent > this.#limits[kind]) this.#exhausted = kind;
    return this.#exhausted === undefined;
  }
}
