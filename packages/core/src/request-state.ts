import type { Decision } from './decision.ts';
import { PeercertFailure } from './error.ts';
import type { ClientIdentity } from './policy/identity.ts';
import type { Reason } from './reasons.ts';

/** What a handler sees as `req.mtls`. */
export interface RequestMtls {
  /** `null` when the client is anonymous, or denied under `enforcement: 'report-only'`. */
  readonly client: ClientIdentity | null;
  readonly decision: Decision;
  /** The address that address rules were applied to. */
  readonly clientAddress: string | undefined;
}

/** What `mtls()` leaves of a request for guards, and how the instance that left it answers denials. */
export interface RequestState {
  readonly mtls: RequestMtls;
  readonly denials: 'respond' | 'throw';
  readonly challenge: string;
  /** The request headers that the answer depends on, for the `Vary` of the response. `undefined`: none. */
  readonly vary: readonly string[] | undefined;
  /** Tells the instance's `onDecision` that a guard refused, or would have refused, the request. */
  readonly report: (reason: Reason, enforced: boolean) => void;
}

/**
 * Beside the requests rather than on them: the first property of its own that a request of Express gets costs as much
 * as ten decisions. One map for every copy of this package, so that guards of one meet the requests of another.
 */
const states: WeakMap<object, RequestState> = sharedStates();

function sharedStates(): WeakMap<object, RequestState> {
  const key: unique symbol = Symbol.for('peercert.request') as never;
  const shared = globalThis as { [key]?: WeakMap<object, RequestState> };
  if (shared[key] === undefined) Object.defineProperty(shared, key, { value: new WeakMap() });
  return shared[key] as WeakMap<object, RequestState>;
}

/** Leaves the state of the inner-most instance beside the request: an inner identity replaces an outer one. */
export function rememberState(request: object, state: RequestState): void {
  states.set(request, state);
}

/** The state that `mtls()` left, or `undefined` when none ran before. */
export function stateIfAny(request: object): RequestState | undefined {
  return states.get(request);
}

/** The state that `mtls()` left. Throws a 500 for the programmer when none ran before. */
export function stateOf(request: object): RequestState {
  const state = states.get(request);
  if (state === undefined) {
    throw new PeercertFailure(
      'setup',
      'A guard or clientOf() ran on a request that never met mtls(): register mtls() before the routes it protects',
    );
  }
  return state;
}

/** The client of a request, or `null` when it is anonymous. Throws a 500 when `mtls()` was never met. */
export function clientOf(request: object): ClientIdentity | null {
  return stateOf(request).mtls.client;
}
