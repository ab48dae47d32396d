import { compileAddressRanges, isAddress } from '../address-range.ts';
import { refuseUnknownKeys } from '../option-keys.ts';

export interface AddressOptions {
  /** Ranges in CIDR form or single addresses: clients from anywhere else are denied. */
  readonly allow?: readonly string[];
  /** Clients from here are denied, also where `allow` has them. May be empty. */
  readonly deny?: readonly string[];
}

/**
 * Whether a client address is allowed: `deny` wins over `allow`. Where any range is given, an address that is unknown
 * or no address is denied, as nobody can say that it is not the one to keep out. Throws TypeError for options without a
 * range and for malformed ranges.
 */
export function compileAddresses(options: AddressOptions): (address: string | undefined) => boolean {
  refuseUnknownKeys(options, ['allow', 'deny'], 'addresses');
  // A key that is there without a value is a list that got lost on its way here.
  const allow = 'allow' in options ? compileAddressRanges(options.allow as string[], 'addresses.allow') : undefined;
  const deny =
    'deny' in options && !isEmptyList(options.deny)
      ? compileAddressRanges(options.deny as string[], 'addresses.deny')
      : undefined;
  if (allow === undefined && deny === undefined) {
    throw new TypeError("addresses: no range is given; leave the option out or write { allow: ['10.0.0.0/8'] }");
  }
  return (address) => {
    if (address === undefined || !isAddress(address)) return false;
    if (deny?.includes(address)) return false;
    return allow === undefined || allow.includes(address);
  };
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
