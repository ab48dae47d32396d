import { describe, expect, it } from 'vitest';
import { runInSlices, type Sliced } from '../../../src/revocation/crl/slices.ts';

function* counting(slices: number, done: number[]): Sliced<string> {
  for (let slice = 1; slice <= slices; slice++) {
    done.push(slice);
    if (slice < slices) yield;
  }
  return 'done';
}

describe('work in slices', () => {
  it('is answered at once when one slice is enough', () => {
    expect(runInSlices(counting(1, []))).toBe('done');
  });

  it('gives way to others after each slice', async () => {
    const done: number[] = [];
    const answer = runInSlices(counting(3, done));
    expect(done).toEqual([1]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toEqual([1, 2]);
    await expect(answer).resolves.toBe('done');
    expect(done).toEqual([1, 2, 3]);
  });

  it('throws what the first slice throws, and rejects with what a later one throws', async () => {
    function* failing(slices: number): Sliced<never> {
      for (let slice = 1; slice < slices; slice++) yield;
      throw new Error(`in slice ${slices}`);
    }
    expect(() => runInSlices(failing(1))).toThrow('in slice 1');
    await expect(runInSlices(failing(2))).rejects.toThrow('in slice 2');
  });
});
