import { describe, expect, it } from 'vitest';
import { Rfc822NameSubtrees } from '../../../src/path/name-constraints/rfc822-name.ts';

function subtrees(...bases: readonly string[]): Rfc822NameSubtrees {
  const set = new Rfc822NameSubtrees();
  for (const base of bases) expect(set.add(base)).toBe(true);
  return set;
}

describe('rfc822Name subtrees', () => {
  it('of a mailbox hold that mailbox alone', () => {
    const set = subtrees('root@example.com');
    expect(set.relate('root@example.com')).toBe('inside');
    expect(set.relate('root@EXAMPLE.com')).toBe('inside');
    expect(set.relate('Root@example.com')).toBe('outside');
    expect(set.relate('root@mail.example.com')).toBe('outside');
    expect(set.relate('groot@example.com')).toBe('outside');
    expect(set.relate('root@comexample')).toBe('outside');
  });

  it('of a host hold the mailboxes on that host', () => {
    const set = subtrees('Example.com');
    expect(set.relate('anyone@example.COM')).toBe('inside');
    expect(set.relate('anyone@mail.example.com')).toBe('outside');
    expect(set.relate('anyone@myexample.com')).toBe('outside');
    expect(set.relate('anyone@com')).toBe('outside');
  });

  it('of a domain hold the mailboxes on the hosts within it, not those on itself', () => {
    const set = subtrees('.Example.com');
    expect(set.relate('anyone@mail.example.com')).toBe('inside');
    expect(set.relate('anyone@a.b.EXAMPLE.com')).toBe('inside');
    expect(set.relate('anyone@example.com')).toBe('outside');
    expect(set.relate('anyone@myexample.com')).toBe('outside');
  });

  it('take the asterisk as a letter', () => {
    expect(subtrees('*@example.com').relate('*@example.com')).toBe('inside');
    expect(subtrees('*@example.com').relate('user@example.com')).toBe('outside');
    expect(subtrees('*@example.com').relate('*@sub.example.com')).toBe('outside');
    expect(subtrees('**@example.com').relate('*@example.com')).toBe('outside');
  });

  it('see the mailbox behind its quotes', () => {
    expect(subtrees('root@example.com').relate('"root"@example.com')).toBe('inside');
    expect(subtrees('root@example.com').relate('"ro\\ot"@example.com')).toBe('inside');
    expect(subtrees('"root"@example.com').relate('root@example.com')).toBe('inside');
    expect(subtrees('example.com').relate('"a@b.org"@example.com')).toBe('inside');
    expect(subtrees('b.org').relate('"a@b.org"@example.com')).toBe('outside');
    expect(subtrees('example.com').relate('""@example.com')).toBe('inside');
    expect(subtrees('" !#[]^~"@example.com').relate('" !#[]^~"@example.com')).toBe('inside');
    expect(subtrees('"a\\"\\\\b"@example.com').relate('"a\\"\\\\b"@example.com')).toBe('inside');
  });

  it('hold the mailboxes of a host behind an @', () => {
    const set = subtrees('@example.com');
    expect(set.relate('anyone@example.com')).toBe('inside');
    expect(set.relate('anyone@mail.example.com')).toBe('outside');
  });

  it.each([
    '',
    'example.com',
    '@example.com',
    'a@',
    'a@b@example.com',
    'a@example.com.',
    'a@.example.com',
    'a b@example.com',
    '.a@example.com',
    'a.@example.com',
    'a..b@example.com',
    'a@[192.0.2.1]',
    'a@exam ple.com',
    '"a"b@example.com',
    'b"a"@example.com',
    '"a@example.com',
    '"a"b"@example.com',
    '"a\\"@example.com',
    '"a\u0007"@example.com',
    'å@example.com',
    'a@exämple.com',
    'a@example.com\n',
    '<a@example.com>',
  ])('cannot tell of %j', (name) => {
    expect(subtrees('example.com', '.example.com').relate(name)).toBe('unintelligible');
  });

  it('take every letter of a dot-string', () => {
    expect(subtrees("a.Z09!#$%&'*+/=?^_`{|}~-@example.com").relate("a.Z09!#$%&'*+/=?^_`{|}~-@example.com")).toBe(
      'inside',
    );
  });

  it.each([
    '',
    '.',
    '@',
    'a@',
    '@',
    '@.example.com',
    '@@example.com',
    'a@b@example.com',
    '..example.com',
    'example.com.',
    'a@.example.com',
    '*.example.com',
  ])('refuse the base %j', (base) => {
    expect(new Rfc822NameSubtrees().add(base)).toBe(false);
  });
});
