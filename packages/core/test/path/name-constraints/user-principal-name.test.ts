import { describe, expect, it } from 'vitest';
import { UserPrincipalNameSubtrees } from '../../../src/path/name-constraints/user-principal-name.ts';

function subtrees(...bases: readonly string[]): UserPrincipalNameSubtrees {
  const set = new UserPrincipalNameSubtrees();
  for (const base of bases) expect(set.add(base)).toBe(true);
  return set;
}

describe('subtrees of user principal names', () => {
  it('hold one user', () => {
    const set = subtrees('alice@example.com');
    expect(set.relate('alice@example.com')).toBe('inside');
    expect(set.relate('alice@EXAMPLE.com')).toBe('inside');
    expect(set.relate('bob@example.com')).toBe('outside');
    expect(set.relate('alice@a.example.com')).toBe('outside');
  });

  it('cannot tell whether users that differ in case are the same', () => {
    expect(subtrees('alice@example.com').relate('Alice@example.com')).toBe('overlapping');
    expect(subtrees('ALICE@example.com').relate('alice@example.com')).toBe('overlapping');
    expect(subtrees('@example.com', 'alice@example.com').relate('ALICE@example.com')).toBe('inside');
  });

  it('hold the users of a domain behind an @', () => {
    const set = subtrees('@example.com');
    expect(set.relate('alice@example.com')).toBe('inside');
    expect(set.relate('alice@a.example.com')).toBe('outside');
    expect(set.relate('alice@myexample.com')).toBe('outside');
  });

  it('hold the users of the domains below one behind a period', () => {
    const set = subtrees('.example.com');
    expect(set.relate('alice@a.example.com')).toBe('inside');
    expect(set.relate('alice@b.a.example.com')).toBe('inside');
    expect(set.relate('alice@example.com')).toBe('outside');
    expect(set.relate('alice@myexample.com')).toBe('outside');
  });

  it('cannot tell of the domains below one that is written alone', () => {
    const set = subtrees('example.com');
    expect(set.relate('alice@example.com')).toBe('inside');
    expect(set.relate('alice@a.example.com')).toBe('overlapping');
    expect(set.relate('alice@example.org')).toBe('outside');
  });

  it('hold every user when a base is empty', () => {
    expect(subtrees('').relate('alice@example.com')).toBe('inside');
    expect(subtrees('').relate('alice')).toBe('unintelligible');
  });

  it.each([
    undefined,
    '',
    'alice',
    '@example.com',
    'alice@',
    'a@b@example.com',
    'alice@b\u00fccher.example',
    'a b@c.example',
  ])('cannot tell of %j', (name) => {
    expect(subtrees('@example.com', '.example').relate(name)).toBe('unintelligible');
  });

  it.each([
    undefined,
    '@',
    '.',
    '@.example.com',
    '.@example.com',
    'a@b@c',
    '*@*',
    '@b\u00fccher.example',
    '..example.com',
  ])('refuse the base %j', (base) => {
    expect(new UserPrincipalNameSubtrees().add(base)).toBe(false);
  });
});
