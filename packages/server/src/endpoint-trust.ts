import {
  type Certificate,
  createTrustByName,
  createTrustStore,
  isTrustStore,
  type TrustByName,
  type TrustEvent,
  type TrustStore,
} from '@peercert/core';
import type { EndpointSettings } from './endpoint-options.ts';
import { defaultName } from './names/name-options.ts';
import type { BoundTrust } from './sessions/session-binding.ts';

/** Whom an endpoint trusts, under its own name and under others: what `mtls()` is given, and what sessions are bound to. */
export interface EndpointTrust {
  /** For `mtls()`. */
  readonly option: TrustStore | TrustByName;
  /** By name; what has no name of its own is `default`. */
  readonly stores: ReadonlyMap<string, TrustStore>;
  /** What sessions are bound to now. */
  bound(): BoundTrust;
  anchorsOf(name: string): readonly Certificate[];
  /** By the name that a client asked for. */
  storeFor(serverName: string | undefined): TrustStore | undefined;
  reload(): Promise<void>;
  subscribe(listener: (event: TrustEvent) => void): void;
  /** Stores that were given belong to whoever made them. */
  close(): void;
}

/** Throws TypeError for anchors that cannot be read, or have ended. */
export function openTrust({ clock, trust, trustByName }: EndpointSettings): EndpointTrust {
  const option =
    trustByName.size === 0
      ? storeOf(trust, clock)
      : createTrustByName({ default: trust, names: Object.fromEntries(trustByName) }, { clock });
  const stores = storesIn(option);
  const isOwn = option !== trust;
  const ends: (() => void)[] = [];
  const close = (): void => {
    for (const end of ends) end();
    if (isOwn) option.close();
  };
  const anchorsOf = (name: string): readonly Certificate[] =>
    (stores.get(name) ?? (stores.get(defaultName) as TrustStore)).current.anchors.all;
  return Object.freeze({
    option,
    stores,
    anchorsOf,
    storeFor: (serverName: string | undefined) => (isTrustStore(option) ? option : option.storeFor(serverName)),
    bound: () =>
      new Map([...stores].map(([name, { current }]) => [name, [current.anchors.all, current.intermediates.all]])),
    reload: () => option.reload(),
    subscribe: (listener: (event: TrustEvent) => void): void => void ends.push(option.subscribe(listener)),
    close,
  });
}

function storeOf(trust: EndpointSettings['trust'], clock: () => number): TrustStore {
  return isTrustStore(trust) ? trust : createTrustStore(trust, { clock });
}

function storesIn(option: TrustStore | TrustByName): ReadonlyMap<string, TrustStore> {
  if (isTrustStore(option)) return new Map([[defaultName, option]]);
  return new Map([[defaultName, option.default as TrustStore], ...option.names]);
}
