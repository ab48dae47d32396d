import { describe, expect, it } from 'vitest';
import { compileAddresses } from '../../src/policy/addresses.ts';

describe('address rules', () => {
  const office = compileAddresses({ allow: ['10.0.0.0/8', '2001:db8::/32'], deny: ['10.6.6.0/24'] });

  it.each([
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['2001:db8::1', true],
    ['192.0.2.7', false],
    ['10.6.6.6', false],
    ['::ffff:10.6.6.6', false],
  ])('with deny winning over allow, let %s in: %s', (address, expected) => {
    expect(office(address)).toBe(expected);
  });

  it('without allow, let in whoever is not denied', () => {
    const open = compileAddresses({ deny: ['10.6.6.0/24'] });
    expect(open('192.0.2.7')).toBe(true);
    expect(open('10.6.6.6')).toBe(false);
  });

  it('may deny nobody', () => {
    expect(compileAddresses({ allow: ['10.0.0.0/8'], deny: [] })('10.6.6.6')).toBe(true);
  });

  it.each([undefined, '', 'unknown', '010.0.0.1', '10.0.0.1, 10.0.0.2'])(
    'let nobody in from %j, which is no address',
    (address) => {
      expect(office(address)).toBe(false);
      expect(compileAddresses({ deny: ['192.0.2.0/24'] })(address)).toBe(false);
    },
  );

  it.each([
    [{}, 'addresses: no range is given'],
    [{ deny: [] }, 'addresses: no range is given'],
    [{ allow: [] }, 'addresses.allow: an empty list'],
    [{ allow: undefined }, 'addresses.allow: expected a list'],
    [{ allow: ['10.0.0.0/8'], deny: undefined }, 'addresses.deny: expected a list'],
    [{ allow: '10.0.0.0/8' }, 'addresses.allow: expected a list'],
    [{ allow: ['10.0.0.1/8'] }, 'addresses.allow[0]: "10.0.0.1/8" has host bits set: write \'10.0.0.0/8\''],
    [{ allow: ['10.0.0.0/8'], deny: ['x'] }, 'addresses.deny[0]: "x" is not an IP address or range'],
    [{ alow: ['10.0.0.0/8'] }, 'addresses: unknown option "alow"; did you mean "allow"?'],
    [['10.0.0.0/8'], 'addresses: expected an object'],
    [undefined, 'addresses: expected an object'],
  ])('refuse %j', (options, message) => {
    expect(() => compileAddresses(options as never)).toThrow(TypeError);
    expect(() => compileAddresses(options as never)).toThrow(message);
  });
});
