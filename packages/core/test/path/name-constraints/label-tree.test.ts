import { describe, expect, it } from 'vitest';
import { LabelTree } from '../../../src/path/name-constraints/label-tree.ts';

function tree(...bases: readonly string[]): LabelTree {
  const labels = new LabelTree();
  for (const base of bases) labels.add([...base]);
  return labels;
}

describe('a label tree', () => {
  it('covers a base and all below it', () => {
    expect(tree('ab').covers(['a', 'b'])).toBe(true);
    expect(tree('ab').covers(['a', 'b', 'c', 'd'])).toBe(true);
    expect(tree('ab').covers(['a'])).toBe(false);
    expect(tree('ab').covers(['b', 'a'])).toBe(false);
    expect(tree('ab').covers([])).toBe(false);
  });

  it('covers everything below the root', () => {
    expect(tree('').covers([])).toBe(true);
    expect(tree('').covers(['a'])).toBe(true);
  });

  it('keeps a base that lies above or below another', () => {
    for (const both of [tree('ab', 'abcd'), tree('abcd', 'ab')]) {
      expect(both.covers(['a', 'b', 'x'])).toBe(true);
      expect(both.covers(['a'])).toBe(false);
    }
  });

  it('tells of a base exactly one label below', () => {
    const labels = tree('abc', 'x');
    expect(labels.hasBaseBelow(['a', 'b'])).toBe(true);
    expect(labels.hasBaseBelow([])).toBe(true);
    expect(labels.hasBaseBelow(['a'])).toBe(false);
    expect(labels.hasBaseBelow(['a', 'b', 'c'])).toBe(false);
    expect(labels.hasBaseBelow(['z', 'b'])).toBe(false);
    expect(tree('').hasBaseBelow([])).toBe(false);
  });

  it('takes labels that are names of object members for labels', () => {
    expect(tree('a').covers(['__proto__'])).toBe(false);
    expect(tree('a').hasBaseBelow(['constructor'])).toBe(false);
  });
});
