import { extension, type GeneralNameInput, type NameInput } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { answer, chain, type Spec } from './chain.ts';

describe('4.13 name constraints', () => {
  const subtree = (ou: string): GeneralNameInput => ({ directoryName: `OU=${ou},O=Test Certificates,C=US` });
  const inside = (...ous: readonly string[]): NameInput =>
    `CN=someone,${ous.map((ou) => `OU=${ou},`).join('')}O=Test Certificates,C=US`;
  const one: Spec = { permitted: [subtree('one')] };
  it.each<[test: string, expected: string, specs: readonly Spec[]]>([
    ['1 inside', 'valid', [one, { subject: inside('one') }]],
    ['2 outside', 'name_constraint_violated', [one, { subject: inside('two') }]],
    [
      '3 a directoryName outside',
      'name_constraint_violated',
      [one, { subject: inside('one'), sans: [subtree('two')] }],
    ],
    ['4 another kind of name', 'valid', [one, { subject: inside('one'), sans: [{ email: 'a@b.example' }] }]],
    ['5 either of two', 'valid', [{ permitted: [subtree('one'), subtree('two')] }, { subject: inside('two') }]],
    ['7 excluded', 'name_constraint_violated', [{ excluded: [subtree('one')] }, { subject: inside('one') }]],
    ['6 not excluded', 'valid', [{ excluded: [subtree('one')] }, { subject: inside('two') }]],
    [
      '10 permitted and excluded',
      'name_constraint_violated',
      [
        { permitted: [subtree('one')], excluded: [{ directoryName: 'OU=two,OU=one,O=Test Certificates,C=US' }] },
        { subject: inside('two', 'one') },
      ],
    ],
    [
      '11 permitted and not excluded',
      'valid',
      [
        { permitted: [subtree('one')], excluded: [{ directoryName: 'OU=two,OU=one,O=Test Certificates,C=US' }] },
        { subject: inside('one') },
      ],
    ],
    [
      '12 narrowed below, and outside it',
      'name_constraint_violated',
      [
        one,
        { subject: inside('one'), permitted: [{ directoryName: 'OU=two,OU=one,O=Test Certificates,C=US' }] },
        { subject: inside('one') },
      ],
    ],
    [
      '13 moved below',
      'name_constraint_violated',
      [one, { subject: inside('one'), permitted: [subtree('two')] }, { subject: inside('two') }],
    ],
    [
      '14 narrowed below, and inside it',
      'valid',
      [
        one,
        { subject: inside('one'), permitted: [{ directoryName: 'OU=two,OU=one,O=Test Certificates,C=US' }] },
        { subject: inside('two', 'one') },
      ],
    ],
    [
      '15 excluded above',
      'name_constraint_violated',
      [{ excluded: [subtree('one')] }, { excluded: [subtree('two')] }, { subject: inside('one') }],
    ],
    [
      '16 excluded below',
      'name_constraint_violated',
      [{ excluded: [subtree('one')] }, { excluded: [subtree('two')] }, { subject: inside('two') }],
    ],
    ['19 a self-issued authority outside', 'valid', [one, { selfIssued: true }, { subject: inside('one') }]],
    ['20 a self-issued end outside', 'name_constraint_violated', [one, { selfIssued: true }]],
    [
      'an empty subject',
      'valid',
      [one, { subject: [], extensions: [extension.subjectAltName([{ dns: 'a.example' }], true)] }],
    ],
    ['names in another case and spacing', 'valid', [one, { subject: 'CN=someone,OU=ONE,O=test  certificates,C=us' }]],
  ])('test %s', (_test, expected, specs) => {
    expect(answer(chain(...specs))).toBe(expected);
  });

  const mail = (email: string): Spec => ({ sans: [{ email }] });
  const named = (dns: string): Spec => ({ sans: [{ dns }] });
  const located = (uri: string): Spec => ({ sans: [{ uri }] });
  it.each<[test: string, expected: string, authority: Spec, end: Spec]>([
    ['21 mail below a domain', 'valid', { permitted: [{ email: '.tests.example' }] }, mail('a@mx.tests.example')],
    [
      '22 mail at the domain itself',
      'name_constraint_violated',
      { permitted: [{ email: '.tests.example' }] },
      mail('a@tests.example'),
    ],
    ['23 mail at a host', 'valid', { permitted: [{ email: 'tests.example' }] }, mail('a@tests.example')],
    [
      '24 mail below the host',
      'name_constraint_violated',
      { permitted: [{ email: 'tests.example' }] },
      mail('a@mx.tests.example'),
    ],
    ['25 mail below an excluded host', 'valid', { excluded: [{ email: 'tests.example' }] }, mail('a@mx.tests.example')],
    [
      '26 mail at an excluded host',
      'name_constraint_violated',
      { excluded: [{ email: 'tests.example' }] },
      mail('a@tests.example'),
    ],
    [
      '29 mail in the subject',
      'name_constraint_violated',
      { permitted: [{ email: 'tests.example' }] },
      { subject: [{ O: 'Test Certificates' }, { E: 'a@other.example' }] },
    ],
    ['30 a host below', 'valid', { permitted: [{ dns: 'tests.example' }] }, named('host.tests.example')],
    [
      '31 a host elsewhere',
      'name_constraint_violated',
      { permitted: [{ dns: 'tests.example' }] },
      named('host.other.example'),
    ],
    ['32 a host that is not excluded', 'valid', { excluded: [{ dns: 'other.example' }] }, named('host.tests.example')],
    [
      '33 a host that is excluded',
      'name_constraint_violated',
      { excluded: [{ dns: 'other.example' }] },
      named('host.other.example'),
    ],
    [
      '38 a host whose name only ends alike',
      'name_constraint_violated',
      { permitted: [{ dns: 'tests.example' }] },
      named('mytests.example'),
    ],
    [
      '34 a URI below a domain',
      'valid',
      { permitted: [{ uri: '.tests.example' }] },
      located('http://host.tests.example/a'),
    ],
    [
      '35 a URI at the domain itself',
      'name_constraint_violated',
      { permitted: [{ uri: '.tests.example' }] },
      located('http://tests.example/a'),
    ],
    [
      '36 a URI below an excluded host',
      'valid',
      { excluded: [{ uri: 'other.example' }] },
      located('http://host.other.example/a'),
    ],
    [
      '37 a URI at an excluded host',
      'name_constraint_violated',
      { excluded: [{ uri: 'other.example' }] },
      located('ftp://other.example/a'),
    ],
  ])('test %s', (_test, expected, { permitted, excluded }, end) => {
    const constraints = { ...(permitted && { permitted }), ...(excluded && { excluded }) };
    expect(answer(chain(constraints, end))).toBe(expected);
  });
});
