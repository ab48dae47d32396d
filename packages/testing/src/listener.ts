/** Any Node web application as a plain request listener. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/**
 * What can be put behind a test server: a request listener (an Express application is one), a Koa application, a Fastify
 * instance, or a `node:http` server, whose own listeners are used.
 */
export type TestApp = RequestListener | KoaLike | FastifyLike | ServerLike;

export interface KoaLike {
  callback(): (request: IncomingMessage, response: ServerResponse) => unknown;
}

export interface FastifyLike {
  ready(): PromiseLike<unknown>;
  routing(request: IncomingMessage, response: ServerResponse): void;
}

export interface ServerLike {
  emit(event: 'request', request: IncomingMessage, response: ServerResponse): boolean;
}

/** Throws TypeError for anything else. */
export function assertTestApp(app: unknown): asserts app is TestApp {
  if (typeof app === 'function') return;
  if (typeof app === 'object' && app !== null && (isKoa(app) || isFastify(app) || isServer(app))) return;
  throw new TypeError('give an Express, Koa or Fastify application, a node:http server, or a request listener');
}

/** A Fastify instance is made ready first, as `listen` would. */
export async function listenerOf(app: TestApp): Promise<RequestListener> {
  if (typeof app === 'function') return app;
  if (isKoa(app)) return app.callback();
  if (isFastify(app)) {
    await app.ready();
    return (request, response) => app.routing(request, response);
  }
  return (request, response) => app.emit('request', request, response);
}

function isKoa(app: object): app is KoaLike {
  return 'callback' in app && typeof app.callback === 'function';
}

function isFastify(app: object): app is FastifyLike {
  return 'routing' in app && typeof app.routing === 'function' && 'ready' in app && typeof app.ready === 'function';
}

function isServer(app: object): app is ServerLike {
  return 'emit' in app && typeof app.emit === 'function';
}
