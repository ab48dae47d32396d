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

  it('take everything that can be said of OCSP', () => {
    const said = {
      aia: { hosts: ['ocsp.example.com:80'] },
      method: 'get',
      nonce: 'off',
      uncheckedDelegate: 'refuse',
      refreshSeconds: 60,
      maximumAgeSeconds: 120,
      clockToleranceSeconds: 0,
    } as const;
    expect(compileRevocationOptions({ methods: ['ocsp'], ocsp: { ...ocsp, ...said } }).ocsp).toMatchObject({
      hosts: new Set(['ocsp.example.com:80']),
      method: 'get',
      hash: 'sha1',
      nonce: 'off',
      refreshMs: 60_000,
      answers: { clockToleranceSeconds: 0, maxAgeSeconds: 120, nonceAbsence: 'refuse', uncheckedDelegate: 'refuse' },
    });
    for (const hash of ['sha256', 'sha384', 'sha512'] as const) {
      expect(compileRevocationOptions({ methods: ['ocsp'], ocsp: { ...ocsp, hash } }).ocsp?.hash).toBe(hash);
    }
  });

  it('take everything that can be said of fetches', () => {
    const fetch = {
      timeoutMilliseconds: 2 ** 31 - 1,
      concurrency: 2,
      concurrencyPerClient: 3,
      ca: root.certificatePem,
    };
    const compiled = compileRevocationOptions({
      methods: ['crl'],
      crls,
      fetch: { ...fetch, addresses: ['10.0.0.0/8'] },
    });
    expect(compiled.fetch).toMatchObject(fetch);
    expect(['10.1.2.3', '11.1.2.3'].map((one) => compiled.fetch.addresses?.includes(one))).toEqual([true, false]);
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
    ['another method beside one', { methods: ['crl', 'scvp'], crls }, /^revocation\.methods must be a list/],
    ['methods in one text', { methods: 'crl', crls }, /^revocation\.methods must be a list/],
    ['lists without lists', { methods: ['crl'] }, /'crl' has nothing to consult: give it crls: .*fromFile/],
    ['OCSP without responders', { methods: ['ocsp'] }, /'ocsp' has nothing to consult: give it ocsp: .*responders/],
    ['one of two without a source', { methods: ['crl', 'ocsp'], crls }, /'ocsp' has nothing to consult/],
    ['lists that are not asked', { methods: ['ocsp'], crls, ocsp }, /crls has no effect/],
    ['responders that are not asked', { methods: ['crl'], crls, ocsp }, /ocsp has no effect/],
    ['lists that name nothing', { methods: ['crl'], crls: {} }, /^revocation\.crls names nothing to consult/],
    ['no list in the list', { methods: ['crl'], crls: { sources: [] } }, /^revocation\.crls\.sources must be a list/],
    ['a list for a list', { methods: ['crl'], crls: { sources: list } }, /^revocation\.crls\.sources must be a list/],
    [
      'a file name',
      { methods: ['crl'], crls: { sources: ['ca.crl'] } },
      /sources\[0\] is the text "ca\.crl".*fromFile/,
    ],
    ['a URL in text', { methods: ['crl'], crls: { sources: ['http://x/'] } }, /sources\[0\] is a URL: write \{ url: /],
    ['a URL of LDAP', { methods: ['crl'], crls: { sources: [{ url: 'ldap://x/' }] } }, /sources\[0\]\.url: expected/],
    ['a misspelt URL', { methods: ['crl'], crls: { sources: [{ uri: 'http://x/' }] } }, /sources\[0\]: expected PEM/],
    ['more than a URL', { methods: ['crl'], crls: { sources: [{ url: 'http://x/', ca: '' }] } }, /unknown option "ca"/],
    ['null for a source', { methods: ['crl'], crls: { sources: [null] } }, /sources\[0\]: expected PEM/],
    ['a number for a source', { methods: ['crl'], crls: { sources: [7] } }, /sources\[0\]: expected PEM/],
    ['a misspelt key of points', { methods: ['crl'], crls: { distributionPoints: { host: [] } } }, /Points.*"hosts"/],
    ['nothing for a source', { methods: ['crl'], crls: { sources: [undefined] } }, /sources\[0\]: expected PEM/],
    [
      'a certificate for a list',
      { methods: ['crl'], crls: { sources: [root.certificatePem] } },
      /holds a certificate: /,
    ],
    ['an empty variable', { methods: ['crl'], crls: { sources: [''] } }, /sources\[0\] is empty: was the variable/],
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
    ['a misspelt key of AIA', { methods: ['ocsp'], ocsp: { aia: { host: [] } } }, /aia.*did you mean "hosts"/],
    ['no time of OCSP', { methods: ['ocsp'], ocsp: { ...ocsp, refreshSeconds: 0 } }, /ocsp\.refreshSeconds must/],
    ['no age of OCSP', { methods: ['ocsp'], ocsp: { ...ocsp, maximumAgeSeconds: 0 } }, /ocsp\.maximumAgeSeconds must/],
    ['another delegate', { methods: ['ocsp'], ocsp: { ...ocsp, uncheckedDelegate: 1 } }, /uncheckedDelegate must be/],
    ['a nonce for GET', { methods: ['ocsp'], ocsp: { ...ocsp, nonce: 'required', method: 'get' } }, /has no effect/],
    ['another nonce', { methods: ['ocsp'], ocsp: { ...ocsp, nonce: true } }, /nonce must be 'off' or 'optional'/],
    ['another hash', { methods: ['ocsp'], ocsp: { ...ocsp, hash: 'md5' } }, /hash must be 'sha1'/],
    [
      'another method of HTTP',
      { methods: ['ocsp'], ocsp: { ...ocsp, method: 'PUT' } },
      /method must be 'post' or 'get'/,
    ],
    ['a misspelt key of OCSP', { methods: ['ocsp'], ocsp: { responder: 'http://x/' } }, /did you mean "responders"/],
    [
      'a negative tolerance',
      { methods: ['ocsp'], ocsp: { ...ocsp, clockToleranceSeconds: -1 } },
      /Tolerance.*from 0 on/,
    ],
    ['another scope', { methods: ['crl'], crls, scope: 'chain' }, /scope must be 'path' or 'leaf'/],
    ['another kind', { methods: ['crl'], crls, on: { down: 'allow' } }, /^revocation\.on.*unknown option "down"/],
    ['another outcome', { methods: ['crl'], crls, on: { stale: 'warn' } }, /on\.stale must be 'deny' or 'allow'/],
    [
      'a range with host bits',
      { methods: ['crl'], crls, fetch: { addresses: ['10.0.0.1/8'] } },
      /fetch\.addresses\[0\]/,
    ],
    ['no connections', { methods: ['crl'], crls, fetch: { concurrency: 0 } }, /fetch\.concurrency must be/],
    ['no connection', { methods: ['crl'], crls, fetch: { concurrencyPerClient: 0 } }, /fetch\.concurrencyPerClient/],
    ['no patience', { methods: ['crl'], crls, fetch: { timeoutMilliseconds: 0 } }, /fetch\.timeoutMilliseconds/],
    ['no integer', { methods: ['crl'], crls, fetch: { timeoutMilliseconds: 1.5 } }, /fetch\.timeoutMilliseconds/],
    ['too long', { methods: ['crl'], crls, fetch: { timeoutMilliseconds: 2 ** 31 } }, /fetch\.timeoutMilliseconds/],
    ['a number for ca', { methods: ['crl'], crls, fetch: { ca: 7 } }, /fetch\.ca must be PEM/],
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
