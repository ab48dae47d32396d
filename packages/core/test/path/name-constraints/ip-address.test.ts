import { describe, expect, it } from 'vitest';
import { IpAddressSubtrees } from '../../../src/path/name-constraints/ip-address.ts';

const octets = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

function subtrees(...bases: readonly Uint8Array[]): IpAddressSubtrees {
  const set = new IpAddressSubtrees();
  for (const base of bases) expect(set.add(base)).toBe(true);
  return set;
}

describe('iPAddress subtrees', () => {
  it('hold the IPv4 addresses of a range', () => {
    const set = subtrees(octets(192, 0, 2, 0, 255, 255, 255, 0));
    expect(set.relate(octets(192, 0, 2, 0))).toBe('inside');
    expect(set.relate(octets(192, 0, 2, 255))).toBe('inside');
    expect(set.relate(octets(192, 0, 3, 0))).toBe('outside');
    expect(set.relate(octets(192, 0, 1, 255))).toBe('outside');
    expect(set.relate(octets(64, 0, 2, 0))).toBe('outside');
  });

  it('hold the IPv6 addresses of a range', () => {
    const set = subtrees(hex(`20010db8${'00'.repeat(12)}ffffffff${'00'.repeat(12)}`));
    expect(set.relate(hex(`20010db8${'00'.repeat(11)}01`))).toBe('inside');
    expect(set.relate(hex(`20010db8${'ff'.repeat(12)}`))).toBe('inside');
    expect(set.relate(hex(`20010db9${'00'.repeat(12)}`))).toBe('outside');
  });

  it('follow a mask that ends within an octet', () => {
    const set = subtrees(octets(10, 0, 0, 64, 255, 255, 255, 192));
    expect(set.relate(octets(10, 0, 0, 64))).toBe('inside');
    expect(set.relate(octets(10, 0, 0, 127))).toBe('inside');
    expect(set.relate(octets(10, 0, 0, 63))).toBe('outside');
    expect(set.relate(octets(10, 0, 0, 128))).toBe('outside');
  });

  it('ignore the bits of a base that its mask leaves out', () => {
    expect(subtrees(octets(192, 0, 2, 77, 255, 255, 255, 0)).relate(octets(192, 0, 2, 1))).toBe('inside');
  });

  it('hold one address under a mask of ones and every address of the family under one of zeros', () => {
    const one = subtrees(octets(192, 0, 2, 1, 255, 255, 255, 255));
    expect(one.relate(octets(192, 0, 2, 1))).toBe('inside');
    expect(one.relate(octets(192, 0, 2, 0))).toBe('outside');
    const all = subtrees(octets(0, 0, 0, 0, 0, 0, 0, 0));
    expect(all.relate(octets(203, 0, 113, 9))).toBe('inside');
    expect(all.relate(hex('00'.repeat(16)))).toBe('outside');
    expect(subtrees(hex('00'.repeat(32))).relate(octets(203, 0, 113, 9))).toBe('outside');
    expect(subtrees(hex('00'.repeat(32))).relate(hex('fe'.repeat(16)))).toBe('inside');
  });

  it('do not take an IPv4-mapped IPv6 address for an IPv4 address', () => {
    const set = subtrees(octets(10, 0, 0, 0, 255, 0, 0, 0));
    expect(set.relate(hex(`${'00'.repeat(10)}ffff0a000001`))).toBe('outside');
  });

  it('hold what any of several ranges holds', () => {
    const set = subtrees(octets(10, 0, 0, 0, 255, 0, 0, 0), octets(192, 168, 0, 0, 255, 255, 0, 0));
    expect(set.relate(octets(10, 9, 9, 9))).toBe('inside');
    expect(set.relate(octets(192, 168, 9, 9))).toBe('inside');
    expect(set.relate(octets(192, 169, 9, 9))).toBe('outside');
    expect(subtrees().relate(octets(10, 0, 0, 1))).toBe('outside');
  });

  it.each([0, 3, 5, 8, 15, 17, 32])('cannot tell of a name of %i octets', (length) => {
    expect(subtrees(octets(0, 0, 0, 0, 0, 0, 0, 0)).relate(new Uint8Array(length))).toBe('unintelligible');
  });

  it.each([0, 4, 7, 9, 16, 31, 33])('refuse a base of %i octets', (length) => {
    expect(new IpAddressSubtrees().add(new Uint8Array(length))).toBe(false);
  });

  it('refuse a mask with a one after a zero', () => {
    expect(new IpAddressSubtrees().add(octets(10, 0, 0, 0, 255, 0, 255, 0))).toBe(false);
    expect(new IpAddressSubtrees().add(octets(10, 0, 0, 0, 255, 1, 0, 0))).toBe(false);
    expect(new IpAddressSubtrees().add(octets(10, 0, 0, 0, 0, 0, 0, 1))).toBe(false);
    expect(new IpAddressSubtrees().add(octets(10, 0, 0, 0, 127, 0, 0, 0))).toBe(false);
    expect(new IpAddressSubtrees().add(hex(`${'00'.repeat(16)}ffff${'00'.repeat(13)}01`))).toBe(false);
  });
});
