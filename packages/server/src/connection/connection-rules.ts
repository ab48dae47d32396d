import { refuseStrangers, refuseUnknownKeys, shown } from '@peercert/core';
import type { ConnectionOptions, HandshakeOptions, ProxyProtocolOptions } from './connection-options.ts';
import { compilePeerList, type Peer } from './peer-list.ts';

/** The options as the guard uses them. */
export interface ConnectionRules {
  readonly isAllowed: (peer: Peer) => boolean;
  readonly proxyProtocol: ProxyProtocolRules | undefined;
  readonly handshakes: { readonly perAddress: number; readonly total: number; readonly milliseconds: number };
}

interface ProxyProtocolRules {
  readonly isBalancer: (peer: Peer) => boolean;
  readonly others: 'direct' | 'refuse';
  readonly headerMilliseconds: number;
}

/** Throws TypeError for every option that is unknown, of the wrong kind, or without effect. */
export function compileConnectionOptions(options: ConnectionOptions): ConnectionRules {
  refuseUnknownKeys(options, ['allow', 'deny', 'proxyProtocol', 'handshakes'], 'connection');
  return {
    isAllowed: compileAddresses(options),
    proxyProtocol: options.proxyProtocol === undefined ? undefined : compileProxyProtocol(options.proxyProtocol),
    handshakes: compileHandshakes(options.handshakes ?? {}),
  };
}

function compileAddresses(options: ConnectionOptions): (peer: Peer) => boolean {
  // A key that is there without a value is a list that got lost on its way here.
  const allow = 'allow' in options ? compilePeerList(options.allow, 'connection.allow') : undefined;
  const deny =
    'deny' in options && !isEmptyList(options.deny) ? compilePeerList(options.deny, 'connection.deny') : undefined;
  return (peer) => deny?.includes(peer) !== true && (allow === undefined || allow.includes(peer));
}

function compileProxyProtocol(options: ProxyProtocolOptions): ProxyProtocolRules {
  const where = 'connection.proxyProtocol';
  refuseUnknownKeys(options, ['from', 'others', 'headerSeconds'], where);
  if (options.from === undefined) {
    throw new TypeError(`${where} needs from, the balancers whose headers are believed: ['10.0.0.0/8'], or ['unix']`);
  }
  const balancers = compilePeerList(options.from, `${where}.from`);
  if (balancers.ranges !== undefined) refuseStrangers(balancers.ranges, `${where}.from`, 'balancers');
  const { others = 'direct' } = options;
  if (others !== 'direct' && others !== 'refuse') {
    throw new TypeError(`${where}.others: expected 'direct' or 'refuse', got ${shown(others)}`);
  }
  return {
    isBalancer: balancers.includes,
    others,
    headerMilliseconds: milliseconds(options.headerSeconds ?? 5, `${where}.headerSeconds`),
  };
}

function compileHandshakes(options: HandshakeOptions): ConnectionRules['handshakes'] {
  const where = 'connection.handshakes';
  refuseUnknownKeys(options, ['perAddress', 'total', 'seconds'], where);
  return {
    perAddress: count(options.perAddress ?? 1_000, `${where}.perAddress`),
    total: count(options.total ?? 5_000, `${where}.total`),
    milliseconds: milliseconds(options.seconds ?? 30, `${where}.seconds`),
  };
}

function count(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
    throw new TypeError(`${where}: expected a whole number from 1, got ${shown(value)}`);
  }
  return value;
}

function milliseconds(seconds: unknown, where: string): number {
  if (typeof seconds !== 'number' || !(seconds > 0 && seconds <= 3_600)) {
    throw new TypeError(`${where}: expected seconds, more than 0 and at most 3600, got ${shown(seconds)}`);
  }
  return seconds * 1_000;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
