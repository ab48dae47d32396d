import { describe, expect, it } from 'vitest';
import { processWide } from '../src/process-wide.ts';

describe('a thing of the process', () => {
  it('is made once, by whichever copy asks first', () => {
    const first = processWide('test.1', () => new Map());
    expect(processWide('test.1', () => new Map())).toBe(first);
    expect(processWide('test.2', () => new Map())).not.toBe(first);
  });

  it('cannot be replaced or removed, and is in nobody’s way', () => {
    const thing = processWide('test.3', () => new Map());
    const key = Symbol.for('peercert.process.test.3');
    expect(Reflect.set(globalThis, key, new Map())).toBe(false);
    expect(Reflect.deleteProperty(globalThis, key)).toBe(false);
    expect(Object.getOwnPropertyDescriptor(globalThis, key)).toMatchObject({ value: thing, enumerable: false });
  });
});
