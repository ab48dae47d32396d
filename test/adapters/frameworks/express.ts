import { createServer } from 'node:https';
import { mtls, requireClient, requireRole, subjectCn } from '@peercert/express';
import express5, { type Application, type RequestHandler } from 'express';
import express4 from 'express4';
import { type App, type Framework, routes, seen } from '../app.ts';
import { listen } from './listen.ts';

const guards = {
  admin: requireRole('admin'),
  partner: requireRole('partner'),
  anyone: requireClient(),
  adminByName: requireClient(subjectCn('admin-client')),
  observed: requireRole('admin', { enforcement: 'report-only' }),
};

function build(express: typeof express5, app: App): Application {
  const server = express();
  server.set('env', app.env);
  server.set('trust proxy', app.believesEveryone);
  if (app.mtls !== false) server.use(mtls(app.mtls));
  if (app.inner !== undefined) server.use('/inner', mtls(app.inner));

  const handler: RequestHandler = async (req, res, next) => {
    try {
      if (req.path === '/meeting') await app.meeting();
      res.json(seen(req.mtls));
    } catch (error) {
      next(error);
    }
  };
  for (const [path, names] of Object.entries(routes)) server.get(path, ...names.map((name) => guards[name]), handler);

  const record: express5.ErrorRequestHandler = (error, _req, _res, next) => {
    app.errors.push(error);
    next(error);
  };
  server.use(record);
  return server;
}

const framework = (name: string, express: typeof express5): Framework => ({
  name,
  protocol: 'http/1.1',
  start: (app, tls) => listen(createServer(tls, build(express, app))),
});

export const frameworks: readonly Framework[] = [framework('Express 5', express5), framework('Express 4', express4)];
