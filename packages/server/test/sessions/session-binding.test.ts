import { type Certificate, parseCertificatePem } from '@peercert/core';
import { createTestAuthority } from '@peercert/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { bindingOf, sessionIdContextOf } from '../../src/sessions/session-binding.ts';

let one: Certificate;
let other: Certificate;

beforeAll(async () => {
  [one, other] = (await Promise.all(
    ['One', 'Other'].map(async (name) => {
      const parsed = parseCertificatePem((await createTestAuthority({ name })).caPem);
      return parsed.ok ? parsed.value : undefined;
    }),
  )) as [Certificate, Certificate];
});

describe('what sessions are bound to', () => {
  it('is the same for the same anchors under the same names, in whatever order the names are', () => {
    const trust = new Map([
      ['default', [[one]]],
      ['b', [[other]]],
    ]);
    expect(bindingOf(trust)).toEqual(bindingOf(new Map([...trust].reverse())));
  });

  it('is another when an authority is added or removed, is no anchor any more, or belongs to another name', () => {
    const bindings = [
      new Map([['default', [[one]]]]),
      new Map([['default', [[other]]]]),
      new Map([['default', [[one, other]]]]),
      new Map([['default', [[one], [other]]]]),
      new Map([
        ['default', [[one]]],
        ['b', [[other]]],
      ]),
      new Map([
        ['default', [[other]]],
        ['b', [[one]]],
      ]),
      new Map([
        ['default', [[one]]],
        ['c', [[other]]],
      ]),
    ].map((trust) => bindingOf(trust).toString('hex'));
    expect(new Set(bindings).size).toBe(bindings.length);
  });

  it('fits into the context of a session', () => {
    expect(sessionIdContextOf(bindingOf(new Map([['default', [[one]]]])))).toHaveLength(32);
  });
});
