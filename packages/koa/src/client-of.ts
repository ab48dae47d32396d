import { type ClientIdentity, clientOf as clientOfRequest, reportFailure } from '@peercert/core';
import type { Context } from 'koa';

/** The client of a request, or `null` when it is anonymous. Throws a 500 when `mtls()` was never met. */
export function clientOf(ctx: Pick<Context, 'req' | 'state'>): ClientIdentity | null {
  try {
    return clientOfRequest(ctx.state, ctx.req);
  } catch (failure) {
    throw reportFailure(failure);
  }
}
