// Workers of a cluster that are killed while their files are replaced. A reload leaves nothing behind but what is in memory, so
// that there is nothing to repair: the others go on, and whoever comes in place of one reads what the files hold then.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { generateKeyPair, type IssuedCertificate } from '@peercert/pki';
import { createTestAuthority, requestAs, type TestAuthority } from '@peercert/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../free-port.ts';

const directory = mkdtempSync(join(tmpdir(), 'peercert-killed-'));
const path = (name: string): string => join(directory, name);
let program: ChildProcess;
let port: string;
let servers: TestAuthority;
let alice: IssuedCertificate;
let bob: IssuedCertificate;
let partners: TestAuthority;
let others: TestAuthority;
/** Two pairs for the server's own certificate. */
let pairs: readonly IssuedCertificate[];

function place(name: string, text: string): void {
  writeFileSync(path(`${name}.new`), text, { mode: 0o600 });
  renameSync(path(`${name}.new`), path(name));
}

beforeAll(async () => {
  [servers, partners, others] = [
    await createTestAuthority({ name: 'Servers' }),
    await createTestAuthority({ name: 'Partners' }),
    await createTestAuthority({ name: 'Others' }),
  ];
  [alice, bob] = [await partners.client({ cn: 'alice' }), await others.client({ cn: 'bob' })];
  pairs = [await servers.server(), await servers.server({ keyPair: await generateKeyPair('P-256') })];
  // One file for both halves: a worker that starts between two files that are changing is refused, and started once more.
  place('tls.pem', (pairs[0] as IssuedCertificate).chainPem + (pairs[0] as IssuedCertificate).privateKeyPem);
  place('clients.pem', partners.caPem);
  place('intermediates.pem', partners.issuing.certificatePem + others.issuing.certificatePem);
  port = String(await freePort());
  program = spawn(process.execPath, [join(import.meta.dirname, 'cluster-program.mjs')], {
    env: {
      ...process.env,
      CERTIFICATE: path('tls.pem'),
      KEY: path('tls.pem'),
      ANCHORS: path('clients.pem'),
      INTERMEDIATES: path('intermediates.pem'),
      PORT: port,
      TICKET_SECRET: 'k3/9sQ4uT0v8xY2zB6nM1pL5wE7rJ4hG',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(program.stdout as NodeJS.ReadableStream, 'data');
});

afterAll(async () => {
  program.kill();
  if (program.exitCode === null && program.signalCode === null) await once(program, 'exit');
  rmSync(directory, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly worker: string;
  readonly process: number;
}

/** `undefined`: the worker was killed with the connection, or before it took it from the primary. */
async function ask(credential: IssuedCertificate): Promise<Answer | undefined> {
  try {
    const options = { ca: servers.caPem, credential, timeoutMilliseconds: 1_000 };
    const { headers, status } = await requestAs(`https://localhost:${port}/`, options);
    return { status, worker: String(headers['worker']), process: Number(headers['process']) };
  } catch {
    return undefined;
  }
}

/** Of both workers, which take turns. */
async function askMany(who: IssuedCertificate): Promise<{ statuses: Set<number>; processes: Set<number> }> {
  const answers = (await Promise.all(Array.from({ length: 6 }, () => ask(who)))).filter((one) => one !== undefined);
  return {
    statuses: new Set(answers.map(({ status }) => status)),
    processes: new Set(answers.map(({ process: id }) => id)),
  };
}

describe('workers that are killed while their files are replaced', () => {
  it('harm nobody at the others, and those in their place trust whom the files name', async () => {
    const seen: { readonly alice: Set<number>; readonly bob: Set<number> } = { alice: new Set(), bob: new Set() };
    const workers = new Set<string>();
    let isOver = false;
    const asking = Array.from({ length: 2 }, async () => {
      while (!isOver) {
        for (const [name, who] of [
          ['alice', alice],
          ['bob', bob],
        ] as const) {
          const answer = await ask(who);
          if (answer === undefined) continue;
          seen[name].add(answer.status);
          workers.add(answer.worker);
        }
      }
    });

    for (let round = 0; round < 4; round += 1) {
      const victim = (await ask(alice))?.process;
      const pair = pairs[(round + 1) % 2] as IssuedCertificate;
      place('clients.pem', round % 2 === 0 ? partners.caPem + others.caPem : partners.caPem);
      place('tls.pem', pair.chainPem + pair.privateKeyPem);
      // At another moment of the reload each time: before its event, after it, while it reads, while it is put in place.
      await setTimeout(round * 25);
      if (victim !== undefined) process.kill(victim, 'SIGKILL');
      // Both are there again: the other, and one in place of the victim.
      await expect.poll(async () => (await askMany(alice)).processes.size, { timeout: 20_000 }).toBe(2);
    }
    place('clients.pem', partners.caPem + others.caPem);
    await expect.poll(async () => (await ask(bob))?.status, { timeout: 20_000 }).toBe(200);
    place('clients.pem', partners.caPem);
    await expect
      .poll(() => askMany(bob), { timeout: 20_000 })
      .toMatchObject({ statuses: new Set([401]), processes: { size: 2 } });
    isOver = true;
    await Promise.all(asking);

    // Whoever was trusted throughout was never refused, whoever was not was never a failure.
    expect(seen.alice).toEqual(new Set([200]));
    expect([...seen.bob].every((status) => status === 200 || status === 401)).toBe(true);
    expect(workers.size).toBeGreaterThan(2);
  }, 90_000);
});
