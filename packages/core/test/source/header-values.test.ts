import { describe, expect, it } from 'vitest';
import { readHeaderValues } from '../../src/source/header-values.ts';

const read = (raw: readonly string[], ...headers: readonly { name: string; isList?: boolean }[]): unknown => {
  const values = readHeaderValues(raw, headers);
  return values.ok ? values.value : values.reason;
};

describe('the values of headers', () => {
  it('are read whatever the case of the name, in the order that is asked for', () => {
    expect(read(['B', '2', 'A', '1', 'a-', '3'], { name: 'a' }, { name: 'b' }, { name: 'c' })).toEqual([
      '1',
      '2',
      undefined,
    ]);
  });

  it('are those of names, never of values', () => {
    expect(read(['x', 'a', 'b', '2'], { name: 'a' })).toEqual([undefined]);
  });

  it('come once, be they the same', () => {
    expect(read(['a', '1', 'A', '1'], { name: 'a' })).toEqual({
      code: 'header_repeated',
      detail: { header: 'a', count: 2 },
    });
    expect(read(['a', '', 'a', '', 'a', ''], { name: 'a' })).toMatchObject({ detail: { count: 3 } });
  });

  it('come in several lines where they are lists', () => {
    expect(read(['a', '1', 'A', '2'], { name: 'a', isList: true })).toEqual(['1, 2']);
  });

  it('have a length that is bounded', () => {
    expect(read(['a', 'x'.repeat(262_144)], { name: 'a' })).toHaveLength(1);
    expect(read(['a', 'x'.repeat(262_145)], { name: 'a' })).toEqual({
      code: 'input_too_large',
      detail: { limit: 262_144, actual: 262_145, unit: 'bytes' },
    });
    expect(read(['a', 'x'.repeat(200_000), 'a', 'x'.repeat(200_000)], { name: 'a', isList: true })).toMatchObject({
      code: 'input_too_large',
    });
  });

  it('do not include what every object has', () => {
    expect(read(['constructor', '1'], { name: '__proto__' }, { name: 'constructor' })).toEqual([undefined, '1']);
  });
});
