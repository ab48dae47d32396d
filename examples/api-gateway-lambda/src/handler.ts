/**
 * The function. In a deployed one this is all: `export const handler = createHandler({ ... })`, with both PEM texts from the
 * bundle. serverless-http leaves the event on the request, where `fromApiGateway()` finds it.
 */
import serverlessHttp from 'serverless-http';
import { type AppOptions, createApp } from './app.ts';

export interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

export type Handler = (event: object, context: object) => Promise<Answer>;

export function createHandler(options: AppOptions): Handler {
  return serverlessHttp(createApp(options)) as Handler;
}
