import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EntryHashes } from '../../../src/revocation/crl/entry-hashes.ts';

type Pair = readonly [hash: number, offset: number];

function pairsOf(hashes: EntryHashes): readonly Pair[] {
  return [...hashes.blocks()].flatMap(({ pairs, length }) =>
    Array.from({ length: length / 2 }, (_, at): Pair => [pairs[at * 2] as number, pairs[at * 2 + 1] as number]),
  );
}

function filled(octets: number, added: readonly Pair[]): EntryHashes {
  const hashes = new EntryHashes(octets);
  for (const [hash, offset] of added) hashes.add(hash, offset);
  return hashes;
}

describe('the hashes of a list', () => {
  const pair = fc.tuple(fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: 1, max: 0x7fff_ffff }));
  const byOffset = ([, one]: Pair, [, other]: Pair): number => one - other;

  it.each([
    ['short', 1_000],
    ['long', 100_000_000],
  ])('are all there when it is %s, each with the offset of its entry', (_, octets) => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 400 }), (added) => {
        const hashes = filled(octets, added);
        expect(hashes.count).toBe(added.length);
        expect([...pairsOf(hashes)].sort(byOffset)).toEqual([...added].sort(byOffset));
      }),
    );
  });

  it('come out in the order in which they went in when it is short', () => {
    const added = Array.from({ length: 20_000 }, (_, index): Pair => [(index * 2_654_435_761) >>> 0, index + 1]);
    expect(pairsOf(filled(1_000, added))).toEqual(added);
  });

  it('come out by their first bits when it is long, those of one hash in the order in which they went in', () => {
    const added = Array.from(
      { length: 20_000 },
      (_, index): Pair => [((index % 5_000) * 2_654_435_761) >>> 0, index + 1],
    );
    const out = pairsOf(filled(100_000_000, added));
    expect(out).toHaveLength(added.length);
    const parts = out.map(([hash]) => hash >>> 26);
    expect(parts).toEqual([...parts].sort((one, other) => one - other));
    expect(new Set(parts).size).toBe(64);
    const last = new Map<number, number>();
    for (const [hash, offset] of out) {
      expect(offset).toBeGreaterThan(last.get(hash) ?? 0);
      last.set(hash, offset);
    }
  });
});

describe('the hash of a serial number', () => {
  const { serialHash } = new EntryHashes(0);
  const octets = Uint8Array.of(9, 1, 2, 3, 9);

  it('is that of its octets, wherever they are', () => {
    expect(serialHash.of(octets, 1, 4, 0)).toBe(serialHash.of(octets.subarray(1), 0, 3, 0));
  });

  it('is another one under another issuer, and in every list', () => {
    expect(serialHash.of(octets, 1, 4, 1)).not.toBe(serialHash.of(octets, 1, 4, 0));
    const others = Array.from({ length: 4 }, () => new EntryHashes(0).serialHash.of(octets, 1, 4, 0));
    expect(new Set(others).size).toBeGreaterThan(1);
  });
});
