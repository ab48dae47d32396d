import type { Limits } from './limits.ts';
import { Budget, createFailures, createSpending, type Failures, type Spending } from './path/budget.ts';
import type { RequestFacts } from './source/facts.ts';

/** Whose certificates are decided about: those of clients, or of the peer as a proxy that some source may trust. */
export type BudgetedFor = 'clients' | 'proxies';

/**
 * One request may cause several searches for a path: of its client, and of the peer of the connection for each source whose
 * trusted proxies are known by certificate. They share one budget, or else every source would multiply what a stranger
 * costs. Only what failed is counted apart for the client: that a peer is no proxy must not refuse it as a client.
 */
interface Spent {
  readonly spending: Spending;
  readonly failures: { readonly [Subject in BudgetedFor]: Failures };
}

const requests: WeakMap<RequestFacts, Spent> = new WeakMap();

/** What may still be spent on this request. */
export function budgetOf(request: RequestFacts, limits: Limits, subject: BudgetedFor = 'clients'): Budget {
  let spent = requests.get(request);
  if (spent === undefined) {
    spent = { spending: createSpending(), failures: { clients: createFailures(), proxies: createFailures() } };
    requests.set(request, spent);
  }
  return new Budget(limits, spent.spending, spent.failures[subject]);
}

/** Called where a decision begins: the same facts may be decided about again and again, as those of a WebSocket are. */
export function renewBudget(request: RequestFacts): void {
  requests.delete(request);
}
