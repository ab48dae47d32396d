import { describe, expect, it } from 'vitest';
import type { Presented } from '../../src/source/presented.ts';
import { PresentedMemory } from '../../src/source/presented-memory.ts';

const presented = (): Presented => ({ source: 'x', certificates: [Uint8Array.of(1)], verdict: { by: 'nobody' } });
/** Values that differ, with the same end. */
const long = (start: string): string => start.padEnd(200, '=');

describe('what was read from headers before', () => {
  it('is known by every one of its values', () => {
    const memory = new PresentedMemory();
    const known = presented();
    memory.set([long('a'), 'SUCCESS', undefined], known);
    expect(memory.get([long('a'), 'SUCCESS', undefined])).toBe(known);
    expect(memory.get([long('b'), 'SUCCESS', undefined])).toBeUndefined();
    expect(memory.get([long('a'), 'FAILED', undefined])).toBeUndefined();
    expect(memory.get([long('a'), 'SUCCESS', ''])).toBeUndefined();
    expect(memory.get([undefined, 'SUCCESS', undefined])).toBeUndefined();
  });

  it('gives way to what has the same end', () => {
    const memory = new PresentedMemory();
    memory.set([long('a')], presented());
    const later = presented();
    memory.set([long('b')], later);
    expect(memory.get([long('a')])).toBeUndefined();
    expect(memory.get([long('b')])).toBe(later);
  });

  it('is forgotten, the oldest first', () => {
    const memory = new PresentedMemory();
    for (let index = 0; index <= PresentedMemory.capacity; index += 1) memory.set([`value ${index}`], presented());
    expect(memory.get(['value 0'])).toBeUndefined();
    expect(memory.get(['value 1'])).toBeDefined();
    expect(memory.get([`value ${PresentedMemory.capacity}`])).toBeDefined();
  });
});
