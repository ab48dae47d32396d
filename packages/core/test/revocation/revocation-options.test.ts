import { toPem } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { fromFile } from '../../src/file-watcher.ts';
import { createRevocation } from '../../src/revocation/revocation.ts';
import { compileRevocationOptions, type RevocationOptions } from '../../src/revocation/revocation-options.ts';
import { listOf, root } from './world.ts';

const list = listOf([]);
const crls = { sources: [list] };
const ocsp = { responders: 'http://ocsp.example.com/' };

describe('the options of revocation', () => {
  it('deny by default, and check the whole path', () => {
    expect(compileRevocationOptions({ methods: ['crl'], crls })).toMatchObject({
      scope: 'path',
      on: { noSource: 'deny', unreachable: 'deny', stale: 'deny', malformed: 'deny', unknown: 'deny' },
      ocsp: undefined,
      fetch: { timeoutMilliseconds: 5_000, concurrency: 32, concurrencyPerClient: 4, addresses: undefined },
    });
  });

  it('take every kind of source', () => {
    const pem = toPem(list).replaceAll('CERTIFICATE', 'X509 CRL');
    const file = fromFile('ca.crl');
    expect(
      compileRevocationOptions({
        methods: ['crl'],
        crls: {
          sources: [pem, Buffer.from(pem), list, file, { url: 'http://CRL.example.com/ca.crl' }],
          distributionPoints: { hosts: ['crl.example.com:80'] },
          issuers: root.certificatePem,
          refreshSeconds: 60,
          maximumAgeSeconds: 86_400,
        },
      }).crls,
    ).toMatchObject({
      inline: [pem, Buffer.from(pem), list],
      files: [file],
      urls: [new URL('http://crl.example.com/ca.crl')],
      hosts: new Set(['crl.example.com:80']),
      refreshMs: 60_000,
      maximumAgeMs: 86_400_000,
    });
  });

  it('take one responder or several', () => {
    const responders = (value: string | string[]): unknown =>
      compileRevocationOptions({ methods: ['ocsp'], ocsp: { responders: value } }).ocsp?.responders.map(String);
    expect(responders('http://ocsp.example.com/')).toEqual(['http://ocsp.example.com/']);
    expect(responders(['http://a.example/', 'https://b.example/'])).toEqual([
      'http://a.example/',
      'https://b.example/',
    ]);
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /^revocation: expected an object/],
    ['no methods', {}, /^revocation\.methods must be a list/],
    ['an empty list of methods', { methods: [] }, /^revocation\.methods must be a list/],
    ['a method twice', { methods: ['crl', 'crl'], crls }, /^revocation\.methods must be a list/],
    ['another method', { methods: ['scvp'] }, /^revocation\.methods must be a list/],
    ['methods in one text', { methods: 'crl', crls }, /^revocation\.methods must be a list/],
    ['lists without lists', { methods: ['crl'] }, /'crl' has nothing to consult: give it crls: .*fromFile/],
    ['OCSP without responders', { methods: ['ocsp'] }, /'ocsp' has nothing to consult: give it ocsp: .*responders/],
    ['one of two without a source', { methods: ['crl', 'ocsp'], crls }, /'ocsp' has nothing to consult/],
    ['lists that are not asked', { methods: ['ocsp'], crls, ocsp }, /crls has no effect/],
    ['responders that are not asked', { methods: ['crl'], crls, ocsp }, /ocsp has no effect/],
    ['lists that name nothing', { methods: ['crl'], crls: {} }, /^revocation\.crls names nothing to consult/],
    ['no list in the list', { methods: ['crl'], crls: { sources: [] } }, /^revocation\.crls\.sources must be a list/],
    ['a list for a list', { methods: ['crl'], crls: { sources: list } }, /^revocation\.crls\.sources must be a list/],
    ['a file name', { methods: ['crl'], crls: { sources: ['ca.crl'] } }, /sources\[0\]: expected PEM.*fromFile/],
    ['a URL in text', { methods: ['crl'], crls: { sources: ['http://x/'] } }, /sources\[0\]: expected PEM.*url/],
    ['a URL of LDAP', { methods: ['crl'], crls: { sources: [{ url: 'ldap://x/' }] } }, /sources\[0\]\.url: expected/],
    ['a misspelt URL', { methods: ['crl'], crls: { sources: [{ uri: 'http://x/' }] } }, /sources\[0\]: expected PEM/],
    ['more than a URL', { methods: ['crl'], crls: { sources: [{ url: 'http://x/', ca: '' }] } }, /unknown option "ca"/],
    ['nothing for a source', { methods: ['crl'], crls: { sources: [undefined] } }, /sources\[0\]: expected PEM/],
    ['a certificate for a list', { methods: ['crl'], crls: { sources: [root.certificatePem] } }, /is not PEM with/],
    ['hosts without ports', { methods: ['crl'], crls: { distributionPoints: { hosts: ['x'] } } }, /hosts\[0\]/],
    ['no hosts', { methods: ['crl'], crls: { distributionPoints: {} } }, /distributionPoints\.hosts: expected a list/],
    ['an issuer that is none', { methods: ['crl'], crls: { ...crls, issuers: 'x' } }, /^revocation\.crls\.issuers/],
    ['no time', { methods: ['crl'], crls: { ...crls, refreshSeconds: 0 } }, /refreshSeconds must be a whole number/],
    ['half a byte', { methods: ['crl'], crls: { ...crls, maximumBytes: 0.5 } }, /maximumBytes must be a whole number/],
    ['an endless age', { methods: ['crl'], crls: { ...crls, maximumAgeSeconds: Infinity } }, /maximumAgeSeconds must/],
    ['a misspelt key of lists', { methods: ['crl'], crls: { source: [list] } }, /did you mean "sources"/],
    ['OCSP that names nothing', { methods: ['ocsp'], ocsp: {} }, /^revocation\.ocsp names nothing to consult/],
    ['no responder', { methods: ['ocsp'], ocsp: { responders: [] } }, /responders is an empty list/],
    ['a responder that is none', { methods: ['ocsp'], ocsp: { responders: ['x'] } }, /responders\[0\]: expected a URL/],
    ['a responder of AIA', { methods: ['ocsp'], ocsp: { aia: { hosts: [] } } }, /aia\.hosts: expected a list/],
    ['a misspelt key of AIA', { methods: ['ocsp'], ocsp: { aia: { host: [] } } }, /did you mean "hosts"/],
    ['a nonce for GET', { methods: ['ocsp'], ocsp: { ...ocsp, nonce: 'required', method: 'get' } }, /has no effect/],
    ['another nonce', { methods: ['ocsp'], ocsp: { ...ocsp, nonce: true } }, /nonce must be 'off' or 'optional'/],
    ['another hash', { methods: ['ocsp'], ocsp: { ...ocsp, hash: 'md5' } }, /hash must be 'sha1'/],
    [
      'another method of HTTP',
      { methods: ['ocsp'], ocsp: { ...ocsp, method: 'PUT' } },
      /method must be 'post' or 'get'/,
    ],
    ['a misspelt key of OCSP', { methods: ['ocsp'], ocsp: { responder: 'http://x/' } }, /did you mean "responders"/],
    ['a negative tolerance', { methods: ['ocsp'], ocsp: { ...ocsp, clockToleranceSeconds: -1 } }, /from 0 on/],
    ['another scope', { methods: ['crl'], crls, scope: 'chain' }, /scope must be 'path' or 'leaf'/],
    ['another kind', { methods: ['crl'], crls, on: { down: 'allow' } }, /unknown option "down"/],
    ['another outcome', { methods: ['crl'], crls, on: { stale: 'warn' } }, /on\.stale must be 'deny' or 'allow'/],
    [
      'a range with host bits',
      { methods: ['crl'], crls, fetch: { addresses: ['10.0.0.1/8'] } },
      /fetch\.addresses\[0\]/,
    ],
    ['no connections', { methods: ['crl'], crls, fetch: { concurrency: 0 } }, /fetch\.concurrency must be/],
    ['a file name for ca', { methods: ['crl'], crls, fetch: { ca: 'ca.pem' } }, /fetch\.ca must be PEM/],
    [
      'a misspelt key of fetch',
      { methods: ['crl'], crls, fetch: { timeout: 1 } },
      /did you mean "timeoutMill|unknown option/,
    ],
    ['a misspelt key', { methods: ['crl'], crl: crls }, /did you mean "crls"/],
  ])('are refused with the fix for %s', (_, options, message) => {
    expect(() => compileRevocationOptions(options as RevocationOptions)).toThrow(TypeError);
    expect(() => compileRevocationOptions(options as RevocationOptions)).toThrow(message);
  });
});

describe('createRevocation', () => {
  it('refuses surroundings that it does not know', () => {
    const options: RevocationOptions = { methods: ['crl'], crls };
    expect(() => createRevocation(options, { trust: {} } as never)).toThrow(/unknown option "trust"/);
    expect(() => createRevocation(options, { profile: 'lax' } as never)).toThrow(/profile must be/);
  });
});
