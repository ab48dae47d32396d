import {
  addToVary,
  type ClientCertificateError,
  connectionOf,
  type MaybePromise,
  type MtlsOptions,
  nodeRequestFacts,
  reportFailure,
  stateOf,
} from '@peercert/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type AddedRoutes, createAddedRoutes } from './added-routes.ts';
import { refuse } from './refuse.ts';
import { createRoutePlans, type RoutePlan, type RoutePlans } from './route-plans.ts';
import { nearestOf, reachFrom } from './unreached-routes.ts';

/** What the plugin is called, and the Fastify that it is made for. */
export const meta = { name: '@peercert/fastify', fastify: '5.x' };

/** What the plugin does. `mtls.ts` makes a plugin of it whose hooks reach the routes of the parent. */
export async function register(fastify: FastifyInstance, options: MtlsOptions): Promise<void> {
  decorate(fastify);
  const plans = createRoutePlans(options);
  const routes = createAddedRoutes();
  reachFrom(fastify, plans);

  fastify.addHook('onRoute', function compileRoute(route) {
    if (nearestOf(this) !== plans) return;
    plans.planFor(route.config);
    routes.add(route);
  });

  // Hooks that were added later may have given a route its options after it passed the one above.
  fastify.addHook('onReady', function compileRoutes(done) {
    for (const { config } of routes.all) plans.planFor(config);
    done();
  });

  fastify.addHook('onRequest', function authenticateClient(request, reply, done) {
    let plan: RoutePlan;
    let admitted: MaybePromise<ClientCertificateError | undefined>;
    try {
      plan = planOf(request, plans, routes);
      const { addressOf, gate, guard } = plan;
      if (
        guard === undefined &&
        gate.recall(connectionOf(request.raw), request.raw, gate.excludesPaths ? request.originalUrl : '', request)
      ) {
        done();
        return;
      }
      admitted = gate.admit(
        request.raw,
        nodeRequestFacts(request.raw, request.originalUrl, addressOf(request), eventOf(request)),
        request,
      );
    } catch (failure) {
      done(reportFailure(failure));
      return;
    }
    const settle = (denial: ClientCertificateError | undefined): void => {
      let refused = denial;
      try {
        if (refused === undefined) {
          const { vary } = stateOf(request, request.raw);
          if (vary !== undefined) reply.header('Vary', addToVary(reply.getHeader('Vary'), vary));
          refused = plan.guard?.(request, request.raw);
        }
      } catch (failure) {
        // As the observer of decisions may throw, to whom the guard tells what it refused.
        done(reportFailure(failure));
        return;
      }
      if (refused === undefined) done();
      else refuse(refused, plan.gate.denials, reply, done);
    };
    if (admitted instanceof Promise) admitted.then(settle, (failure: unknown) => done(reportFailure(failure)));
    else settle(admitted);
  });
}

/**
 * Nothing else of that name: handlers would read from another place what is left on the request, perhaps from one that
 * requests share.
 */
function decorate(fastify: FastifyInstance): void {
  if (!fastify.hasRequestDecorator('mtls')) {
    fastify.decorateRequest('mtls', null as never);
  } else if (nearestOf(fastify) === undefined) {
    throw new TypeError(
      'mtls: requests have a decorator mtls already, which is where the result is left: rename the other',
    );
  }
}

/** By what the route says of itself to the registration nearest to it, asked of each request: it may have been changed. */
function planOf(request: FastifyRequest, plans: RoutePlans, routes: AddedRoutes): RoutePlan {
  if (nearestOf(request.server) !== plans) return plans.registered;
  const { config } = request.routeOptions;
  if (config !== undefined) routes.requireInForce(config);
  return plans.planFor(config);
}

/** What `@fastify/aws-lambda` was called with, by the decorator that it has by default. */
function eventOf(request: FastifyRequest): unknown {
  return (request as { readonly awsLambda?: { readonly event?: unknown } }).awsLambda?.event;
}
