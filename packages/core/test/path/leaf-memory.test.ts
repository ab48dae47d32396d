import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/certificate/model.ts';
import { LeafMemory } from '../../src/path/leaf-memory.ts';
import { authority, client, read, saying } from './certificates.ts';

const root = authority('CN=Root');
const other = authority('CN=Other');
const leaf = client('CN=client', { by: root });

/** As many leaves as are asked for, told apart by their last octets. */
const numbered = (number: number): Certificate => {
  const der = Uint8Array.from(leaf.der);
  new DataView(der.buffer).setUint32(der.length - 4, number);
  return saying(leaf.certificate, { der });
};

function filled(count: number): LeafMemory {
  const memory = new LeafMemory();
  for (let number = 0; number < count; number += 1) memory.remember(numbered(number), root.certificate);
  return memory;
}

describe('the memory of leaves', () => {
  it('knows nothing at first', () => {
    expect(new LeafMemory().isSignedBy(leaf.certificate, root.certificate)).toBe(false);
  });

  it('knows the octets of a leaf, read again or not, and the key that signed them', () => {
    const memory = new LeafMemory();
    memory.remember(leaf.certificate, root.certificate);
    expect(memory.isSignedBy(leaf.certificate, root.certificate)).toBe(true);
    expect(memory.isSignedBy(read(leaf.der), root.certificate)).toBe(true);
  });

  it('knows no other issuer, not even the same one read again', () => {
    const memory = new LeafMemory();
    memory.remember(leaf.certificate, root.certificate);
    expect(memory.isSignedBy(leaf.certificate, other.certificate)).toBe(false);
    expect(memory.isSignedBy(leaf.certificate, read(root.der))).toBe(false);
  });

  it('compares octets whole: a leaf with the same last octets is another', () => {
    const memory = new LeafMemory();
    memory.remember(leaf.certificate, root.certificate);
    const changed = Uint8Array.from(leaf.der);
    changed[20] = (changed[20] as number) ^ 1;
    expect(memory.isSignedBy(saying(leaf.certificate, { der: changed }), root.certificate)).toBe(false);
  });

  it('keeps what it heard last of the same octets', () => {
    const memory = new LeafMemory();
    memory.remember(leaf.certificate, root.certificate);
    memory.remember(leaf.certificate, other.certificate);
    expect(memory.isSignedBy(leaf.certificate, root.certificate)).toBe(false);
    expect(memory.isSignedBy(leaf.certificate, other.certificate)).toBe(true);
  });
});

describe('of more leaves than it holds', () => {
  const capacity = LeafMemory.capacity;

  it('it holds 10,000', () => {
    expect(capacity).toBe(10_000);
    const memory = filled(capacity);
    expect(memory.isSignedBy(numbered(0), root.certificate)).toBe(true);
    expect(memory.isSignedBy(numbered(capacity - 1), root.certificate)).toBe(true);
  });

  it('it forgets the oldest, and that one alone', () => {
    const memory = filled(capacity + 1);
    expect(memory.isSignedBy(numbered(0), root.certificate)).toBe(false);
    expect(memory.isSignedBy(numbered(1), root.certificate)).toBe(true);
    expect(memory.isSignedBy(numbered(capacity), root.certificate)).toBe(true);
  });

  it('it forgets none for one that it knows', () => {
    const memory = filled(capacity);
    memory.remember(numbered(5), other.certificate);
    expect(memory.isSignedBy(numbered(0), root.certificate)).toBe(true);
    expect(memory.isSignedBy(numbered(5), other.certificate)).toBe(true);
  });
});
