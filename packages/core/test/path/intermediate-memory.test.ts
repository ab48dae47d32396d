import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/certificate/model.ts';
import { IntermediateMemory } from '../../src/path/intermediate-memory.ts';
import { authority, keyOf, read, saying } from './certificates.ts';

const root = authority('CN=Root').certificate;
const { certificate, der } = authority('CN=Issuing', { by: { name: 'CN=Root', keyPair: keyOf('CN=Root') } });

/** Certificates that are told apart by their last octets alone, made at no cost. */
function numbered(count: number): Certificate[] {
  return Array.from({ length: count }, (_, number) => {
    const bytes = Uint8Array.from(der);
    new DataView(bytes.buffer).setUint32(bytes.length - 4, number);
    return saying(certificate, { der: bytes, signature: bytes.subarray(-32) });
  });
}

describe('the memory of intermediates', () => {
  it('is empty at first', () => {
    const memory = new IntermediateMemory();
    expect(memory.recall(der)).toBeUndefined();
    expect(memory.index.all).toEqual([]);
    expect(memory.isSignedBy(certificate, root)).toBe(false);
  });

  it('answers the same object for the same bytes', () => {
    const memory = new IntermediateMemory();
    memory.remember(certificate, root);
    expect(memory.recall(Uint8Array.from(der))).toBe(certificate);
    expect(memory.index.all).toEqual([certificate]);
  });

  it('compares every octet: the end of a certificate only finds it', () => {
    const memory = new IntermediateMemory();
    memory.remember(certificate, root);
    const altered = Uint8Array.from(der);
    altered[10] = (altered[10] ?? 0) ^ 1;
    expect(memory.recall(altered)).toBeUndefined();
    expect(memory.recall(der.subarray(-32))).toBeUndefined();
  });

  it('finds by 6 octets, no fewer', () => {
    const memory = new IntermediateMemory();
    memory.remember(certificate, root);
    const altered = Uint8Array.from(der);
    const at = altered.length - 6;
    altered[at] = (altered[at] ?? 0) ^ 1;
    const other = saying(certificate, { der: altered });
    memory.remember(other, root);
    expect(memory.recall(der)).toBe(certificate);
    expect(memory.recall(altered)).toBe(other);
  });

  it('knows by whom a certificate was found signed, of these very objects', () => {
    const memory = new IntermediateMemory();
    const otherIssuer = authority('CN=Root', { forge: { serialNumber: 2 } }).certificate;
    memory.remember(certificate, root);
    expect(memory.isSignedBy(certificate, root)).toBe(true);
    expect(memory.isSignedBy(certificate, otherIssuer)).toBe(false);
    expect(memory.isSignedBy(read(der), root)).toBe(false);
    memory.remember(certificate, otherIssuer);
    expect(memory.isSignedBy(certificate, root)).toBe(true);
    expect(memory.isSignedBy(certificate, otherIssuer)).toBe(true);
  });

  it('shows what was remembered since the index was last asked for', () => {
    const memory = new IntermediateMemory();
    const [first, second] = numbered(2) as [Certificate, Certificate];
    memory.remember(first, root);
    expect(memory.index.all).toEqual([first]);
    const before = memory.index;
    memory.remember(first, root);
    expect(memory.index).toBe(before);
    memory.remember(second, root);
    expect(memory.index.all).toEqual([first, second]);
  });

  it('lets the oldest go when it is full', () => {
    const memory = new IntermediateMemory();
    const many = numbered(IntermediateMemory.capacity + 1);
    for (const one of many.slice(0, -1)) memory.remember(one, root);
    expect(memory.index.all).toHaveLength(256);
    memory.remember(many.at(-1) as Certificate, root);
    expect(memory.index.all).toHaveLength(256);
    expect(memory.recall(many[0]?.der as Uint8Array)).toBeUndefined();
    expect(memory.recall(many[1]?.der as Uint8Array)).toBe(many[1]);
    expect(memory.recall(many[256]?.der as Uint8Array)).toBe(many[256]);
  });

  it('lets nobody go when one that it has is remembered again', () => {
    const memory = new IntermediateMemory();
    const many = numbered(IntermediateMemory.capacity);
    for (const one of many) memory.remember(one, root);
    const again = saying(many[5] as Certificate, {});
    memory.remember(again, root);
    expect(memory.index.all).toHaveLength(256);
    expect(memory.recall(many[5]?.der as Uint8Array)).toBe(again);
    expect(memory.recall(many[0]?.der as Uint8Array)).toBe(many[0]);
  });
});
