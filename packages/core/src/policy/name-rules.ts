import type { Name } from '../certificate/model.ts';
import { shown } from '../option-keys.ts';
import { attributeTypes, soleValue } from './attribute.ts';
import { createRule, type Rule } from './rule.ts';

/** Rules on the subject's attributes: exact and case-sensitive, on decoded values, never on the text of the name. */

/** The subject's CN, if it has exactly one: with a second, nobody can say which is meant. */
export function subjectCn(value: string): Rule {
  return subjectRule('subjectCn', value, (subject) => soleValue(subject, attributeTypes.commonName) === value);
}

/** Any O of the subject. */
export function subjectO(value: string): Rule {
  return subjectRule('subjectO', value, (subject) => subject.valuesOf(attributeTypes.organization).includes(value));
}

/** Any OU of the subject. Whoever else may issue can set it too: see `issuer` and `anchor`. */
export function subjectOu(value: string): Rule {
  return subjectRule('subjectOu', value, (subject) =>
    subject.valuesOf(attributeTypes.organizationalUnit).includes(value),
  );
}

function subjectRule(name: string, value: string, matches: (subject: Name) => boolean): Rule {
  if (typeof value !== 'string' || value === '') {
    throw new TypeError(`${name}(): expected the exact value, a string that is not empty, got ${shown(value)}`);
  }
  return createRule(`${name}(${shown(value)})`, 'name', ({ subject }) => matches(subject));
}
