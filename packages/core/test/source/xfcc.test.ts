import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseXfcc } from '../../src/source/xfcc.ts';

const hash = '468ed33be74eee6556d90c0149c1309e9ba61d6425303443c0748a02dd8de688';

function read(text: string): unknown {
  const parsed = parseXfcc(text);
  return parsed.ok ? parsed.value : parsed.rule;
}

describe('x-forwarded-client-cert', () => {
  it('is elements of pairs', () => {
    expect(
      read(
        `By=spiffe://cluster.local/ns/default/sa/frontend;Hash=${hash};Subject="/C=US/ST=CA/L=San Francisco/O=Example/CN=test.example.com";URI=spiffe://cluster.local/ns/default/sa/default;DNS=test.example.com;Cert="-----BEGIN%20CERTIFICATE-----%0A"`,
      ),
    ).toEqual([
      {
        by: ['spiffe://cluster.local/ns/default/sa/frontend'],
        hash,
        subject: '/C=US/ST=CA/L=San Francisco/O=Example/CN=test.example.com',
        uri: ['spiffe://cluster.local/ns/default/sa/default'],
        dns: ['test.example.com'],
        cert: '-----BEGIN%20CERTIFICATE-----%0A',
      },
    ]);
  });

  it.each([
    ['keys without regard to case', 'hAsH=1;BY=a', [{ hash: '1', by: ['a'], uri: [], dns: [] }]],
    [
      'several of By, URI and DNS',
      'By=a;By=b;URI=c;URI=d;DNS=e;DNS=f',
      [{ by: ['a', 'b'], uri: ['c', 'd'], dns: ['e', 'f'] }],
    ],
    ['present and empty values', 'Hash=1;Subject="";URI=', [{ hash: '1', subject: '', by: [], uri: [''], dns: [] }]],
    ['quoted separators', 'Subject="CN=a,O=b;Cert=c"', [{ subject: 'CN=a,O=b;Cert=c', by: [], uri: [], dns: [] }]],
    ['escaped quotes', String.raw`Subject="CN=a\"b\\"`, [{ subject: String.raw`CN=a\"b\\`, by: [], uri: [], dns: [] }]],
    ['an equals sign in a value', 'URI=https://a/?b=c', [{ by: [], uri: ['https://a/?b=c'], dns: [] }]],
    [
      'the semicolon at the end of Azure Container Apps',
      'Hash=1;Cert="c";',
      [{ hash: '1', cert: 'c', by: [], uri: [], dns: [] }],
    ],
    [
      'several elements',
      'Hash=1;,Hash=2, Hash=3',
      [1, 2, 3].map((each) => ({ hash: `${each}`, by: [], uri: [], dns: [] })),
    ],
  ])('knows %s', (_, text, elements) => {
    expect(read(text)).toEqual(elements);
  });

  it.each([
    ['nothing', '', 'xfcc'],
    ['a comma at the end', 'Hash=1,', 'xfcc'],
    ['a comma at the beginning', ',Hash=1', 'xfcc'],
    ['two semicolons', 'Hash=1;;By=a', 'xfcc'],
    ['an unknown key', 'Hash=1;Role=admin', 'xfcc'],
    ['a key of every object', 'constructor=1', 'xfcc'],
    ['no value', 'Hash', 'xfcc'],
    ['a blank before a key', ' Hash=1', 'xfcc'],
    ['a quote that does not end', 'Subject="CN=a', 'xfcc'],
    ['a quote that is escaped at the end', String.raw`Subject="CN=a\"`, 'xfcc'],
    ['text behind a quoted value', 'Subject="CN=a"b', 'xfcc'],
    ['a quote inside a plain value', 'URI=spiffe://x/a"', 'xfcc'],
    ['the certificate twice', 'Cert="a";Cert="b"', 'xfcc_repeated'],
    ['the hash twice, in another case', 'Hash=1;hash=1', 'xfcc_repeated'],
    ['the subject twice', 'Subject="CN=a";Subject="CN=admin"', 'xfcc_repeated'],
    ['a list in JSON', '[{"hash":"1"}]', 'xfcc_json'],
    ['an object in JSON', ' {"hash":"1"}', 'xfcc_json'],
    ['more elements than hops exist', 'Hash=1,'.repeat(100).concat('Hash=1'), 'xfcc'],
  ])('is not %s', (_, text, rule) => {
    expect(read(text)).toBe(rule);
  });

  it('does not let a quoted value end early', () => {
    const value = fc.string({ unit: fc.constantFrom('a', '"', '\\', ';', ',', '=', 'Cert=') });
    fc.assert(
      fc.property(value, (text) => {
        // As OpenSSL writes it into a distinguished name (RFC 4514 section 2.4).
        const escaped = text.replace(/[\\"]/g, '\\$&');
        const parsed = parseXfcc(`Hash=1;Subject="${escaped}";DNS=x`);
        return parsed.ok && parsed.value.length === 1 && parsed.value[0]?.subject === escaped;
      }),
    );
  });

  it('is elements or a rule, whatever the text', () => {
    const pieces = fc.constantFrom(
      'By=',
      'Hash=',
      'Cert="',
      'Subject="',
      'URI=',
      '"',
      '\\',
      ';',
      ',',
      ' ',
      'a',
      '\u2028',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (some) => {
        const parsed = parseXfcc(some.join(''));
        return parsed.ok ? parsed.value.length > 0 : parsed.rule.startsWith('xfcc');
      }),
    );
  });
});
