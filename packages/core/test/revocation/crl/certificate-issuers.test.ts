import { type CrlEntryInput, der } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { CertificateIssuers } from '../../../src/revocation/crl/certificate-issuers.ts';
import { parseCrl } from '../../../src/revocation/crl/crl.ts';
import { authority, client, type Entity } from '../../path/certificates.ts';
import { list, listDer, ruleOf } from './lists.ts';

const ca = authority('CN=Lists');
const [one, two] = [authority('CN=One,O=Acme'), authority('CN=Two,O=Acme')];
const scope = { indirectCRL: true };
const named = (by: Entity) => [{ directoryName: by.name }];

/** Which of these authorities has the certificate of serial number 7 revoked. */
function revokedOf(entries: readonly CrlEntryInput[], ...authorities: readonly Entity[]): readonly string[] {
  const read = list(ca, { scope, entries });
  return authorities
    .filter((by) => read.entryFor(client('CN=x', { by, forge: { serialNumber: 7 } }).certificate) !== undefined)
    .map(({ name }) => (typeof name === 'string' ? name : JSON.stringify(name)));
}

describe('the certificate issuer of entries (RFC 5280 5.3.3)', () => {
  it('is the issuer of the list until one is named', () => {
    expect(revokedOf([{ serialNumber: 7 }, { serialNumber: 8, certificateIssuer: named(one) }], ca, one)).toEqual([
      'CN=Lists',
    ]);
  });

  it('is that of the entry before where none is named', () => {
    const entries = [{ serialNumber: 6, certificateIssuer: named(one) }, { serialNumber: 5 }, { serialNumber: 7 }];
    expect(revokedOf(entries, ca, one, two)).toEqual(['CN=One,O=Acme']);
  });

  it('changes with each name, there and back', () => {
    const entries = [
      { serialNumber: 1, certificateIssuer: named(one) },
      { serialNumber: 2, certificateIssuer: named(two) },
      { serialNumber: 3 },
      { serialNumber: 4, certificateIssuer: named(one) },
      { serialNumber: 7 },
    ];
    expect(revokedOf(entries, ca, one, two)).toEqual(['CN=One,O=Acme']);
    expect(revokedOf([...entries.slice(0, 2), { serialNumber: 7 }, ...entries.slice(3, 4)], ca, one, two)).toEqual([
      'CN=Two,O=Acme',
    ]);
  });

  it('tells entries of one serial number apart', () => {
    const entries = [
      { serialNumber: 7, certificateIssuer: named(one), reason: 'superseded' as const },
      { serialNumber: 7, certificateIssuer: named(two), reason: 'keyCompromise' as const },
    ];
    const read = list(ca, { scope, entries });
    const reasonOf = (by: Entity) =>
      read.entryFor(client('CN=x', { by, forge: { serialNumber: 7 } }).certificate)?.reason;
    expect([reasonOf(ca), reasonOf(one), reasonOf(two)]).toEqual([undefined, 'superseded', 'keyCompromise']);
  });

  it('may be written in several ways', () => {
    const entries = [
      { serialNumber: 6, certificateIssuer: [{ directoryName: 'CN=one,O=ACME' }] },
      { serialNumber: 7, certificateIssuer: [{ dns: 'one.test' }, { directoryName: 'cn=ONE,o=Acme' }] },
    ];
    expect(revokedOf(entries, ca, one, two)).toEqual(['CN=One,O=Acme']);
  });

  it('may be the issuer of the list again', () => {
    const entries = [
      { serialNumber: 6, certificateIssuer: named(one) },
      { serialNumber: 7, certificateIssuer: named(ca) },
    ];
    expect(revokedOf(entries, ca, one)).toEqual(['CN=Lists']);
  });

  it('keeps a revocation beside a removal that another writing of the name has', () => {
    const entries = [
      { serialNumber: 7, certificateIssuer: [{ directoryName: 'CN=One,O=Acme' }], reason: 'removeFromCRL' as const },
      { serialNumber: 7, certificateIssuer: [{ directoryName: 'CN=ONE,O=Acme' }], reason: 'superseded' as const },
    ];
    const certificate = client('CN=x', { by: one, forge: { serialNumber: 7 } }).certificate;
    expect(list(ca, { scope, base: 0, entries }).entryFor(certificate)?.reason).toBe('superseded');
    expect(list(ca, { scope, base: 0, entries: entries.toReversed() }).entryFor(certificate)?.reason).toBe(
      'superseded',
    );
    expect(list(ca, { scope, base: 0, entries: entries.slice(0, 1) }).entryFor(certificate)?.reason).toBe(
      'removeFromCRL',
    );
  });

  it.each([
    ['crl_entry_issuer_name', [{ dns: 'one.test' }]],
    ['crl_entry_issuer_name', [{ directoryName: `CN=${'x'.repeat(2_100)}` }]],
    ['crl_entry_issuer_name', []],
    ['crl_entry_issuer_name', [{ directoryName: '' }]],
    ['crl_entry_issuer_name', [{ directoryName: 'CN=One,O=Acme' }, { directoryName: '' }]],
    ['crl_entry_issuer_name', [{ directoryName: [{ CN: { der: Uint8Array.of(0x13, 2, 0x4f, 0xf6) } }] }]],
    ['crl_entry_issuer_name', [{ directoryName: [{ CN: { utf8: 'One\0' } }] }]],
  ])('breaks %s', (rule, certificateIssuer) => {
    expect(ruleOf(listDer(ca, { scope, entries: [{ serialNumber: 7, certificateIssuer }] }))).toBe(rule);
  });

  it('belongs into indirect lists alone', () => {
    const entries = [{ serialNumber: 7, certificateIssuer: named(one) }];
    expect(ruleOf(listDer(ca, { entries }))).toBe('crl_entry_issuer');
    expect(ruleOf(listDer(ca, { entries, scope: { onlyContainsUserCerts: true } }))).toBe('crl_entry_issuer');
  });

  it('may be any of hundreds', () => {
    const entries = Array.from({ length: 400 }, (_, index) => ({
      serialNumber: 7,
      certificateIssuer: [{ directoryName: `CN=Authority ${index}` }],
    }));
    const read = list(ca, { scope, entries: [...entries, ...entries] });
    const revokes = (index: number): boolean =>
      read.entryFor(
        client('CN=x', { by: { ...ca, name: `CN=Authority ${index}` }, forge: { serialNumber: 7 } }).certificate,
      ) !== undefined;
    expect([0, 1, 199, 398, 399, 400].map(revokes)).toEqual([true, true, true, true, true, false]);
  });
});

describe('the number of an issuer', () => {
  const { subject } = one.certificate;
  const names = [{ kind: 'directoryName', name: subject }] as const;
  /** Different writings of one name. */
  const writing = (index: number): Uint8Array => Uint8Array.of(index >> 16, index >> 8, index);

  it('is the same whenever it is named in the same way', () => {
    const issuers = new CertificateIssuers(ca.certificate.subject);
    const octets = writing(1);
    expect(issuers.continuesWith(octets, 0, 3, 10)).toBe(false);
    issuers.startAt(10, octets, 0, 3, names);
    expect(issuers.continuesWith(octets, 0, 3, 20)).toBe(true);
    expect(issuers.numbersOf(subject)).toEqual([1]);
    expect([0, 9, 10, 20, 99].map((offset) => issuers.numberAt(offset))).toEqual([0, 0, 1, 1, 1]);
  });

  it('stays that of the entry before until another issuer has begun', () => {
    const issuers = new CertificateIssuers(ca.certificate.subject);
    issuers.startAt(10, writing(1), 0, 3, names);
    expect(issuers.continuesWith(writing(2), 0, 3, 20)).toBe(false);
    expect(issuers.current).toBe(1);
    expect(issuers.numberAt(20)).toBe(1);
  });

  it('is one of 65,536', () => {
    const issuers = new CertificateIssuers(ca.certificate.subject);
    const start = (index: number): void => issuers.startAt(index, writing(index), 0, 3, names);
    for (let index = 1; index < 65_536; index++) start(index);
    expect(issuers.current).toBe(65_535);
    expect(() => start(65_536)).toThrow(expect.objectContaining({ rule: 'crl_too_many_issuers' }));
  });

  it('costs no new one for each entry of a list that goes back and forth', async () => {
    const entryOf = ({ certificate }: Entity): Uint8Array => {
      const value = der.sequence(der.constructed(4, certificate.subject.der));
      const extension = der.sequence(der.oid('2.5.29.29'), der.boolean(true), der.octetString(value));
      return der.sequence(der.integer(7), der.utcTime('260101000000Z'), der.sequence(extension));
    };
    const both = Buffer.concat([entryOf(one), entryOf(two)]);
    const entries = der.sequence(Buffer.concat(Array<Uint8Array>(33_000).fill(both)));
    const outcome = await parseCrl(listDer(ca, { scope, forge: { entries } }));
    expect(outcome.ok ? outcome.value.entryCount : outcome.rule).toBe(66_000);
  });
});
