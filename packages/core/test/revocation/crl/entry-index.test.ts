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
