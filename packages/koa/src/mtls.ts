import {
  addToVary,
  type ClientCertificateError,
  connectionOf,
  createGate,
  type MaybePromise,
  type MtlsOptions,
  nodeRequestFacts,
  PeercertFailure,
  type RequestMtls,
  reportFailure,
  stateOf,
} from '@peercert/core';
import type { Context, Middleware, Next } from 'koa';
import { refuse } from './refuse.ts';

declare module 'koa' {
  interface DefaultState {
    /** What `mtls()` found out about the client. `undefined` on routes that are not behind `mtls()`. */
    mtls: RequestMtls;
  }
}

/**
 * Middleware that authenticates the client of each request by its certificate and leaves the result on
 * `ctx.state.mtls`. Without options the connection must be TLS and the trust anchors are the `ca` of the server.
 *
 * A denial is answered as `application/problem+json`, or thrown under `denials: 'throw'`. A mistake in the set-up is
 * thrown as a 500 in any case. Throws TypeError for wrong options.
 */
export function mtls(options?: MtlsOptions): Middleware {
  const gate = createGate(options);
  const addressOf = gate.clientAddress === 'framework' ? frameworkAddress : noAddress;

  // What is thrown here before a promise exists becomes a rejection in koa-compose.
  return function mtls(ctx, next) {
    const { originalUrl, req, state } = ctx;
    let admitted: MaybePromise<ClientCertificateError | undefined> | 'recalled';
    try {
      admitted = gate.recall(connectionOf(req), req, gate.excludesPaths ? originalUrl : '', state)
        ? 'recalled'
        : gate.admit(req, nodeRequestFacts(req, originalUrl, addressOf(ctx)), state);
    } catch (failure) {
      return rethrow(failure);
    }
    if (admitted === 'recalled') return next();
    return admitted instanceof Promise
      ? admitted.then((denial) => settle(denial, gate.denials, ctx, next), rethrow)
      : settle(admitted, gate.denials, ctx, next);
  };
}

function settle(
  denial: ClientCertificateError | undefined,
  denials: 'respond' | 'throw',
  ctx: Context,
  next: Next,
): Promise<unknown> | undefined {
  if (denial !== undefined) {
    refuse(denial, denials, ctx);
    return undefined;
  }
  const vary = varyOf(ctx);
  if (vary !== undefined) ctx.set('Vary', addToVary(ctx.response.get('Vary'), vary));
  return next();
}

/** While a promise was awaited, the application may have replaced `ctx.state`. */
function varyOf(ctx: Context): readonly string[] | undefined {
  try {
    return stateOf(ctx.state, ctx.req).vary;
  } catch (failure) {
    return rethrow(failure);
  }
}

function rethrow(failure: unknown): never {
  throw reportFailure(failure);
}

function noAddress(): undefined {
  return undefined;
}

/**
 * `ctx.ip`, unless Koa was told to believe whatever address a client writes into X-Forwarded-For; `maxIpsCount` does not
 * help, because it says nothing of who the peer is.
 */
function frameworkAddress(ctx: Context): string {
  if (ctx.app.proxy) {
    throw new PeercertFailure(
      'setup',
      "clientAddress: 'framework' takes ctx.ip, which any client can choose under app.proxy = true: leave app.proxy off " +
        'and set ctx.request.ip in a middleware that knows the addresses of your proxies',
    );
  }
  return ctx.ip;
}
