// The client of client.c, compiled once for a file of tests.
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { hasOpensslHeaders, tool } from '../../tools.ts';
import type { Credentials } from '../world.ts';

const compiler = tool('gcc');
/** `undefined` where it cannot be compiled: the suite does not run then, and the runner names what is missing. */
const program = compiler === undefined || !hasOpensslHeaders() ? undefined : compile(compiler);

export const canRenegotiate: boolean = program !== undefined;

/** A TLS 1.2 connection whose client may change its certificate in a renegotiation (RFC 5746). */
export interface RenegotiatingClient {
  /** What the next handshake presents: one's own, nothing, or a certificate whose key somebody else has. */
  present(identity: Credentials | 'nothing' | { readonly stolen: Credentials; readonly own: Credentials }): void;
  /** Connects, or renegotiates. `false`: it failed, and the connection is gone. */
  handshake(): Promise<boolean>;
  /** Begins a renegotiation and stops after the first flight. */
  begin(): Promise<void>;
  /** Completes it. */
  finish(): Promise<boolean>;
  send(text: string): void;
  /** What came until it is enough, as latin1, and forgets it; `undefined` when the connection ends before. */
  receive(isEnough: (received: string) => boolean): Promise<string | undefined>;
  /** The next answer of HTTP/1.1 with a Content-Length, or `undefined` when the connection ends before it is there. */
  answer(): Promise<{ readonly status: number; readonly body: string } | undefined>;
  /** Sends a request and waits for its answer. */
  get(target: string): ReturnType<RenegotiatingClient['answer']>;
}

/** @param protocol what it offers by ALPN; default nothing, which is HTTP/1.1 */
export function renegotiatingClient(port: number, protocol?: 'h2'): RenegotiatingClient {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-identities-'));
  const child = spawn(program as string, protocol === undefined ? [String(port)] : [String(port), protocol]);
  const lines = linesOf(child);
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  let received = '';
  let files = 0;
  const tell = (...words: readonly string[]): void => void child.stdin.write(`${words.join(' ')}\n`);
  child.stdin.on('error', () => undefined);

  function save(pem: string): string {
    files += 1;
    const path = join(folder, `${files}.pem`);
    writeFileSync(path, pem);
    return path;
  }

  /** The next event that is none of data; what came before it is kept. `undefined`: the client has ended. */
  async function event(): Promise<string | undefined> {
    for (;;) {
      const { done, value } = await lines.next();
      if (done === true || value.startsWith('failed') || value === 'closed') return undefined;
      if (!value.startsWith('data ')) return value;
      received += Buffer.from(value.slice(5), 'hex').toString('latin1');
    }
  }

  async function answer(): ReturnType<RenegotiatingClient['answer']> {
    for (;;) {
      const [whole, status, length] =
        /^HTTP\/1\.1 (\d+)[\s\S]*?\r\ncontent-length: (\d+)[\s\S]*?\r\n\r\n/i.exec(received) ?? [];
      const end = (whole?.length ?? 0) + Number(length);
      if (whole !== undefined && received.length >= end) {
        const body = received.slice(whole.length, end);
        received = received.slice(end);
        return { status: Number(status), body };
      }
      const { done, value } = await lines.next();
      if (done === true || !value.startsWith('data ')) return undefined;
      received += Buffer.from(value.slice(5), 'hex').toString('latin1');
    }
  }

  return {
    present(identity) {
      if (identity === 'nothing') tell('none');
      else if ('stolen' in identity) tell('borrow', save(identity.stolen.chainPem), save(identity.own.privateKeyPem));
      else tell('identity', save(identity.chainPem), save(identity.privateKeyPem));
    },
    async handshake() {
      tell('handshake');
      return (await event()) === 'secure';
    },
    async begin() {
      tell('begin');
      await event();
    },
    async finish() {
      tell('finish');
      return (await event()) === 'secure';
    },
    async receive(isEnough) {
      while (!isEnough(received)) {
        const { done, value } = await lines.next();
        if (done === true || value.startsWith('failed') || value === 'closed') return undefined;
        if (value.startsWith('data ')) received += Buffer.from(value.slice(5), 'hex').toString('latin1');
      }
      const whole = received;
      received = '';
      return whole;
    },
    send: (text) => tell('send', Buffer.from(text, 'latin1').toString('hex')),
    answer,
    get(target) {
      tell('send', Buffer.from(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`).toString('hex'));
      return answer();
    },
  };
}

function linesOf(child: ChildProcessWithoutNullStreams): AsyncIterator<string> {
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}

function compile(gcc: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-renegotiation-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'client');
  execFileSync(gcc, ['-O1', '-o', path, join(import.meta.dirname, 'client.c'), '-lssl', '-lcrypto']);
  return path;
}
