import { assemble } from './authenticator.ts';
import type { Decision, MaybePromise } from './decision.ts';
import { ClientCertificateError, internalFailure } from './error.ts';
import { compileOptions, type DecisionEvent, type MtlsOptions } from './options.ts';
import type { Reason } from './reasons.ts';
import { rememberState } from './request-state.ts';
import { clientAddressOf } from './source/client-address.ts';
import type { RequestFacts } from './source/facts.ts';
import { createRemoval } from './source/header-removal.ts';

/** One instance of `mtls()`, without a framework: what every adapter calls once for each request. */
export interface Gate {
  /** Who answers a denial: the adapter itself, or the framework's error handler. */
  readonly denials: 'respond' | 'throw';
  /** `'framework'`: the adapter puts the framework's own idea of the client's address into the facts. */
  readonly clientAddress: 'derived' | 'framework';
  /**
   * Decides the request and leaves the state for handlers and guards on `request`, the `IncomingMessage` or
   * `Http2ServerRequest` itself. Answers the error to refuse it with, or `undefined` to go on. Throws (or rejects
   * with) a `PeercertFailure` where the answer is a 500.
   */
  admit(request: object, facts: RequestFacts): MaybePromise<ClientCertificateError | undefined>;
  /**
   * Decides once more, for a connection that outlives its request, and leaves what it came to. As `admit`, but that
   * `onDecision` hears of a denial only, and that headers are left as they are: forged ones are gone since `admit`.
   */
  readmit(request: object, facts: RequestFacts): MaybePromise<ClientCertificateError | undefined>;
}

/** Throws TypeError for every wrong option. */
export function createGate(options: MtlsOptions = {}): Gate {
  const compiled = compileOptions(options);
  const {
    challenge,
    clientAddress: addressChoice,
    denials,
    enforcement,
    forwarding,
    isExcluded,
    onDecision,
  } = compiled;
  const authenticator = assemble(compiled);
  const removeForged = createRemoval(forwarding);
  const anonymous: Decision = Object.freeze({ outcome: 'anonymous' });

  /** Leaves what handlers and guards see, tells the observer, and answers a denial that is enforced. */
  function conclude(
    request: object,
    facts: RequestFacts,
    decision: Decision,
    told: 'always' | 'of denials',
  ): ClientCertificateError | undefined {
    const clientAddress = clientAddressOf(facts, addressChoice, forwarding);
    const client = decision.outcome === 'allow' ? decision.client : null;
    const vary = forwarding.varyFor(facts);
    rememberState(request, {
      mtls: { client, decision, clientAddress },
      denials,
      challenge,
      vary: vary !== undefined && isExcluded(facts.requestTarget) ? undefined : vary,
      report: onDecision === undefined ? nobody : reportTo(onDecision, clientAddress, facts.requestTarget),
    });
    const refused = decision.outcome === 'deny' && enforcement === 'enforce';
    if (told === 'always' || decision.outcome === 'deny') {
      onDecision?.({
        decision,
        enforced: decision.outcome !== 'deny' || refused,
        by: 'mtls',
        clientAddress,
        requestTarget: facts.requestTarget,
      });
    }
    return refused ? new ClientCertificateError(decision.reason, { challenge }) : undefined;
  }

  function decide(
    request: object,
    facts: RequestFacts,
    told: 'always' | 'of denials',
  ): MaybePromise<ClientCertificateError | undefined> {
    try {
      // Before they are removed, and before anything of the application runs.
      const forged = forwarding.refusalOf(facts);
      if (told === 'always') removeForged(request, facts);
      if (isExcluded(facts.requestTarget)) return conclude(request, facts, anonymous, told);
      if (forged !== undefined) return conclude(request, facts, { outcome: 'deny', reason: forged }, told);
      const decision = authenticator.authenticate(facts);
      if (!(decision instanceof Promise)) return conclude(request, facts, decision, told);
      return decision
        .then((late) => conclude(request, facts, late, told))
        .catch((error: unknown) => {
          throw internalFailure(error);
        });
    } catch (error) {
      throw internalFailure(error);
    }
  }

  return Object.freeze({
    denials,
    clientAddress: addressChoice,
    admit: (request: object, facts: RequestFacts) => decide(request, facts, 'always'),
    readmit: (request: object, facts: RequestFacts) => decide(request, facts, 'of denials'),
  });
}

function nobody(): void {}

/** How a guard tells the observer of the instance that it refused, or would have refused, the request. */
function reportTo(
  onDecision: (event: DecisionEvent) => void,
  clientAddress: string | undefined,
  requestTarget: string,
): (why: Reason, enforced: boolean) => void {
  return (why, enforced) =>
    onDecision({ decision: { outcome: 'deny', reason: why }, enforced, by: 'guard', clientAddress, requestTarget });
}
