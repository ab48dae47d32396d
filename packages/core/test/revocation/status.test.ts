import { describe, expect, it } from 'vitest';
import { compareTimes } from '../../src/revocation/status.ts';

describe('of two statuses', () => {
  it.each<[number, [number, number?], [number, number?]]>([
    [-1, [1, 9], [2, 3]],
    [1, [2, 3], [1, 9]],
    [-1, [1, 2], [1, 3]],
    [1, [1, 3], [1, 2]],
    [0, [1, 3], [1, 3]],
    [0, [1, 3], [1]],
    [0, [1], [1, 3]],
    [0, [1], [1]],
    [1, [2], [1]],
  ])('the later one is told by thisUpdate, then by producedAt where both have it, case %#', (order, one, other) => {
    const times = ([thisUpdateMs, producedAtMs]: [number, number?]) => ({ thisUpdateMs, producedAtMs });
    expect(Math.sign(compareTimes(times(one), times(other)))).toBe(order);
  });
});
