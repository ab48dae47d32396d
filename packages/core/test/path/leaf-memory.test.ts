import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/certificate/model.ts';
import { LeafMemory } from '../../src/path/leaf-memory.ts';
import { authority, client, read, saying } from './certificates.ts';

const root = authority('CN=Root');
const leaf = client('CN=alice', { by: root }).certificate;

/** Certificates that are told apart by their last octets alone, made at no cost. */
function numbered(number: number): Certificate {
  const der = Uint8Array.from(leaf.der);
  new DataView(der.buffer).setUint32(der.length - 4, number);
  return saying(leaf, { der });
}

describe('the memory of leaves', () => {
  it('knows by whom these octets were found signed', () => {
    const memory = new LeafMemory();
    expect(memory.isSignedBy(leaf, root.certificate)).toBe(false);
    memory.remember(leaf, root.certificate);
    expect(memory.isSignedBy(leaf, root.certificate)).toBe(true);
    expect(memory.isSignedBy(read(leaf.der), root.certificate)).toBe(true);
  });

  it('compares every octet, and the very object of the issuer', () => {
    const memory = new LeafMemory();
    memory.remember(leaf, root.certificate);
    const altered = Uint8Array.from(leaf.der);
    altered[20] = (altered[20] ?? 0) ^ 1;
    expect(memory.isSignedBy(saying(leaf, { der: altered }), root.certificate)).toBe(false);
    expect(memory.isSignedBy(leaf, read(root.der))).toBe(false);
  });

  it('is bounded, and forgets the oldest first', () => {
    const memory = new LeafMemory();
    for (let number = 0; number <= LeafMemory.capacity; number += 1)
      memory.remember(numbered(number), root.certificate);
    expect(memory.isSignedBy(numbered(0), root.certificate)).toBe(false);
    expect(memory.isSignedBy(numbered(1), root.certificate)).toBe(true);
    memory.remember(numbered(1), root.certificate);
    expect(memory.isSignedBy(numbered(2), root.certificate)).toBe(true);
    expect(memory.isSignedBy(numbered(LeafMemory.capacity), root.certificate)).toBe(true);
  });
});
