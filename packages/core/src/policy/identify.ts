import { shown } from '../option-keys.ts';
import type { Outcome } from '../reasons.ts';
import { ask } from './deadline.ts';
import type { Evidence } from './evidence.ts';
import { type ClientIdentity, createIdentity } from './identity.ts';
import { noRoles } from './role-set.ts';
import { unavailable } from './unavailable.ts';

/**
 * Names the client otherwise than by its SPIFFE ID, only CN or thumbprint. Synchronous: it picks among what the
 * certificate says. Answering anything but a string that is not empty is `policy_unavailable`: nobody goes by a
 * name that the operator did not choose.
 */
export type IdentifyFunction = (client: Omit<ClientIdentity, 'id' | 'roles'>) => string;

/** `undefined`: the name that the evidence gives. */
export type CompiledIdentify = (evidence: Evidence, source: string) => Outcome<string | undefined>;

/** Throws TypeError for anything but a function. */
export function compileIdentify(identify: IdentifyFunction | undefined): CompiledIdentify {
  if (identify === undefined) return () => byEvidence;
  if (typeof identify !== 'function') {
    throw new TypeError(`identify: expected a function (client) => string, got ${shown(identify)}`);
  }
  return (evidence, source) => {
    const answer = ask(() => identify(createIdentity(evidence, source, noRoles)), 0);
    if (answer instanceof Promise) return unavailable('identify, which answered a promise instead of a string');
    if (!answer.answered) return unavailable(`identify ${answer.problem}`);
    const { value } = answer;
    return typeof value === 'string' && value !== ''
      ? { ok: true, value }
      : unavailable(`identify, which answered ${shown(value)} instead of a string`);
  };
}

const byEvidence: Outcome<undefined> = Object.freeze({ ok: true, value: undefined });
