import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import type { CostlyKind, Credentials, Listening, ServerMessage } from './costly-clients-server.ts';
import { median } from './measure.ts';
import type { Row } from './report.ts';

const warmUpRounds = 15;
const rounds = 25;
const pipelined = 100;
const request = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

/**
 * A stranger with twenty P-384 certificates, who sends a hundred requests at once on one connection: what the first costs,
 * what each further one costs, and how long the request of an honest client waits meanwhile. CPU of a server in a process of
 * its own. The first request counts without what the same connection costs a server without `mtls()`; that of the honest client
 * waits for OpenSSL, too, which verifies twenty certificates in the handshake, and so its wait there stands beside.
 */
export async function costlyClients(): Promise<readonly Row[]> {
  const child = fork(new URL('./costly-clients-server.js', import.meta.url));
  const [listening] = (await once(child, 'message')) as [Listening];
  const cpu = async (): Promise<number> => {
    child.send('cpu');
    const [message] = (await once(child, 'message')) as [ServerMessage];
    return message.cpuMicroseconds;
  };
  const rows: Row[] = [];
  for (const { port, sources } of listening.ports) {
    for (const kind of ['own names', 'forged names'] as const) {
      rows.push(...(await attack(cpu, listening, port, kind, `${nameOf(sources)}, ${kind}`)));
    }
  }
  child.kill();
  return rows;
}

function nameOf(sources: number): string {
  return sources === 0 ? 'direct' : `${sources} source${sources === 1 ? '' : 's'} with a proxy by certificate`;
}

async function attack(
  cpu: () => Promise<number>,
  { bare, costly, honest }: Listening,
  port: number,
  kind: CostlyKind,
  title: string,
): Promise<readonly Row[]> {
  const first: number[] = [];
  const further: number[] = [];
  const waits: number[] = [];
  const bareWaits: number[] = [];
  const friend = await connection(port, honest);
  const bareFriend = await connection(bare, honest);
  /** How long a friend waits behind so many requests of a stranger. */
  async function waitBehind(
    to: number,
    someone: TLSSocket,
  ): Promise<{ readonly us: number; readonly waitedMs: number }> {
    let waitedMs = 0;
    const us = await costOf(to, pipelined, async () => {
      const sentAt = performance.now();
      someone.write(request);
      await answers(someone, 1);
      waitedMs = performance.now() - sentAt;
    });
    return { us, waitedMs };
  }
  /** CPU of a connection with so many requests, in microseconds. */
  async function costOf(to: number, count: number, meanwhile?: () => Promise<void>): Promise<number> {
    const before = await cpu();
    const socket = await connection(to, costly[kind]);
    socket.write(request.repeat(count));
    await Promise.all([answers(socket, count), meanwhile?.()]);
    const after = await cpu();
    socket.destroy();
    return after - before;
  }
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    const bareUs = await costOf(bare, 1);
    const oneUs = await costOf(port, 1);
    const bareMany = await waitBehind(bare, bareFriend);
    const many = await waitBehind(port, friend);
    if (round < 0) continue;
    first.push(oneUs - bareUs);
    further.push((many.us - oneUs) / (pipelined - 1));
    waits.push(many.waitedMs);
    bareWaits.push(bareMany.waitedMs);
  }
  friend.destroy();
  bareFriend.destroy();
  const waited = `${median(waits).toFixed(1)} ms, without mtls() ${median(bareWaits).toFixed(1)} ms`;
  return [
    row(`${title}: first request`, median(first) / 1000, 3),
    row(`${title}: each further one`, median(further) / 1000, 0.1),
    {
      what: `${title}: an honest request waits`,
      figure: waited,
      target: 'at most 10 ms more',
      met: median(waits) - median(bareWaits) <= 10,
    },
  ];
}

function row(what: string, ms: number, mostMs: number): Row {
  return { what, figure: `${ms.toFixed(3)} ms`, target: `at most ${mostMs} ms`, met: ms <= mostMs };
}

async function connection(port: number, { cert, key }: Credentials): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false, cert, key });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

/** So many answers, or the end of the connection. */
async function answers(socket: TLSSocket, count: number): Promise<void> {
  let received = '';
  await new Promise<void>((done) => {
    const onData = (chunk: Buffer): void => {
      received += chunk.toString('latin1');
      if (received.split('HTTP/1.1 ').length > count) finish();
    };
    const finish = (): void => {
      socket.off('data', onData).off('close', finish);
      done();
    };
    socket.on('data', onData).on('close', finish);
    if (socket.destroyed) finish();
  });
}
