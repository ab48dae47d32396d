import type { PathSettings } from '@peercert/core';
import { describe, expect, it } from 'vitest';
import { answer, chain, explicit, initially, type Spec } from './chain.ts';

describe('4.10 policy mappings', () => {
  const oneToTwo: Spec = { policies: '1', maps: '1>2' };
  const noMapping: Partial<PathSettings> = { initialPolicyMappingInhibit: true };
  it.each<[test: string, settings: Partial<PathSettings>, expected: string, specs: readonly Spec[]]>([
    ['1 mapped', initially('1'), 'valid 1', [oneToTwo, { policies: '2' }]],
    ['1 mapped, the mapped one wanted', initially('2'), 'policy_constraint_violated', [oneToTwo, { policies: '2' }]],
    [
      '1 mapped, mapping inhibited',
      { ...explicit, ...noMapping },
      'policy_constraint_violated',
      [oneToTwo, { policies: '2' }],
    ],
    ['2 mapped and not used', explicit, 'policy_constraint_violated', [oneToTwo, { policies: '1' }]],
    [
      '3 mapped twice',
      initially('2'),
      'valid 2',
      [{ policies: '1 2', maps: '1>3' }, { policies: '2 3', maps: '3>5 2>4' }, { policies: '4 5' }],
    ],
    [
      '3 mapped twice, the end has one',
      initially('1'),
      'policy_constraint_violated',
      [{ policies: '1 2', maps: '1>3' }, { policies: '2 3', maps: '3>5 2>4' }, { policies: '4' }],
    ],
    ['5 one to several', initially('1'), 'valid 1', [{ policies: '1', maps: '1>2 1>3 1>4' }, { policies: '3' }]],
    [
      '6 one to several, another wanted',
      initially('3'),
      'policy_constraint_violated',
      [{ policies: '1', maps: '1>2 1>3 1>4' }, { policies: '3' }],
    ],
    [
      '10 mapped from one that is not there',
      explicit,
      'policy_constraint_violated',
      [{ policies: '1' }, oneToTwo, { policies: '1' }],
    ],
    [
      '11 anyPolicy with a mapping below a policy',
      explicit,
      'valid 1',
      [{ policies: '1' }, { policies: 'any', maps: '1>2' }, { policies: '2' }],
    ],
    ['13 mapped beside anyPolicy', initially('1'), 'valid 1', [{ policies: '1 any', maps: '1>2' }, { policies: '2' }]],
    [
      '14 by anyPolicy what is mapped away',
      initially('1'),
      'valid 1',
      [{ policies: '1 any', maps: '1>2' }, { policies: '1' }],
    ],
  ])('test %s', (_test, settings, expected, specs) => {
    expect(answer(chain(...specs), settings)).toBe(expected);
  });

  it.each([
    ['7 from', 'any>1'],
    ['8 to', '1>any'],
  ])('test %s anyPolicy', (_test, maps) => {
    expect(answer(chain({ policies: '1 any', maps }, { policies: '1' }))).toBe('certificate_malformed');
  });
});

describe('4.11 inhibit policy mapping', () => {
  const onceMore: Spec = { policies: '1 2', inhibitMapping: 1 };
  const mapping: Spec = { policies: '1 2', maps: '1>3 2>4' };
  it.each<[test: string, settings: Partial<PathSettings>, expected: string, specs: readonly Spec[]]>([
    [
      '1 at once',
      explicit,
      'policy_constraint_violated',
      [{ policies: '1', inhibitMapping: 0 }, { policies: '1', maps: '1>2' }, { policies: '2' }],
    ],
    ['2 after one', explicit, 'valid 1', [onceMore, mapping, { policies: '3' }]],
    [
      '3 after one, and two map',
      explicit,
      'policy_constraint_violated',
      [onceMore, mapping, { policies: '3 4', maps: '3>5' }, { policies: '5' }],
    ],
    [
      '4 after one, and what is not mapped again stays',
      explicit,
      'valid 2',
      [onceMore, mapping, { policies: '3 4', maps: '3>5' }, { policies: '4' }],
    ],
    [
      '5 five, made one, not made five again',
      explicit,
      'policy_constraint_violated',
      [
        { policies: '1', inhibitMapping: 5 },
        { policies: '1', inhibitMapping: 1 },
        { policies: '1', inhibitMapping: 5 },
        { policies: '1', maps: '1>2' },
        { policies: '2' },
      ],
    ],
    [
      '7 one and a self-issued authority',
      explicit,
      'valid 1',
      [
        { policies: '1', inhibitMapping: 1 },
        { policies: '1', selfIssued: true },
        { policies: '1', maps: '1>2' },
        { policies: '2' },
      ],
    ],
    [
      '8 the same, and two map',
      explicit,
      'policy_constraint_violated',
      [
        { policies: '1', inhibitMapping: 1 },
        { policies: '1', selfIssued: true },
        { policies: '1', maps: '1>2' },
        { policies: '2', maps: '2>3' },
        { policies: '3' },
      ],
    ],
    [
      '10 the self-issued one maps',
      explicit,
      'policy_constraint_violated',
      [{ policies: '1', inhibitMapping: 0 }, { policies: '1', selfIssued: true, maps: '1>2' }, { policies: '2' }],
    ],
  ])('test %s', (_test, settings, expected, specs) => {
    expect(answer(chain(...specs), settings)).toBe(expected);
  });
});

describe('4.12 inhibit anyPolicy', () => {
  const noAny: Partial<PathSettings> = { ...explicit, initialAnyPolicyInhibit: true };
  const once: Spec = { policies: '1', inhibitAny: 1 };
  const any: Spec = { policies: 'any' };
  const selfIssued: Spec = { policies: 'any', selfIssued: true };
  it.each<[test: string, settings: Partial<PathSettings>, expected: string, specs: readonly Spec[]]>([
    ['1 at once', explicit, 'policy_constraint_violated', [{ policies: '1', inhibitAny: 0 }, any]],
    ['2 at once, beside another', explicit, 'valid 1', [{ policies: '1', inhibitAny: 0 }, { policies: '1 any' }]],
    ['3 after one', explicit, 'valid 1', [once, any, { policies: '1' }]],
    ['3 from the beginning', noAny, 'policy_constraint_violated', [once, any, { policies: '1' }]],
    ['4 after one, and two assert it', explicit, 'policy_constraint_violated', [once, any, any]],
    [
      '5 five, made one',
      explicit,
      'policy_constraint_violated',
      [{ policies: '1', inhibitAny: 5 }, { policies: '1', inhibitAny: 1 }, any, any],
    ],
    [
      '6 one, not made five again',
      explicit,
      'policy_constraint_violated',
      [once, { policies: 'any', inhibitAny: 5 }, any],
    ],
    ['7 one and a self-issued authority', explicit, 'valid 1', [once, selfIssued, any, { policies: '1' }]],
    [
      '8 the same and one more',
      explicit,
      'policy_constraint_violated',
      [once, selfIssued, any, any, { policies: '1' }],
    ],
    ['9 two self-issued authorities', explicit, 'valid 1', [once, selfIssued, any, selfIssued, { policies: '1' }]],
    ['10 self-issued, one more, and the end', explicit, 'policy_constraint_violated', [once, selfIssued, any, any]],
    ['a self-issued end', explicit, 'policy_constraint_violated', [{ policies: '1', inhibitAny: 0 }, selfIssued]],
  ])('test %s', (_test, settings, expected, specs) => {
    expect(answer(chain(...specs), settings)).toBe(expected);
  });
});
