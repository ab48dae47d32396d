/** A server in the foreground, on a free port of loopback. */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { delimiter } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface Program {
  stop(): Promise<void>;
}

/** Waits until the program takes connections on `port`. */
export async function startProgram(
  name: string,
  args: readonly string[],
  port: number,
  env: NodeJS.ProcessEnv = {},
): Promise<Program> {
  // Where Debian has daemons, which is not on everyone's search path.
  const path = `${process.env['PATH']}${delimiter}/usr/sbin`;
  const child = spawn(name, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env, PATH: path },
  });
  process.once('exit', () => child.kill());
  let failure: string | undefined;
  child.once('error', () => {
    failure = `${name} is not installed`;
  });
  child.once('exit', () => {
    failure ??= `${name} did not start`;
  });
  while (!(await accepts(port))) {
    if (failure !== undefined) throw new Error(failure);
    await pause(20);
  }
  return {
    async stop() {
      child.kill();
      await once(child, 'close');
    },
  };
}

export async function freePort(): Promise<number> {
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

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
