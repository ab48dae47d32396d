import { describe, expect, it } from 'vitest';
import { endpointOf, hostOf, readFetchUrl, readHostsOption, readUrlOption } from '../../src/revocation/endpoint.ts';

const endpoint = (text: string): string => {
  const url = readFetchUrl(text);
  return url === undefined ? 'none' : endpointOf(url);
};

describe('the endpoint of a URL', () => {
  it.each([
    ['http://crl.example.com/ca.crl', 'crl.example.com:80'],
    ['https://crl.example.com/ca.crl', 'crl.example.com:443'],
    ['HTTP://CRL.Example.COM:8080/', 'crl.example.com:8080'],
    ['http://crl.example.com:80/', 'crl.example.com:80'],
    ['http://0x7f.1/', '127.0.0.1:80'],
    ['http://2130706433/', '127.0.0.1:80'],
    ['http://[2001:DB8::0001]:81/', '[2001:db8::1]:81'],
    ['http://crl.example.com./', 'crl.example.com.:80'],
    ['http://crl.example.com@10.0.0.1/', 'none'],
    ['http://user:password@crl.example.com/', 'none'],
    ['http://:password@crl.example.com/', 'none'],
    ['ldap://crl.example.com/cn=ca', 'none'],
    ['file:///etc/passwd', 'none'],
    ['ftp://crl.example.com/ca.crl', 'none'],
    ['http://', 'none'],
    ['//crl.example.com/', 'none'],
    ['crl.example.com', 'none'],
    ['', 'none'],
  ])('%s is %s', (text, expected) => {
    expect(endpoint(text)).toBe(expected);
  });

  it('is connected to without brackets and fragment', () => {
    expect(hostOf(new URL('http://[::1]:8080/'))).toBe('::1');
    expect(readFetchUrl('http://crl.example.com/a?b#c')?.href).toBe('http://crl.example.com/a?b');
  });
});

describe('a list of hosts', () => {
  it('is compared in the form that URLs have', () => {
    const hosts = readHostsOption(['CRL.example.com:80', '127.0.0.1:8080', '[2001:DB8::1]:443', '0x7f.1:99'], 'hosts');
    expect([...hosts]).toEqual(['crl.example.com:80', '127.0.0.1:8080', '[2001:db8::1]:443', '127.0.0.1:99']);
    expect([...readHostsOption(['crl.example.com:1', 'crl.example.com:65535'], 'hosts')]).toHaveLength(2);
  });

  it.each([
    undefined,
    [],
    'crl.example.com:80',
    ['crl.example.com'],
    ['crl.example.com:0'],
    ['crl.example.com:65536'],
    ['crl.example.com:http'],
    ['http://crl.example.com:80'],
    ['crl.example.com:80/'],
    ['*.example.com:80'],
    ['user@crl.example.com:80'],
    ['[crl.example.com]:80'],
    ['2001:db8::1:80'],
    [':80'],
    [' crl.example.com:80'],
    [80],
    [['crl.example.com:80']],
  ])('is refused as %j', (value) => {
    expect(() => readHostsOption(value, 'distributionPoints.hosts')).toThrow(
      /^distributionPoints\.hosts.*crl\.example/,
    );
  });
});

describe('a URL of the options', () => {
  it('is read, or refused with an example', () => {
    expect(readUrlOption('http://crl.example.com/ca.crl', 'url').href).toBe('http://crl.example.com/ca.crl');
    for (const wrong of [undefined, 'ca.crl', 'ldap://x/', 7, new URL('http://crl.example.com/')]) {
      expect(() => readUrlOption(wrong, 'crls.sources[0].url')).toThrow(/^crls\.sources\[0\]\.url: expected a URL/);
    }
  });
});
