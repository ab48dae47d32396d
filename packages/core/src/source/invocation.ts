import { PeercertFailure } from '../error.ts';
import { processWide } from '../process-wide.ts';

/** What is read of the request that a shim made of an invocation. */
export interface InvokedRequest {
  readonly rawHeaders: readonly string[];
  /** Where `serverless-http` leaves the event of a function, and an application that uses `@codegenie/serverless-express`. */
  readonly apiGateway?: { readonly event?: unknown };
}

/**
 * The event with which a function was invoked for this very request. It says who the client is, so an event that may be of another
 * request, or of the client's own making, is a mistake in the set-up and no answer.
 *
 * @param decorated the event that `@fastify/aws-lambda` has for the request
 */
export function invocationEvent(request: InvokedRequest, decorated: unknown): unknown {
  if (decorated === undefined || decorated === null) return eventOnRequest(request);
  // 6.4.0 takes this header of a client for the event (GHSA-m93c-jj3f-68ph). Later ones keep it away from the request.
  if (isSent(request.rawHeaders, 'x-apigateway-event')) throw eventInHeader();
  return decorated;
}

/** The request that each object on which an event was left belongs to. */
const owners: WeakMap<object, WeakRef<object>> = processWide('invocations.1', () => new WeakMap());

function eventOnRequest(request: InvokedRequest): unknown {
  const { apiGateway } = request;
  if (typeof apiGateway !== 'object' || apiGateway === null || apiGateway.event === undefined) return undefined;
  const owner = owners.get(apiGateway);
  if (owner === undefined) owners.set(apiGateway, new WeakRef(request));
  else if (owner.deref() !== request) throw sharedEvent();
  return apiGateway.event;
}

function isSent(rawHeaders: readonly string[], name: string): boolean {
  return rawHeaders.some((raw, at) => at % 2 === 0 && raw.length === name.length && raw.toLowerCase() === name);
}

function sharedEvent(): PeercertFailure {
  return new PeercertFailure(
    'setup',
    'Requests share one apiGateway object, so that one may be decided with the certificate of another: getCurrentInvoke() and eventContext() of @codegenie/serverless-express are one variable for all invocations. Give each request an object of its own, with the event of its own invocation',
  );
}

function eventInHeader(): PeercertFailure {
  return new PeercertFailure(
    'setup',
    'The event of the function came together with the header x-apigateway-event, which @fastify/aws-lambda 6.4.0 takes from clients: use 6.4.1 or later, and leave its option serializeLambdaArguments off',
  );
}
