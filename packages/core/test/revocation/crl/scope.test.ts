import type { DistributionPointInput, IssuingDistributionPointInput, ReasonFlag } from '@peercert/pki';
import { der, extension } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import type { DistributionPoint } from '../../../src/certificate/model.ts';
import {
  allReasons,
  assumedPoint,
  crlIssuersOf,
  interimReasons,
  isInScope,
} from '../../../src/revocation/crl/scope.ts';
import { authority, client, type Entity, keyOf, saying, version1 } from '../../path/certificates.ts';
import { clientWith, list } from './lists.ts';

const ca = authority('CN=Issuer,O=Acme');
const other = authority('CN=Lists,O=Acme');

const uri = (text: string) => [{ uri: text }];
const here = uri('http://a.test/1.crl');
const there = uri('http://a.test/2.crl');

/** Whether a list of this issuer with this scope speaks of a certificate with this one distribution point. */
function speaksOf(
  point: DistributionPointInput,
  scope: IssuingDistributionPointInput | undefined,
  by: Entity = ca,
): boolean {
  const { certificate } = clientWith('CN=leaf', ca, [point]);
  const [found] = certificate.crlDistributionPoints ?? [];
  if (found === undefined) throw new Error('no distribution point');
  return isInScope(list(by, scope === undefined ? {} : { scope }), found, certificate);
}

describe('the issuer of a list (6.3.3 (b)(1))', () => {
  const point = { cRLIssuer: [{ directoryName: other.name }] };

  it('is that of the certificate where the distribution point names none', () => {
    expect(speaksOf({ distributionPoint: here }, undefined)).toBe(true);
    expect(speaksOf({ distributionPoint: here }, undefined, other)).toBe(false);
  });

  it('is the cRLIssuer of the distribution point, whose list is indirect', () => {
    expect(speaksOf(point, { indirectCRL: true }, other)).toBe(true);
    expect(speaksOf(point, { onlyContainsUserCerts: true }, other)).toBe(false);
    expect(speaksOf(point, undefined, other)).toBe(false);
    expect(speaksOf(point, { indirectCRL: true }, ca)).toBe(false);
  });

  it('may be one of several names, and only a distinguished one', () => {
    const several = {
      cRLIssuer: [{ dns: 'lists.test' }, { directoryName: 'CN=Nobody' }, { directoryName: 'cn=LISTS,o=acme' }],
    };
    expect(speaksOf(several, { indirectCRL: true }, other)).toBe(true);
    expect(speaksOf({ cRLIssuer: [{ dns: 'lists.test' }] }, { indirectCRL: true }, other)).toBe(false);
    const { certificate } = clientWith('CN=leaf', ca, [several]);
    const [found] = certificate.crlDistributionPoints ?? [];
    expect(found && crlIssuersOf(found, certificate).map(String)).toEqual(['CN=Nobody', 'CN=LISTS,O=acme']);
  });
});

describe('names that cannot be compared', () => {
  const odd = (text: string) => [{ der: der.tlv(0x82, Buffer.from(text)) }];

  it('are the same where their octets are', () => {
    expect(speaksOf({ distributionPoint: odd('a b') }, { distributionPoint: odd('a b') })).toBe(true);
    expect(speaksOf({ distributionPoint: odd('a b') }, { distributionPoint: odd('A b') })).toBe(false);
    expect(speaksOf({ distributionPoint: odd('a.test.') }, { distributionPoint: [{ dns: 'a.test' }] })).toBe(false);
  });

  it('are no issuer of lists', () => {
    const empty = { cRLIssuer: [{ directoryName: '' }] };
    expect(speaksOf(empty, { indirectCRL: true }, ca)).toBe(false);
    const { certificate } = clientWith('CN=leaf', ca, [empty]);
    expect(crlIssuersOf((certificate.crlDistributionPoints ?? [])[0] as DistributionPoint, certificate)).toEqual([]);
  });

  it('let no indirect list say that it has no entry of an issuer, which it may spell otherwise', () => {
    const latin1 = authority([{ CN: { der: der.tlv(0x13, Uint8Array.of(0x4a, 0xf6)) } }], { keyPair: keyOf('latin1') });
    const point = { cRLIssuer: [{ directoryName: other.name }] };
    const { certificate } = clientWith('CN=leaf', latin1, [point]);
    const [found] = certificate.crlDistributionPoints ?? [];
    expect(isInScope(list(other, { scope: { indirectCRL: true } }), found as DistributionPoint, certificate)).toBe(
      false,
    );
    // A list of its own speaks of its certificates: the issuer is the same, octet for octet.
    const direct = clientWith('CN=leaf', latin1, [{ distributionPoint: here }]).certificate;
    const [own] = direct.crlDistributionPoints ?? [];
    expect(isInScope(list(latin1), own as DistributionPoint, direct)).toBe(true);
  });
});

describe('the name of the distribution point (6.3.3 (b)(2)(i))', () => {
  it.each<[boolean, DistributionPointInput, IssuingDistributionPointInput | undefined]>([
    [true, { distributionPoint: here }, undefined],
    [true, { distributionPoint: here }, { onlyContainsUserCerts: true }],
    [true, { distributionPoint: here }, { distributionPoint: here }],
    [false, { distributionPoint: here }, { distributionPoint: there }],
    [true, { distributionPoint: [...there, ...here] }, { distributionPoint: [{ dns: 'a.test' }, ...here] }],
    [true, { distributionPoint: here }, { distributionPoint: uri('HTTP://A.test/1.crl') }],
    [false, { distributionPoint: here }, { distributionPoint: uri('http://a.test/1.CRL') }],
    [false, { distributionPoint: here }, { distributionPoint: uri('http://b.test/1.crl') }],
    [true, { distributionPoint: uri('http://a.test') }, { distributionPoint: uri('http://A.test') }],
    [true, { distributionPoint: uri('urn:a') }, { distributionPoint: uri('URN:a') }],
    [false, { distributionPoint: uri('urn:a') }, { distributionPoint: uri('URN:A') }],
    [false, { distributionPoint: uri('http://u@a.test/') }, { distributionPoint: uri('http://U@a.test/') }],
    [true, { distributionPoint: uri('ldap:///CN=a?x') }, { distributionPoint: uri('LDAP:///CN=a?x') }],
    [false, { distributionPoint: uri('ldap:///CN=a?x') }, { distributionPoint: uri('LDAP:///CN=A?x') }],
    [true, { distributionPoint: [{ dns: 'a.test' }] }, { distributionPoint: [{ dns: 'A.TEST' }] }],
    [false, { distributionPoint: [{ dns: 'a.test' }] }, { distributionPoint: [{ dns: 'b.test' }] }],
    [true, { distributionPoint: [{ email: 'a@a.test' }] }, { distributionPoint: [{ email: 'a@a.test' }] }],
    [false, { distributionPoint: [{ email: 'a@a.test' }] }, { distributionPoint: [{ email: 'A@a.test' }] }],
    [true, { distributionPoint: [{ ip: '10.0.0.1' }] }, { distributionPoint: [{ ip: '10.0.0.1' }] }],
    [false, { distributionPoint: [{ ip: '10.0.0.1' }] }, { distributionPoint: [{ ip: '10.0.0.2' }] }],
    [true, { distributionPoint: [{ registeredId: '1.2.3' }] }, { distributionPoint: [{ registeredId: '1.2.3' }] }],
    [false, { distributionPoint: [{ registeredId: '1.2.3' }] }, { distributionPoint: [{ registeredId: '1.2.4' }] }],
    [true, { distributionPoint: [otherName('1.2.3', 1)] }, { distributionPoint: [otherName('1.2.3', 1)] }],
    [false, { distributionPoint: [otherName('1.2.3', 1)] }, { distributionPoint: [otherName('1.2.3', 2)] }],
    [false, { distributionPoint: [otherName('1.2.3', 1)] }, { distributionPoint: [otherName('1.2.4', 1)] }],
    [true, { distributionPoint: [x400(1)] }, { distributionPoint: [x400(1)] }],
    [false, { distributionPoint: [x400(1)] }, { distributionPoint: [x400(2)] }],
    [true, { distributionPoint: [ediParty('a')] }, { distributionPoint: [ediParty('a')] }],
    [false, { distributionPoint: [ediParty('a')] }, { distributionPoint: [ediParty('b')] }],
    [
      true,
      { distributionPoint: [{ directoryName: 'CN=1,O=Acme' }] },
      { distributionPoint: [{ directoryName: 'cn=1,o=ACME' }] },
    ],
    [
      false,
      { distributionPoint: [{ directoryName: 'CN=1,O=Acme' }] },
      { distributionPoint: [{ directoryName: 'CN=1' }] },
    ],
    [true, relative('1'), relative('1')],
    [false, relative('1'), relative('2')],
    [true, relative('1'), { distributionPoint: [{ directoryName: 'CN=1,CN=Issuer,O=Acme' }] }],
    [true, { distributionPoint: [{ directoryName: 'CN=1,CN=Issuer,O=Acme' }] }, relative('1')],
    [false, { distributionPoint: [{ directoryName: 'CN=1' }] }, relative('1')],
  ])('matches: %s, case %#', (answer, point, scope) => {
    expect(speaksOf(point, scope)).toBe(answer);
  });

  it('is compared with the cRLIssuer where the distribution point has none', () => {
    const point = { cRLIssuer: [{ directoryName: other.name }] };
    const scope = (name: string) => ({ indirectCRL: true, distributionPoint: [{ directoryName: name }] });
    expect(speaksOf(point, scope('CN=Lists,O=Acme'), other)).toBe(true);
    expect(speaksOf(point, scope('CN=Issuer,O=Acme'), other)).toBe(false);
  });

  it('that is relative completes the name of the cRLIssuer', () => {
    const point = { ...relative('1'), cRLIssuer: [{ directoryName: other.name }] };
    const scope = (name: string) => ({ indirectCRL: true, distributionPoint: [{ directoryName: name }] });
    expect(speaksOf(point, scope('CN=1,CN=Lists,O=Acme'), other)).toBe(true);
    expect(speaksOf(point, scope('CN=1,CN=Issuer,O=Acme'), other)).toBe(false);
    expect(speaksOf(point, { ...relative('1'), indirectCRL: true }, other)).toBe(true);
  });

  it('is assumed to be the certificate issuer with its alternative names where no distribution point serves', () => {
    const { certificate } = client('CN=leaf', { by: ca, extensions: [extension.issuerAltName(here)] });
    const point = assumedPoint(certificate);
    const speaks = (scope: IssuingDistributionPointInput): boolean =>
      isInScope(list(ca, { scope }), point, certificate);
    expect(speaks({ distributionPoint: here })).toBe(true);
    expect(speaks({ distributionPoint: [{ directoryName: ca.name }] })).toBe(true);
    expect(speaks({ distributionPoint: there })).toBe(false);
    expect(point).toMatchObject({ reasons: undefined, cRLIssuer: undefined });
  });
});

describe('the kind of certificates (6.3.3 (b)(2)(ii) to (iv))', () => {
  const user = client('CN=user', { by: ca });
  const subordinate = authority('CN=Subordinate', { by: ca });
  const notAuthority = client('CN=user', { by: ca, extensions: [extension.basicConstraints({ cA: false })] });
  const old = version1('CN=old', { by: ca });

  it.each<[boolean, Entity, IssuingDistributionPointInput]>([
    [true, user, { onlyContainsUserCerts: true }],
    [true, notAuthority, { onlyContainsUserCerts: true }],
    [false, subordinate, { onlyContainsUserCerts: true }],
    [false, user, { onlyContainsCACerts: true }],
    [false, notAuthority, { onlyContainsCACerts: true }],
    [true, subordinate, { onlyContainsCACerts: true }],
    [false, user, { onlyContainsAttributeCerts: true }],
    [false, subordinate, { onlyContainsAttributeCerts: true }],
    [true, old, { indirectCRL: true }],
    [false, old, { onlyContainsUserCerts: true }],
    [false, old, { onlyContainsCACerts: true }],
  ])('fits: %s, case %#', (answer, { certificate }, scope) => {
    expect(isInScope(list(ca, { scope }), assumedPoint(certificate), certificate)).toBe(answer);
  });

  it('cannot be known of a version 2 certificate', () => {
    const certificate = saying(user.certificate, { version: 2 });
    const onlyUsers = list(ca, { scope: { onlyContainsUserCerts: true } });
    expect(isInScope(onlyUsers, assumedPoint(certificate), certificate)).toBe(false);
  });
});

describe('the interim reasons mask (6.3.3 (d))', () => {
  const some: readonly ReasonFlag[] = ['keyCompromise', 'cACompromise', 'superseded'];
  const overlapping: readonly ReasonFlag[] = ['superseded', 'aACompromise'];

  it.each<[number, readonly ReasonFlag[] | undefined, readonly ReasonFlag[] | undefined]>([
    [0b1000, some, overlapping],
    [0b1000_1000, undefined, overlapping],
    [0b1011, some, undefined],
    [0xff, undefined, undefined],
    [0, ['keyCompromise'], ['cACompromise']],
    [0x01, ['keyCompromise'], undefined],
    [0x04, ['affiliationChanged'], undefined],
    [0x10, ['cessationOfOperation'], undefined],
    [0x20, ['certificateHold'], undefined],
    [0x40, ['privilegeWithdrawn'], undefined],
  ])('is %i', (mask, reasons, onlySomeReasons) => {
    const scope = onlySomeReasons === undefined ? { onlyContainsUserCerts: true } : { onlySomeReasons };
    const point = { distributionPoint: here, ...(reasons === undefined ? {} : { reasons }) };
    const [found] = clientWith('CN=leaf', ca, [point]).certificate.crlDistributionPoints ?? [];
    expect(found && interimReasons(list(ca, { scope }), found)).toBe(mask);
  });

  it('is all-reasons for a list without an issuing distribution point', () => {
    expect(interimReasons(list(ca), assumedPoint(client('CN=leaf', { by: ca }).certificate))).toBe(allReasons);
    expect(allReasons).toBe(0xff);
  });
});

function otherName(typeId: string, octet: number) {
  return { otherName: { typeId, value: Uint8Array.of(4, 1, octet) } };
}

function x400(octet: number) {
  return { der: Uint8Array.of(0xa3, 3, 4, 1, octet) };
}

/** A partyName alone, a UTF8String. */
function ediParty(letter: string) {
  return { der: Uint8Array.of(0xa5, 5, 0xa1, 3, 0x0c, 1, letter.charCodeAt(0)) };
}

function relative(cn: string): {
  readonly distributionPoint: { readonly nameRelativeToCrlIssuer: { readonly CN: string } };
} {
  return { distributionPoint: { nameRelativeToCrlIssuer: { CN: cn } } };
}
