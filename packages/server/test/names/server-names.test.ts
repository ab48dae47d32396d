import { describe, expect, it } from 'vitest';
import { readServerName, ServerNames } from '../../src/names/server-names.ts';

describe('values by server name', () => {
  const names = new ServerNames(
    new Map([
      ['api.example.com', 'exact'],
      ['*.example.com', 'wildcard'],
    ]),
  );

  it.each([
    ['api.example.com', 'exact'],
    ['API.Example.COM', 'exact'],
    ['api.example.com.', 'exact'],
    ['www.example.com', 'wildcard'],
    ['a.www.example.com', undefined],
    ['example.com', undefined],
    ['.example.com', undefined],
    ['*.example.com', 'wildcard'],
    ['other.test', undefined],
    ['', undefined],
    ['__proto__', undefined],
  ])('answers for %s: %s', (asked, value) => {
    expect(names.find(asked)).toBe(value);
  });
});

describe('a server name in options', () => {
  it.each([
    ['Api.Example.com', 'api.example.com'],
    ['*.example.com', '*.example.com'],
    ['localhost', 'localhost'],
    ['xn--mnchen-3ya.example', 'xn--mnchen-3ya.example'],
    ['_service.internal', '_service.internal'],
  ])('may be %s', (given, read) => {
    expect(readServerName(given)).toBe(read);
  });

  it.each([
    '',
    '*',
    '*.*.example.com',
    'a.*.example.com',
    'api.example.com.',
    'api.example.com:443',
    'https://api.example.com',
    '192.0.2.1',
    '::1',
    'münchen.example',
    '-a.example',
    `${'a'.repeat(64)}.example`,
    'a b.example',
  ])('may not be %s', (given) => {
    expect(() => readServerName(given)).toThrow(/is no name that a client can ask for/);
  });
});
