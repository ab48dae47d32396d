import type { NameInput } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { attributeTypes, soleValue } from '../../src/policy/attribute.ts';
import { subjectCn, subjectO, subjectOu } from '../../src/policy/name-rules.ts';
import { matchesRule, type Rule } from '../../src/policy/rule.ts';
import { evidence } from './clients.ts';

const matches = async (rule: Rule, subject: NameInput) => matchesRule(rule, await evidence({ subject }));

describe('rules on the subject', () => {
  it('compare values exactly and with their case', async () => {
    expect(await matches(subjectCn('partner-client'), 'CN=partner-client')).toBe(true);
    expect(await matches(subjectCn('partner-client'), 'CN=Partner-Client')).toBe(false);
    expect(await matches(subjectCn('partner-client'), [{ CN: 'partner-client ' }])).toBe(false);
    expect(await matches(subjectCn('partner'), 'CN=partner-client')).toBe(false);
  });

  it('compare decoded values, whatever string type they were written in', async () => {
    for (const value of ['utf8', 'bmp', 'universal'] as const) {
      expect(await matches(subjectCn('Zoë'), [{ CN: { [value]: 'Zoë' } as { utf8: string } }])).toBe(true);
    }
  });

  it('subjectCn matches only a sole CN, also against one that is no text', async () => {
    expect(await matches(subjectCn('a'), [{ CN: 'a' }, { CN: 'b' }])).toBe(false);
    expect(await matches(subjectCn('b'), [{ CN: 'a' }, { CN: 'b' }])).toBe(false);
    expect(await matches(subjectCn('a'), [{ CN: ['a', 'b'] }])).toBe(false);
    expect(await matches(subjectCn('a'), [{ CN: 'a', UID: '7' }])).toBe(true);
    expect(await matches(subjectCn('a'), [{ O: 'a' }])).toBe(false);
  });

  it('subjectO and subjectOu match any value of theirs, and no other attribute', async () => {
    const subject = [{ O: 'Acme' }, { O: 'Other' }, { OU: 'ops' }, { OU: ['admins', 'audit'] }, { CN: 'x' }];
    for (const [rule, expected] of [
      [subjectO('Acme'), true],
      [subjectO('Other'), true],
      [subjectO('ops'), false],
      [subjectOu('ops'), true],
      [subjectOu('admins'), true],
      [subjectOu('audit'), true],
      [subjectOu('Acme'), false],
      [subjectOu('ops,admins'), false],
    ] as const) {
      expect([rule.description, await matches(rule, subject)]).toEqual([rule.description, expected]);
    }
  });

  it('find no OU in a CN that is crafted to look like one', async () => {
    for (const CN of ['x,OU=Administrators', 'x+OU=Administrators', 'x/OU=Administrators']) {
      expect(await matches(subjectOu('Administrators'), [{ CN }])).toBe(false);
      expect(await matches(subjectCn(CN), [{ CN }])).toBe(true);
      expect(await matches(subjectCn('x'), [{ CN }])).toBe(false);
    }
  });

  it('match nothing of an empty subject', async () => {
    const sans = [{ dns: 'a.example' }];
    expect(matchesRule(subjectCn('a'), await evidence({ subject: [], sans }))).toBe(false);
  });

  it.each([subjectCn, subjectO, subjectOu])('refuse an empty value or what is no text: %#', (factory) => {
    for (const value of ['', undefined, null, {}, ['a'], 7]) {
      expect(() => factory(value as string)).toThrow(TypeError);
      expect(() => factory(value as string)).toThrow(`${factory.name}(): expected the exact value`);
    }
  });

  it('can be satisfied by bare names, and say how they were written', () => {
    expect(
      [subjectCn('a'), subjectO('b'), subjectOu('c"d')].map(({ needs, description }) => [needs, description]),
    ).toEqual([
      ['name', 'subjectCn("a")'],
      ['name', 'subjectO("b")'],
      ['name', 'subjectOu("c\\"d")'],
    ]);
  });
});

describe('the value of an attribute', () => {
  it('is sole only if no other attribute of its type is there, with or without a text', () => {
    const cn = (text: string | undefined) => ({ type: attributeTypes.commonName, text, der: new Uint8Array() });
    const name = (...attributes: ReturnType<typeof cn>[]) =>
      ({ rdns: attributes.map((attribute) => [attribute]) }) as never;
    expect(soleValue(name(cn('a')), attributeTypes.commonName)).toBe('a');
    expect(soleValue(name(cn('a'), cn(undefined)), attributeTypes.commonName)).toBeUndefined();
    expect(soleValue(name(cn(undefined)), attributeTypes.commonName)).toBeUndefined();
    expect(soleValue(name(), attributeTypes.commonName)).toBeUndefined();
  });
});
