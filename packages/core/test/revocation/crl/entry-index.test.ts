import { der } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { parseCrl } from '../../../src/revocation/crl/crl.ts';
import { authority, client } from '../../path/certificates.ts';
import { list, listDer } from './lists.ts';

const ca = authority('CN=Issuer');
const seven = client('CN=x', { by: ca, forge: { serialNumber: 7 } }).certificate;

describe('two entries for one certificate', () => {
  it('count as the first of them', () => {
    const entries = [
      { serialNumber: 7, reason: 'superseded' as const },
      { serialNumber: 7, reason: 'keyCompromise' as const },
    ];
    expect(list(ca, { entries }).entryFor(seven)?.reason).toBe('superseded');
  });

  it('revoke it when one of them does', () => {
    const entries = [
      { serialNumber: 7, reason: 'removeFromCRL' as const },
      { serialNumber: 7, reason: 'keyCompromise' as const },
    ];
    const options = { number: 2, base: 1 };
    expect(list(ca, { ...options, entries }).entryFor(seven)?.reason).toBe('keyCompromise');
    expect(list(ca, { ...options, entries: entries.toReversed() }).entryFor(seven)?.reason).toBe('keyCompromise');
  });

  it('are looked at once, so that a list of nothing else is read as fast as any', async () => {
    const entry = der.sequence(der.integer(7), der.utcTime('260101000000Z'));
    const entries = der.sequence(Buffer.concat(Array<Uint8Array>(100_000).fill(entry)));
    const outcome = await parseCrl(listDer(ca, { forge: { entries } }));
    expect(outcome.ok && outcome.value.entryFor(seven)?.reason).toBe('unspecified');
  });
});

describe('a list of 60,000 entries', () => {
  // Of the hash a slot has room for eleven bits here: dozens of entries agree in them with one that comes before.
  it('holds each of them, and no other', async () => {
    const serialOf = (number: number): string => (0x10_0000 + number).toString(16).toUpperCase();
    const entry = Buffer.from(der.sequence(der.integer(0x10_0000), der.utcTime('260101000000Z')));
    const octets = Buffer.concat(Array<Uint8Array>(60_000).fill(entry));
    for (let at = 0, number = 0; at < octets.length; at += entry.length, number += 2) {
      octets.writeUIntBE(0x10_0000 + number, at + 4, 3);
    }
    const outcome = await parseCrl(listDer(ca, { forge: { entries: der.sequence(octets) } }));
    if (!outcome.ok) throw new Error(outcome.rule);
    const wrong: string[] = [];
    for (let number = 0; number < 120_000; number++) {
      const serialNumber = serialOf(number);
      const isThere = outcome.value.entryFor({ issuer: ca.certificate.subject, serialNumber }) !== undefined;
      if (isThere !== (number % 2 === 0)) wrong.push(serialNumber);
    }
    expect(wrong).toEqual([]);
  });
});

describe('a list without entries', () => {
  it('holds nothing', () => {
    expect(list(ca).entryFor(seven)).toBeUndefined();
  });
});

describe('an entry longer than 127 octets', () => {
  it('is found like the others', () => {
    const extensions = [{ oid: '1.2.3', value: Uint8Array.from([4, 0x81, 200, ...new Uint8Array(200)]) }];
    const read = list(ca, {
      entries: [
        { serialNumber: 6, extensions },
        { serialNumber: 7, extensions, reason: 'superseded' },
      ],
    });
    expect(read.entryFor(seven)?.reason).toBe('superseded');
  });
});
