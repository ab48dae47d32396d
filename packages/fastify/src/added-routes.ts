import { PeercertFailure } from '@peercert/core';
import type { RouteConfig } from './route-plans.ts';

/** A route as hooks see it, and whoever keeps the object. Fastify copies its config once the hooks have seen it. */
interface AddedRoute {
  readonly method: string | readonly string[];
  readonly url: string;
  readonly config?: RouteConfig;
}

/** The copy, as requests see it. */
type ConfigInForce = RouteConfig & { readonly method?: unknown; readonly url?: unknown };

/** The routes that were added since a registration: for what was changed where Fastify looks no more. */
export interface AddedRoutes {
  readonly all: readonly AddedRoute[];
  add(route: AddedRoute): void;
  /**
   * Throws a 500 for the programmer where the route of a request asks for something else than what is in force: nothing
   * would enforce what its author sees written there.
   */
  requireInForce(config: ConfigInForce): void;
}

export function createAddedRoutes(): AddedRoutes {
  const all: AddedRoute[] = [];
  // Several of one name differ in their constraints, such as a version.
  const byName = new Map<string, AddedRoute[]>();
  // Fastify makes one copy for each route and keeps it.
  const byConfig = new WeakMap<ConfigInForce, readonly AddedRoute[]>();

  function routesOf(config: ConfigInForce): readonly AddedRoute[] {
    let routes = byConfig.get(config);
    if (routes === undefined) {
      routes = byName.get(nameOf(config)) ?? [];
      byConfig.set(config, routes);
    }
    return routes;
  }

  return {
    all,
    add(route) {
      all.push(route);
      const name = nameOf(route);
      byName.set(name, [...(byName.get(name) ?? []), route]);
    },
    requireInForce(config) {
      const routes = routesOf(config);
      // Those that were added before the registration are not known: what is in force is all that there is.
      if (routes.length === 0 || routes.some((route) => route.config?.mtls === config.mtls)) return;
      throw new PeercertFailure(
        'setup',
        'config.mtls of a route was changed after the route was added, where Fastify does not see it: give it with the ' +
          'route, or in a hook onRoute',
      );
    },
  };
}

function nameOf({ method, url }: { readonly method?: unknown; readonly url?: unknown }): string {
  return `${String(method)} ${String(url)}`;
}
