import { describe, expect, it } from 'vitest';
import { clientAddressOf } from '../../src/source/client-address.ts';
import { compileForwardingRules } from '../../src/source/forwarding.ts';
import { fromNginx } from '../../src/source/nginx.ts';
import { fromRfc9440 } from '../../src/source/rfc9440.ts';
import * as p from './proxied.ts';

const rules = compileForwardingRules([
  fromNginx({ trustedProxies: ['10.0.0.0/8'], verifiedBy: 'peercert' }),
  fromRfc9440({ trustedProxies: ['2001:db8::/32', 'unix'], verifiedBy: 'peercert' }),
]);
const derived = (forwarded: string | readonly string[], peer = '10.0.0.7'): string | undefined =>
  clientAddressOf(p.proxied({ 'X-Forwarded-For': forwarded }, peer), 'derived', rules);

describe('the client’s address behind a trusted proxy', () => {
  it.each<[string | readonly string[], string | undefined]>([
    ['192.0.2.7', '192.0.2.7'],
    ['203.0.113.9, 192.0.2.7', '192.0.2.7'],
    ['203.0.113.9, 192.0.2.7, 10.0.0.9', '192.0.2.7'],
    ['192.0.2.7,10.0.0.8 ,  2001:db8::5', '192.0.2.7'],
    [['203.0.113.9', '192.0.2.7'], '192.0.2.7'],
    [['192.0.2.7', '10.0.0.9'], '192.0.2.7'],
    ['10.0.0.8, 10.0.0.9', '10.0.0.7'],
    ['', '10.0.0.7'],
    [[], '10.0.0.7'],
    [', ,', '10.0.0.7'],
    ['192.0.2.7,', '192.0.2.7'],
    ['192.0.2.7:49152', '192.0.2.7'],
    ['[2001:db9::7]:49152', '2001:db9::7'],
    ['[2001:db9::7]', '2001:db9::7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:0207', '192.0.2.7'],
    ['2001:DB9:0::7', '2001:db9::7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:10.0.0.9', '10.0.0.7'],
  ])('of X-Forwarded-For %j is %s', (forwarded, address) => {
    expect(derived(forwarded)).toBe(address);
  });

  it.each([
    'unknown',
    '_hidden',
    '192.0.2.7, unknown',
    '010.0.0.1',
    '127.1',
    '192.0.2.7 10.0.0.9',
    'for=192.0.2.7',
    '192.0.2.7:port',
    ','.repeat(16_384),
  ])('is unknown where %j hides it', (forwarded) => {
    expect(derived(forwarded)).toBeUndefined();
  });

  it('does not depend on what stands further left', () => {
    expect(derived('unknown, "; DROP, 192.0.2.7')).toBe('192.0.2.7');
  });

  it('is the peer’s on any other connection', () => {
    expect(derived('10.0.0.9', '192.0.2.66')).toBe('192.0.2.66');
    expect(derived('10.0.0.9', '::ffff:192.0.2.66')).toBe('192.0.2.66');
    expect(derived([], '::ffff:10.0.0.9')).toBe('10.0.0.9');
  });

  it('is the framework’s where the operator chose it', () => {
    const facts = { ...p.proxied({ 'X-Forwarded-For': '192.0.2.7' }), clientAddress: '198.51.100.1' };
    expect(clientAddressOf(facts, 'framework', rules)).toBe('198.51.100.1');
    const mapped = { ...facts, clientAddress: '::ffff:198.51.100.1' };
    expect(clientAddressOf(mapped, 'framework', rules)).toBe('198.51.100.1');
    for (const clientAddress of ['unknown', '198.51.100.1\u2028', undefined]) {
      expect(clientAddressOf({ ...facts, clientAddress }, 'framework', rules)).toBeUndefined();
    }
  });

  it('is what address rules are applied to', () => {
    const decide = p.deciding(fromRfc9440({ trustedProxies: ['10.0.0.0/8'], verifiedBy: 'peercert' }), {
      addresses: { allow: ['192.0.2.0/24'] },
    });
    const headers = { 'Client-Cert': p.byteSequence(p.client.certificateDer) };
    expect(decide({ ...headers, 'X-Forwarded-For': '192.0.2.7' })).toMatch(/^allow/);
    expect(decide({ ...headers, 'X-Forwarded-For': '192.0.2.7, 203.0.113.9' })).toBe('address_denied');
    expect(decide({ ...headers, 'X-Forwarded-For': 'unknown' })).toBe('address_denied');
    expect(decide(headers)).toBe('address_denied');
  });
});
