import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, createSecureContext, type SecureContext, type SecureVersion } from 'node:tls';
import type { Listening, ServerMessage } from './connections-server.ts';
import { median } from './measure.ts';
import type { Row } from './report.ts';

const pairs = 24;
const connectionsEach = 64;
const atOnce = 8;

/**
 * Server CPU for each new mTLS connection and the one request on it: the server of an endpoint against bare https with the
 * same TLS settings. The servers run in a process of their own, which counts its CPU time; both kinds take turns, and a second
 * bare server shows what the turns themselves differ by. With decisions, the certificate is decided upon behind both.
 */
export async function connectionCost(): Promise<readonly Row[]> {
  return [
    ...(await measure('plain', ['TLSv1.3', 'TLSv1.2'], 'at most 1.05')),
    ...(await measure('decided', ['TLSv1.3'], '')),
  ];
}

type Kind = keyof Listening['ports'];
const turns: readonly Kind[] = ['bare', 'helper', 'again'];

async function measure(
  answers: 'plain' | 'decided',
  versions: readonly SecureVersion[],
  target: string,
): Promise<readonly Row[]> {
  const child = fork(new URL('./connections-server.js', import.meta.url), [answers]);
  const [listening] = (await once(child, 'message')) as [Listening];
  const rows: Row[] = [];
  for (const version of versions) {
    for (const kind of ['full', 'resumed'] as const) {
      const { bareUs, noise, ratio } = await compareKinds(child, listening, version, kind === 'resumed');
      rows.push({
        what: `CPU a new connection, ${version}, ${kind}${answers === 'decided' ? ', decided upon behind both' : ''}`,
        figure: `${ratio.toFixed(3)} x ${bareUs.toFixed(0)} us`,
        target,
        met: ratio <= 1.05,
        spread: Math.abs(1 - noise),
      });
    }
  }
  child.kill();
  return rows;
}

async function compareKinds(
  child: ChildProcess,
  { ca, cert, key, ports }: Listening,
  version: SecureVersion,
  isResumed: boolean,
): Promise<{ bareUs: number; ratio: number; noise: number }> {
  const secureContext = createSecureContext({ ca, cert, key, minVersion: version, maxVersion: version });
  const session = isResumed ? await sessionOf(ports.bare, secureContext) : undefined;
  const used: Record<Kind, number[]> = { bare: [], again: [], helper: [] };
  for (let pair = -6; pair < pairs; pair += 1) {
    for (const kind of turns) {
      const before = await counters(child);
      await burst(() => visit(ports[kind], secureContext, session));
      const after = await counters(child);
      const resumed = after.resumed - before.resumed;
      if (after.handshakes - before.handshakes !== connectionsEach || resumed !== (isResumed ? connectionsEach : 0)) {
        throw new Error(`${kind}: ${resumed} of ${after.handshakes - before.handshakes} handshakes were resumed`);
      }
      if (pair >= 0) used[kind].push((after.cpuMicroseconds - before.cpuMicroseconds) / connectionsEach);
    }
  }
  const against = (kind: Kind): number => median(used[kind].map((us, index) => us / (used.bare[index] as number)));
  return { bareUs: median(used.bare), ratio: against('helper'), noise: against('again') };
}

async function counters(child: ChildProcess): Promise<ServerMessage> {
  child.send('counters');
  const [message] = (await once(child, 'message')) as [ServerMessage];
  return message;
}

/** So many connections, a few at a time. */
async function burst(one: () => Promise<unknown>): Promise<void> {
  let left = connectionsEach;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await one();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** One connection and one request, until the server has closed it. Answers the session that it came to. */
function visit(port: number, secureContext: SecureContext, session?: Buffer): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let answer = '';
    let latest: Buffer | undefined;
    const options = { port, host: '127.0.0.1', servername: 'localhost', secureContext };
    const socket = connect(session === undefined ? options : { ...options, session });
    socket.setEncoding('latin1');
    socket.on('session', (given: Buffer) => {
      latest = given;
    });
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => {
      if (answer.startsWith('HTTP/1.1 200') && answer.endsWith('hello')) resolve(latest);
      else reject(new Error(`answered ${answer}`));
    });
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  });
}

async function sessionOf(port: number, secureContext: SecureContext): Promise<Buffer> {
  const session = await visit(port, secureContext);
  if (session === undefined) throw new Error('the server gave no session');
  return session;
}
