import { createGate, createRoleGuard, type Gate, type Guard, type MtlsOptions } from '@peercert/core';
import type { FastifyRequest } from 'fastify';
import { createFrameworkAddress } from './framework-address.ts';

/**
 * What a route says of itself in `config.mtls`. Each option given here replaces the one of the registration; whatever
 * is not given stays as registered, the mapping of OUs to roles always.
 */
export interface RouteMtlsOptions extends Omit<MtlsOptions, 'roles'> {
  /** The role that the route asks for; of several any one suffices. */
  readonly roles?: string | readonly string[];
}

/** How the requests of a route are decided. */
export interface RoutePlan {
  readonly gate: Gate;
  readonly addressOf: (request: FastifyRequest) => string | undefined;
  readonly guard: Guard | undefined;
}

export interface RoutePlans {
  /** The plan of routes that say nothing of themselves. */
  readonly registered: RoutePlan;
  /** No route says anything of itself. Known once they are complete. */
  readonly areUniform: boolean;
  /**
   * The plan of a route by its `config.mtls`. Called for each route as it is added, where a TypeError stops the start.
   */
  planFor(config: RouteMtlsOptions | undefined): RoutePlan;
  /** No route comes after this, and `planFor` was called with what each says of itself in the end. */
  complete(): void;
}

/**
 * Compiles the options of a registration, and those of each of its routes once.
 *
 * @param seesAll whether `planFor` is called for each route as it is added: not for those that were there before
 */
export function createRoutePlans(options: MtlsOptions, seesAll: boolean): RoutePlans {
  const registered = planBy(options);
  // By the object that the programmer wrote: Fastify copies what is around it, and adds HEAD routes that share it.
  const plans = new WeakMap<RouteMtlsOptions, RoutePlan>();
  let sawOptions = !seesAll;
  let areUniform = false;

  return {
    registered,
    get areUniform() {
      return areUniform;
    },
    complete() {
      areUniform = !sawOptions;
    },
    planFor(config) {
      if (config === undefined) return registered;
      sawOptions = true;
      let plan = plans.get(config);
      if (plan === undefined) {
        plan = compile(config, options, registered);
        plans.set(config, plan);
      }
      return plan;
    },
  };
}

function planBy(options: MtlsOptions): RoutePlan {
  const gate = createGate(options);
  return {
    gate,
    addressOf: gate.clientAddress === 'framework' ? createFrameworkAddress() : noAddress,
    guard: undefined,
  };
}

function compile(config: RouteMtlsOptions, options: MtlsOptions, registered: RoutePlan): RoutePlan {
  if (typeof config !== 'object' || config === null || Object.keys(config).length === 0) {
    throw new TypeError(
      "config.mtls of a route must be an object that asks for something: { mtls: { roles: ['admin'] } }",
    );
  }
  const { roles, ...changes } = config;
  const plan = Object.keys(changes).length === 0 ? registered : planBy({ ...options, ...changes });
  return roles === undefined ? plan : { ...plan, guard: createRoleGuard(roles) };
}

function noAddress(): undefined {
  return undefined;
}
