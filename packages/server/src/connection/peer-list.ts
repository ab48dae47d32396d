import { type AddressRanges, compileAddressRanges, shown } from '@peercert/core';

/** Who is at the other end of a connection. */
export type Peer =
  | { readonly kind: 'inet'; readonly address: string; readonly port: number | undefined }
  | { readonly kind: 'unix' };

/** Ranges in CIDR form and single addresses, `'loopback'`, and `'unix'` for every peer of a Unix socket. */
export interface PeerList {
  includes(peer: Peer): boolean;
  /** Without `'unix'`; `undefined` where nothing else is listed. */
  readonly ranges: AddressRanges | undefined;
}

const loopback: readonly string[] = ['127.0.0.0/8', '::1'];

/** Throws TypeError for an empty list, and for whatever core's address ranges refuse. */
export function compilePeerList(list: unknown, where: string): PeerList {
  if (!Array.isArray(list)) {
    throw new TypeError(`${where}: expected a list such as ['10.0.0.0/8', '2001:db8::/32'], got ${shown(list)}`);
  }
  const takesUnixSockets = list.includes('unix');
  const texts = list
    .filter((entry) => entry !== 'unix')
    .flatMap((entry: unknown) => (entry === 'loopback' ? loopback : [entry as string]));
  const ranges = takesUnixSockets && texts.length === 0 ? undefined : compileAddressRanges(texts, where);
  return Object.freeze({
    includes: (peer: Peer): boolean =>
      peer.kind === 'unix' ? takesUnixSockets : ranges?.includes(peer.address) === true,
    ranges,
  });
}
