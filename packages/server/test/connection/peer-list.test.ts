import { describe, expect, it } from 'vitest';
import { compilePeerList, type Peer } from '../../src/connection/peer-list.ts';

const unix: Peer = { kind: 'unix' };
const at = (address: string): Peer => ({ kind: 'inet', address, port: 1 });
const compile = (list: unknown) => compilePeerList(list, 'connection.allow');

describe('a list of peers', () => {
  it.each([
    ['192.0.2.0/24', at('192.0.2.7'), true],
    ['192.0.2.0/24', at('::ffff:192.0.2.7'), true],
    ['192.0.2.0/24', at('192.0.3.7'), false],
    ['192.0.2.0/24', at('not an address'), false],
    ['192.0.2.0/24', unix, false],
    ['2001:db8::/32', at('2001:db8::1'), true],
    ['loopback', at('127.0.0.53'), true],
    ['loopback', at('::1'), true],
    ['loopback', at('::ffff:127.0.0.1'), true],
    ['loopback', at('128.0.0.1'), false],
    ['loopback', unix, false],
    ['unix', unix, true],
    ['unix', at('127.0.0.1'), false],
    ['0.0.0.0/0', at('::1'), false],
  ])('%s includes %j: %s', (entry, peer, expected) => {
    expect(compile([entry]).includes(peer)).toBe(expected);
  });

  it('includes whom any of its entries includes', () => {
    const list = compile(['unix', '192.0.2.7', 'loopback']);
    expect([unix, at('192.0.2.7'), at('::1')].every((peer) => list.includes(peer))).toBe(true);
    expect(list.includes(at('192.0.2.8'))).toBe(false);
  });

  it.each([
    [[], 'an empty list matches no address'],
    [undefined, "expected a list such as ['10.0.0.0/8', '2001:db8::/32'], got undefined"],
    ['10.0.0.0/8', 'expected a list'],
    [['10.0.0.1/8'], "has host bits set: write '10.0.0.0/8'"],
    [['010.0.0.0/8'], 'is not an IP address or range'],
    [['127.1'], 'is not an IP address or range'],
    [['unix', 'local'], 'is not an IP address or range'],
    [['fe80::1%eth0'], 'without a zone'],
    [[null], 'is not an IP address or range'],
  ])('cannot be %j', (list, message) => {
    expect(() => compile(list)).toThrow(TypeError);
    expect(() => compile(list)).toThrow(message);
    expect(() => compile(list)).toThrow(/^connection\.allow/);
  });
});
