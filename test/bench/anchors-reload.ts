import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { createRootAuthority, generateKeyPair } from '@peercert/pki';
import { createEndpoint, type EndpointOptions, fromFile } from '@peercert/server';
import { median } from './measure.ts';
import type { Row } from './report.ts';

const anchorCount = 1_000;
const reloads = 21;

/**
 * A file of 1,000 trust anchors, one of which is another each time, read again by an endpoint with a server that listens:
 * for how long nothing else can run at a stretch. Node's own part, `createSecureContext`, is one synchronous call, which is
 * measured apart; by default it is given no anchors at all.
 */
export async function anchorsReload(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-bench-'));
  try {
    return await measure(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(folder: string): Promise<readonly Row[]> {
  const keyPair = await generateKeyPair('P-256');
  const pems: string[] = [];
  for (let index = 0; index <= anchorCount; index += 1) {
    pems.push((await createRootAuthority({ subject: `CN=Anchor ${index}`, keyPair })).certificatePem);
  }
  const contents = [pems.slice(1).join(''), pems.slice(0, -1).join('')] as const;
  const server = await (await createRootAuthority({ subject: 'CN=Bench Servers' })).issueServer({
    dnsNames: ['localhost'],
  });
  const file = join(folder, 'clients.pem');
  const place = (text: string): void => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  place(contents[0]);
  const options: EndpointOptions = {
    certificate: server.chainPem,
    key: server.privateKeyPem,
    trust: { anchors: fromFile(file), intermediates: [] },
  };
  const endpoint = createEndpoint(options);
  const listening = endpoint.createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');

  const holds: number[] = [];
  const durations: number[] = [];
  for (let count = 1; count <= reloads; count += 1) {
    place(contents[count % 2] as string);
    const { hold, whole } = await longestHold(() => endpoint.reload());
    const [trust] = endpoint.status().trust;
    if (trust?.generation !== count + 1 || trust.anchors !== anchorCount) throw new Error(JSON.stringify(trust));
    holds.push(hold);
    durations.push(whole);
  }
  const asks = synchronously(() => createSecureContext(endpoint.tlsOptions()));
  endpoint.close();
  listening.close();
  const naming = createEndpoint({ ...options, handshake: 'name' });
  const names = synchronously(() => createSecureContext(naming.tlsOptions()));
  naming.close();

  // A server reads its anchors seldom, so that the first time, with code that is not compiled yet, counts as well.
  const [first = Number.NaN, ...later] = holds;
  const hold = median(later);
  return [
    {
      what: '1,000 trust anchors read again, longest hold of the event loop',
      figure: `${hold.toFixed(1)} ms of ${median(durations).toFixed(0)}, the first time ${first.toFixed(1)} ms`,
      target: 'under 10 ms',
      met: hold < 10 && first < 10,
    },
    {
      what: 'beside it: createSecureContext of Node, without anchors and with 1,000',
      figure: `${asks.toFixed(1)} ms, ${names.toFixed(0)} ms`,
      target: '',
      met: true,
    },
  ];
}

/** Milliseconds from one turn of the event loop to the next, the longest; and of the whole. */
async function longestHold(work: () => Promise<unknown>): Promise<{ hold: number; whole: number }> {
  const start = process.hrtime.bigint();
  let last = start;
  let longest = 0n;
  let isDone = false;
  const turn = (): void => {
    const now = process.hrtime.bigint();
    if (now - last > longest) longest = now - last;
    last = now;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isDone = true;
  turn();
  return { hold: Number(longest) / 1e6, whole: Number(last - start) / 1e6 };
}

/** Milliseconds of one call, the median. */
function synchronously(call: () => unknown): number {
  const times = Array.from({ length: 11 }, () => {
    const start = process.hrtime.bigint();
    call();
    return Number(process.hrtime.bigint() - start) / 1e6;
  });
  return median(times);
}
