import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestHosts } from '../../src/source/request-hosts.ts';
import { facts } from '../requests.ts';

const hostsOf = (rawHeaders: readonly string[], requestTarget = '/reports'): unknown => {
  const hosts = requestHosts(facts({ rawHeaders, requestTarget }));
  return hosts.ok ? hosts.value : hosts.reason;
};

const malformed = (where: string, rule = 'syntax'): object => ({ code: 'host_malformed', detail: { where, rule } });

describe('the hosts of a request', () => {
  it.each<[string, string]>([
    ['api.example', 'api.example'],
    ['API.Example', 'api.example'],
    ['api.example.', 'api.example'],
    ['api.example:8443', 'api.example'],
    ['api.example.:443', 'api.example'],
    ['192.0.2.7:8443', '192.0.2.7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['[2001:db8::7]:443', '2001:db8::7'],
  ])('are, of Host %s, %s', (value, expected) => {
    expect(hostsOf(['Accept', '*/*', 'Host', value])).toEqual([expected]);
    expect(hostsOf(['hOST', value])).toEqual([expected]);
    expect(hostsOf([':method', 'GET', ':authority', value])).toEqual([expected]);
  });

  it.each([
    '',
    ' ',
    'a b',
    'user@api.example',
    'api.example:',
    'api.example:x',
    'api.example:65536',
    'api.example:443:443',
    'api.example, other.example',
    'api.example/',
    'api%2eexample',
    '*.example',
    'a..example',
    '2001:db8::7',
    '[2001:db8::7',
    '[2001:db8::7]x',
    '[fe80::1%eth0]',
    '[v1.x]',
    '[]',
    '999.0.2.7',
    'api.example#',
    'api.example\\@other.example',
  ])('are malformed in Host %j', (value) => {
    expect(hostsOf(['Host', value])).toEqual(malformed('host'));
    expect(hostsOf([':authority', value])).toEqual(malformed(':authority'));
  });

  it('are malformed when Host is sent twice, be it the same', () => {
    expect(hostsOf(['Host', 'a.example', 'host', 'a.example'])).toEqual(malformed('host', 'repeated'));
  });

  it('are none where a request names none', () => {
    expect(hostsOf(['X-Forwarded-Host', 'a.example', 'Hosts', 'b.example'])).toEqual([]);
  });

  it('are both that of Host and that of the target in absolute form or of :authority', () => {
    expect(hostsOf(['Host', 'a.example'], 'https://B.example:8443/x?y#z')).toEqual(['a.example', 'b.example']);
    expect(hostsOf(['Host', 'a.example'], 'HTTP://b.example')).toEqual(['a.example', 'b.example']);
    expect(hostsOf(['Host', 'a.example'], 'https://b.example?x')).toEqual(['a.example', 'b.example']);
    expect(hostsOf([':authority', 'b.example', 'host', 'a.example'])).toEqual(['a.example', 'b.example']);
  });

  it('are that of Host for a target in origin or asterisk form, however it looks', () => {
    for (const target of ['/', '//b.example/', '/https://b.example/', '*']) {
      expect(hostsOf(['Host', 'a.example'], target)).toEqual(['a.example']);
    }
  });

  it.each([
    'b.example:443',
    'https:///x',
    'https://user@b.example/',
    'https://b.example\\@a.example/',
    'https:/b.example/',
    'ftp://b.example/',
    'wss://b.example/',
    '',
    '**',
    '?x',
  ])('are malformed for the target %j', (target) => {
    expect(hostsOf(['Host', 'a.example'], target)).toEqual(malformed('request target'));
  });

  it('are an answer for whatever is sent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('Host', ':authority', 'x'), fc.string())),
        fc.string(),
        (lines, t) => {
          const hosts = requestHosts(facts({ rawHeaders: lines.flat(), requestTarget: t }));
          expect(hosts.ok || hosts.reason.code === 'host_malformed').toBe(true);
        },
      ),
    );
  });
});
