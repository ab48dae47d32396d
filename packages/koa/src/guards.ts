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
import type { Middleware } from 'koa';
import { refuse } from './refuse.ts';

/**
 * Lets only clients with the role pass; of several roles any one suffices. Anonymous: 401 `certificate_missing`, known
 * without the role: 403 `role_missing`. On a request that never met `mtls()`: 500. Throws TypeError without a role.
 */
export function requireRole(role: string | readonly string[], options?: GuardOptions): Middleware {
  return guardWith(createRoleGuard(role, options));
}

/** Lets only known clients pass and, of those, the ones that match the rule, if one is given (403 otherwise). */
export function requireClient(...given: ClientGuardArguments): Middleware {
  return guardWith(createClientGuard(...given));
}

function guardWith(guard: Guard): Middleware {
  return function guardClient(ctx, next) {
    let denial: ClientCertificateError | undefined;
    try {
      denial = guard(ctx.state, ctx.req);
    } catch (failure) {
      throw reportFailure(failure);
    }
    if (denial === undefined) return next();
    refuse(denial, stateOf(ctx.state, ctx.req).denials, ctx);
    return undefined;
  };
}
