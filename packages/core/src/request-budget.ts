import type { Limits } from './limits.ts';
import { Budget, createSpending, type Spending } from './path/budget.ts';
import type { RequestFacts } from './source/facts.ts';

/**
 * One request may cause several searches for a path: of its client, and of the peer of the connection for each source whose
 * trusted proxies are known by certificate. They share one budget, or else every source would multiply what a stranger costs.
 */
const spendings: WeakMap<RequestFacts, Spending> = new WeakMap();

/** What may still be spent on this request. */
export function budgetOf(request: RequestFacts, limits: Limits): Budget {
  let spent = spendings.get(request);
  if (spent === undefined) {
    spent = createSpending();
    spendings.set(request, spent);
  }
  return new Budget(limits, spent);
}

/** Called where a decision begins: the same facts may be decided about again and again, as those of a WebSocket are. */
export function renewBudget(request: RequestFacts): void {
  spendings.delete(request);
}
