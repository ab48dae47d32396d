// Two workers of one cluster, run from the built packages: they resume each other's TLS sessions, and when an authority
// is removed from their file, neither its live connections nor its sessions are good for anything at either.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createTestAuthority,
  keepAliveAgent,
  type RequestAsOptions,
  requestAs,
  type TestResponse,
} from '@peercert/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'peercert-cluster-'));
const path = (name: string): string => join(directory, name);
let program: ChildProcess;
let ask: (options?: RequestAsOptions) => Promise<TestResponse>;
let removeAuthority: () => void;

beforeAll(async () => {
  const servers = await createTestAuthority({ name: 'Servers' });
  const partners = await createTestAuthority({ name: 'Partners' });
  const others = await createTestAuthority({ name: 'Others' });
  const [server, alice] = [await servers.server(), await partners.client({ cn: 'alice' })];
  writeFileSync(path('tls.crt'), server.chainPem);
  writeFileSync(path('tls.key'), server.privateKeyPem, { mode: 0o600 });
  writeFileSync(path('clients.pem'), partners.caPem);
  writeFileSync(path('intermediates.pem'), partners.issuing.certificatePem);
  program = spawn(process.execPath, [join(import.meta.dirname, 'cluster-program.mjs')], {
    env: {
      ...process.env,
      CERTIFICATE: path('tls.crt'),
      KEY: path('tls.key'),
      ANCHORS: path('clients.pem'),
      INTERMEDIATES: path('intermediates.pem'),
      TICKET_SECRET: 'k3/9sQ4uT0v8xY2zB6nM1pL5wE7rJ4hG',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(program.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  ask = (options = {}) =>
    requestAs(`https://localhost:${String(port).trim()}/`, { ca: servers.caPem, credential: alice, ...options });
  removeAuthority = () => {
    writeFileSync(path('clients.pem.new'), others.caPem);
    renameSync(path('clients.pem.new'), path('clients.pem'));
  };
});

afterAll(async () => {
  program.kill();
  if (program.exitCode === null && program.signalCode === null) await once(program, 'exit');
  rmSync(directory, { recursive: true, force: true });
});

/** Asks again until each worker has answered. */
async function askEach(options?: RequestAsOptions): Promise<readonly TestResponse[]> {
  const answers = new Map<unknown, TestResponse>();
  for (let count = 0; answers.size < 2 && count < 50; count++) {
    const response = await ask(options);
    answers.set(response.headers['worker'], response);
  }
  return [...answers.values()];
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('the sessions of a cluster of two over %s', (tlsVersion) => {
  it('are resumed by either worker', async () => {
    const { connection } = await ask({ tlsVersion });
    const resumed = await askEach({ tlsVersion, session: connection.session });
    expect(resumed).toHaveLength(2);
    for (const response of resumed) {
      expect(response).toMatchObject({ status: 200, body: 'hello alice', connection: { sessionReused: true } });
    }
  });
});

describe('an authority that is removed from the file of a cluster', () => {
  it('is worth nothing to either worker, neither on live connections nor in sessions', async () => {
    const agents = Array.from({ length: 8 }, keepAliveAgent);
    const live = await Promise.all(agents.map((agent) => ask({ agent })));
    expect(new Set(live.map(({ headers }) => headers['worker'])).size).toBe(2);
    const sessions = {
      'TLSv1.2': (await ask({ tlsVersion: 'TLSv1.2' })).connection.session,
      'TLSv1.3': (await ask({ tlsVersion: 'TLSv1.3' })).connection.session,
    };

    removeAuthority();
    const askLive = async (): Promise<readonly string[]> => {
      const responses = await Promise.all(agents.map((agent) => ask({ agent })));
      return responses.map(
        ({ connection, status }) => `${status}${connection.connectionReused ? '' : ', reconnected'}`,
      );
    };
    await expect.poll(askLive, { timeout: 20_000 }).toEqual(agents.map(() => '401'));

    for (const [tlsVersion, session] of Object.entries(sessions)) {
      const denied = await askEach({ tlsVersion: tlsVersion as 'TLSv1.3', session });
      expect(denied).toHaveLength(2);
      for (const response of denied) {
        expect(response).toMatchObject({ status: 401, connection: { sessionReused: false } });
        expect(response.json()).toMatchObject({ code: 'issuer_unknown' });
      }
    }
    for (const agent of agents) agent.destroy();
  });
});
