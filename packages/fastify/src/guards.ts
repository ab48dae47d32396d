import {
  type ClientCertificateError,
  type ClientGuardArguments,
  createClientGuard,
  createRoleGuard,
  type Guard,
  type GuardOptions,
  reportFailure,
  stateOf,
} from '@peercert/core';
import { type Reply, refuse } from './refuse.ts';

/** A hook for `onRequest` or `preHandler`, of a route or of a whole scope. */
export type GuardHook = (request: { readonly raw: object }, reply: Reply, done: (error?: Error) => void) => void;

/**
 * Lets only clients with the role pass; of several roles any one suffices. Anonymous: 401 `certificate_missing`, known
 * without the role: 403 `role_missing`. On a request that never met `mtls`: 500. Throws TypeError without a role.
 */
export function requireRole(role: string | readonly string[], options?: GuardOptions): GuardHook {
  return guardWith(createRoleGuard(role, options));
}

/** Lets only known clients pass and, of those, the ones that match the rule, if one is given (403 otherwise). */
export function requireClient(...given: ClientGuardArguments): GuardHook {
  return guardWith(createClientGuard(...given));
}

function guardWith(guard: Guard): GuardHook {
  return function guardClient(request, reply, done) {
    let denial: ClientCertificateError | undefined;
    try {
      denial = guard(request, request.raw);
    } catch (failure) {
      done(reportFailure(failure));
      return;
    }
    if (denial === undefined) done();
    else refuse(denial, stateOf(request, request.raw).denials, reply, done);
  };
}
