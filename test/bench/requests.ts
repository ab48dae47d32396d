import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { median } from './measure.ts';
import type { Row } from './report.ts';
import type { Listening, ServerMessage } from './requests-server.ts';

const pairs = 24;
const connections = 8;
const requestsEach = 400;

/**
 * Server CPU for each request over keep-alive mTLS: `mtls()` and `requireRole` against a middleware that does nothing
 * in their place. The servers run in a process of their own, which counts its CPU time; both kinds take turns, and a
 * second bare server shows what the turns themselves differ by.
 */
export async function requestCost(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const framework of ['express', 'fastify', 'koa']) {
    const child = fork(new URL('./requests-server.js', import.meta.url), [framework]);
    const [listening] = (await once(child, 'message')) as [Listening];
    const measured: Record<keyof Listening['ports'], number[]> = { bare: [], again: [], guarded: [] };
    const clients = Object.fromEntries(
      await Promise.all(
        Object.entries(listening.ports).map(async ([kind, port]) => [kind, await connectAll(listening, port)] as const),
      ),
    );
    const cpu = async (): Promise<number> => {
      child.send('cpu');
      const [message] = (await once(child, 'message')) as [ServerMessage];
      return message.cpuMicroseconds;
    };
    for (let pair = -3; pair < pairs; pair += 1) {
      for (const kind of ['bare', 'guarded', 'again'] as const) {
        const before = await cpu();
        await Promise.all((clients[kind] as TLSSocket[]).map(burst));
        const used = ((await cpu()) - before) / (connections * requestsEach);
        if (pair >= 0) measured[kind].push(used);
      }
    }
    child.kill();
    const ratios = measured.guarded.map((us, index) => us / (measured.bare[index] as number));
    const noise = measured.again.map((us, index) => us / (measured.bare[index] as number));
    const ratio = median(ratios);
    rows.push({
      what: `${framework}: CPU a request with mtls() and requireRole`,
      figure: `${ratio.toFixed(3)} x ${median(measured.bare).toFixed(1)} us`,
      target: 'at most 1.03',
      met: ratio <= 1.03,
      spread: Math.abs(1 - median(noise)),
    });
  }
  return rows;
}

async function connectAll({ ca, cert, key }: Listening, port: number): Promise<readonly TLSSocket[]> {
  return Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca, cert, key });
      await once(socket, 'secureConnect');
      return socket;
    }),
  );
}

/** Requests one after the other on one connection; answers are recognised by their last bytes. */
async function burst(socket: TLSSocket): Promise<void> {
  let left = requestsEach;
  await new Promise<void>((done, failed) => {
    const onData = (chunk: Buffer): void => {
      const text = chunk.toString('latin1');
      if (!text.startsWith('HTTP/1.1 200') && text.startsWith('HTTP/1.1')) failed(new Error(text));
      if (!text.endsWith('hello')) return;
      left -= 1;
      if (left > 0) socket.write(request);
      else {
        socket.off('data', onData);
        done();
      }
    };
    socket.on('data', onData);
    socket.write(request);
  });
}

const request = 'GET /admin HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n';
