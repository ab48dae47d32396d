import { type ClientIdentity, clientOf as clientOfRequest } from '@peercert/core';

/** The client of a request, or `null` when it is anonymous. Throws a 500 when `mtls` was never met. */
export function clientOf(request: { readonly raw: object }): ClientIdentity | null {
  return clientOfRequest(request, request.raw);
}
