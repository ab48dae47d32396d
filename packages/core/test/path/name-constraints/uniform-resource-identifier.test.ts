import { describe, expect, it } from 'vitest';
import { UniformResourceIdentifierSubtrees } from '../../../src/path/name-constraints/uniform-resource-identifier.ts';

function subtrees(...bases: readonly string[]): UniformResourceIdentifierSubtrees {
  const set = new UniformResourceIdentifierSubtrees();
  for (const base of bases) expect(set.add(base)).toBe(true);
  return set;
}

describe('uniformResourceIdentifier subtrees', () => {
  it('of a host hold the URIs on that host', () => {
    const set = subtrees('Host.example.com');
    expect(set.relate('http://host.EXAMPLE.com')).toBe('inside');
    expect(set.relate('https://host.example.com/path')).toBe('inside');
    expect(set.relate('https://www.host.example.com/')).toBe('outside');
    expect(set.relate('https://example.com/')).toBe('outside');
    expect(set.relate('https://myhost.example.com/')).toBe('outside');
  });

  it('of a domain hold the URIs on the hosts within it, not those on itself', () => {
    const set = subtrees('.example.com');
    expect(set.relate('https://www.example.com/')).toBe('inside');
    expect(set.relate('https://my.host.example.com/')).toBe('inside');
    expect(set.relate('https://example.com/')).toBe('outside');
    expect(set.relate('https://myexample.com/')).toBe('outside');
  });

  it('hold SPIFFE IDs by their trust domain', () => {
    expect(subtrees('acme').relate('spiffe://acme/billing')).toBe('inside');
    expect(subtrees('acme').relate('spiffe://evil/acme')).toBe('outside');
  });

  it.each([
    'https://host.example.com:8443/',
    'https://host.example.com:/',
    'https://user@host.example.com/',
    'https://user:pass%20word@host.example.com:1/x',
    'https://evil.org:x@host.example.com/',
    'https://host.example.com?q=@evil.org',
    'https://host.example.com#@evil.org',
    'https://host.example.com/@evil.org',
    'x+y.z-1://host.example.com',
  ])('find the host of %s', (name) => {
    expect(subtrees('host.example.com').relate(name)).toBe('inside');
    expect(subtrees('evil.org').relate(name)).toBe('outside');
  });

  it('do not take user information for the host', () => {
    expect(subtrees('host.example.com').relate('https://host.example.com@evil.org/')).toBe('outside');
    expect(subtrees('host.example.com').relate('https://host.example.com:80@evil.org/')).toBe('outside');
  });

  it.each([
    '',
    'urn:example:animal',
    'mailto:a@host.example.com',
    'host.example.com',
    '//host.example.com/',
    'file:///etc/passwd',
    'https:/host.example.com/',
    'https:///host.example.com/',
    'https://',
    'https://@/',
    'https://:80/',
    'https://192.0.2.1/',
    'https://192.0.2.1:80/',
    'https://user@192.0.2.1/',
    'https://3221225985/',
    'https://192.513/',
    'https://0xc0.0x00.0x02.0x01/',
    'https://0XC0000201/',
    'https://0x/',
    'https://[2001:db8::1]/',
    'https://[v1.x]/',
    'https://host.example.com./',
    'https://.example.com/',
    'https://host..example.com/',
    'https://*.example.com/',
    'https://host%2eexample.com/',
    'https://a@b@host.example.com/',
    'https://evil.org\\@host.example.com/',
    'https://host.example.com:80:80/',
    'https://host.example.com:port/',
    'https://host.example.com\n/',
    ' https://host.example.com/',
    '1https://host.example.com/',
    'https://hôst.example.com/',
  ])('cannot tell of %j', (name) => {
    expect(subtrees('host.example.com', '.example.com').relate(name)).toBe('unintelligible');
  });

  it('take a host for a name when only its other labels are numbers', () => {
    expect(subtrees('192.0.2.example').relate('https://192.0.2.example/')).toBe('inside');
    expect(subtrees('a1').relate('https://a1/')).toBe('inside');
    expect(subtrees('1a').relate('https://1a/')).toBe('inside');
    expect(subtrees('0xg').relate('https://0xg/')).toBe('inside');
    expect(subtrees('10x1').relate('https://10x1/')).toBe('inside');
  });

  it.each([
    '',
    '.',
    'https://example.com',
    'example.com/',
    '*.example.com',
    'example.com:80',
    '..example.com',
    'example.com.',
  ])('refuse the base %j', (base) => {
    expect(new UniformResourceIdentifierSubtrees().add(base)).toBe(false);
  });
});
