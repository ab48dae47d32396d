import { describe, expect, it } from 'vitest';
import { PathCache } from '../src/cache.ts';
import type { TrustSnapshot } from '../src/path/trust-store.ts';
import type { VerifiedPath } from '../src/path/verified-path.ts';
import type { CheckedPath } from '../src/revocation/checked-path.ts';
import type { PresentedCertificates } from '../src/source/presented.ts';

const now = 1_000_000;
const trust = { generation: 1 } as TrustSnapshot;
const limits = { rememberedPaths: 3, rememberedSeconds: 60 };

const verified = (validUntilMs = now + 3_600_000): VerifiedPath => ({ validUntilMs }) as VerifiedPath;

/** A leaf of 40 octets whose last 32 tell it apart, and whatever else. */
function leaf(number: number, first = 0): Uint8Array {
  const bytes = new Uint8Array(40).fill(number);
  bytes[0] = first;
  return bytes;
}

const presented = (
  certificates: readonly Uint8Array[],
  changes: Partial<PresentedCertificates> = {},
): PresentedCertificates => ({
  source: 'tls',
  certificates,
  verdict: { by: 'nobody' },
  ...changes,
});

describe('a verified path', () => {
  it('is found again for the same object, and for the same bytes in another', () => {
    const cache = new PathCache(limits);
    const path = verified();
    const one = presented([leaf(1), leaf(2)]);
    expect(cache.get(one, trust, now)).toBeUndefined();
    cache.set(one, trust, path, now);
    expect(cache.get(one, trust, now)?.path).toBe(path);
    const same = presented([leaf(1), leaf(2)]);
    expect(cache.get(same, trust, now)?.path).toBe(path);
    expect(cache.get(same, trust, now)?.path).toBe(path);
  });

  it.each<[string, PresentedCertificates]>([
    ['another leaf', presented([leaf(3), leaf(2)])],
    ['another leaf with the same end', presented([leaf(1, 9), leaf(2)])],
    ['another intermediate', presented([leaf(1), leaf(3)])],
    ['fewer certificates', presented([leaf(1)])],
    ['more certificates', presented([leaf(1), leaf(2), leaf(3)])],
    ['a certificate that is longer', presented([leaf(1), new Uint8Array(41).fill(2)])],
    ['another source', presented([leaf(1), leaf(2)], { source: 'nginx' })],
    ['another kind of verdict', presented([leaf(1), leaf(2)], { verdict: { by: 'proxy', verified: true } })],
  ])('is not found for %s', (_, other) => {
    const cache = new PathCache(limits);
    cache.set(presented([leaf(1), leaf(2)]), trust, verified(), now);
    expect(cache.get(other, trust, now)).toBeUndefined();
  });

  it('keeps leaves of fewer than 32 octets apart', () => {
    const cache = new PathCache(limits);
    cache.set(presented([Uint8Array.of(1)]), trust, verified(), now);
    expect(cache.get(presented([Uint8Array.of(2)]), trust, now)).toBeUndefined();
    expect(cache.get(presented([Uint8Array.of(1)]), trust, now)).toBeDefined();
  });

  it('keeps what was found out about its revocation', () => {
    const cache = new PathCache(limits);
    const one = presented([leaf(1)]);
    const remembered = cache.set(one, trust, verified(), now);
    expect(remembered.checked).toBeUndefined();
    const found = { revision: 1 } as CheckedPath;
    remembered.checked = found;
    expect(cache.get(presented([leaf(1)]), trust, now)?.checked).toBe(found);
    expect(cache.set(one, trust, verified(), now).checked).toBeUndefined();
  });

  it('is found for a leaf that lies inside a larger buffer', () => {
    const cache = new PathCache(limits);
    const buffer = new Uint8Array(120).fill(7);
    buffer.set(leaf(1), 40);
    cache.set(presented([buffer.subarray(40, 80)]), trust, verified(), now);
    expect(cache.get(presented([leaf(1)]), trust, now)).toBeDefined();
  });

  it('counts only under the trust it was verified with', () => {
    const cache = new PathCache(limits);
    const one = presented([leaf(1)]);
    cache.set(one, trust, verified(), now);
    const next = { generation: 2 } as TrustSnapshot;
    expect(cache.get(one, next, now)).toBeUndefined();
    expect(cache.get(presented([leaf(1)]), next, now)).toBeUndefined();
    const renewed = verified();
    cache.set(one, next, renewed, now);
    expect(cache.get(one, next, now)?.path).toBe(renewed);
    expect(cache.get(one, trust, now)).toBeUndefined();
  });

  it('counts to the last millisecond of what it depends on', () => {
    const cache = new PathCache(limits);
    const one = presented([leaf(1)]);
    cache.set(one, trust, verified(now + 500), now);
    expect(cache.get(one, trust, now + 500)).toBeDefined();
    expect(cache.get(one, trust, now + 501)).toBeUndefined();
  });

  it('counts no longer than the longest time chosen', () => {
    const cache = new PathCache(limits);
    const one = presented([leaf(1)]);
    cache.set(one, trust, verified(), now);
    expect(cache.get(one, trust, now + 60_000)).toBeDefined();
    expect(cache.get(one, trust, now + 60_001)).toBeUndefined();
  });

  it('does not count before it was verified, when the clock is set back', () => {
    const cache = new PathCache(limits);
    const one = presented([leaf(1)]);
    cache.set(one, trust, verified(), now);
    expect(cache.get(one, trust, now - 1)).toBeUndefined();
    expect(cache.get(one, trust, now)).toBeDefined();
  });
});

describe('the cache', () => {
  it('lets the oldest go when it is full', () => {
    const cache = new PathCache(limits);
    for (const number of [1, 2, 3, 4]) cache.set(presented([leaf(number)]), trust, verified(), now);
    expect([1, 2, 3, 4].map((number) => cache.get(presented([leaf(number)]), trust, now) !== undefined)).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  it('still knows it by the object that a connection presents again, however many came since', () => {
    const cache = new PathCache(limits);
    const held = presented([leaf(1)]);
    const path = verified();
    cache.set(held, trust, path, now);
    for (const number of [2, 3, 4]) cache.set(presented([leaf(number)]), trust, verified(), now);
    expect(cache.get(held, trust, now)?.path).toBe(path);
    expect(cache.get(presented([leaf(1)]), trust, now)).toBeUndefined();
  });

  it('lets nobody go when one that it has is verified again', () => {
    const cache = new PathCache(limits);
    for (const number of [1, 2, 3, 3]) cache.set(presented([leaf(number)]), trust, verified(), now);
    expect(cache.get(presented([leaf(1)]), trust, now)).toBeDefined();
  });
});
