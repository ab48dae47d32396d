import type { Certificate, Name } from '../certificate/model.ts';
import { shown } from '../option-keys.ts';
import type { VerifiedPath } from '../path/verified-path.ts';

/** What a rule may look at. */
export interface RuleSubject {
  readonly subject: Name;
  /** Empty when a proxy asserted a subject alone. */
  readonly issuer: Name;
  /** `null` when a proxy asserted bare names without a certificate. */
  readonly certificate: Certificate | null;
  readonly path: VerifiedPath | null;
}

/**
 * `undefined`: what the rule asks for cannot be known here, as a SAN of a bare name or the anchor of a delegated path.
 * It is neither a match nor its opposite, so that `not` cannot turn missing knowledge into a match.
 */
export type Verdict = boolean | undefined;

/** Shared by every copy of this package. */
export const ruleBrand: unique symbol = Symbol.for('peercert.rule');

/** Who may come in. Made only by the rule functions; combined with `allOf`, `anyOf` and `not`. */
export interface Rule {
  /** @internal */
  readonly [ruleBrand]: RuleCore;
  /** The rule as it was written, for the log: `allOf(subjectCn("a"), not(subjectOu("b")))`. */
  readonly description: string;
  /** `'name'`: bare names asserted by a proxy can satisfy it. `'certificate'`: nothing less than a certificate can. */
  readonly needs: 'certificate' | 'name';
}

/** @internal */
export interface RuleCore {
  readonly evaluate: (subject: RuleSubject) => Verdict;
  /** It refuses those of whom nothing in it is true: it says who may come in, and not just who may not. */
  readonly names: boolean;
}

/** A rule that names whom it admits. */
export function createRule(
  description: string,
  needs: Rule['needs'],
  evaluate: (subject: RuleSubject) => Verdict,
): Rule {
  return composeRule(description, needs, { evaluate, names: true });
}

/** A rule on what only a certificate shows: it is never decided about a bare name. */
export function createCertificateRule(
  description: string,
  evaluate: (certificate: Certificate, subject: RuleSubject) => Verdict,
): Rule {
  return createRule(description, 'certificate', (subject) =>
    subject.certificate === null ? undefined : evaluate(subject.certificate, subject),
  );
}

export function composeRule(description: string, needs: Rule['needs'], core: RuleCore): Rule {
  return Object.freeze({ [ruleBrand]: Object.freeze(core), description, needs });
}

export function isRule(value: unknown): value is Rule {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, ruleBrand);
}

/** Whether the rule is decided, and decided for the subject. */
export function matchesRule(rule: Rule, subject: RuleSubject): boolean {
  return rule[ruleBrand].evaluate(subject) === true;
}

/**
 * Takes a rule for use on its own, as the option `identity` or in a guard. Throws TypeError for anything but a rule,
 * and for one that admits everybody whom it does not name: one made only of `not`, or an `anyOf` with a `not`.
 */
export function requireRule(rule: unknown, where: string): Rule {
  if (!isRule(rule)) {
    throw new TypeError(
      `${where}: expected a rule such as subjectCn('partner-client'), got ${shown(rule)}; combine several with allOf(...) or anyOf(...)`,
    );
  }
  if (!rule[ruleBrand].names) {
    throw new TypeError(
      `${where}: ${rule.description} admits everyone whom it does not name; say who may come in: allOf(issuer(...), not(...))`,
    );
  }
  return rule;
}
