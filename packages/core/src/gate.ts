import { assemble } from './authenticator.ts';
import type { Decision, MaybePromise } from './decision.ts';
import { ClientCertificateError, internalFailure } from './error.ts';
import { logText } from './log-text.ts';
import { observer } from './observer.ts';
import { compileOptions, type DecisionEvent, type MtlsOptions } from './options.ts';
import { ownReason, type Reason } from './reasons.ts';
import { renewBudget } from './request-budget.ts';
import { type Conclusion, leaveState, type StateHolder } from './request-state.ts';
import { clientAddressOf } from './source/client-address.ts';
import type { RequestFacts } from './source/facts.ts';
import { createRemoval } from './source/header-removal.ts';
import type { StandingAllow } from './standing-allow.ts';

/** One instance of `mtls()`, without a framework: what every adapter calls once for each request. */
export interface Gate {
  /** Who answers a denial: the adapter itself, or the framework's error handler. */
  readonly denials: 'respond' | 'throw';
  /** `'framework'`: the adapter puts the framework's own idea of the client's address into the facts. */
  readonly clientAddress: 'derived' | 'framework';
  /**
   * Decides a request, the `IncomingMessage` or `Http2ServerRequest` itself, and leaves what handlers and guards see as
   * `holder.mtls`. Answers the error to refuse it with, or `undefined` to go on. Throws (or rejects with) a
   * `PeercertFailure` where the answer is a 500.
   *
   * @param holder where a framework keeps the state of a request. Default: the request
   */
  admit(request: object, facts: RequestFacts, holder?: object): MaybePromise<ClientCertificateError | undefined>;
  /** Whether some paths are excluded, so that `recall` has to know the raw request target. */
  readonly excludesPaths: boolean;
  /**
   * The short way for a client who was let in on the same connection: leaves the same as then and answers `true` where
   * nothing that `admit` looks at can have changed, `false` where the request has to be decided. It spares collecting the
   * facts, which takes longer than all the rest.
   */
  recall(connection: unknown, request: object, requestTarget: string, holder?: object): boolean;
  /**
   * Decides once more, for a connection that outlives its request, and leaves what it came to. As `admit`, but that
   * `onDecision` hears of a denial only, and that headers are left as they are: forged ones are gone since `admit`.
   */
  readmit(request: object, facts: RequestFacts, holder?: object): MaybePromise<ClientCertificateError | undefined>;
}

/** Throws TypeError for every wrong option. */
export function createGate(options: MtlsOptions = {}): Gate {
  const compiled = compileOptions(options);
  const { challenge, clientAddress: addressChoice, denials, enforcement, forwarding, isExcluded } = compiled;
  const excludesPaths = options.exclude !== undefined;
  const onDecision = compiled.onDecision && observer(compiled.onDecision);
  const line = assemble(compiled);
  const removeForged = createRemoval(forwarding);
  const excluded: Decision = Object.freeze({ outcome: 'anonymous' });

  /** What a decision comes to for guards and handlers. */
  function conclusionFrom(facts: RequestFacts, decision: Decision): Conclusion {
    const clientAddress = clientAddressOf(facts, addressChoice, forwarding);
    const vary = forwarding.varyFor(facts);
    return {
      decision,
      clientAddress,
      denials,
      challenge,
      vary: vary !== undefined && isExcluded(facts.requestTarget) ? undefined : vary,
      lookedFor: decision.outcome === 'anonymous' && decision !== excluded ? () => line.lookedFor(facts) : notLooked,
      report:
        onDecision === undefined
          ? nobody
          : reportTo(onDecision, clientAddress, logText(facts.requestTarget, longestTarget)),
    };
  }

  /** Leaves what handlers and guards see, tells the observer, and answers a denial that is enforced. */
  function conclude(
    subject: Subject,
    reached: Decision,
    told: 'always' | 'of denials',
    standing?: StandingAllow,
  ): ClientCertificateError | undefined {
    const { facts, holder, request } = subject;
    const conclusion = conclusionFrom(facts, ownDecision(reached));
    const { decision } = conclusion;
    leaveState(holder, request, conclusion);
    // Only of its own decision: a later one of this connection may have been a denial.
    if (standing?.decision === reached) standing.conclusion = conclusion;
    const refused = decision.outcome === 'deny' && enforcement === 'enforce';
    if (told === 'always' || decision.outcome === 'deny') {
      onDecision?.({
        decision,
        enforced: decision.outcome !== 'deny' || refused,
        by: 'mtls',
        clientAddress: conclusion.clientAddress,
        requestTarget: logText(facts.requestTarget, longestTarget),
      });
    }
    if (!refused) return undefined;
    return new ClientCertificateError(decision.reason, { challenge, isDirect: !forwarding.isFromProxy(facts) });
  }

  function decide(subject: Subject, told: 'always' | 'of denials'): MaybePromise<ClientCertificateError | undefined> {
    const { facts } = subject;
    if (isExcluded(facts.requestTarget)) return conclude(subject, excluded, told);
    const decision = line.authenticate(facts);
    if (decision instanceof Promise) return decision.then((late) => conclude(subject, late, told)).catch(fail);
    // Where each decision is told, none is recalled.
    return conclude(subject, decision, told, onDecision === undefined ? line.standing(facts.socket) : undefined);
  }

  /** Only where no header plays a part is there an allow that stands: so none has to be removed. */
  function recall(connection: unknown, request: object, requestTarget: string, holder: StateHolder = request): boolean {
    if (onDecision !== undefined || (excludesPaths && isExcluded(requestTarget))) return false;
    try {
      const conclusion = line.standing(connection)?.conclusion;
      if (conclusion === undefined) return false;
      leaveState(holder, request, conclusion);
      return true;
    } catch (error) {
      return fail(error);
    }
  }

  return Object.freeze({
    denials,
    clientAddress: addressChoice,
    excludesPaths,
    recall,

    admit(request: object, facts: RequestFacts, holder: object = request) {
      try {
        renewBudget(facts);
        // Before they are removed, and before anything of the application runs.
        const forged = forwarding.refusalOf(facts);
        removeForged(request, facts);
        const subject = { request, facts, holder };
        return forged === undefined || isExcluded(facts.requestTarget)
          ? decide(subject, 'always')
          : conclude(subject, { outcome: 'deny', reason: forged }, 'always');
      } catch (error) {
        return fail(error);
      }
    },

    readmit(request: object, facts: RequestFacts, holder: object = request) {
      try {
        renewBudget(facts);
        return decide({ request, facts, holder }, 'of denials');
      } catch (error) {
        return fail(error);
      }
    },
  });
}

/** What handlers, observers and the log get: immutable, but for Dates of a reason, which are theirs alone. */
function ownDecision(decision: Decision): Decision {
  switch (decision.outcome) {
    case 'allow':
      return decision;
    case 'anonymous':
      return Object.freeze(decision);
    case 'deny':
      return Object.freeze({ outcome: 'deny', reason: ownReason(decision.reason) });
  }
}

/** Node takes no longer one over HTTP/1.1 by default. */
const longestTarget = 16_384;

interface Subject {
  readonly request: object;
  readonly facts: RequestFacts;
  readonly holder: StateHolder;
}

function fail(error: unknown): never {
  throw internalFailure(error);
}

function nobody(): void {}

function notLooked(): Record<never, never> {
  return {};
}

/** How a guard tells the observer of the instance that it refused, or would have refused, the request. */
function reportTo(
  onDecision: (event: DecisionEvent) => void,
  clientAddress: string | undefined,
  requestTarget: string,
): (why: Reason, enforced: boolean) => void {
  return (why, enforced) =>
    onDecision({ decision: { outcome: 'deny', reason: why }, enforced, by: 'guard', clientAddress, requestTarget });
}
