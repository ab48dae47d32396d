import { describe, expect, it } from 'vitest';
import type { GeneralName } from '../../src/certificate/model.ts';
import { matchesPeerName, type PeerName } from '../../src/path/peer-name.ts';
import { certifying, dn, dns, ip, mail, otherName, uri } from './names.ts';

const matches = (kind: PeerName['kind'], value: string, ...names: readonly GeneralName[]): boolean =>
  matchesPeerName({ subjectAltName: names }, { kind, value });

const matchesHost = (sought: string, ...presented: readonly string[]): boolean =>
  matches('dNSName', sought, ...presented.map(dns));

describe('a peer sought by host name', () => {
  it('is any of the dNSNames', () => {
    expect(matchesHost('example.com', 'example.com')).toBe(true);
    expect(matchesHost('example.com', 'example.org', 'example.com')).toBe(true);
    expect(matchesHost('example2.com', 'example.com')).toBe(false);
    expect(matchesHost('def.example.com', 'abc.example.com')).toBe(false);
    expect(matchesHost('abc.example.com', 'example.com')).toBe(false);
    expect(matchesHost('example.com', 'abc.example.com')).toBe(false);
    expect(matchesHost('example.com')).toBe(false);
  });

  it('is compared without regard to ASCII case, A-labels included', () => {
    expect(matchesHost('WWW.Example.com', 'www.exAMPLE.COM')).toBe(true);
    expect(matchesHost('xn--628h.example.com', 'XN--628H.example.com')).toBe(true);
    expect(matchesHost('xn--628h.example.com', '😜.example.com')).toBe(false);
    expect(matchesHost('k.example', '\u{212A}.example')).toBe(false);
  });

  it('is never the common name', () => {
    const certificate = certifying(dn('CN=example.com'));
    expect(matchesPeerName(certificate, { kind: 'dNSName', value: 'example.com' })).toBe(false);
  });

  it('is never a name of another kind', () => {
    expect(matches('dNSName', 'example.com', uri('example.com'), mail('example.com'), otherName('1.2'))).toBe(false);
    expect(matches('dNSName', '192.0.2.1', dns('192.0.2.1'), ip(192, 0, 2, 1))).toBe(false);
    expect(matches('dNSName', '::1', dns('::1'))).toBe(false);
  });

  it('may stand for the asterisk of a whole left-most label', () => {
    expect(matchesHost('foo.example.com', '*.example.com')).toBe(true);
    expect(matchesHost('xn--628h.example.com', '*.EXAMPLE.com')).toBe(true);
    expect(matchesHost('foo.bar.example.com', '*.example.com')).toBe(false);
    expect(matchesHost('example.com', '*.example.com')).toBe(false);
    expect(matchesHost('foo.example.org', '*.example.com')).toBe(false);
  });

  it('never stands for an asterisk elsewhere', () => {
    expect(matchesHost('baz.example.com', 'ba*.example.com')).toBe(false);
    expect(matchesHost('baz.example.com', '*z.example.com')).toBe(false);
    expect(matchesHost('foo.bar.example.com', 'foo.*.example.com')).toBe(false);
    expect(matchesHost('foo.bar.example.com', '*.*.example.com')).toBe(false);
    expect(matchesHost('xn--bliss-1b3c148a.example.com', 'xn--*-1b3c148a.example.com')).toBe(false);
    expect(matchesHost('*.example.com', '*.example.com')).toBe(false);
  });

  it('never stands for the asterisk above a single label', () => {
    expect(matchesHost('example.com', '*.com')).toBe(false);
    expect(matchesHost('com', '*')).toBe(false);
    expect(matchesHost('com', '*.')).toBe(false);
    expect(matchesHost('example.com', '*')).toBe(false);
  });

  it('has no trailing dot, nor has the certificate', () => {
    expect(matchesHost('example.com.', 'example.com')).toBe(false);
    expect(matchesHost('example.com', 'example.com.')).toBe(false);
    expect(matchesHost('example.com.', 'example.com.')).toBe(false);
    expect(matchesHost('foo.example.com.', '*.example.com')).toBe(false);
    expect(matchesHost('', '')).toBe(false);
  });
});

describe('a peer sought by address', () => {
  const loopback6 = ip(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

  it('is compared in octets', () => {
    expect(matches('iPAddress', '192.0.2.1', ip(10, 0, 0, 1), ip(192, 0, 2, 1))).toBe(true);
    expect(matches('iPAddress', '192.0.2.1', ip(192, 0, 2, 2))).toBe(false);
    expect(matches('iPAddress', '192.0.2.1', dns('192.0.2.1'), uri('192.0.2.1'))).toBe(false);
  });

  it.each<[string, string]>([
    ['::1', '00000000000000000000000000000001'],
    ['::', '00000000000000000000000000000000'],
    ['2001:db8::8a2e:370:7334', '20010db80000000000008a2e03707334'],
    ['2001:0DB8:0:0:0:8A2E:0370:7334', '20010db80000000000008a2e03707334'],
    ['2001:db8::', '20010db8000000000000000000000000'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['64:ff9b::10.255.0.1', '0064ff9b00000000000000000aff0001'],
    ['::1.20.30.40', '00000000000000000000000001141e28'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['::2:3:4:5:6:7:8', '00000002000300040005000600070008'],
    ['1:2:3:4:5:6:1.2.3.4', '00010002000300040005000601020304'],
  ])('is read from IPv6 text: %s', (text, octets) => {
    const presented = ip(...Buffer.from(octets, 'hex'));
    expect(matches('iPAddress', text, presented)).toBe(true);
    expect(matches('iPAddress', text, loopback6)).toBe(text === '::1');
  });

  it('is never the same in IPv4 and IPv6', () => {
    expect(matches('iPAddress', '::ffff:192.0.2.1', ip(192, 0, 2, 1))).toBe(false);
    expect(matches('iPAddress', '192.0.2.1', ip(...Buffer.from('00000000000000000000ffffc0000201', 'hex')))).toBe(
      false,
    );
  });

  it.each([
    '',
    '127.1',
    '010.0.0.1',
    '1.2.3',
    '::1%eth0',
    '::0001%eth0',
    '[::1]',
    'example.com',
    ':::',
    '192.0.2.1/32',
  ])('is nobody under %j', (text) => {
    expect(matches('iPAddress', text, ip(), ip(127, 0, 0, 1), ip(8, 0, 0, 1), ip(1, 2, 3), loopback6)).toBe(false);
  });
});

describe('a peer sought by mailbox', () => {
  it('has the exact local part and the host in any case', () => {
    expect(matches('rfc822Name', 'foo@example.com', mail('foo@EXAMPLE.com'))).toBe(true);
    expect(matches('rfc822Name', 'foo@example.com', mail('"foo"@example.com'))).toBe(true);
    expect(matches('rfc822Name', 'foo@example.com', mail('Foo@example.com'))).toBe(false);
    expect(matches('rfc822Name', 'foo@example.com', mail('foo@example.org'))).toBe(false);
    expect(matches('rfc822Name', 'foo@example.com', dns('foo@example.com'))).toBe(false);
  });

  it('is nobody when either is not a mailbox', () => {
    expect(matches('rfc822Name', 'example.com', mail('example.com'))).toBe(false);
    expect(matches('rfc822Name', 'a@b@example.com', mail('a@example.com'))).toBe(false);
    expect(matches('rfc822Name', 'a@example.com', mail('a@b@example.com'))).toBe(false);
  });
});

describe('a peer sought by URI', () => {
  it('has exactly that URI', () => {
    expect(
      matches('uniformResourceIdentifier', 'spiffe://acme/a', uri('spiffe://acme/b'), uri('spiffe://acme/a')),
    ).toBe(true);
    expect(matches('uniformResourceIdentifier', 'spiffe://acme/a', uri('spiffe://ACME/a'))).toBe(false);
    expect(matches('uniformResourceIdentifier', 'spiffe://acme/a', dns('spiffe://acme/a'))).toBe(false);
  });
});
