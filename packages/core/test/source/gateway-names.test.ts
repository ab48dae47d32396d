import { describe, expect, it } from 'vitest';
import { issuer, serialNumber, subjectO, subjectOu } from '../../src/policy/rules.ts';
import { fromGatewayNames } from '../../src/source/gateway-names.ts';
import * as p from './proxied.ts';

const options = { trustedProxies: [p.proxyAddress], dangerouslyVerifiedBy: 'proxy' } as const;
const source = fromGatewayNames(options);
const decide = p.deciding(source);
const good = {
  'X-Client-S-DN': 'CN=partner-client,OU=Partner,O=Acme\\, Inc.',
  'X-Client-I-DN': 'CN=Issuing,O=Acme',
  'X-Client-Serial': 'F3A17C5B9E20D41188',
  'X-Client-Verify': 'SUCCESS',
};
const allowed = 'allow partner-client by proxy';
const missing: string[] = [];

describe('a gateway that forwards names', () => {
  it.each<[string, p.Headers, string]>([
    ['a name', good, allowed],
    ['no certificate', { 'X-Client-Verify': 'NONE' }, 'certificate_missing'],
    [
      'empty names',
      { 'X-Client-S-DN': '', 'X-Client-I-DN': '', 'X-Client-Serial': '', 'X-Client-Verify': 'NONE' },
      'certificate_missing',
    ],
    ['(null)', { 'X-Client-S-DN': '(null)', 'X-Client-Verify': 'NONE' }, 'certificate_missing'],
    ['no header', {}, 'certificate_missing'],
    [
      'a failure',
      { ...good, 'X-Client-Verify': 'FAILED:certificate revoked' },
      'proxy_verification_failed x-client-verify FAILED:certificate revoked',
    ],
    [
      'a name without a verdict',
      { ...good, 'X-Client-Verify': missing },
      'header_malformed x-client-verify verdict_missing',
    ],
    [
      'a verdict without a name',
      { 'X-Client-Verify': 'SUCCESS' },
      'header_malformed x-client-verify verdict_without_certificate',
    ],
    [
      'a name of which there is none',
      { ...good, 'X-Client-Verify': 'NONE' },
      'header_malformed x-client-verify verdict_contradicted',
    ],
    [
      'an issuer of which there is none',
      { 'X-Client-I-DN': 'CN=a', 'X-Client-Verify': 'NONE' },
      'header_malformed x-client-i-dn certificate_dropped',
    ],
    ['the issuer dropped', { ...good, 'X-Client-I-DN': missing }, 'header_malformed x-client-i-dn name_incomplete'],
    [
      'the serial number dropped',
      { ...good, 'X-Client-Serial': missing },
      'header_malformed x-client-serial name_incomplete',
    ],
    [
      'the subject twice',
      { ...good, 'X-Client-S-DN': ['CN=admin', good['X-Client-S-DN']] },
      'header_repeated x-client-s-dn',
    ],
    ['the issuer twice', { ...good, 'X-Client-I-DN': ['CN=a', 'CN=b'] }, 'header_repeated x-client-i-dn'],
    ['the slash form', { ...good, 'X-Client-S-DN': '/O=Acme/CN=admin' }, 'header_malformed x-client-s-dn name'],
    ['an issuer that is no name', { ...good, 'X-Client-I-DN': 'Issuing' }, 'header_malformed x-client-i-dn name'],
    ['text behind a name', { ...good, 'X-Client-S-DN': 'CN=a,' }, 'header_malformed x-client-s-dn name'],
    [
      'a name without end',
      { ...good, 'X-Client-S-DN': `CN=${'a'.repeat(20_000)}` },
      'header_malformed x-client-s-dn name',
    ],
    [
      'a name that is not UTF-8',
      { ...good, 'X-Client-S-DN': 'CN=J\xf6rg' },
      'header_malformed x-client-s-dn characters',
    ],
    [
      'a serial number that is none',
      { ...good, 'X-Client-Serial': 'serial' },
      'header_malformed x-client-serial serial_number',
    ],
  ])('%s', (_, headers, expected) => {
    expect(decide(headers)).toBe(expected);
  });

  it('is believed from its own address only', () => {
    expect(decide(good, p.strangerAddress)).toBe('certificate_missing');
  });

  it('has names beyond ASCII, escaped or not', () => {
    expect(decide({ ...good, 'X-Client-S-DN': 'CN=J\\C3\\B6rg' })).toBe('allow Jörg by proxy');
    expect(decide({ ...good, 'X-Client-S-DN': Buffer.from('CN=Jörg').toString('latin1') })).toBe('allow Jörg by proxy');
  });

  it('satisfies rules on subject and issuer, and none that asks for a certificate', () => {
    const by = (identity: ReturnType<typeof subjectOu>): string => p.deciding(source, { identity })(good);
    expect(by(subjectOu('Partner'))).toBe(allowed);
    expect(by(subjectO('Acme, Inc.'))).toBe(allowed);
    expect(by(subjectO('Acme'))).toBe('identity_not_allowed');
    expect(by(issuer('CN=Issuing,O=Acme'))).toBe(allowed);
    expect(by(issuer('CN=Other'))).toBe('identity_not_allowed');
    expect(by(serialNumber({ serial: 'F3A17C5B9E20D41188', issuer: 'CN=Issuing,O=Acme' }))).toBe(
      'identity_not_allowed',
    );
  });

  it('does not split a name on commas', () => {
    const administrators = p.deciding(source, { identity: subjectOu('Administrators') });
    expect(administrators({ ...good, 'X-Client-S-DN': 'CN=x\\,OU\\=Administrators' })).toBe('identity_not_allowed');
    expect(administrators({ ...good, 'X-Client-S-DN': 'CN=x,OU=Administrators' })).toBe('allow x by proxy');
  });

  it('never satisfies a pin, and gets no default role', () => {
    expect(p.deciding(source, { pins: [p.client.pin] })(good)).toBe('pin_mismatch');
  });

  it('need not forward issuer and serial number', () => {
    const subjectAlone = p.deciding(fromGatewayNames({ ...options, headers: { issuer: false, serialNumber: false } }));
    expect(subjectAlone({ 'X-Client-S-DN': 'CN=a', 'X-Client-Verify': 'SUCCESS' })).toBe('allow a by proxy');
  });

  it('has no certificate that Peercert could verify', () => {
    expect(() => fromGatewayNames({ trustedProxies: 'loopback', verifiedBy: 'peercert' } as never)).toThrow(
      "forwards no certificate that could be verified: say dangerouslyVerifiedBy: 'proxy'",
    );
    expect(() => fromGatewayNames({ ...options, headers: { verify: false } } as never)).toThrow(
      'headers.verify must be the name',
    );
  });
});
