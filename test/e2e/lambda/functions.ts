// The same function with each shim that people put between Lambda and their framework.
import { AsyncLocalStorage } from 'node:async_hooks';
import { configure as serverlessExpress } from '@codegenie/serverless-express';
import awsLambdaFastify from '@fastify/aws-lambda';
import type { MtlsOptions, RequestMtls } from '@peercert/core';
import * as onExpress from '@peercert/express';
import * as onFastify from '@peercert/fastify';
import * as onKoa from '@peercert/koa';
import express, { type Express } from 'express';
import { fastify } from 'fastify';
import Koa from 'koa';
import serverlessHttp from 'serverless-http';

export interface LambdaResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What `@codegenie/serverless-express` answers to a REST API. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
}

export type Invoke = (event: object) => Promise<LambdaResult>;

export interface Shim {
  readonly name: string;
  createFunction(options: MtlsOptions): Promise<Invoke>;
}

const seen = ({ client, clientAddress }: RequestMtls): object => ({
  id: client?.id ?? null,
  source: client?.source ?? null,
  verifiedBy: client?.verifiedBy ?? null,
  address: clientAddress ?? null,
});

function expressApp(options: MtlsOptions, ...first: readonly express.RequestHandler[]): Express {
  const app = express();
  for (const handler of first) app.use(handler);
  app.use(onExpress.mtls(options));
  app.get('/', (req, res) => void res.json(seen(req.mtls)));
  app.get('/admin', onExpress.requireRole('admin'), (req, res) => void res.json(seen(req.mtls)));
  return app;
}

function koaApp(options: MtlsOptions, ...first: readonly Koa.Middleware[]): Koa {
  const app = new Koa();
  for (const middleware of first) app.use(middleware);
  const isAdmin = onKoa.requireRole('admin');
  app.use(onKoa.mtls(options));
  app.use((ctx, next) => (ctx.path === '/admin' ? isAdmin(ctx, next) : next()));
  app.use((ctx) => {
    ctx.body = seen(ctx.state.mtls);
  });
  return app;
}

const context = {} as never;

export const shims: readonly Shim[] = [
  {
    name: '@fastify/aws-lambda and Fastify',
    async createFunction(options) {
      const app = fastify();
      const invoke = awsLambdaFastify(app);
      await app.register(onFastify.mtls, options);
      app.get('/', async (request) => seen(request.mtls));
      app.get('/admin', { config: { mtls: { roles: ['admin'] } } }, async (request) => seen(request.mtls));
      await app.ready();
      return (event) => invoke(event, context) as Promise<LambdaResult>;
    },
  },
  {
    name: 'serverless-http and Express',
    async createFunction(options) {
      const invoke = serverlessHttp(expressApp(options));
      return (event) => invoke(event, context) as Promise<LambdaResult>;
    },
  },
  {
    name: 'serverless-http and Koa',
    async createFunction(options) {
      const invoke = serverlessHttp(koaApp(options));
      return (event) => invoke(event, context) as Promise<LambdaResult>;
    },
  },
  {
    name: '@codegenie/serverless-express and Express',
    async createFunction(options) {
      return withServerlessExpress((eventOf) =>
        expressApp(options, (req, _res, next) => {
          Object.assign(req, { apiGateway: { event: eventOf() } });
          next();
        }),
      );
    },
  },
  {
    name: '@codegenie/serverless-express and Koa',
    async createFunction(options) {
      return withServerlessExpress((eventOf) =>
        koaApp(options, (ctx, next) => {
          Object.assign(ctx.req, { apiGateway: { event: eventOf() } });
          return next();
        }),
      );
    },
  },
];

/**
 * `getCurrentInvoke()` of this shim is one variable for all invocations of a process, so that of two at once one would
 * have the certificate of the other. What belongs to one invocation is kept with it.
 */
function withServerlessExpress(createApp: (eventOf: () => unknown) => object): Invoke {
  const invocation = new AsyncLocalStorage<object>();
  const invoke = serverlessExpress({ app: createApp(() => invocation.getStore()) as never });
  return (event) => invocation.run(event, async () => (await invoke(event, context, () => undefined)) as LambdaResult);
}
