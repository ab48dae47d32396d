import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/path/budget.ts';

const limits = { signatures: 3, failedSignatures: 2, steps: 2, comparisons: 10 };

describe('the budget of a search', () => {
  it('has spent nothing at first', () => {
    const budget = new Budget(limits);
    expect(budget.cost).toEqual({ signatures: 0, steps: 0, comparisons: 0 });
    expect(budget.exhausted).toBeUndefined();
  });

  it('can be spent to the last signature, and no further', () => {
    const budget = new Budget(limits);
    expect(budget.spendSignature(1)).toBe(true);
    expect(budget.spendSignature(2)).toBe(true);
    expect(budget.exhausted).toBeUndefined();
    expect(budget.spendSignature(0.35)).toBe(false);
    expect(budget.exhausted).toBe('signatures');
    expect(budget.cost.signatures).toBeCloseTo(3.35);
  });

  it('can be spent to the last step, and no further', () => {
    const budget = new Budget(limits);
    expect([budget.spendStep(), budget.spendStep(), budget.spendStep()]).toEqual([true, true, false]);
    expect(budget.exhausted).toBe('steps');
    expect(budget.cost.steps).toBe(3);
  });

  it('can be spent to the last comparison, and no further', () => {
    const budget = new Budget(limits);
    expect([budget.spendComparisons(4), budget.spendComparisons(6), budget.spendComparisons(1)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(budget.exhausted).toBe('comparisons');
    expect(budget.cost.comparisons).toBe(11);
  });

  it('allows nothing more of any kind once one has run out, and names the first', () => {
    const budget = new Budget(limits);
    budget.spendComparisons(11);
    expect(budget.spendStep()).toBe(false);
    expect(budget.spendSignature(1)).toBe(false);
    budget.spendSignature(10);
    budget.exhaust('policies');
    expect(budget.exhausted).toBe('comparisons');
  });

  it('keeps count of the policies of all paths', () => {
    const budget = new Budget(limits);
    expect(budget.policies).toBe(0);
    budget.countPolicies(3);
    budget.countPolicies(4);
    expect(budget.policies).toBe(7);
    expect(budget.exhausted).toBeUndefined();
  });

  it('ends where a bound that is counted elsewhere was met', () => {
    const budget = new Budget(limits);
    budget.exhaust('policies');
    expect(budget.exhausted).toBe('policies');
    expect(budget.spendStep()).toBe(false);
  });
});
