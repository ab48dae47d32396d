import { systemClock } from './clock.ts';
import { PeercertFailure } from './error.ts';
import { requireListsConsulted } from './lists-among-anchors.ts';
import { NotYetUsable } from './not-yet-usable.ts';
import { observer } from './observer.ts';
import { CertificateIndex } from './path/certificate-index.ts';
import type { CertificateInput } from './path/certificate-input.ts';
import { IntermediateMemory } from './path/intermediate-memory.ts';
import { LeafMemory } from './path/leaf-memory.ts';
import { isTrustByName, type TrustByName } from './path/trust-by-name.ts';
import type { TrustEvent } from './path/trust-event.ts';
import { timeOf } from './path/trust-expiry.ts';
import { createTrustStore, type TrustSnapshot, type TrustStore, type TrustStoreSettings } from './path/trust-store.ts';
import type { RevocationChecker } from './revocation/checker.ts';
import type { Presented, PresentedHandshake, TlsServer } from './source/presented.ts';
import { serverNameOf } from './source/tls-socket.ts';

/** Answers which trust applies to what was presented. Throws a 500 for the programmer where none can be known. */
export type TrustResolver = (presented: Presented, connection: unknown) => TrustSnapshot;

/**
 * Without the option `trust` the anchors are those of the TLS server's own `ca`, as it is now: a replaced `ca` or
 * secure context is a new generation. Node hides the authorities of a server that was given none (it would accept every public one) and those
 * of secure contexts by name, so both are refused rather than guessed.
 */
export function resolveTrust(
  trust: TrustStore | TrustByName | undefined,
  { clock, onEvent, revocation }: TrustStoreSettings & { readonly revocation?: RevocationChecker | undefined } = {},
): TrustResolver {
  if (isTrustByName(trust)) return resolveByName(trust);
  if (trust !== undefined) return ({ verdict }) => (verdict.by === 'proxy' ? nobody : trust.current);
  const hear = onEvent && observer(onEvent);
  const tell = (event: TrustEvent): void => {
    try {
      hear?.(event);
    } catch {
      // What is trusted must not depend on who hears of it.
    }
  };
  const stores = new WeakMap<TlsServer, ServerTrust>();
  // Most have one server.
  let latest: ServerTrust | undefined;
  return (presented) => {
    if (presented.verdict.by === 'proxy') return nobody;
    const handshake = 'handshake' in presented ? presented.handshake : undefined;
    if (handshake === undefined) {
      throw new PeercertFailure('setup', 'mtls() needs trust: { anchors } for certificates that a proxy forwards');
    }
    const { server } = handshake;
    const ca = visibleAuthorities(handshake);
    const context = server._sharedCreds;
    let known = latest?.server === server ? latest : stores.get(server);
    if (known === undefined) {
      known = {
        server,
        ca: undefined,
        context: undefined,
        store: undefined,
        failure: undefined,
        heldBackAtMs: undefined,
      };
      stores.set(server, known);
    }
    latest = known;
    const isSame = known.ca === ca && known.context === context;
    const { failure } = known;
    if (isSame && failure === undefined && known.store !== undefined && known.heldBackAtMs === undefined) {
      return known.store.current;
    }
    const nowMs = timeOf(clock ?? systemClock) ?? Number.NaN;
    if (isSame && known.store !== undefined && known.heldBackAtMs !== undefined) {
      if (Math.abs(nowMs - known.heldBackAtMs) < failureMilliseconds) return known.store.current;
    }
    if (isSame && failure !== undefined && Math.abs(nowMs - failure.atMs) < failureMilliseconds) {
      throw unusable(failure.error);
    }
    known.ca = ca;
    known.context = context;
    const wasHeldBack = isSame && known.heldBackAtMs !== undefined;
    known.heldBackAtMs = undefined;
    try {
      if (known.store === undefined) {
        const store = createTrustStore({ anchors: ca }, { clock, onEvent });
        requireListsConsulted(store, revocation);
        known.store = store;
      } else known.store.replace({ anchors: ca });
    } catch (error) {
      if (!(error instanceof TypeError)) {
        known.ca = undefined;
        throw error;
      }
      if (error instanceof NotYetUsable && known.store !== undefined) {
        // As with a file: those before are trusted until the new ones have begun.
        known.failure = undefined;
        known.heldBackAtMs = nowMs;
        const detail = error.message;
        if (!wasHeldBack) tell({ type: 'trust_failed', files: [], problem: 'file_not_yet_valid', detail });
        return known.store.current;
      }
      known.failure = { error, atMs: nowMs };
      throw unusable(error);
    }
    known.failure = undefined;
    return known.store.current;
  };
}

/** The trust of one server, and what it was made of. */
interface ServerTrust {
  readonly server: TlsServer;
  ca: unknown;
  context: unknown;
  store: TrustStore | undefined;
  failure: TrustFailure | undefined;
  /** When `ca` and `context` were last found to be of authorities that have not begun: `store` is that of those before. */
  heldBackAtMs: number | undefined;
}

/** Why `ca` and `context` cannot be used. Remembered, or else every request would read the whole bundle in vain. */
interface TrustFailure {
  readonly error: TypeError;
  readonly atMs: number;
}

/** Neither is for good: a clock that is set may end it. */
const failureMilliseconds = 5_000;

/** Who has no store was refused before (`misdirected_request`); should that ever fail, there is no anchor for him. */
function resolveByName(trust: TrustByName): TrustResolver {
  return ({ verdict }, connection) => {
    if (verdict.by === 'proxy') return nobody;
    const { isKnown, name } = serverNameOf(connection);
    return (isKnown ? trust.storeFor(name)?.current : undefined) ?? nobody;
  };
}

/** Where a proxy's word is taken, no anchor of ours is: its verdict is of no generation. */
const nobody: TrustSnapshot = Object.freeze({
  generation: 0,
  anchors: new CertificateIndex([]),
  intermediates: new CertificateIndex([]),
  maxDepth: 0,
  memory: new IntermediateMemory(),
  leaves: new LeafMemory(),
});

function visibleAuthorities({ server, isByName }: PresentedHandshake): CertificateInput {
  if (isByName) {
    throw new PeercertFailure(
      'setup',
      'The TLS server has secure contexts by name (SNI), whose authorities are not visible: give mtls() the option trust: { anchors }',
    );
  }
  const { ca } = server;
  if (ca === undefined || ca === null || (Array.isArray(ca) && ca.length === 0)) {
    throw new PeercertFailure(
      'setup',
      'The TLS server was created without ca, so Node would trust every public authority: give the server ca, or mtls() the option trust: { anchors }; for a server of createEndpoint() write mtls(endpoint.mtls)',
    );
  }
  return ca as CertificateInput;
}

function unusable(error: TypeError): PeercertFailure {
  return new PeercertFailure('setup', `The ca of the TLS server cannot be used: ${error.message}`, error);
}
