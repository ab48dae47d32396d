import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAbsoluteUri } from '../../src/certificate/uri.ts';
import { ascii, join } from '../encoding/der-writer.ts';

const isOne = (text: string, before = ':', after = '/'): boolean => {
  const bytes = join(ascii(before), ascii(text), ascii(after));
  return isAbsoluteUri(bytes, before.length, before.length + text.length);
};

const valid = [
  'http://example.com',
  'http://example.com/',
  'spiffe://acme/ns/prod/sa/web',
  'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
  'mailto:a@b',
  'ldap:///CN=A,CN=B%20C?certificateRevocationList?base?objectClass=x',
  'file:///x',
  'a:b',
  'A1+.-:b',
  'http://user:pw@example.com:8080/a;b=c/d@e:f?g=h/?i#j/?k',
  'http://a:@b:/',
  'http://[2001:db8::1]:443/',
  'http://[v1.a:b]/',
  'http://[V1F.x]',
  'http://192.0.2.1',
  "http://a-._~!$&'()*+,;=b/",
  'http://%41',
  'http://a/%4a%Fb',
  'http://a?%41',
  'http://a#%41',
  'http:/a',
  'http://?q',
  'http://#f',
  'a:?',
  'a:#',
  'a://',
  'http://a/b//c',
  'http://a:09/',
  'http://a:80',
  'http://[::1]?q',
  'http://[::1]#f',
  'a:%09%90%aA%Aa%fF%Ff',
];

const invalid = [
  '',
  ':',
  'a',
  'a:',
  '/a',
  '//a/b',
  '1a:b',
  '+a:b',
  '-a:b',
  '.a:b',
  'a_b:c',
  'http//a',
  'http://a b',
  'http://a/b c',
  'http://a/"',
  'http://a/<b>',
  'http://a/\\',
  'http://a/^',
  'http://a/`',
  'http://a/{b}',
  'http://a/|',
  'http://a/[b]',
  'http://a?[b]',
  'http://a#[b]',
  'http://a#b#c',
  'http://a/%',
  'http://a/%4',
  'http://a/%4g',
  'http://a/%g4',
  'http://a/%/4',
  'http://a/%:4',
  'http://a/%@4',
  'http://a/%G4',
  'http://a/%`4',
  'http://a?%4',
  'http://a#%zz',
  'http://%zz',
  'http://a:b:c',
  'http://a:8o',
  'http://a@b@c',
  'http://[::1',
  'http://::1]',
  'http://[::1]x',
  'http://[fe80::1%25eth0]',
  'http://[fe80::1%eth0]',
  'http://[192.0.2.1]',
  'http://[v1]',
  'http://[v.x]',
  'http://[vg.x]',
  'http://[vxv1.a]',
  'http://[v1.a@]',
  'http://[]',
  'http://ä/',
  'http://a/é',
  '*',
];

describe('a URI', () => {
  it.each(valid)('is %s', (text) => {
    expect(isOne(text)).toBe(true);
    expect(isOne(text, 'a', '%')).toBe(true);
  });

  it.each(invalid)('is not %j', (text) => {
    expect(isOne(text)).toBe(false);
    expect(isOne(text, 'a', ']')).toBe(false);
  });

  it.each(['?a', '#a', '%41', '41', '1', ']', ':8', '@a', '//'])('ends where it ends, though %s follows', (after) => {
    for (const text of valid) expect([text, isOne(text, ':', after)]).toEqual([text, true]);
    for (const text of invalid) expect([text, isOne(text, ':', after)]).toEqual([text, false]);
  });

  it('agrees with the grammar of RFC 3986, written as one expression', () => {
    const pct = '%[0-9A-Fa-f]{2}';
    const pchar = `(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|${pct})`;
    const host = `(?:\\[::1\\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|${pct})*)`;
    const authority = `(?:(?:[A-Za-z0-9._~!$&'()*+,;=:-]|${pct})*@)?${host}(?::[0-9]*)?`;
    const hierarchy = `(?://${authority}(?:/${pchar}*)*|/(?:${pchar}+(?:/${pchar}*)*)?|${pchar}+(?:/${pchar}*)*|)`;
    const grammar = new RegExp(
      `^[A-Za-z][A-Za-z0-9+.-]*:${hierarchy}(?:\\?(?:${pchar}|[/?])*)?(?:#(?:${pchar}|[/?])*)?$`,
    );
    const piece = fc.constantFrom(
      'a',
      'B',
      '1',
      ':',
      '/',
      '//',
      '?',
      '#',
      '@',
      '[',
      ']',
      '[::1]',
      '%',
      '%4a',
      '%zz',
      '-',
      '_',
      ' ',
      '.',
      '+',
      '"',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = `a:${pieces.join('')}`;
        expect([text, isOne(text)]).toEqual([text, text.length > 2 && grammar.test(text)]);
      }),
      { numRuns: 5_000 },
    );
  });
});
