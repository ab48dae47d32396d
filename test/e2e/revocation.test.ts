// A server under load while whoever tells it about revocation is killed and comes back, and lies in between.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { createRevocation, mtls, type RevocationOptions } from '@peercert/express';
import { createRootAuthority } from '@peercert/pki';
import { type Credential, keepAliveAgent, requestAs, startRevocationServer } from '@peercert/testing';
import express from 'express';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from './free-port.ts';

const root = await createRootAuthority({ subject: 'CN=Root' });
const serving = await root.issueServer({ dnsNames: ['localhost'], ips: ['127.0.0.1'] });
const alice = await root.issueClient({ subject: 'CN=alice' });
const bob = await root.issueClient({ subject: 'CN=bob' });

/** So short that lists and answers run out several times during the test. */
const lifetimeSeconds = 2;

async function startApi(revocation: ReturnType<typeof createRevocation>): Promise<string> {
  const app = express();
  app.use(mtls({ trust: { anchors: root.certificatePem }, revocation }));
  app.get('/', (request, response) => void response.send(request.mtls.client?.id));
  const server = createServer(
    { key: serving.privateKeyPem, cert: serving.chainPem, requestCert: true, rejectUnauthorized: false },
    app,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Asks over one connection until it is told to end; what it was answered. */
async function load(url: string, credential: Credential, until: AbortSignal): Promise<ReadonlySet<string>> {
  const agent = keepAliveAgent();
  const answers = new Set<string>();
  while (!until.aborted) {
    const { body, status } = await requestAs(url, { credential, ca: root.certificatePem, agent });
    answers.add(status === 200 ? `200 ${body}` : `${status} ${(JSON.parse(body) as { code: string }).code}`);
    await setTimeout(5);
  }
  agent.destroy();
  return answers;
}

function becomes(url: string, credential: Credential, status: number): Promise<void> {
  const ask = async (): Promise<void> => {
    expect((await requestAs(url, { credential, ca: root.certificatePem })).status).toBe(status);
  };
  return vi.waitFor(ask, { timeout: 30_000, interval: 50 });
}

/** What three connections of each client were answered while the informer died, came back, lied and was honest again. */
async function drive(
  method: 'crl' | 'ocsp',
  outcome: 'deny' | 'allow',
): Promise<{ readonly alice: readonly ReadonlySet<string>[]; readonly bob: readonly ReadonlySet<string>[] }> {
  const informer = await startRevocationServer({ authority: root, lifetimeSeconds, port: await freePort() });
  informer.revoke(bob, 'keyCompromise');
  const source: RevocationOptions =
    method === 'crl'
      ? { methods: ['crl'], crls: { sources: [{ url: informer.crlUrl }] } }
      : { methods: ['ocsp'], ocsp: { responders: informer.ocspUrl } };
  const revocation = createRevocation({
    ...source,
    on: { unreachable: outcome, stale: outcome, malformed: outcome },
  });
  onTestFinished(async () => {
    revocation.close();
    await informer.close();
  });
  await revocation.ready();
  const url = await startApi(revocation);
  // What is let through while nothing was ever known is another matter.
  await becomes(url, alice, 200);
  await becomes(url, bob, 401);
  const ending = new AbortController();
  const loads = [alice, bob].map((client) => Promise.all([1, 2, 3].map(() => load(url, client, ending.signal))));
  await setTimeout(500);
  await informer.stop();
  await setTimeout(2_500);
  await informer.start();
  await setTimeout(1_500);
  informer.misbehave('answers nonsense');
  await setTimeout(2_500);
  informer.misbehave(undefined);
  await setTimeout(2_500);
  // By then the pause before the next attempt may have grown to eight seconds.
  await becomes(url, alice, 200);
  ending.abort();
  const [ofAlice = [], ofBob = []] = await Promise.all(loads);
  return { alice: ofAlice, bob: ofBob };
}

describe.each(['crl', 'ocsp'] as const)('under load, with %s', (method) => {
  it('nobody comes in who was revoked, whatever becomes of the others while nothing can be known', async () => {
    const [denying, allowing] = await Promise.all([drive(method, 'deny'), drive(method, 'allow')]);
    for (const { bob: answers } of [denying, allowing]) {
      for (const ofOne of answers) expect(ofOne).toEqual(new Set(['401 certificate_revoked']));
    }
    for (const ofOne of denying.alice) expect(ofOne).toEqual(new Set(['200 alice', '503 revocation_unavailable']));
    for (const ofOne of allowing.alice) expect(ofOne).toEqual(new Set(['200 alice']));
  }, 90_000);
});
