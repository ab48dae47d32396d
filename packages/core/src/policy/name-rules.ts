import type { Name } from '../certificate/model.ts';
import { shown } from '../option-keys.ts';
import { attributeTypes, hasUncomparable, soleValue } from './attribute.ts';
import { createRule, type Rule } from './rule.ts';

/**
 * Rules on the subject's attributes: exact and case-sensitive, on decoded values, never on the text of the name. A value that
 * cannot be compared matches nothing, and what it says is not known: `not(...)` does not match it either.
 */

/** The subject's CN, if it has exactly one: with a second, nobody can say which is meant. */
export function subjectCn(value: string): Rule {
  return subjectRule('subjectCn', attributeTypes.commonName, value, (subject) => [
    soleValue(subject, attributeTypes.commonName),
  ]);
}

/** Any O of the subject. */
export function subjectO(value: string): Rule {
  return subjectRule('subjectO', attributeTypes.organization, value, valuesOf(attributeTypes.organization));
}

/** Any OU of the subject. Whoever else may issue can set it too: see `issuer` and `anchor`. */
export function subjectOu(value: string): Rule {
  return subjectRule(
    'subjectOu',
    attributeTypes.organizationalUnit,
    value,
    valuesOf(attributeTypes.organizationalUnit),
  );
}

const valuesOf =
  (type: string) =>
  (subject: Name): readonly string[] =>
    subject.valuesOf(type);

function subjectRule(
  name: string,
  type: string,
  value: string,
  given: (subject: Name) => readonly (string | undefined)[],
): Rule {
  if (typeof value !== 'string' || value === '') {
    throw new TypeError(`${name}(): expected the exact value, a string that is not empty, got ${shown(value)}`);
  }
  return createRule(`${name}(${shown(value)})`, 'name', ({ subject }) => {
    if (given(subject).includes(value)) return true;
    return hasUncomparable(subject, type) ? undefined : false;
  });
}
