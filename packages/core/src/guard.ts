import { ClientCertificateError } from './error.ts';
import { refuseUnknownKeys } from './option-keys.ts';
import { type ClientIdentity, hasRole } from './policy/identity.ts';
import { matchesClient, type Rule, requireRule } from './policy/rules.ts';
import { type Reason, reason } from './reasons.ts';
import { stateOf } from './request-state.ts';

export interface GuardOptions {
  /** `'report-only'`: a request that would be refused goes on, and `onDecision` hears of it. Default `'enforce'`. */
  readonly enforcement?: 'enforce' | 'report-only';
}

/**
 * Decides by what `mtls()` left for the request: the error to refuse it with, or `undefined` to let it pass.
 *
 * @param holder where the framework keeps the state of a request, and
 * @param request whose it must be. Default: the same object
 */
export type Guard = (holder: object, request?: object) => ClientCertificateError | undefined;

/**
 * A guard that asks for a role; of several given, any one suffices. Anonymous clients get 401 `certificate_missing`,
 * known ones without the role 403 `role_missing`. Throws TypeError without a role.
 */
export function createRoleGuard(role: string | readonly string[], options?: GuardOptions): Guard {
  const required: readonly string[] = Object.freeze(Array.isArray(role) ? [...role] : [role]);
  if (required.length === 0 || required.some((name) => typeof name !== 'string' || name === '')) {
    throw new TypeError("requireRole() needs the name of a role, or a list of names: requireRole('admin')");
  }
  return createGuard('requireRole()', options, (client) =>
    required.some((name) => hasRole(client, name))
      ? undefined
      : reason('role_missing', { client: client.id, required, roles: [...client.roles] }),
  );
}

/** What `requireClient` takes: a rule, or `'any'` where options follow and every known client may pass. */
export type ClientGuardArguments = [rule?: Rule | 'any', options?: GuardOptions];

/**
 * A guard that asks for a known client, and for one that matches the rule if a rule is given (403 otherwise). Throws
 * TypeError for what is no rule, for one made only of `not`, and for a rule that is there but undefined: a misspelt
 * import must not let everybody pass.
 */
export function createClientGuard(...given: ClientGuardArguments): Guard {
  const [wanted, options] = given;
  const rule = given.length === 0 || wanted === 'any' ? undefined : requireRule(wanted, 'requireClient()');
  return createGuard('requireClient()', options, (client) =>
    rule === undefined || matchesClient(rule, client)
      ? undefined
      : reason('identity_not_allowed', { client: client.id, rule: rule.description }),
  );
}

function createGuard(
  name: string,
  options: GuardOptions = {},
  refusal: (client: ClientIdentity) => Reason | undefined,
): Guard {
  refuseUnknownKeys(options, ['enforcement'], name);
  const { enforcement = 'enforce' } = options;
  if (enforcement !== 'enforce' && enforcement !== 'report-only') {
    throw new TypeError(`${name}: enforcement must be 'enforce' or 'report-only'`);
  }
  return (holder, request = holder) => {
    const state = stateOf(holder, request);
    const { client } = state.mtls;
    const why = client === null ? reason('certificate_missing', state.lookedFor()) : refusal(client);
    if (why === undefined) return undefined;
    state.report(why, enforcement === 'enforce');
    return enforcement === 'enforce' ? new ClientCertificateError(why, state) : undefined;
  };
}
