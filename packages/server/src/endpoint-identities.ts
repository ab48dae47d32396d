import type { FileFailure } from '@peercert/core';
import type { EndpointSettings } from './endpoint-options.ts';
import { expiringCertificates } from './identity/expiring-certificates.ts';
import type { ServerIdentity, ServerIdentityOptions } from './identity/server-identity.ts';
import { defaultName } from './names/name-options.ts';
import { ServerNames } from './names/server-names.ts';
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

const dayMilliseconds = 86_400_000;

/** Throws the error of the first that cannot be used. `onReplaced` hears after that of every change. */
export function openIdentities(settings: EndpointSettings, onReplaced: () => void): EndpointIdentities {
  const { tell } = settings;
  const all = new Map<string, WatchedIdentity>();
  // A server that runs for months is told in time, too.
  const daily = setInterval(() => {
    for (const { current } of all.values())
      for (const event of expiringCertificates(current, settings.clock())) tell(event);
  }, dayMilliseconds).unref();
  const close = (): void => {
    clearInterval(daily);
    for (const identity of all.values()) identity.close();
  };
  try {
    for (const [name, options] of settings.identities) all.set(name, follow(name, options, settings, onReplaced));
  } catch (error) {
    close();
    throw error;
  }
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

function follow(
  name: string,
  options: ServerIdentityOptions,
  { clock, tell }: EndpointSettings,
  onReplaced: () => void,
): WatchedIdentity {
  const where = name === defaultName ? '' : `names['${name}'].`;
  const identity = watchIdentity(options, {
    clock,
    where,
    check: (next) => {
      if (name !== defaultName) checkName(next, name, where);
    },
    onReplaced: ({ digest, notAfter, warnings }) => {
      tell({ type: 'identity_updated', name, files: identity.files, notAfter, digest });
      for (const warning of warnings) tell(warning);
      onReplaced();
    },
    onFailure: (error) => tell({ type: 'identity_failed', name, files: identity.files, ...failureOf(error) }),
  });
  return identity;
}

/** RFC 9525 section 6.3: every client that asks for the name would refuse another certificate. */
function checkName({ names, path }: ServerIdentity, name: string, where: string): void {
  const valid = new ServerNames(new Map(names.map((one) => [one, true])));
  if (valid.find(name)) return;
  throw new TypeError(
    `${where}certificate ${path ?? '(given as text)'} is not valid for ${name}, but for ` +
      `${names.join(', ') || 'no name'}: have one issued for it`,
  );
}

/** In the words of core: a TypeError is about what is in the files. */
export function failureOf(error: Error): FileFailure {
  return { problem: error instanceof TypeError ? 'file_malformed' : 'file_unreadable', detail: error.message };
}
