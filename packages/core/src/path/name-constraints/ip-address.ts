import type { Relation } from './relation.ts';

interface Range {
  readonly address: Uint8Array;
  readonly mask: Uint8Array;
}

/**
 * iPAddress constraints (RFC 5280 4.2.1.10): address and mask in the style of RFC 4632. IPv4 and IPv6 are compared as
 * encoded: an address is inside a range of its own length only.
 */
export class IpAddressSubtrees {
  readonly #ranges: Range[] = [];

  /** False when `base` is not an address and a mask of leading ones. */
  add(base: Uint8Array): boolean {
    if (base.length !== 8 && base.length !== 32) return false;
    const half = base.length / 2;
    const mask = base.subarray(half);
    if (!isPrefixMask(mask)) return false;
    this.#ranges.push({ address: base.subarray(0, half), mask });
    return true;
  }

  relate(address: Uint8Array): Relation {
    if (address.length !== 4 && address.length !== 16) return 'unintelligible';
    return this.#ranges.some((range) => isWithin(address, range)) ? 'inside' : 'outside';
  }
}

function isWithin(address: Uint8Array, range: Range): boolean {
  if (address.length !== range.address.length) return false;
  return range.mask.every((octet, index) => (((address[index] ?? 0) ^ (range.address[index] ?? 0)) & octet) === 0);
}

function isPrefixMask(mask: Uint8Array): boolean {
  const bits = Array.from(mask, (octet) => octet.toString(2).padStart(8, '0')).join('');
  return !bits.includes('01');
}
