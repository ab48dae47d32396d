import type { Limits } from '../limits.ts';
import type { PathCost } from './verified-path.ts';

type SpentKind = 'signatures' | 'failedSignatures' | 'steps' | 'comparisons';

/** `policies`: nodes of policy graphs, which are counted where they are made. */
export type BudgetKind = SpentKind | 'policies';

/** What was spent so far. Searches for one request share it. */
export type Spending = { [Kind in Exclude<BudgetKind, 'failedSignatures'>]: number };

/** The signature checks that failed so far. */
export interface Failures {
  count: number;
  weight: number;
}

export function createSpending(): Spending {
  return { signatures: 0, steps: 0, comparisons: 0, policies: 0 };
}

export function createFailures(): Failures {
  return { count: 0, weight: 0 };
}

/**
 * So many may fail whatever they weigh: two authorities of one name are no attack, and where certificates name no key of their
 * issuer, both are tried.
 */
const freeFailures = 2;

/**
 * What may be spent on searching for paths (RFC 4158 section 2.4 asks builders to bound themselves). A search that runs out
 * ends at once: nothing it has not examined can be trusted, so the answer is a refusal.
 */
export class Budget {
  #exhausted: BudgetKind | undefined;
  readonly #limits: Pick<Limits, SpentKind>;
  readonly #spent: Spending;
  readonly #failures: Failures;

  /**
   * @param spent What was spent before on the same request. Default: nothing.
   * @param failures What failed before. Default: nothing.
   */
  constructor(
    limits: Pick<Limits, SpentKind>,
    spent: Spending = createSpending(),
    failures: Failures = createFailures(),
  ) {
    this.#limits = limits;
    this.#spent = spent;
    this.#failures = failures;
  }

  /** The first budget that ran out; from then on nothing more may be spent. */
  get exhausted(): BudgetKind | undefined {
    return this.#exhausted;
  }

  get cost(): PathCost {
    const { signatures, steps, comparisons } = this.#spent;
    return { signatures, steps, comparisons };
  }

  /** Nothing was spent on this request before. */
  get isUntouched(): boolean {
    const { comparisons, policies, signatures, steps } = this.#spent;
    return signatures === 0 && steps === 0 && comparisons === 0 && policies === 0 && this.#failures.count === 0;
  }

  /** `false`: the check may not be made. Weight 1 is one P-256 verification. */
  spendSignature(weight: number): boolean {
    const { count, weight: failed } = this.#failures;
    if (count > freeFailures && failed > this.#limits.failedSignatures) this.exhaust('failedSignatures');
    return this.#spend('signatures', weight);
  }

  /** A check that was paid for failed. It is no news before the next one, which is not made when these were too many. */
  countFailedSignature(weight: number): void {
    this.#failures.count += 1;
    this.#failures.weight += weight;
  }

  spendStep(): boolean {
    return this.#spend('steps', 1);
  }

  spendComparisons(count: number): boolean {
    return this.#spend('comparisons', count);
  }

  /** Nodes that the policy graphs of earlier paths had. */
  get policies(): number {
    return this.#spent.policies;
  }

  countPolicies(nodes: number): void {
    this.#spent.policies += nodes;
  }

  /** A path met a bound that was counted elsewhere: there is nothing left to search with. */
  exhaust(kind: BudgetKind): void {
    this.#exhausted ??= kind;
  }

  #spend(kind: Exclude<SpentKind, 'failedSignatures'>, amount: number): boolean {
    this.#spent[kind] += amount;
    if (this.#exhausted === undefined && this.#spent[kind] > this.#limits[kind]) this.#exhausted = kind;
    return this.#exhausted === undefined;
  }
}
