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

function isWithin(name: Uint8Array, { address, mask }: Range): boolean {
  if (name.length !== address.length) return false;
  for (let at = 0; at < name.length; at++) {
    const difference = (name[at] as number) ^ (address[at] as number);
    if ((difference & (mask[at] as number)) !== 0) return false;
  }
  return true;
}

/** Ones, then zeros. */
function isPrefixMask(mask: Uint8Array): boolean {
  let hasEnded = false;
  for (const octet of mask) {
    if (hasEnded && octet !== 0) return false;
    const zeros = ~octet & 0xff;
    if ((zeros & (zeros + 1)) !== 0) return false;
    hasEnded = zeros !== 0;
  }
  return true;
}
