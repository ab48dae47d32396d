import { describe, expect, it } from 'vitest';
import { normalizedHostName } from '../../src/source/host-name.ts';

describe('a host name', () => {
  it.each([
    ['api.example.com', 'api.example.com'],
    ['API.Example.COM', 'api.example.com'],
    ['api.example.com.', 'api.example.com'],
    ['localhost', 'localhost'],
    ['my_service.internal', 'my_service.internal'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['1password.example', '1password.example'],
    ['10.example', '10.example'],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
  ])('%s is compared as %s', (text, expected) => {
    expect(normalizedHostName(text)).toBe(expected);
  });

  it.each([
    '',
    '.',
    '..',
    'a..example',
    '.example',
    'example..',
    '-a.example',
    'a-.example',
    'a b.example',
    'a%2eexample',
    'bücher.example',
    // The Kelvin sign, whose lower case is k, and the long s, whose upper case is S.
    '\u212Aelvin.example',
    'example.com\0',
    'example.com\n',
    '*.example.com',
    'a/b',
    'a:443',
    '192.0.2.7',
    '7',
    '0x7f.1',
    '::1',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(127)}a`,
  ])('is not %j', (text) => {
    expect(normalizedHostName(text)).toBeUndefined();
  });
});
