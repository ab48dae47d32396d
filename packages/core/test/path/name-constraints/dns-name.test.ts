import { describe, expect, it } from 'vitest';
import { DnsNameSubtrees } from '../../../src/path/name-constraints/dns-name.ts';

function subtrees(...bases: readonly string[]): DnsNameSubtrees {
  const set = new DnsNameSubtrees();
  for (const base of bases) expect(set.add(base)).toBe(true);
  return set;
}

describe('dNSName subtrees', () => {
  it('hold the base and every name made by adding labels on the left', () => {
    const set = subtrees('host.example.com');
    expect(set.relate('host.example.com')).toBe('inside');
    expect(set.relate('www.host.example.com')).toBe('inside');
    expect(set.relate('a.b.c.host.example.com')).toBe('inside');
    expect(set.relate('host1.example.com')).toBe('outside');
    expect(set.relate('myhost.example.com')).toBe('outside');
    expect(set.relate('example.com')).toBe('outside');
    expect(set.relate('com')).toBe('outside');
    expect(set.relate('host.example.com.evil.org')).toBe('outside');
  });

  it('compare without regard to ASCII case', () => {
    expect(subtrees('EXAMPLE.com').relate('Www.Example.COM')).toBe('inside');
  });

  it('hold every name when a base is empty', () => {
    const set = subtrees('');
    expect(set.relate('example.com')).toBe('inside');
    expect(set.relate('com')).toBe('inside');
    expect(set.relate('*.com')).toBe('inside');
  });

  it('hold nothing without a base', () => {
    expect(subtrees().relate('example.com')).toBe('outside');
    expect(subtrees().relate('*.example.com')).toBe('outside');
  });

  it('keep several bases apart', () => {
    const set = subtrees('a.example', 'b.a.example', 'c.example');
    expect(set.relate('x.b.a.example')).toBe('inside');
    expect(set.relate('x.c.example')).toBe('inside');
    expect(set.relate('b.example')).toBe('outside');
    expect(set.relate('example')).toBe('outside');
  });

  it('hold a wildcard when they hold every name for which it stands', () => {
    const set = subtrees('example.com');
    expect(set.relate('*.example.com')).toBe('inside');
    expect(set.relate('*.www.example.com')).toBe('inside');
    expect(set.relate('*.example.org')).toBe('outside');
  });

  it('overlap a wildcard that stands for one of their names', () => {
    expect(subtrees('foo.example.com').relate('*.example.com')).toBe('overlapping');
    expect(subtrees('foo.example.com', 'com').relate('*.example.com')).toBe('inside');
    expect(subtrees('example.com').relate('*.com')).toBe('overlapping');
  });

  it('are outside of a wildcard with fewer labels, which never stands for two', () => {
    expect(subtrees('a.foo.example.com').relate('*.example.com')).toBe('outside');
    expect(subtrees('foo.example.com').relate('*.com')).toBe('outside');
    expect(subtrees('foo.example.com').relate('*.example.net')).toBe('outside');
    expect(subtrees('foo.example.com').relate('*.foo.example.org')).toBe('outside');
  });

  it('hold, behind a leading period, names with one or more labels added and not the one behind it', () => {
    const set = subtrees('.example.com');
    expect(set.relate('www.example.com')).toBe('inside');
    expect(set.relate('a.b.WWW.example.com')).toBe('inside');
    expect(set.relate('*.example.com')).toBe('inside');
    expect(set.relate('*.www.example.com')).toBe('inside');
    expect(set.relate('example.com')).toBe('outside');
    expect(set.relate('myexample.com')).toBe('outside');
    expect(set.relate('com')).toBe('outside');
    // It stands for example.com, which is outside, and for no name of two labels more.
    expect(set.relate('*.com')).toBe('outside');
    expect(subtrees('.example.com', 'example.com').relate('example.com')).toBe('inside');
    expect(subtrees('.a.example.com').relate('*.example.com')).toBe('outside');
  });

  it.each([
    '.example.com',
    'example.com.',
    'www..example.com',
    '',
    '.',
    '*',
    '*.',
    '*.*.example.com',
    'w*.example.com',
    'www.*.example.com',
    'exa mple.com',
    'example.com\n',
    'example.com\0',
    '\u{212A}.example.com',
    'bücher.example.com',
    `${'a'.repeat(64)}.example.com`,
    `${'a.'.repeat(126)}ab`,
  ])('cannot tell of %j', (name) => {
    expect(subtrees('example.com').relate(name)).toBe('unintelligible');
    expect(subtrees('').relate(name)).toBe('unintelligible');
  });

  it('take names up to the lengths of the domain name system', () => {
    const longest = `${'a.'.repeat(126)}a`;
    expect(longest).toHaveLength(253);
    expect(subtrees('a').relate(longest)).toBe('inside');
    expect(subtrees('a').relate(`${'b'.repeat(63)}.a`)).toBe('inside');
    expect(subtrees('a').relate('x_y-1.a')).toBe('inside');
  });

  it.each([
    '..example.com',
    '.example.com.',
    '.*.example.com',
    'example.com.',
    '*.example.com',
    'a..b',
    '.',
    ' ',
    'exämple.com',
  ])('refuse the base %j', (base) => {
    expect(new DnsNameSubtrees().add(base)).toBe(false);
  });
});
