import type { Decision } from './decision.ts';
import type { CompiledOptions } from './options.ts';
import { isTrustByName } from './path/trust-by-name.ts';
import type { TrustSnapshot } from './path/trust-store.ts';
import { expiryWindowMs } from './policy/expiry.ts';
import { asksFunctions, versionOf } from './policy/policy.ts';
import type { Conclusion } from './request-state.ts';
import type { CheckedPath } from './revocation/checked-path.ts';
import { type DenyListIndex, deniedPathRefusal } from './revocation/deny-list.ts';
import { hasServerLists } from './server-lists.ts';
import type { Presented, PresentedHandshake } from './source/presented.ts';
import type { TrustResolver } from './trust.ts';

/**
 * An allow to which every further request of its connection would come as well, because whatever it rests upon is what
 * it was: the handshake, the trust, what is known of revocation, the time. Nothing of a request but its connection plays a
 * part in it: it is the same sum with the same numbers, and no decision is carried over a change.
 */
export interface StandingAllow {
  readonly decision: Decision;
  /** What it comes to for guards and handlers, once somebody made that. */
  conclusion: Conclusion | undefined;
}

export interface StandingAllows {
  find(connection: unknown, nowMs: number): StandingAllow | undefined;
  /** Remembers an allow that was worked out at this moment. */
  keep(connection: unknown, allow: Decision, grounds: Grounds): void;
}

/** What an allow rests upon. */
export interface Grounds {
  readonly presented: Presented;
  readonly trust: TrustSnapshot;
  readonly checked: CheckedPath;
  /** When it was worked out. A clock that is set back does not revive it before that. */
  readonly fromMs: number;
}

interface Kept extends StandingAllow, Grounds {
  /** Of the files that the policy follows. */
  readonly policyVersion: number;
  readonly handshake: PresentedHandshake;
  readonly untilMs: number;
}

/**
 * Of one instance; `undefined` where its decisions depend on more than the connection: on headers, on the server name,
 * on functions of the operator.
 */
export function createStandingAllows(options: CompiledOptions, trustFor: TrustResolver): StandingAllows | undefined {
  const { clientAddress, denyList, limits, onEvent, policy, revocation, sources, trust } = options;
  const isOfConnection = sources.every(({ of }) => of === 'connection') && clientAddress === 'derived';
  if (!isOfConnection || isTrustByName(trust) || asksFunctions(policy)) return undefined;
  const byConnection = new WeakMap<object, Kept>();
  const lifetimeMs = limits.rememberedSeconds * 1000;

  /** Whoever listens hears daily of a certificate near its expiry. */
  function quietUntilMs({ path }: CheckedPath): number {
    const [leaf] = path.certificates;
    return onEvent === undefined || leaf === undefined
      ? Number.POSITIVE_INFINITY
      : leaf.notAfterMs - expiryWindowMs - 1;
  }

  return {
    find(connection, nowMs) {
      const kept = byConnection.get(connection as object);
      return kept !== undefined &&
        !kept.handshake.superseded &&
        nowMs >= kept.fromMs &&
        nowMs <= kept.untilMs &&
        trustFor(kept.presented, connection) === kept.trust &&
        versionOf(policy) === kept.policyVersion &&
        (revocation !== undefined || !hasServerLists(kept.handshake)) &&
        (revocation === undefined || revocation.isCurrent(kept.checked, nowMs)) &&
        (denyList === undefined || denyList.size === 0 || !isDenied(denyList, kept.checked))
        ? kept
        : undefined;
    },

    keep(connection, decision, grounds) {
      const { checked, fromMs, presented } = grounds;
      const handshake = 'handshake' in presented ? presented.handshake : undefined;
      if (handshake === undefined || !checked.isDetermined || !isObject(connection)) return;
      const untilMs = Math.min(checked.validUntilMs, fromMs + lifetimeMs, quietUntilMs(checked));
      const policyVersion = versionOf(policy);
      byConnection.set(connection, {
        ...grounds,
        decision,
        conclusion: undefined,
        policyVersion,
        handshake,
        untilMs,
      });
    },
  };
}

function isDenied(denyList: DenyListIndex, { path }: CheckedPath): boolean {
  return deniedPathRefusal(denyList, path) !== undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
