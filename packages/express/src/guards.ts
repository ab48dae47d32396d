import type { ServerResponse } from 'node:http';
import {
  type ClientCertificateError,
  type ClientGuardArguments,
  createClientGuard,
  createRoleGuard,
  type Guard,
  type GuardOptions,
  reportFailure,
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

function guardWith(guard: Guard): Handler {
  return function guardClient(req, response, next) {
    // Read once: each look at a response of Express takes longer than the guard.
    const { locals } = response as ServerResponse & { readonly locals?: StateHolder };
    const holder = locals?.mtls === undefined ? req : locals;
    let denial: ClientCertificateError | undefined;
    try {
      denial = guard(holder, req);
    } catch (failure) {
      next(reportFailure(failure));
      return;
    }
    if (denial === undefined) next();
    else refuse(denial, stateOf(holder, req).denials, response, next);
  };
}
