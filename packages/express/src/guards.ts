import type { ServerResponse } from 'node:http';
import {
  type ClientGuardArguments,
  createClientGuard,
  createRoleGuard,
  type Guard,
  type GuardOptions,
  type StateHolder,
  stateOf,
} from '@peercert/core';
import type { Handler } from './handler.ts';
import { refuse } from './refuse.ts';

/**
 * Lets only clients with the role pass; of several roles any one suffices. Anonymous: 401 `certificate_missing`, known
 * without the role: 403 `role_missing`. On a request that never met `mtls()`: 500. Throws TypeError without a role.
 */
export function requireRole(role: string | readonly string[], options?: GuardOptions): Handler {
  return guardWith(createRoleGuard(role, options));
}

/** Lets only known clients pass and, of those, the ones that match the rule, if one is given (403 otherwise). */
export function requireClient(...given: ClientGuardArguments): Handler {
  return guardWith(createClientGuard(...given));
}

/** What the guard throws (`mtls()` was never met) is caught by Express and goes to the error handler. */
function guardWith(guard: Guard): Handler {
  return function guardClient(req, response, next) {
    // Read once: each look at a response of Express takes longer than the guard.
    const { locals } = response as ServerResponse & { readonly locals?: StateHolder };
    const holder = locals?.mtls === undefined ? req : locals;
    const denial = guard(holder, req);
    if (denial === undefined) next();
    else refuse(denial, stateOf(holder, req).denials, response, next);
  };
}
