import type { Decision } from './decision.ts';
import { PeercertFailure } from './error.ts';
import type { ClientIdentity } from './policy/identity.ts';
import type { Reason } from './reasons.ts';
import type { LookedFor } from './source/looked-for.ts';

/** What a handler sees as `req.mtls`. */
export interface RequestMtls {
  /** `null` when the client is anonymous, or denied under `enforcement: 'report-only'`. */
  readonly client: ClientIdentity | null;
  readonly decision: Decision;
  /** The address that address rules were applied to. */
  readonly clientAddress: string | undefined;
}

/** What `mtls()` leaves of a request for guards, and how the instance that left it answers denials. */
export interface RequestState extends AnswerSettings {
  readonly mtls: RequestMtls;
}

interface AnswerSettings {
  readonly denials: 'respond' | 'throw';
  readonly challenge: string;
  /** The request headers that the answer depends on, for the `Vary` of the response. `undefined`: none. */
  readonly vary: readonly string[] | undefined;
  /** Where the certificate of an anonymous client was looked for: a guard that refuses it tells the log. */
  readonly lookedFor: () => Partial<LookedFor>;
  /** Tells the instance's `onDecision` that a guard refused, or would have refused, the request. */
  readonly report: (reason: Reason, enforced: boolean) => void;
}

/** What a decision comes to, for any request that it counts for. No handler gets hold of it: requests may share it. */
export interface Conclusion extends AnswerSettings {
  readonly decision: Decision;
  readonly clientAddress: string | undefined;
}

/** Where `mtls()` leaves its result: the request, or what a framework keeps for the state of one. */
export interface StateHolder {
  mtls?: RequestMtls | null | undefined;
}

/** Shared by every copy of this package, so that guards of one meet the requests of another. */
const stateKey: unique symbol = Symbol.for('peercert.request') as never;

/**
 * The state of one request as handlers see it. The holder belongs to the application, which may let requests share it or
 * copy from one to another; so the state knows its request, and answers guards of that one alone.
 */
class LeftState implements RequestMtls {
  readonly client: ClientIdentity | null;
  readonly decision: Decision;
  readonly clientAddress: string | undefined;
  readonly #request: object;
  readonly #conclusion: Conclusion;

  constructor(request: object, conclusion: Conclusion) {
    const { clientAddress, decision } = conclusion;
    this.client = decision.outcome === 'allow' ? decision.client : null;
    this.decision = decision;
    this.clientAddress = clientAddress;
    this.#request = request;
    this.#conclusion = conclusion;
    Object.freeze(this);
  }

  /** `undefined`: the state of another request, or a copy of a state, which proves nothing. */
  [stateKey](request: object): RequestState | undefined {
    if (!(#request in this) || this.#request !== request) return undefined;
    const { challenge, denials, lookedFor, report, vary } = this.#conclusion;
    return { mtls: this, denials, challenge, vary, lookedFor, report };
  }
}

Object.freeze(LeftState.prototype);

interface Mark {
  readonly [stateKey]?: (request: object) => RequestState | undefined;
}

/**
 * Leaves what a decision comes to for one request: the one of Node, or a connection on which no HTTP is spoken. Throws a
 * 500 for the programmer where the state of another request is, rather than to take its place: both would be confused.
 */
export function leaveState(holder: StateHolder, request: object, conclusion: Conclusion): void {
  const before = holder.mtls as Mark | null | undefined;
  if (before?.[stateKey] !== undefined && before[stateKey](request) === undefined) throw sharedHolder();
  holder.mtls = new LeftState(request, conclusion);
}

/** The state that `mtls()` left for this very request, or `undefined`. */
export function stateIfAny(holder: object, request: object = holder): RequestState | undefined {
  return markIn(holder)?.[stateKey]?.(request);
}

/** The state that `mtls()` left for this very request. Throws a 500 for the programmer when there is none. */
export function stateOf(holder: object, request: object = holder): RequestState {
  const state = stateIfAny(holder, request);
  if (state !== undefined) return state;
  throw markIn(holder)?.[stateKey] === undefined
    ? new PeercertFailure(
        'setup',
        'A guard or clientOf() ran on a request that never met mtls(): register mtls() before the routes it protects, ' +
          'and do not replace what holds its result (res.locals in Express, ctx.state in Koa) after it',
      )
    : sharedHolder();
}

/** The client of a request, or `null` when it is anonymous. Throws a 500 when `mtls()` was never met. */
export function clientOf(holder: object, request: object = holder): ClientIdentity | null {
  return stateOf(holder, request).mtls.client;
}

function markIn(holder: object): Mark | null | undefined {
  return (holder as { readonly mtls?: Mark | null }).mtls;
}

function sharedHolder(): PeercertFailure {
  return new PeercertFailure(
    'setup',
    'The state of another request is where that of this one belongs: requests share what holds it (res.locals = app.locals in ' +
      'Express, ctx.state in Koa), or it was copied from one to the other. Give each request an object of its own, as the ' +
      'framework does: res.locals = { ...app.locals }',
  );
}
