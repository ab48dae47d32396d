import {
  createRevocation,
  type MtlsOptions,
  type Revocation,
  type RevocationEvent,
  type RevocationOptions,
  requireListsConsulted,
} from '@peercert/core';
import { type EndpointIdentities, failureOf, openIdentities } from './endpoint-identities.ts';
import type { EndpointSettings } from './endpoint-options.ts';
import { openPolicyFiles } from './endpoint-policy.ts';
import type { EndpointStatus, IdentityStatus, TrustStatus } from './endpoint-status.ts';
import { type EndpointTrust, openTrust } from './endpoint-trust.ts';
import type { ServerIdentity } from './identity/server-identity.ts';
import { createSecureContexts, type SecureContexts } from './secure-contexts.ts';
import { createStapler, type Stapler } from './stapling/stapler.ts';
import { createLiveSockets, type LiveSockets } from './upgrade/live-sockets.ts';

/** What an endpoint knows and follows: certificates, authorities, revocation, staples. */
export interface EndpointState {
  readonly mtls: MtlsOptions;
  readonly trust: EndpointTrust;
  readonly contexts: SecureContexts;
  readonly stapler: Stapler | undefined;
  /** Connections that outlive a request. They are decided anew at once when trust or revocation is another. */
  readonly liveSockets: LiveSockets;
  reload(): Promise<void>;
  status(): Omit<EndpointStatus, 'servers'>;
  close(): void;
}

/** Throws TypeError for what cannot be used, and leaves nothing open then. */
export function openState(settings: EndpointSettings): EndpointState {
  const closers: (() => void)[] = [];
  const closing = <T extends { close(): void }>(room: T): T => {
    closers.push(() => room.close());
    return room;
  };
  const close = (): void => {
    for (const closer of closers.splice(0).reverse()) closer();
  };
  try {
    return assemble(settings, closing, close);
  } catch (error) {
    close();
    throw error;
  }
}

function assemble(
  settings: EndpointSettings,
  closing: <T extends { close(): void }>(room: T) => T,
  close: () => void,
): EndpointState {
  const { clock, stapling, tell } = settings;
  const trust = closing(openTrust(settings));
  const identities = closing(openIdentities(settings, useIdentities));
  const contexts = closing(createSecureContexts(settings, identities, trust));
  const stapler = stapling && closing(createStapler(stapling, { clock, onEvent: tell }));
  const liveSockets = createLiveSockets({ clock, onEvent: tell });
  // Behind whatever else hears of the change: it must be in place everywhere.
  const recheck = (): void => void setImmediate(() => void liveSockets.recheck());
  const revocation = openRevocation(settings, closing, recheck);
  requireListsConsulted(trust.option, revocation ?? givenRevocation(settings));
  const policy = closing(openPolicyFiles(settings, recheck));
  stapler?.use(currentOf(identities));
  trust.subscribe((event) => {
    tell(event);
    if (event.type !== 'trust_updated') return;
    contexts.renew('trust');
    recheck();
  });

  function useIdentities(): void {
    stapler?.use(currentOf(identities));
    contexts.renew('identity');
  }

  return Object.freeze({
    mtls: Object.freeze({
      ...settings.mtls,
      ...policy.options,
      trust: trust.option,
      ...(revocation && { revocation }),
      onEvent: tell,
    }),
    trust,
    contexts,
    stapler,
    liveSockets,
    async reload(): Promise<void> {
      // Each tells of its own failure by event and status.
      await Promise.allSettled([
        identities.reload(),
        trust.reload(),
        policy.reload(),
        revocation?.refresh(),
        stapler?.refresh(),
      ]);
    },
    status: () => ({
      identities: identityStatus(identities),
      trust: trustStatus(trust),
      policy: policy.status(),
      revocation: revocation?.status() ?? [],
      stapling: stapler?.status() ?? [],
      liveSockets: liveSockets.size,
    }),
    close,
  });
}

/** One for everything that asks, with the endpoint's clock, profile and idea of signatures; what was given belongs to whoever made it. */
function openRevocation(
  { clock, mtls, tell }: EndpointSettings,
  closing: (room: Revocation) => Revocation,
  onUpdated: () => void,
): Revocation | undefined {
  const { dangerouslyAllowAlgorithms, dangerouslyAllowRsaBits, profile, revocation } = mtls;
  if (typeof revocation !== 'object' || revocation === null || isRevocation(revocation)) return undefined;
  const onEvent = (event: RevocationEvent): void => {
    tell(event);
    // Whom a list of the future names is revoked already.
    if (event.type === 'revocation_source_updated' || event.type === 'crl_this_update_in_future') onUpdated();
  };
  return closing(
    createRevocation(revocation, {
      clock,
      onEvent,
      dangerouslyAllowAlgorithms,
      dangerouslyAllowRsaBits,
      ...(profile !== undefined && { profile }),
    }),
  );
}

/** What was made apart, if anything. */
function givenRevocation({ mtls: { revocation } }: EndpointSettings): Revocation | undefined {
  return typeof revocation === 'object' && revocation !== null && isRevocation(revocation) ? revocation : undefined;
}

function isRevocation(revocation: RevocationOptions | Revocation): revocation is Revocation {
  return 'refresh' in revocation;
}

function currentOf(identities: EndpointIdentities): ServerIdentity[] {
  return [...identities.all.values()].map(({ current }) => current);
}

function identityStatus(identities: EndpointIdentities): readonly IdentityStatus[] {
  return [...identities.all].map(([name, { current, failure, files, loadedAtMs }]) => ({
    name,
    files,
    names: current.names,
    notAfter: current.notAfter,
    digest: current.digest,
    loadedAt: new Date(loadedAtMs),
    failure: failure && failureOf(failure),
  }));
}

function trustStatus({ stores }: EndpointTrust): readonly TrustStatus[] {
  return [...stores].map(([name, store]) => ({ name, ...store.status() }));
}
