import { createClientGuard, createRoleGuard, type Guard, type GuardOptions, type Rule, stateOf } from '@peercert/core';
import type { RequestHandler } from 'express';
import { refuse } from './refuse.ts';

/**
 * Lets only clients with the role pass; of several roles any one suffices. Anonymous: 401 `certificate_missing`, known
 * without the role: 403 `role_missing`. On a request that never met `mtls()`: 500. Throws TypeError without a role.
 */
export function requireRole(role: string | readonly string[], options?: GuardOptions): RequestHandler {
  return guardWith(createRoleGuard(role, options));
}

/** Lets only known clients pass and, of those, the ones that match the rule, if one is given (403 otherwise). */
export function requireClient(rule?: Rule, options?: GuardOptions): RequestHandler {
  return guardWith(createClientGuard(rule, options));
}

/** What the guard throws (`mtls()` was never met) is caught by Express and goes to the error handler. */
function guardWith(guard: Guard): RequestHandler {
  return function guardClient(req, res, next) {
    const denial = guard(req);
    if (denial === undefined) next();
    else refuse(denial, stateOf(req).denials, res, next);
  };
}
