// Starts a real server in the foreground, on loopback, in a folder of its own, and ends it with all its children.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../free-port.ts';

export interface Program {
  readonly port: number;
  stop(): Promise<void>;
}

export interface Command {
  readonly path: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) end(child);
});

/**
 * Starts what `command` says for a free port of loopback and waits until it takes connections there. Another process may
 * take the same port in between, so that is tried again.
 */
export async function startProgram(command: (port: number) => Command): Promise<Program> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const { path, args, env = {} } = command(port);
    // A group of its own: workers end with it.
    const child = spawn(path, args, {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    });
    running.add(child);
    const gone = once(child, 'close').finally(() => running.delete(child));
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    if (await isListening(port, child)) {
      return {
        port,
        stop: async () => {
          end(child);
          await gone;
        },
      };
    }
    end(child);
    await gone;
    if (attempt === 3) throw new Error(`${path} did not start:\n${errors}`);
  }
}

function end(child: ChildProcess): void {
  try {
    process.kill(-(child.pid ?? Number.NaN), 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

async function isListening(port: number, child: ChildProcess): Promise<boolean> {
  for (const end = Date.now() + 15_000; Date.now() < end; await pause(20)) {
    if (child.exitCode !== null || child.pid === undefined) return false;
    if (await accepts(port)) return true;
  }
  return false;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
