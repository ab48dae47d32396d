import type { PathSettings } from '@peercert/core';
import { describe, expect, it } from 'vitest';
import { answer, chain, explicit, initially, type Spec } from './chain.ts';

describe('4.8 certificate policies', () => {
  it.each<[test: string, settings: Partial<PathSettings>, expected: string, specs: readonly Spec[]]>([
    ['1 all the same', explicit, 'valid 1', [{ policies: '1' }, { policies: '1' }]],
    ['1 all the same, as wanted', initially('1', '2'), 'valid 1', [{ policies: '1' }, { policies: '1' }]],
    [
      '1 all the same, another wanted',
      initially('2'),
      'policy_constraint_violated',
      [{ policies: '1' }, { policies: '1' }],
    ],
    ['2 none', {}, 'valid', [{}, {}]],
    ['2 none, one wanted', explicit, 'policy_constraint_violated', [{}, {}]],
    ['3 different', explicit, 'policy_constraint_violated', [{ policies: '1' }, { policies: '2' }, { policies: '1' }]],
    ['3 different, none wanted', {}, 'valid', [{ policies: '1' }, { policies: '2' }, { policies: '1' }]],
    [
      '4 different at the end',
      explicit,
      'policy_constraint_violated',
      [{ policies: '1' }, { policies: '1' }, { policies: '2' }],
    ],
    ['5 none between', explicit, 'policy_constraint_violated', [{ policies: '1' }, {}, { policies: '1' }]],
    [
      '6 fewer each time',
      initially('1'),
      'valid 1',
      [{ policies: '1 2 3 4' }, { policies: '1 2 3' }, { policies: '1 2' }, { policies: '1' }],
    ],
    [
      '6 fewer each time, another wanted',
      initially('2'),
      'policy_constraint_violated',
      [{ policies: '1 2 3 4' }, { policies: '1 2 3' }, { policies: '1 2' }, { policies: '1' }],
    ],
    [
      '7 fewer, then another',
      explicit,
      'policy_constraint_violated',
      [{ policies: '1 2 3' }, { policies: '1 2' }, { policies: '1' }, { policies: '2' }],
    ],
    [
      '9 two disjoint pairs',
      explicit,
      'policy_constraint_violated',
      [{ policies: '1 2 3' }, { policies: '1 2' }, { policies: '2' }, { policies: '1' }],
    ],
    ['10 two throughout', initially('2'), 'valid 2', [{ policies: '1 2' }, { policies: '1 2' }]],
    ['11 anyPolicy throughout', explicit, 'valid any', [{ policies: 'any' }, { policies: 'any' }]],
    ['11 anyPolicy throughout, one wanted', initially('1'), 'valid 1', [{ policies: 'any' }, { policies: 'any' }]],
    ['13 three throughout', initially('3'), 'valid 3', [{ policies: '1 2 3' }, { policies: '1 2 3' }]],
    ['14 anyPolicy above', initially('1'), 'valid 1', [{ policies: 'any' }, { policies: '1' }]],
    [
      '14 anyPolicy above, another wanted',
      initially('2'),
      'policy_constraint_violated',
      [{ policies: 'any' }, { policies: '1' }],
    ],
  ])('test %s', (_test, settings, expected, specs) => {
    expect(answer(chain(...specs), settings)).toBe(expected);
  });
});

describe('4.9 require explicit policy', () => {
  it.each<[test: string, expected: string, specs: readonly Spec[]]>([
    ['1 after ten', 'valid', [{ requireExplicit: 10 }, {}, {}, {}, {}]],
    ['2 after five', 'valid', [{ requireExplicit: 5 }, {}, {}, {}, {}]],
    ['3 after four', 'policy_constraint_violated', [{ requireExplicit: 4 }, {}, {}, {}, {}]],
    ['4 at once, and there is one', 'valid 1', [{ requireExplicit: 0, policies: '1' }, { policies: '1' }]],
    ['4 at once, and there is none', 'policy_constraint_violated', [{ requireExplicit: 0, policies: '1' }, {}]],
    [
      '5 seven, made two, not made four again',
      'policy_constraint_violated',
      [{ requireExplicit: 7 }, { requireExplicit: 2 }, { requireExplicit: 4 }, {}, {}],
    ],
    ['6 two and a self-issued authority', 'valid', [{ requireExplicit: 2 }, { selfIssued: true }, {}]],
    [
      '7 two, self-issued, one more',
      'policy_constraint_violated',
      [{ requireExplicit: 2 }, { selfIssued: true }, {}, {}],
    ],
    [
      '8 two, self-issued, one more, self-issued',
      'policy_constraint_violated',
      [{ requireExplicit: 2 }, { selfIssued: true }, {}, { selfIssued: true }, {}],
    ],
    ['by the end itself', 'policy_constraint_violated', [{}, { requireExplicit: 0 }]],
  ])('test %s', (_test, expected, specs) => {
    expect(answer(chain(...specs))).toBe(expected);
  });
});
