// Two workers of node:cluster behind one port, with the files that they follow and the secret that they share from the
// environment. Each answers with its number and its process; the primary prints the port when both listen, and starts another
// worker for one that is gone.
import cluster from 'node:cluster';
import { env, pid, stdout } from 'node:process';
import { mtls } from '@peercert/express';
import { createEndpoint, fromFile } from '@peercert/server';
import express from 'express';

const workers = 2;

if (cluster.isPrimary) {
  let listening = 0;
  cluster.on('listening', (_worker, { port }) => {
    listening += 1;
    if (listening === workers) stdout.write(`${port}\n`);
  });
  cluster.on('exit', () => cluster.fork());
  for (let count = 0; count < workers; count++) cluster.fork();
} else {
  const endpoint = createEndpoint({
    certificate: fromFile(env.CERTIFICATE),
    key: fromFile(env.KEY),
    trust: { anchors: fromFile(env.ANCHORS), intermediates: fromFile(env.INTERMEDIATES) },
    sessions: { sharedSecret: env.TICKET_SECRET },
  });
  const app = express()
    .use((_req, res, next) => {
      res.set({ Worker: String(cluster.worker.id), Process: String(pid) });
      next();
    })
    .use(mtls(endpoint.mtls))
    .get('/', (req, res) => res.send(`hello ${req.mtls.client.commonName}`));
  endpoint.createServer(app).listen(Number(env.PORT ?? 0), '127.0.0.1');
}
