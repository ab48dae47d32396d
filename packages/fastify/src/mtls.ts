import type { MtlsOptions, RequestMtls } from '@peercert/core';
import type { FastifyPluginAsync } from 'fastify';
import { fastifyPlugin } from 'fastify-plugin';
import { meta, register } from './register.ts';
import type { RouteMtlsOptions } from './route-plans.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What `mtls` found out about the client. `null` on routes that are not behind `mtls`. */
    mtls: RequestMtls;
  }
  interface FastifyContextConfig {
    /** The roles that the route asks for, and the options in which it differs from the registration. */
    mtls?: RouteMtlsOptions;
  }
}

/**
 * Plugin that authenticates the client of each request of its scope by its certificate (hook `onRequest`) and leaves
 * the result on `request.mtls`. Without options the connection must be TLS and the trust anchors are the `ca` of the
 * server. A registration in a child scope adds to that of the parent: both must allow, the inner identity wins.
 *
 * A denial is answered as `application/problem+json`, or handed to the error handler under `denials: 'throw'`. A mistake
 * in the set-up is a 500 in any case. Wrong options, also those in `config.mtls` of a route, are a TypeError at start.
 */
export const mtls: FastifyPluginAsync<MtlsOptions> = fastifyPlugin(register, meta);
