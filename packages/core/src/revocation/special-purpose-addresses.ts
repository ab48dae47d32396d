import { compileAddressRanges, isAddress } from '../address-range.ts';

/**
 * Addresses that are not simply somewhere on the Internet (RFC 6890 and the registries of IANA that it set up): this
 * host, private networks, link-local ones with the metadata services of clouds, documentation, multicast, and those
 * that carry another address inside. A URL in a certificate could make a server knock at any of them.
 *
 * A few blocks of the registries are reachable by everybody; nobody serves revocation lists there, so they are in.
 */
const ranges: readonly string[] = [
  '0.0.0.0/8', // this network (RFC 791)
  '10.0.0.0/8', // private (RFC 1918)
  '100.64.0.0/10', // behind carriers (RFC 6598)
  '127.0.0.0/8', // loopback (RFC 1122)
  '169.254.0.0/16', // link-local (RFC 3927)
  '172.16.0.0/12', // private (RFC 1918)
  '192.0.0.0/24', // protocol assignments (RFC 6890)
  '192.0.2.0/24', // documentation (RFC 5737)
  '192.31.196.0/24', // AS112 (RFC 7535)
  '192.52.193.0/24', // AMT (RFC 7450)
  '192.88.99.0/24', // 6to4 relays (RFC 7526)
  '192.168.0.0/16', // private (RFC 1918)
  '192.175.48.0/24', // AS112 (RFC 7534)
  '198.18.0.0/15', // benchmarking (RFC 2544)
  '198.51.100.0/24', // documentation (RFC 5737)
  '203.0.113.0/24', // documentation (RFC 5737)
  '224.0.0.0/4', // multicast (RFC 5771)
  '240.0.0.0/4', // reserved, and limited broadcast (RFC 1112, RFC 8190)
  // Global unicast addresses are those of 2000::/3 (RFC 4291 section 2.4): nothing outside of it, where loopback, NAT64,
  // unique local, link-local and multicast addresses are.
  '::/3',
  '4000::/2',
  '8000::/1',
  '2001::/23', // protocol assignments, Teredo among them (RFC 2928, RFC 4380)
  '2001:db8::/32', // documentation (RFC 3849)
  '2002::/16', // 6to4 (RFC 3056)
  '2620:4f:8000::/48', // AS112 (RFC 7534)
  '3fff::/20', // documentation (RFC 9637)
];

const compiled = compileAddressRanges(ranges, 'special-purpose addresses');

/** Text that is no address is special, too. */
export function isSpecialPurpose(address: string): boolean {
  return !isAddress(address) || compiled.includes(address);
}
