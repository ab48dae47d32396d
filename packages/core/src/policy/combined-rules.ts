import { shown } from '../option-keys.ts';
import { composeRule, isRule, type Rule, type RuleSubject, ruleBrand, type Verdict } from './rule.ts';

/** Every rule must match. Throws TypeError without rules. */
export function allOf(...rules: readonly Rule[]): Rule {
  requireRules('allOf', rules);
  return composeRule(
    described('allOf', rules),
    rules.some((rule) => rule.needs === 'certificate') ? 'certificate' : 'name',
    {
      evaluate: (subject) => settle(false, rules, subject),
      names: rules.some((rule) => rule[ruleBrand].names),
    },
  );
}

/** At least one rule must match. Throws TypeError without rules. */
export function anyOf(...rules: readonly Rule[]): Rule {
  requireRules('anyOf', rules);
  return composeRule(
    described('anyOf', rules),
    rules.every((rule) => rule.needs === 'certificate') ? 'certificate' : 'name',
    {
      evaluate: (subject) => settle(true, rules, subject),
      names: rules.every((rule) => rule[ruleBrand].names),
    },
  );
}

/**
 * The rule must not match. What cannot be known does not count as not matching: `not(sanDns('a.example'))` refuses a
 * bare name asserted by a proxy. On its own it would admit everybody else, so it stands only inside `allOf`.
 */
export function not(rule: Rule): Rule {
  requireRules('not', [rule]);
  const part = rule[ruleBrand];
  return composeRule(described('not', [rule]), rule.needs, {
    evaluate: (subject) => {
      const verdict = part.evaluate(subject);
      return verdict === undefined ? undefined : !verdict;
    },
    names: !part.names,
  });
}

/** The first rule that says `decisive` decides; else one that cannot know leaves it unknown. */
function settle(decisive: boolean, rules: readonly Rule[], subject: RuleSubject): Verdict {
  let verdict: Verdict = !decisive;
  for (const rule of rules) {
    const part = rule[ruleBrand].evaluate(subject);
    if (part === decisive) return decisive;
    if (part === undefined) verdict = undefined;
  }
  return verdict;
}

function described(name: string, rules: readonly Rule[]): string {
  return `${name}(${rules.map((rule) => rule.description).join(', ')})`;
}

function requireRules(name: string, rules: readonly unknown[]): void {
  if (rules.length === 0) {
    throw new TypeError(`${name}(): an empty rule says nothing; name at least one rule`);
  }
  for (const rule of rules) {
    if (isRule(rule)) continue;
    throw new TypeError(
      Array.isArray(rule)
        ? `${name}(): rules are arguments, not a list: ${name}(...rules)`
        : `${name}(): expected rules such as subjectCn('partner-client'), got ${shown(rule)}`,
    );
  }
}
