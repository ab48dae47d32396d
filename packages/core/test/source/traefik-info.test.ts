import { describe, expect, it } from 'vitest';
import { subjectOu } from '../../src/policy/rules.ts';
import { fromTraefikInfo, type TraefikFields } from '../../src/source/traefik-info.ts';
import * as p from './proxied.ts';

const options = { trustedProxies: [p.proxyAddress], dangerouslyVerifiedBy: 'proxy' } as const;
const header = 'X-Forwarded-Tls-Client-Cert-Info';
const goEscape = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+');
const malformed = `header_malformed ${header.toLowerCase()}`;

function decidingOn(fields: TraefikFields, splits = false): (text: string) => string {
  const source = fromTraefikInfo({ ...options, fields, ...(splits ? { dangerouslySplitNames: true } : {}) });
  const decide = p.deciding(source);
  return (text) => decide({ [header]: goEscape(text) });
}

describe('the info of Traefik', () => {
  const decide = decidingOn({ subject: ['CN'], issuer: ['CN'], serialNumber: true });

  it.each([
    [
      'a name',
      'Subject="CN=partner client";Issuer="CN=Issuing";SerialNumber="4494195086183353291144"',
      'allow partner client by proxy',
    ],
    ['a plus sign', 'Subject="CN=a+b";Issuer="CN=Issuing";SerialNumber="1"', 'allow a+b by proxy'],
    ['a name beyond ASCII', 'Subject="CN=Jörg";Issuer="CN=Issuing";SerialNumber="1"', 'allow Jörg by proxy'],
    ['a backslash', 'Subject="CN=a\\b";Issuer="CN=Issuing";SerialNumber="1"', 'allow a\\b by proxy'],
    [
      'a hash sign and blanks at the ends',
      'Subject="CN=# a ";Issuer="CN=Issuing";SerialNumber="1"',
      'allow # a  by proxy',
    ],
    [
      'a common name with a comma',
      'Subject="CN=x,OU=Administrators";Issuer="CN=Issuing";SerialNumber="1"',
      `${malformed} traefik_info`,
    ],
    [
      'a common name with a field of its own',
      'Subject="CN=admin";Issuer="CN=Good";SerialNumber="1";Issuer="CN=Evil";SerialNumber="2"',
      `${malformed} traefik_info`,
    ],
    [
      'a common name with a certificate of its own',
      'Subject="CN=admin";Issuer="CN=Good";SerialNumber="1",Subject="CN=x";Issuer="CN=Evil";SerialNumber="2"',
      `${malformed} certificates_several`,
    ],
    [
      'an intermediate beside it',
      'Subject="CN=a";Issuer="CN=b";SerialNumber="1",Subject="CN=b";Issuer="CN=c";SerialNumber="2"',
      `${malformed} certificates_several`,
    ],
    [
      'a field that is not configured',
      'Subject="CN=a";Issuer="CN=b";SerialNumber="1";NB="1544094616"',
      `${malformed} traefik_info`,
    ],
    ['a field left out', 'Subject="CN=a";SerialNumber="1"', `${malformed} traefik_info`],
    [
      'an attribute that is not configured',
      'Subject="OU=a";Issuer="CN=b";SerialNumber="1"',
      `${malformed} traefik_info`,
    ],
    ['an empty name', 'Subject="";Issuer="CN=b";SerialNumber="1"', `${malformed} traefik_info`],
    ['an empty value', 'Subject="CN=";Issuer="CN=b";SerialNumber="1"', `${malformed} traefik_info`],
    ['a quote that does not end', 'Subject="CN=a', `${malformed} traefik_info`],
    ['a serial number in hex', 'Subject="CN=a";Issuer="CN=b";SerialNumber="0xff"', `${malformed} serial_number`],
    ['nothing', '', `${malformed} traefik_info`],
  ])('%s', (_, text, expected) => {
    expect(decide(text)).toBe(expected);
  });

  it('is read once, from its proxy, and unescaped as Go escapes', () => {
    const raw = p.deciding(fromTraefikInfo({ ...options, fields: { subject: ['CN'] } }));
    const value = goEscape('Subject="CN=a b"');
    expect(raw({ [header]: value })).toBe('allow a b by proxy');
    expect(raw({ [header]: [value, value] })).toBe(`header_repeated ${header.toLowerCase()}`);
    expect(raw({ [header]: `${value}%2` })).toBe(`${malformed} percent_encoding`);
    expect(raw({ [header]: 'Subject%3D%22CN%3D%ff%22' })).toBe(`${malformed} characters`);
    expect(raw({ [header]: value }, p.strangerAddress)).toBe('certificate_missing');
    expect(raw({})).toBe('certificate_missing');
  });

  describe('with names of several attributes', () => {
    const fields = {
      subject: ['DC', 'C', 'ST', 'L', 'O', 'OU', 'SN', 'CN'],
      issuer: ['DC', 'C', 'ST', 'L', 'O', 'SN', 'CN'],
      serialNumber: true,
      notBefore: true,
      notAfter: true,
      sans: true,
    } as const;
    const rest =
      ';Issuer="DC=org,C=FR,O=Cheese,CN=Simple Signing CA 2";SerialNumber="1";NB="1544094616";NA="1632568236";SAN="*.cheese.org,test@cheese.org,10.0.1.0"';
    const split = decidingOn(fields, true);

    it.each([
      [
        'the sample of its documentation',
        'DC=org,DC=cheese,C=FR,O=Cheese,OU=Simple Signing Section,CN=*.cheese.com',
        'allow *.cheese.com by proxy',
      ],
      ['attributes in another order', 'CN=a,OU=Administrators', `${malformed} traefik_info`],
      ['an attribute twice that comes once', 'CN=a,CN=b', `${malformed} traefik_info`],
      ['a value with an equals sign', 'O=a=b,CN=a', `${malformed} traefik_info`],
      ['a value that ends in a comma', 'O=Acme, Inc.,CN=a', `${malformed} traefik_info`],
    ])('%s', (_, subject, expected) => {
      expect(split(`Subject="${subject}"${rest}`)).toBe(expected);
    });

    it('gives OUs to rules', () => {
      const source = fromTraefikInfo({
        ...options,
        fields: { subject: ['O', 'OU', 'CN'] },
        dangerouslySplitNames: true,
      });
      const decide = p.deciding(source, { identity: subjectOu('Partner') });
      expect(decide({ [header]: goEscape('Subject="O=Acme,OU=a,OU=Partner,CN=x"') })).toBe('allow x by proxy');
      expect(decide({ [header]: goEscape('Subject="O=Acme,OU=a,CN=x"') })).toBe('identity_not_allowed');
    });

    it('asks for a word of the operator, because an authority that certifies commas can add attributes', () => {
      expect(() => fromTraefikInfo({ ...options, fields })).toThrow('say dangerouslySplitNames: true');
    });
  });

  it.each([
    [{}, 'needs fields, exactly as in Traefik'],
    [{ fields: {} }, 'fields.subject must list some of DC, C, ST'],
    [{ fields: { subject: [] } }, 'fields.subject must list some of'],
    [{ fields: { subject: ['E'] } }, 'fields.subject must list some of'],
    [{ fields: { subject: ['CN'], issuer: ['XX'] } }, 'fields.issuer must list some of'],
    [{ fields: { subject: ['CN'], serial: true } }, 'unknown option "serial"'],
  ])('cannot be configured as %j', (given, message) => {
    expect(() => fromTraefikInfo({ ...options, ...given } as never)).toThrow(message);
  });
});
