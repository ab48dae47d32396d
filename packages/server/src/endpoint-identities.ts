import type { FileFailure } from '@peercert/core';
import { defaultName, type EndpointSettings } from './endpoint-options.ts';
import type { ServerIdentity } from './identity/server-identity.ts';
import { type WatchedIdentity, watchIdentity } from './reload/watched-identity.ts';

/** The certificates and keys of an endpoint: its own, and those of names that have others. */
export interface EndpointIdentities {
  /** By name; the endpoint's own is `default`. */
  readonly all: ReadonlyMap<string, WatchedIdentity>;
  /** Of a name as it is listed; one without its own has that of the endpoint. */
  of(name: string): ServerIdentity;
  reload(): Promise<void>;
  close(): void;
}

/** Throws the error of the first that cannot be used. `onReplaced` hears after that of every change. */
export function openIdentities(
  { clock, identities, tell }: EndpointSettings,
  onReplaced: () => void,
): EndpointIdentities {
  const all = new Map<string, WatchedIdentity>();
  const close = (): void => {
    for (const identity of all.values()) identity.close();
  };
  try {
    for (const [name, options] of identities) {
      all.set(
        name,
        watchIdentity(options, {
          clock,
          where: name === defaultName ? '' : `names['${name}'].`,
          onReplaced: (identity) => {
            tell({ type: 'identity_updated', ...about(name), notAfter: identity.notAfter, digest: identity.digest });
            for (const warning of identity.warnings) tell(warning);
            onReplaced();
          },
          onFailure: (error) => tell({ type: 'identity_failed', ...about(name), ...failureOf(error) }),
        }),
      );
    }
  } catch (error) {
    close();
    throw error;
  }
  const about = (name: string): { name: string; files: readonly string[] } => ({
    name,
    files: all.get(name)?.files ?? [],
  });
  for (const { current } of all.values()) for (const warning of current.warnings) tell(warning);
  return Object.freeze({
    all,
    of: (name: string): ServerIdentity => ((all.get(name) ?? all.get(defaultName)) as WatchedIdentity).current,
    reload: async (): Promise<void> => {
      await Promise.all([...all.values()].map((identity) => identity.check()));
    },
    close,
  });
}

/** In the words of core: a TypeError is about what is in the files. */
export function failureOf(error: Error): FileFailure {
  return { problem: error instanceof TypeError ? 'file_malformed' : 'file_unreadable', detail: error.message };
}
