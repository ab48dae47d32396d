import { describe, expect, it } from 'vitest';
import { dnsSyntax, isAlphanumeric, presentedDnsSyntax } from '../../src/certificate/dns-name.ts';
import { ascii, join } from '../encoding/der-writer.ts';

/** With other octets around, which must not count. */
const around = (check: typeof dnsSyntax, text: string): string => {
  const bytes = join(ascii('.-'), ascii(text), ascii('-.'));
  return check(bytes, 2, 2 + text.length);
};
const syntax = (text: string): string => around(dnsSyntax, text);
const presented = (text: string): string => around(presentedDnsSyntax, text);

const label = 'a'.repeat(63);
const longest = `${label}.${label}.${label}.${'a'.repeat(61)}`;

describe('the preferred name syntax', () => {
  it.each([
    'example.com',
    'a',
    'A',
    'z9',
    '0',
    '9x',
    'xn--bcher-kva.example',
    'a-b.c--d.example',
    `${label}.com`,
    longest,
    '192.0.2.1',
    'localhost',
  ])('has %s', (text) => {
    expect(syntax(text)).toBe('valid');
    expect(presented(text)).toBe('valid');
  });

  it.each([
    '',
    '.',
    '.example.com',
    'example.com.',
    'a..b',
    '-a.example',
    'a-.example',
    'a.-b',
    'a.b-',
    '-',
    `${label}a.com`,
    `${longest}a`,
    `${longest}.a`,
    'a b.example',
    'ä.example',
    'a@b',
    'a/b',
    'a:1',
    'a`b',
    'a{b',
    'a[b',
    '*',
    'a.*',
    'a\0.example',
  ])('has not %j', (text) => {
    expect(syntax(text)).toBe('invalid');
    expect(presented(text)).toBe('invalid');
  });

  it.each(['_a.example', 'a_b.example', '_'])('reports the underscore of %s', (text) => {
    expect(syntax(text)).toBe('underscore');
    expect(presented(text)).toBe('underscore');
  });

  it('is invalid before it is an underscore', () => {
    expect(syntax('a_b..example')).toBe('invalid');
  });
});

describe('wildcards', () => {
  it('are the whole first label of a presented name', () => {
    expect(presented('*.example.com')).toBe('valid');
    expect(presented('*.com')).toBe('valid');
    expect(presented('*._tcp.example')).toBe('underscore');
    expect(syntax('*.example.com')).toBe('invalid');
  });

  it.each([
    '*',
    '*.',
    '**.example.com',
    '*a.example.com',
    '*ab.example.com',
    'a*.example.com',
    'a.*.example.com',
    '*.*.example.com',
    '*..com',
    '.*.com',
  ])('are nothing else: %s', (text) => {
    expect(presented(text)).toBe('invalid');
  });

  it('are not completed by the octets behind the name', () => {
    const bytes = ascii('--*.example.com');
    expect(presentedDnsSyntax(bytes, 2, 2)).toBe('invalid');
    expect(presentedDnsSyntax(bytes, 2, 3)).toBe('invalid');
    expect(presentedDnsSyntax(bytes, 2, 4)).toBe('invalid');
    expect(presentedDnsSyntax(bytes, 2, bytes.length)).toBe('valid');
  });

  it('count to the length of the name', () => {
    expect(presented(`*.${longest.slice(2)}`)).toBe('valid');
    expect(presented(`*.${longest.slice(1)}`)).toBe('invalid');
  });
});

it('letters and digits are those of ASCII', () => {
  const found = Array.from({ length: 256 }, (_, code) => code).filter(isAlphanumeric);
  expect(String.fromCharCode(...found)).toBe('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
});
