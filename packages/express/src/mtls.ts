import type { ServerResponse } from 'node:http';
import {
  addToVary,
  type ClientCertificateError,
  createGate,
  type MaybePromise,
  type MtlsOptions,
  nodeRequestFacts,
  PeercertFailure,
  type RequestMtls,
  reportFailure,
  type StateHolder,
  stateIfAny,
  stateOf,
} from '@peercert/core';
import type { Request } from 'express';
import type { Handler } from './handler.ts';
import { refuse } from './refuse.ts';

declare global {
  // biome-ignore lint/style/noNamespace: the place that Express keeps for additions to its request.
  namespace Express {
    interface Request {
      /** What `mtls()` found out about the client. `undefined` on routes that are not behind `mtls()`. */
      mtls: RequestMtls;
    }
  }
}

/**
 * Middleware that authenticates the client of each request by its certificate and leaves the result on `req.mtls`.
 * Without options the connection must be TLS and the trust anchors are the `ca` of the server.
 *
 * A denial is answered as `application/problem+json`, or handed to `next` under `denials: 'throw'`. A mistake in the
 * set-up goes to `next` as a 500 in any case. Throws TypeError for wrong options.
 */
export function mtls(options?: MtlsOptions): Handler {
  const gate = createGate(options);
  const addressOf = gate.clientAddress === 'framework' ? frameworkAddress : noAddress;
  // Of the requests that have `req.mtls`: to look for it on each of them takes longer than to decide it.
  let provided: Prototype | undefined;

  return function mtls(request, res, next) {
    const req = request as Request;
    let admitted: MaybePromise<ClientCertificateError | undefined> | 'recalled';
    try {
      const prototype = Object.getPrototypeOf(req) as Prototype | null;
      if (prototype !== provided) provided = provideMtls(req, res, prototype);
      const locals = localsOf(res);
      if (locals === provided?.app.locals) throw sharedLocals();
      admitted = gate.recall(req.socket, req, gate.excludesPaths ? req.originalUrl : '', locals)
        ? 'recalled'
        : gate.admit(req, nodeRequestFacts(req, req.originalUrl, addressOf(req)), locals);
    } catch (failure) {
      next(reportFailure(failure));
      return;
    }
    if (admitted === 'recalled') {
      next();
    } else if (admitted instanceof Promise) {
      admitted.then(
        (denial) => settle(denial, gate.denials, req, res, next),
        (failure: unknown) => next(reportFailure(failure)),
      );
    } else {
      settle(admitted, gate.denials, req, res, next);
    }
  };
}

function settle(
  denial: ClientCertificateError | undefined,
  denials: 'respond' | 'throw',
  req: Request,
  res: ServerResponse,
  next: (error?: unknown) => void,
): void {
  if (denial !== undefined) {
    refuse(denial, denials, res, next);
    return;
  }
  try {
    // While a promise was awaited, the application may have replaced `res.locals`.
    const { vary } = stateOf(localsOf(res), req);
    if (vary !== undefined && !res.headersSent) res.setHeader('Vary', addToVary(res.getHeader('Vary'), vary));
  } catch (failure) {
    next(reportFailure(failure));
    return;
  }
  next();
}

/**
 * Where the state of a request is kept: `res.locals.mtls`. The request itself would be a slow place: the first property
 * of its own that a request of Express gets costs ten times as much as to decide it.
 */
function localsOf(res: ServerResponse): StateHolder {
  const response = res as ServerResponse & { locals?: StateHolder };
  response.locals ??= {};
  return response.locals;
}

/** A request of Express, which knows its response. */
interface Answered {
  readonly res?: ServerResponse & { readonly locals?: StateHolder };
}

/** Shared by every copy of this package: `req.mtls` is ours, whichever of them provides it. */
const providedKey: unique symbol = Symbol.for('peercert.express') as never;

/** The object that Express keeps for additions to the requests of an application (`app.request`). */
interface Prototype {
  readonly app: { readonly locals?: unknown };
}

/**
 * Gives `req.mtls` to every request of an application at once, through the prototype that Express keeps for such
 * additions, and answers it. A request that no application made gets it as its own.
 */
function provideMtls(req: Request, res: ServerResponse, prototype: Prototype | null): Prototype | undefined {
  if (prototype === null || !Object.hasOwn(prototype, 'app')) {
    Object.defineProperty(req, 'mtls', {
      configurable: true,
      get: () => leftIn(localsOf(res), req),
      set(left: RequestMtls) {
        localsOf(res).mtls = left;
      },
    });
    return undefined;
  }
  if (!(providedKey in prototype)) {
    if ('mtls' in prototype) throw takenName();
    Object.defineProperties(prototype, {
      [providedKey]: { value: true },
      mtls: {
        configurable: true,
        get(this: Answered) {
          return leftIn(this.res?.locals, this);
        },
        // For whoever decides anew about what outlives the request, a WebSocket say. What is no state of this request is
        // none there either.
        set(this: Answered, left: RequestMtls) {
          if (this.res !== undefined) localsOf(this.res).mtls = left;
        },
      },
    });
  }
  return prototype;
}

/**
 * Only what `mtls()` left for this very request: applications merge all sorts of things into `res.locals`, what a client
 * sent among them, and some share it between requests.
 */
function leftIn(locals: StateHolder | undefined, req: object): RequestMtls | undefined {
  return locals && stateIfAny(locals, req)?.mtls;
}

/** What handlers would read as `req.mtls` would be something else, and the same for all requests. */
function takenName(): PeercertFailure {
  return new PeercertFailure(
    'setup',
    'app.request has a property mtls already, which is where mtls() leaves its result: give yours another name',
  );
}

/** The second request would find the state of the first there; the first is not to be let in until then. */
function sharedLocals(): PeercertFailure {
  return new PeercertFailure(
    'setup',
    'res.locals is app.locals, which all requests share: the state of one would be taken for that of another. Leave ' +
      'res.locals to Express, or give each response an object of its own: res.locals = { ...app.locals }',
  );
}

function noAddress(): undefined {
  return undefined;
}

/** Addresses kept for documentation (RFC 5737, RFC 3849), and one of the other half of IPv4, which nobody has as a proxy. */
const strangers: readonly string[] = ['192.0.2.1', '2001:db8::1', '11.22.33.44'];

/**
 * `req.ip`, unless Express was told to believe whatever address a client writes into X-Forwarded-For: then it would
 * believe a stranger further away than any chain of proxies is long.
 */
function frameworkAddress(req: Request): string | undefined {
  const trusts = req.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  if (strangers.some((stranger) => trusts(stranger, 64))) {
    throw new PeercertFailure(
      'setup',
      "clientAddress: 'framework' takes req.ip, which any client can choose under app.set('trust proxy', true): " +
        "set 'trust proxy' to the addresses of your proxies",
    );
  }
  return req.ip;
}
