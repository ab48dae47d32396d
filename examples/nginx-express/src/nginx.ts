/** nginx around nginx.conf, in a folder of its own, in the foreground. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface Nginx {
  /** `https://127.0.0.1:PORT`. */
  readonly origin: string;
  stop(): Promise<void>;
}

/** @param pki the folder of the certificates, whose parent nginx may write to */
export async function startNginx(app: string, pki: string): Promise<Nginx> {
  const port = await freePort();
  const folder = join(pki, '..');
  const values: Readonly<Record<string, string>> = { GATEWAY: `127.0.0.1:${port}`, APP: app, PKI: pki };
  const template = readFileSync(join(import.meta.dirname, '..', 'nginx.conf'), 'utf8');
  writeFileSync(
    join(folder, 'api.conf'),
    template.replace(/\$\{([A-Z]+)\}/g, (placeholder, name: string) => values[name] ?? placeholder),
  );
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path temporary;`);
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid nginx.pid; error_log stderr;
     events {} http { access_log off; ${temporary.join(' ')} include api.conf; }`,
  );
  const command = 'nginx';
  const child = spawn(command, ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // Where Debian has it, which is not on everyone's search path.
    env: { ...process.env, PATH: `${process.env['PATH']}${delimiter}/usr/sbin` },
  });
  process.once('exit', () => child.kill());
  await listening(port, child);
  return {
    origin: `https://127.0.0.1:${port}`,
    async stop() {
      child.kill();
      await once(child, 'close');
    },
  };
}

async function freePort(): Promise<number> {
  // Below those that the system gives to connections, one of which might take it before its owner does.
  const port = randomInt(10_000, 30_000);
  const server = createServer().listen(port, '127.0.0.1');
  const isFree = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.close();
  return isFree ? port : freePort();
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  let failure: Error | undefined;
  child.once('error', (error: NodeJS.ErrnoException) => {
    failure = error.code === 'ENOENT' ? new Error('nginx is not installed: apt-get install nginx-light') : error;
  });
  for (let attempt = 0; attempt < 250; attempt++) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    if (failure !== undefined) throw failure;
    if (child.exitCode !== null) break;
    await pause(20);
  }
  throw new Error('nginx did not start');
}
