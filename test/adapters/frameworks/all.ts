import type { Framework } from '../app.ts';
import { frameworks as express } from './express.ts';
import { frameworks as fastify } from './fastify.ts';
import { frameworks as koa } from './koa.ts';

export const frameworks: readonly Framework[] = [...express, ...fastify, ...koa];
