import type { MaybePromise } from '../decision.ts';
import { shown } from '../option-keys.ts';
import { type Outcome, reason } from '../reasons.ts';
import type { RequestFacts } from '../source/facts.ts';
import { type Answer, ask } from './deadline.ts';
import type { ClientIdentity } from './identity.ts';
import { unavailable } from './unavailable.ts';

/**
 * The last word on a client that passed everything else. Only `true` allows; any other answer, a truthy one included,
 * is `policy_rejected`. Throwing, rejecting or not answering in time is `policy_unavailable`.
 */
export type CheckFunction = (client: ClientIdentity, facts: RequestFacts) => boolean | PromiseLike<boolean>;

/** Throws TypeError for anything but a function. */
export function compileCheck(check: CheckFunction, milliseconds: number): CompiledCheck {
  if (typeof check !== 'function') {
    throw new TypeError(`check: expected a function (client, facts) => boolean, got ${shown(check)}`);
  }
  return (client, facts) => {
    const answer = ask(() => check(client, facts), milliseconds);
    return answer instanceof Promise ? answer.then((late) => judge(late, client)) : judge(answer, client);
  };
}

export type CompiledCheck = (client: ClientIdentity, facts: RequestFacts) => MaybePromise<Outcome<ClientIdentity>>;

function judge(answer: Answer, client: ClientIdentity): Outcome<ClientIdentity> {
  if (!answer.answered) return unavailable(`check ${answer.problem}`);
  const { value } = answer;
  if (value === true) return { ok: true, value: client };
  // A string or object where a boolean belongs is a mistake of the operator, who should find it in the log.
  const by = typeof value === 'boolean' ? 'check' : `check, which answered ${shown(value)} instead of true or false`;
  return { ok: false, reason: reason('policy_rejected', { client: client.id, by }) };
}
