import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allOf, anyOf, not } from '../../src/policy/combined-rules.ts';
import {
  createCertificateRule,
  createRule,
  matchesRule,
  type Rule,
  type RuleSubject,
  requireRule,
  type Verdict,
} from '../../src/policy/rule.ts';

const nobody = {} as RuleSubject;
const saying = (verdict: Verdict) => createRule(String(verdict), 'name', () => verdict);
const yes = saying(true);
const no = saying(false);
const unknown = saying(undefined);

describe('combined rules', () => {
  it('allOf matches when every rule does', () => {
    expect(matchesRule(allOf(yes, yes), nobody)).toBe(true);
    expect(matchesRule(allOf(yes, no), nobody)).toBe(false);
  });

  it('anyOf matches when one rule does', () => {
    expect(matchesRule(anyOf(no, yes), nobody)).toBe(true);
    expect(matchesRule(anyOf(no, no), nobody)).toBe(false);
  });

  it('not matches when the rule does not', () => {
    expect(matchesRule(not(no), nobody)).toBe(true);
    expect(matchesRule(not(yes), nobody)).toBe(false);
  });

  it('what cannot be known is no match, and neither is its opposite', () => {
    for (const rule of [
      unknown,
      not(unknown),
      not(not(unknown)),
      allOf(yes, unknown),
      anyOf(no, unknown),
      not(allOf(yes, unknown)),
      not(anyOf(no, unknown)),
    ]) {
      expect(matchesRule(rule, nobody)).toBe(false);
    }
  });

  it('what decides does so in spite of what cannot be known', () => {
    expect(matchesRule(anyOf(unknown, yes), nobody)).toBe(true);
    expect(matchesRule(not(allOf(unknown, no)), nobody)).toBe(true);
  });

  it('describe themselves as they were written', () => {
    expect(allOf(yes, anyOf(no, not(yes))).description).toBe('allOf(true, anyOf(false, not(true)))');
  });

  it('need a certificate when bare names cannot satisfy them', () => {
    const certificate = createCertificateRule('c', () => true);
    expect(
      [allOf(yes, certificate), anyOf(certificate, certificate), not(certificate)].map((rule) => rule.needs),
    ).toEqual(['certificate', 'certificate', 'certificate']);
    expect([allOf(yes, yes), anyOf(yes, certificate), not(yes)].map((rule) => rule.needs)).toEqual([
      'name',
      'name',
      'name',
    ]);
  });

  it.each([
    [() => allOf(), 'allOf(): an empty rule says nothing'],
    [() => anyOf(), 'anyOf(): an empty rule says nothing'],
    [
      () => not(undefined as unknown as Rule),
      "not(): expected rules such as subjectCn('partner-client'), got undefined",
    ],
    [() => allOf([yes] as unknown as Rule), 'allOf(): rules are arguments, not a list: allOf(...rules)'],
    [() => anyOf([] as unknown as Rule), 'anyOf(): rules are arguments, not a list'],
    [() => allOf(yes, {} as Rule), 'allOf(): expected rules'],
    [() => anyOf(yes, (() => true) as unknown as Rule), 'anyOf(): expected rules'],
    [() => not('CN=a' as unknown as Rule), 'not(): expected rules'],
  ])('refuse what is no rule: %s', (make, message) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });

  it.each([
    [not(yes)],
    [allOf(not(yes))],
    [allOf(not(yes), not(no))],
    [anyOf(not(yes))],
    [anyOf(yes, not(no))],
    [not(allOf(yes, no))],
    [not(not(not(yes)))],
  ])('that admit all whom they do not name are refused on their own: %#', (rule) => {
    expect(() => requireRule(rule, 'identity')).toThrow(TypeError);
  });

  it.each([[allOf(yes, not(no))], [not(not(yes))], [not(anyOf(yes, not(no)))], [anyOf(yes, allOf(yes, not(no)))]])(
    'that say who may come in are taken: %#',
    (rule) => {
      expect(requireRule(rule, 'identity')).toBe(rule);
    },
  );
});

describe('any combination', () => {
  interface Tree {
    readonly rule: Rule;
    /** Evaluates it with the leaves as given, in the three-valued logic of Kleene. */
    readonly value: (leaf: (index: number) => Verdict) => Verdict;
  }
  const leafVerdicts = (subject: RuleSubject) => subject as unknown as readonly Verdict[];
  const least = (verdicts: Verdict[]): Verdict =>
    verdicts.includes(false) ? false : verdicts.includes(undefined) ? undefined : true;
  const invert = (verdict: Verdict): Verdict => (verdict === undefined ? undefined : !verdict);
  const trees = fc.letrec<{ tree: Tree }>((tie) => {
    const parts = fc.array(tie('tree'), { minLength: 1, maxLength: 3 });
    return {
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.nat({ max: 4 }).map((index) => ({
          rule: createRule(`${index}`, 'name', (subject) => leafVerdicts(subject)[index]),
          value: (leaf: (index: number) => Verdict) => leaf(index),
        })),
        tie('tree').map(({ rule, value }) => ({
          rule: not(rule),
          value: (leaf: (index: number) => Verdict) => invert(value(leaf)),
        })),
        parts.map((list) => ({
          rule: allOf(...list.map(({ rule }) => rule)),
          value: (leaf: (index: number) => Verdict) => least(list.map(({ value }) => value(leaf))),
        })),
        parts.map((list) => ({
          rule: anyOf(...list.map(({ rule }) => rule)),
          value: (leaf: (index: number) => Verdict) => invert(least(list.map(({ value }) => invert(value(leaf))))),
        })),
      ),
    };
  }).tree;
  const verdicts = fc.array(fc.constantFrom(true, false, undefined), { minLength: 5, maxLength: 5 });

  it('matches exactly when its logic says so for certain', () => {
    fc.assert(
      fc.property(trees, verdicts, ({ rule, value }, given) => {
        expect(matchesRule(rule, given as unknown as RuleSubject)).toBe(value((index) => given[index]) === true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is taken on its own exactly when it refuses those of whom nothing in it is true', () => {
    fc.assert(
      fc.property(trees, ({ rule, value }) => {
        if (value(() => false) === true) expect(() => requireRule(rule, 'identity')).toThrow(TypeError);
        else requireRule(rule, 'identity');
      }),
      { numRuns: 2_000 },
    );
  });
});
