import { describe, expect, it } from 'vitest';
import { isMailbox, lastAt } from '../../src/certificate/mailbox.ts';
import { ascii, join } from '../encoding/der-writer.ts';

const isOne = (text: string): boolean => {
  const bytes = join(ascii('a@'), ascii(text), ascii('@a'));
  return isMailbox(bytes, 2, 2 + text.length);
};

describe('a mailbox of RFC 5321', () => {
  it.each([
    'user@example.com',
    'a.b.c@example.com',
    "!#$%&'*+-/=?^_`{|}~@example.com",
    '*@example.com',
    'user@localhost',
    `${'a'.repeat(64)}@example.com`,
    '"a b"@example.com',
    '" !~"@example.com',
    '"a@b"@example.com',
    '""@example.com',
    '"a\\"b"@example.com',
    '"a\\\\"@example.com',
    'user@[192.0.2.1]',
    'user@[IPv6:2001:db8::1]',
    'user@[ipv6:::1]',
  ])('is %s', (text) => {
    expect(isOne(text)).toBe(true);
  });

  it.each([
    '',
    '@',
    'user',
    'user@',
    '@example.com',
    'user@@example.com',
    'a@b@example.com',
    '.a@example.com',
    'a.@example.com',
    'a..b@example.com',
    '.@example.com',
    'a b@example.com',
    'a(b@example.com',
    'a,b@example.com',
    'ä@example.com',
    `${'a'.repeat(65)}@example.com`,
    'user@.example.com',
    'user@example.com.',
    'user@-a.example',
    'user@a_b.example',
    'user@*.example.com',
    'user@exam ple.com',
    '"a@example.com',
    '"@example.com',
    '"a"b@example.com',
    '"a"b"@example.com',
    'a"b"@example.com',
    '"a\\"@example.com',
    '"a\x1fb"@example.com',
    '"a\x7fb"@example.com',
    '"a\\\x1f"@example.com',
    'user@[192.0.2.1',
    'user@[192.0.2.1x',
    'user@[xIPv6::1]',
    'user@[::1IPv6:]',
    'user@192.0.2.1]',
    'user@[192.0.2.256]',
    'user@[192.0.2.1]x',
    'user@[2001:db8::1]',
    'user@[IPv6:192.0.2.1]',
    'user@[IPv6:fe80::1%eth0]',
    'user@[x]',
    'user@[]',
    'user@[',
    'Name <user@example.com>',
  ])('is not %j', (text) => {
    expect(isOne(text)).toBe(false);
  });
});

it('the last @ divides it', () => {
  expect(lastAt(ascii('a@b@c@'), 0, 5)).toBe(3);
  expect(lastAt(ascii('a@b'), 0, 3)).toBe(1);
  expect(lastAt(ascii('@b'), 0, 2)).toBe(0);
  expect(lastAt(ascii('@b'), 1, 2)).toBe(-1);
  expect(lastAt(ascii('b@'), 0, 1)).toBe(-1);
});
