import { createGate, createRoleGuard, type Gate, type Guard, type MtlsOptions, PeercertFailure } from '@peercert/core';
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

/** The `config` of a route, as far as it is ours. */
export interface RouteConfig {
  readonly mtls?: RouteMtlsOptions | undefined;
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
  /**
   * The plan of a route by its config. Called for each route as it is added, where a TypeError stops the start, and for
   * each request. Throws a 500 for the programmer when the options were changed since it was called first.
   */
  planFor(config: RouteConfig | undefined): RoutePlan;
}

interface Compiled {
  readonly plan: RoutePlan;
  /** What the options were when they were read. */
  readonly given: RouteMtlsOptions;
}

/** Compiles the options of a registration, and those of each of its routes once. */
export function createRoutePlans(options: MtlsOptions): RoutePlans {
  const registered = planBy(options);
  // By the object that the programmer wrote: Fastify copies what is around it, and adds HEAD routes that share it.
  const plans = new WeakMap<RouteMtlsOptions, Compiled>();

  return {
    registered,
    planFor(config) {
      // One that is there without a value is a rule that got lost on its way here.
      if (config === undefined || !('mtls' in config)) return registered;
      const asked = checkedOptions(config.mtls);
      let compiled = plans.get(asked);
      if (compiled === undefined) {
        compiled = { plan: compile(asked, options, registered), given: copyOf(asked) };
        plans.set(asked, compiled);
      }
      if (!isSame(compiled.given, asked)) throw changedOptions();
      return compiled.plan;
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

function checkedOptions(asked: unknown): RouteMtlsOptions {
  if (typeof asked === 'object' && asked !== null && Object.keys(asked).length > 0) return asked;
  throw new TypeError(
    "config.mtls of a route must be an object that asks for something: { mtls: { roles: ['admin'] } }",
  );
}

function compile(asked: RouteMtlsOptions, options: MtlsOptions, registered: RoutePlan): RoutePlan {
  const { roles, ...changes } = asked;
  const plan = Object.keys(changes).length === 0 ? registered : planBy({ ...options, ...changes });
  return 'roles' in asked ? { ...plan, guard: createRoleGuard(roles as string | readonly string[]) } : plan;
}

function copyOf(asked: RouteMtlsOptions): RouteMtlsOptions {
  return Object.fromEntries(
    Object.entries(asked).map(([key, value]: [string, unknown]) => [key, Array.isArray(value) ? [...value] : value]),
  );
}

/** Whether each option has the value that it had, lists item by item. */
function isSame(given: RouteMtlsOptions, asked: RouteMtlsOptions): boolean {
  const before = Object.entries(given);
  const now = asked as Readonly<Record<string, unknown>>;
  return (
    before.length === Object.keys(asked).length &&
    before.every(([key, value]: [string, unknown]) => {
      const current = now[key];
      return Array.isArray(value) && Array.isArray(current)
        ? value.length === current.length && value.every((item, index) => item === current[index])
        : value === current;
    })
  );
}

/** Nothing is in force that was not checked, and to go on with what was given before might let somebody in. */
function changedOptions(): PeercertFailure {
  return new PeercertFailure(
    'setup',
    'The options in config.mtls of a route were changed after the route was added: give them there, or in a hook onRoute',
  );
}

function noAddress(): undefined {
  return undefined;
}
