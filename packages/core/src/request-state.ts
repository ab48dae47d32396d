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

/** Where `mtls()` leaves its result: the request, or what a framework keeps for the state of one. */
export interface StateHolder {
  mtls?: RequestMtls | null | undefined;
}

/** Shared by every copy of this package, so that guards of one meet the requests of another. */
const stateKey: unique symbol = Symbol.for('peercert.request') as never;

/** The state of a request as handlers see it. Immutable, so that all requests of a connection may share it. */
class LeftState implements RequestMtls {
  readonly client: ClientIdentity | null;
  readonly decision: Decision;
  readonly clientAddress: string | undefined;
  readonly #state: RequestState;

  constructor(decision: Decision, clientAddress: string | undefined, state: Omit<RequestState, 'mtls'>) {
    this.client = decision.outcome === 'allow' ? decision.client : null;
    this.decision = decision;
    this.clientAddress = clientAddress;
    this.#state = { mtls: this, ...state };
    Object.freeze(this);
  }

  get [stateKey](): RequestState {
    return this.#state;
  }
}

/** What a decision leaves on a request. */
export function createState(
  decision: Decision,
  clientAddress: string | undefined,
  instance: Omit<RequestState, 'mtls'>,
): RequestMtls {
  return new LeftState(decision, clientAddress, instance);
}

/** The state that `mtls()` left, or `undefined` when none ran before. */
export function stateIfAny(holder: object): RequestState | undefined {
  return (holder as { readonly mtls?: { readonly [stateKey]?: RequestState } | null }).mtls?.[stateKey];
}

/** The state that `mtls()` left. Throws a 500 for the programmer when none ran before. */
export function stateOf(holder: object): RequestState {
  const state = stateIfAny(holder);
  if (state === undefined) {
    throw new PeercertFailure(
      'setup',
      'A guard or clientOf() ran on a request that never met mtls(): register mtls() before the routes it protects',
    );
  }
  return state;
}

/** The client of a request, or `null` when it is anonymous. Throws a 500 when `mtls()` was never met. */
export function clientOf(holder: object): ClientIdentity | null {
  return stateOf(holder).mtls.client;
}
