import { der, type GeneralNameInput } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { not } from '../../src/policy/combined-rules.ts';
import { evidenceOfName } from '../../src/policy/evidence.ts';
import { matchesRule, type Rule } from '../../src/policy/rule.ts';
import {
  sanDirectoryName,
  sanDns,
  sanEmail,
  sanIp,
  sanOtherName,
  sanRegisteredId,
  sanUri,
} from '../../src/policy/san-rules.ts';
import { evidence } from './clients.ts';

const matches = async (rule: Rule, ...sans: GeneralNameInput[]) =>
  matchesRule(rule, await evidence({ subject: 'CN=x', sans: sans.length === 0 ? null : sans }));
const upn = '1.3.6.1.4.1.311.20.2.3';

describe('sanDns', () => {
  it.each([
    ['api.example.com', 'api.example.com', true],
    ['API.example.COM', 'api.EXAMPLE.com', true],
    ['api.example.com', 'xapi.example.com', false],
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'a.b.example.com', false],
    ['*.example.com', 'example.com', false],
    ['*.svc.*.local', 'a.svc.prod.local', true],
    ['*.svc.*.local', 'a.svc.local', false],
    ['*.example.com', '*.example.com', false],
    ['a.example.com', '*.example.com', false],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example', true],
  ])('%s matches %s: %s', async (pattern, dns, expected) => {
    expect(await matches(sanDns(pattern), { dns })).toBe(expected);
  });

  it('matches any of several names, and no name of another kind', async () => {
    expect(await matches(sanDns('b.example'), { dns: 'a.example' }, { dns: 'b.example' })).toBe(true);
    expect(await matches(sanDns('a.example'), { email: 'a.example@a.example' }, { uri: 'dns:a.example' })).toBe(false);
    expect(await matches(sanDns('x'))).toBe(false);
  });

  it.each([
    '',
    '*',
    '*.*',
    'a*.example',
    'a..b',
    '.a',
    'a.example.',
    'bücher.example',
    'a b',
    '-'.repeat(64),
    'a/b',
    'https://a',
    `${'a.'.repeat(127)}a`,
    undefined,
    /a/,
  ])('refuses the pattern %s', (pattern) => {
    expect(() => sanDns(pattern as string)).toThrow(TypeError);
    expect(() => sanDns(pattern as string)).toThrow(
      "sanDns(): expected a host name such as 'api.example.com' or '*.example.com'",
    );
  });
});

describe('sanUri', () => {
  it.each([
    ['spiffe://acme/web', 'spiffe://acme/web', true],
    ['spiffe://acme/web', 'spiffe://acme/Web', false],
    ['spiffe://acme/web', 'spiffe://other/web', false],
    ['spiffe://acme/web', 'spiffe://acme/web/a', false],
    ['spiffe://acme/*', 'spiffe://acme/web', true],
    ['spiffe://acme/*', 'spiffe://acme/web/a', false],
    ['spiffe://acme/*', 'spiffe://acme.evil/web', false],
    ['spiffe://acme/ns/*/sa/*', 'spiffe://acme/ns/prod/sa/api', true],
    ['spiffe://acme/ns/*/sa/*', 'spiffe://acme/ns/sa/api', false],
    ['spiffe://acme/ns/prod/**', 'spiffe://acme/ns/prod/a', true],
    ['spiffe://acme/ns/prod/**', 'spiffe://acme/ns/prod/a/b', true],
    ['spiffe://acme/ns/prod/**', 'spiffe://acme/ns/prod', false],
    ['spiffe://acme/ns/prod/**', 'spiffe://acme/ns/production', false],
    ['spiffe://acme/**', 'spiffe://acme/a', true],
    ['spiffe://acme/**', 'spiffe://ACME/a', false],
    ['spiffe://acme/**', 'SPIFFE://acme/a', false],
    ['spiffe://acme/**', 'spiffe://acme/a/../b', false],
    ['spiffe://acme/**', 'spiffe://acme/%61', false],
    ['spiffe://acme/**', 'spiffe://acme/a?b', false],
    ['spiffe://acme/**', 'spiffe://acme:443/a', false],
    ['spiffe://acme/**', 'spiffe://u@acme/a', false],
    ['spiffe://acme/**', 'https://acme/a', false],
    ['https://api.example/a', 'https://api.example/a', true],
    ['https://api.example/a', 'https://api.example/A', false],
    ['https://api.example/a', 'https://api.example/a/b', false],
    ['urn:uuid:f81d4fae', 'urn:uuid:f81d4fae', true],
  ])('%s matches %s: %s', async (pattern, uri, expected) => {
    expect(await matches(sanUri(pattern), { uri })).toBe(expected);
  });

  it('matches a SPIFFE pattern only against the only URI', async () => {
    const own = { uri: 'spiffe://acme/web' };
    expect(await matches(sanUri('spiffe://acme/*'), own, { uri: 'spiffe://acme/admin' })).toBe(false);
    expect(await matches(sanUri('spiffe://acme/*'), own, { uri: 'https://a.example/' })).toBe(false);
    expect(await matches(sanUri('spiffe://acme/*'), own, { dns: 'web.example' })).toBe(true);
    expect(await matches(sanUri('spiffe://acme/*'), { dns: 'web.example' })).toBe(false);
  });

  it('matches any of several URIs that are no SPIFFE IDs', async () => {
    expect(await matches(sanUri('urn:a:b'), { uri: 'https://a.example/' }, { uri: 'urn:a:b' })).toBe(true);
  });

  it.each([
    'spiffe://acme',
    'spiffe://acme/',
    'spiffe://acme/a/',
    'spiffe://acme//a',
    'spiffe://*/a',
    'spiffe://Acme/a',
    'SPIFFE://acme/a',
    'spiffe:acme',
    'spiffe:///a',
    'spiffe://acme/a*',
    'spiffe://acme/**/a',
    'spiffe://acme/***',
    'spiffe://acme/../a',
    'spiffe://acme/./a',
    'spiffe://acme/a?b',
    'spiffe://acme/%61',
    'spiffe://acme:443/a',
    `spiffe://acme/${'a'.repeat(2_100)}`,
  ])('refuses %s, which matches no SPIFFE ID of a client', (pattern) => {
    expect(() => sanUri(pattern)).toThrow(TypeError);
    expect(() => sanUri(pattern)).toThrow(
      'matches no SPIFFE ID of a client: write a lower-case trust domain and a path',
    );
  });

  it.each([
    ['https://a.example/*', "wildcards are for 'spiffe://' patterns"],
    ['/a', 'expected a URI such as'],
    ['', 'expected a URI such as'],
    ['https:', 'expected a URI such as'],
    [undefined, 'expected a URI such as'],
  ])('refuses %s', (pattern, message) => {
    expect(() => sanUri(pattern as string)).toThrow(TypeError);
    expect(() => sanUri(pattern as string)).toThrow(message);
  });
});

describe('sanEmail', () => {
  it('compares the whole address with its case', async () => {
    expect(await matches(sanEmail('Ops@example.com'), { email: 'a@example.com' }, { email: 'Ops@example.com' })).toBe(
      true,
    );
    expect(await matches(sanEmail('ops@example.com'), { email: 'Ops@example.com' })).toBe(false);
  });

  it('does not look at the subject', async () => {
    const subject = [{ emailAddress: 'ops@example.com' }];
    expect(matchesRule(sanEmail('ops@example.com'), await evidence({ subject }))).toBe(false);
  });

  it.each(['', 'ops', '@example.com', 'ops@', '*@example.com', 'a@b@c', 'a b@c', undefined])(
    'refuses %s',
    (address) => {
      expect(() => sanEmail(address as string)).toThrow("sanEmail(): expected one address such as 'ops@example.com'");
    },
  );
});

describe('sanIp', () => {
  it.each([
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['2001:db8::/32', '2001:db8::7', true],
    ['::/0', '10.1.2.3', false],
  ])('%s matches %s: %s', async (range, ip, expected) => {
    expect(await matches(sanIp(range), { ip })).toBe(expected);
  });

  it('refuses what is no range', () => {
    expect(() => sanIp('10.0.0.1/8')).toThrow("write '10.0.0.0/8' for the range");
    expect(() => sanIp('')).toThrow(TypeError);
  });
});

describe('sanDirectoryName', () => {
  it('compares names as RFC 5280 does', async () => {
    const name = { directoryName: 'CN=Device 7,O=Acme' };
    expect(await matches(sanDirectoryName('CN=device  7,O=ACME'), name)).toBe(true);
    expect(await matches(sanDirectoryName('CN=Device 8,O=Acme'), name)).toBe(false);
    expect(await matches(sanDirectoryName('CN=x'), { dns: 'a.example' })).toBe(false);
  });

  it.each(['', 'Device 7', undefined])('refuses %s', (text) => {
    expect(() => sanDirectoryName(text as string)).toThrow('sanDirectoryName(): expected a distinguished name');
  });
});

describe('sanRegisteredId', () => {
  it('compares object identifiers', async () => {
    expect(await matches(sanRegisteredId('1.2.3.4'), { registeredId: '1.2.3.4' })).toBe(true);
    expect(await matches(sanRegisteredId('1.2.3.4'), { registeredId: '1.2.3.45' })).toBe(false);
  });

  it.each(['', '1', '1.2.', 'oid', '3.1', undefined])('refuses %s', (oid) => {
    expect(() => sanRegisteredId(oid as string)).toThrow('sanRegisteredId(): expected a dotted object identifier');
  });
});

describe('sanOtherName', () => {
  const user = (name: string) => ({ otherName: { typeId: upn, value: der.utf8String(name) } });

  it.each([
    ['UTF8String', der.utf8String('alice@acme.example')],
    ['IA5String', der.ia5String('alice@acme.example')],
    ['BMPString', der.bmpString('alice@acme.example')],
    ['a string in an OCTET STRING', der.octetString(der.ia5String('alice@acme.example'))],
  ])('compares text with a string of any type: %s', async (_, value) => {
    const rule = sanOtherName({ typeId: upn, value: 'alice@acme.example' });
    expect(await matches(rule, { otherName: { typeId: upn, value } })).toBe(true);
    expect(await matches(rule, { otherName: { typeId: '1.2.3.4', value } })).toBe(false);
  });

  it('compares text with a string of the type, exactly', async () => {
    expect(await matches(sanOtherName({ typeId: upn, value: 'alice@acme.example' }), user('alice@acme.example'))).toBe(
      true,
    );
    expect(await matches(sanOtherName({ typeId: upn, value: 'alice@acme.example' }), user('Alice@acme.example'))).toBe(
      false,
    );
    expect(
      await matches(sanOtherName({ typeId: '1.2.3.4', value: 'alice@acme.example' }), user('alice@acme.example')),
    ).toBe(false);
  });

  it.each([127, 128, 255, 256, 300])('compares text of %d octets', async (length) => {
    expect(await matches(sanOtherName({ typeId: upn, value: 'a'.repeat(length) }), user('a'.repeat(length)))).toBe(
      true,
    );
  });

  it('compares bytes with the DER of the value', async () => {
    const value = der.ia5String('7');
    expect(await matches(sanOtherName({ typeId: upn, value }), { otherName: { typeId: upn, value } })).toBe(true);
    expect(
      await matches(sanOtherName({ typeId: upn, value }), { otherName: { typeId: upn, value: der.utf8String('7') } }),
    ).toBe(false);
  });

  it.each([
    [{ typeId: 'upn', value: 'a' }, 'sanOtherName() typeId: expected a dotted object identifier'],
    [{ typeId: upn, value: '' }, 'sanOtherName() value: expected text or the DER'],
    [{ typeId: upn, value: new Uint8Array() }, 'sanOtherName() value: expected text or the DER'],
    [{ typeId: upn, value: 7 }, 'sanOtherName() value: expected text or the DER'],
    [{ typeId: upn }, 'sanOtherName() value: expected text or the DER'],
    [{ typeid: upn, value: 'a' }, 'unknown option "typeid"; did you mean "typeId"?'],
    ['a', 'sanOtherName(): expected an object'],
  ])('refuses %j', (options, message) => {
    expect(() => sanOtherName(options as never)).toThrow(TypeError);
    expect(() => sanOtherName(options as never)).toThrow(message);
  });
});

describe('rules on subject alternative names', () => {
  it('are undecided about bare names asserted by a proxy, also under not', async () => {
    const { subject, issuer } = await evidence({ subject: 'CN=a.example' });
    const bare = evidenceOfName({ subject, issuer, serialNumber: undefined });
    for (const rule of [
      sanDns('a.example'),
      sanUri('spiffe://acme/a'),
      sanUri('urn:a'),
      sanEmail('a@b.example'),
      sanIp('::/0'),
    ]) {
      expect(rule.needs).toBe('certificate');
      expect(matchesRule(rule, bare)).toBe(false);
      expect(matchesRule(not(rule), bare)).toBe(false);
    }
  });
});
