import { Socket } from 'node:net';
import { type AddressRanges, compileAddressRanges, refuseStrangers } from '../address-range.ts';
import { shown } from '../option-keys.ts';
import type { RequestFacts } from './facts.ts';
import type { TrustedPeers } from './presented.ts';

/**
 * Who may write the headers of a source: addresses and ranges (`10.0.0.0/8`), `'loopback'`, `'unix'` for every peer of
 * a Unix socket, or the proxy's own client certificate where the hop to this server is mutual TLS.
 */
export type TrustedProxies = TrustedProxy | readonly TrustedProxy[];

export type TrustedProxy = 'loopback' | 'unix' | ProxyCertificate | (string & Record<never, never>);

/** Shared by every copy of this package. */
export const proxyCertificateBrand: unique symbol = Symbol.for('peercert.proxy-certificate') as never;

/** A rule on the certificate with which a proxy itself connects. Made by `proxyCertificate()`. */
export interface ProxyCertificate {
  /** @internal */
  readonly [proxyCertificateBrand]: (facts: RequestFacts) => boolean;
}

const loopback: readonly string[] = ['127.0.0.0/8', '::1'];

/**
 * Throws TypeError when the option is absent or empty, or when its ranges together are so wide that strangers are among
 * them: then anyone could write the header in which the proxy forwards a certificate.
 */
export function compileTrustedProxies(option: TrustedProxies, where: string): TrustedPeers {
  const list: readonly TrustedProxy[] = isList(option) ? option : [option];
  if (option === undefined || list.length === 0) {
    throw new TypeError(
      `${where} needs trustedProxies, the addresses from which its headers are believed: ['10.0.0.0/8'], 'loopback' or 'unix'`,
    );
  }
  const certificates = list.filter(isProxyCertificate).map((rule) => rule[proxyCertificateBrand]);
  const ranges = compileRanges(list, where);
  const acceptsUnixSockets = list.includes('unix');
  return Object.freeze({
    includesPeerOf: (facts: RequestFacts): boolean =>
      (facts.peerAddress !== undefined && ranges?.includes(facts.peerAddress) === true) ||
      (acceptsUnixSockets && facts.peerAddress === undefined && isUnixSocket(facts.socket)) ||
      certificates.some((isProxy) => isProxy(facts)),
    includesAddress: (address: string): boolean => ranges?.includes(address) === true,
  });
}

function compileRanges(list: readonly TrustedProxy[], where: string): AddressRanges | undefined {
  const texts = list.flatMap((entry): readonly string[] => {
    if (entry === 'loopback') return loopback;
    if (entry === 'unix' || isProxyCertificate(entry)) return [];
    if (typeof entry !== 'string') {
      throw new TypeError(
        `${where}: trustedProxies may list ranges, 'loopback', 'unix' and proxyCertificate(...), not ${shown(entry)}`,
      );
    }
    return [entry];
  });
  if (texts.length === 0) return undefined;
  const ranges = compileAddressRanges(texts, `${where}: trustedProxies`);
  refuseStrangers(ranges, `${where}: trustedProxies`, 'proxies');
  return ranges;
}

function isList(option: TrustedProxies): option is readonly TrustedProxy[] {
  return Array.isArray(option);
}

function isProxyCertificate(entry: unknown): entry is ProxyCertificate {
  return typeof entry === 'object' && entry !== null && Object.hasOwn(entry, proxyCertificateBrand);
}

/**
 * A TCP socket whose peer has gone has no remote address either, so the handle itself must be a pipe; that of a TLS
 * connection lies over the one of its transport. A handle that is gone says nothing.
 */
export function isUnixSocket(socket: unknown): boolean {
  if (!(socket instanceof Socket)) return false;
  const { _handle: handle } = socket as SocketWithHandle;
  return (handle?._parent ?? handle)?.constructor.name === 'Pipe';
}

interface Handle {
  readonly _parent?: Handle | null;
}

type SocketWithHandle = Socket & { readonly _handle?: Handle | null };
