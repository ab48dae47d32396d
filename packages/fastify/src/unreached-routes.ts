import { PeercertFailure, reportFailure } from '@peercert/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RoutePlans } from './route-plans.ts';

/** Where a scope keeps the registration nearest to its routes: child scopes inherit it and may have their own. */
const nearest: unique symbol = Symbol.for('peercert.fastify') as never;
const watched: unique symbol = Symbol.for('peercert.fastify.watched') as never;

interface Scope {
  [nearest]?: RoutePlans;
  [watched]?: true;
}

/** The registration that the routes of a scope mean by `config.mtls`. `undefined`: none reaches them. */
export function nearestOf(scope: FastifyInstance): RoutePlans | undefined {
  return (scope as Scope)[nearest];
}

/**
 * Makes a registration the nearest of its scope and of those inside, and sees to it that no route of the application
 * asks for something in `config.mtls` where nobody reads it: such a route is a 500, as a guard is that never met `mtls`.
 */
export function reachFrom(scope: FastifyInstance, plans: RoutePlans): void {
  (scope as Scope)[nearest] = plans;
  const root = rootOf(scope) as FastifyInstance & Scope;
  // What reaches the outermost scope reaches all.
  if (root === scope || root[watched] === true) return;
  root[watched] = true;
  // At the first moment of a request, when all routes are there, also those that were added before this hook.
  root.addHook('onRequest', refuseUnreached);
}

function refuseUnreached(request: FastifyRequest, _reply: unknown, done: (error?: Error) => void): void {
  if (nearestOf(request.server) !== undefined || !('mtls' in (request.routeOptions.config ?? {}))) {
    done();
    return;
  }
  done(
    reportFailure(
      new PeercertFailure(
        'setup',
        'A route asks for something in config.mtls, and mtls is not registered in its scope or around it: register mtls in the ' +
          'scope that all such routes have in common',
      ),
    ),
  );
}

/** Scopes inherit from the one around them, the outermost from no scope. */
function rootOf(scope: FastifyInstance): FastifyInstance {
  const outer = Object.getPrototypeOf(scope) as FastifyInstance | null;
  return outer !== null && 'addHook' in outer ? rootOf(outer) : scope;
}
