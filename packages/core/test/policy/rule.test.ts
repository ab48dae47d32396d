import { describe, expect, it } from 'vitest';
import { not } from '../../src/policy/combined-rules.ts';
import { subjectCn } from '../../src/policy/name-rules.ts';
import { isRule, requireRule } from '../../src/policy/rule.ts';

describe('a rule for use on its own', () => {
  it('is any that names whom it admits', () => {
    const rule = subjectCn('a');
    expect(requireRule(rule, 'identity')).toBe(rule);
  });

  it('is refused when it is made only of not, with what to write', () => {
    expect(() => requireRule(not(subjectCn('a')), 'identity')).toThrow(
      new TypeError(
        'identity: not(subjectCn("a")) admits everyone whom it does not name; say who may come in: allOf(issuer(...), not(...))',
      ),
    );
  });

  it.each([undefined, null, true, 'CN=a', {}, [subjectCn('a')], () => true, { description: 'x', needs: 'name' }])(
    'is not %s',
    (value) => {
      expect(isRule(value)).toBe(false);
      expect(() => requireRule(value, 'identity')).toThrow(
        "identity: expected a rule such as subjectCn('partner-client')",
      );
    },
  );

  it('cannot be changed after it was made', () => {
    expect(Object.isFrozen(subjectCn('a'))).toBe(true);
  });
});
