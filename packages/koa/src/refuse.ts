import { type ClientCertificateError, endConnectionFor, problemResponse } from '@peercert/core';
import type { Context } from 'koa';

/** Answers a denial as a problem document (RFC 9457), or throws it for the application's error handler. */
export function refuse(denial: ClientCertificateError, denials: 'respond' | 'throw', ctx: Context): void {
  endConnectionFor(denial, ctx.res);
  if (denials === 'throw') throw denial;
  const { status, headers, body } = problemResponse(denial);
  ctx.status = status;
  ctx.set({ ...headers });
  ctx.body = body;
}
