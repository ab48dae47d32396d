import type { CrlEntryInput } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
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
    ['der_empty_sequence', []],
    ['directory_name_empty', [{ directoryName: '' }]],
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
