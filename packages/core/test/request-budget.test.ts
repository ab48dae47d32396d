import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../src/limits.ts';
import { budgetOf, renewBudget } from '../src/request-budget.ts';
import { facts } from './requests.ts';

const limits = { ...defaultLimits, signatures: 10 };

describe('the budget of a request', () => {
  it('is one for all searches that it causes', () => {
    const request = facts();
    expect(budgetOf(request, limits).spendSignature(6)).toBe(true);
    expect(budgetOf(request, limits).spendSignature(4)).toBe(true);
    const last = budgetOf(request, limits);
    expect(last.spendSignature(1)).toBe(false);
    expect(last.exhausted).toBe('signatures');
  });

  it('is untouched until something is spent', () => {
    const request = facts();
    const budget = budgetOf(request, limits);
    expect(budget.isUntouched).toBe(true);
    budget.spendStep();
    expect(budgetOf(request, limits).isUntouched).toBe(false);
  });

  it('counts what failed for the sake of proxies apart from what failed for the client', () => {
    const request = facts();
    const proxies = budgetOf(request, limits, 'proxies');
    for (let check = 0; check < 3; check += 1) {
      proxies.spendSignature(1);
      proxies.countFailedSignature(30);
    }
    expect(budgetOf(request, limits, 'proxies').spendSignature(1)).toBe(false);
    expect(budgetOf(request, limits).spendSignature(1)).toBe(true);
    // Whatever else is spent is one.
    expect(budgetOf(request, limits).spendSignature(6)).toBe(false);
  });

  it('is not that of another request', () => {
    budgetOf(facts(), limits).spendSignature(10);
    expect(budgetOf(facts(), limits).spendSignature(10)).toBe(true);
  });

  it('is whole again where a new decision begins', () => {
    const request = facts();
    budgetOf(request, limits).spendSignature(10);
    renewBudget(request);
    expect(budgetOf(request, limits).spendSignature(10)).toBe(true);
  });
});
