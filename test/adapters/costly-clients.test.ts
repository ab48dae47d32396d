// A stranger whose certificates cost much to refuse.
import { createRootAuthority, extension, forgeCertificate, generateKeyPair } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { outcomeOf, roles, startApi } from './api.ts';
import { frameworks } from './frameworks/all.ts';
import type { Credentials } from './world.ts';

const name = 'CN=Costly Root';
const root = createRootAuthority({ subject: name });

/** A leaf and authorities that bear the name of ours, each with a key of its own. */
async function forged(count: number): Promise<Credentials> {
  const keyPairs = await Promise.all(Array.from({ length: count }, () => generateKeyPair('P-256')));
  const [leaf, ...others] = keyPairs.map((keyPair, index) =>
    forgeCertificate({
      subject: index === 0 ? 'CN=mallory' : name,
      issuer: name,
      keyPair,
      signer: keyPairs[((index + 3) % (count - 1)) + 1] as (typeof keyPairs)[number],
      extensions: index === 0 ? [] : [extension.basicConstraints({ cA: true })],
    }),
  );
  if (leaf === undefined) throw new Error('no leaf');
  return {
    chainPem: [leaf, ...others].map(({ certificatePem }) => certificatePem).join(''),
    privateKeyPem: leaf.privateKeyPem,
  };
}

describe.each(frameworks)('$name', (framework) => {
  it.each(['respond', 'throw'] as const)('ends the connection with the answer: denials %s', async (denials) => {
    const anchors = (await root).certificatePem;
    const api = await startApi(framework, {
      mtls: { roles, trust: { anchors }, denials, limits: { failedSignatures: 1 } },
      tls: { ca: [] },
    });
    const costly = await api.connect(await forged(8));
    const ended = new Promise((resolve) => costly.socket.once('close', resolve));
    const answer = await costly.get('/profile');
    expect(answer.status).toBe(400);
    if (denials === 'respond') expect(outcomeOf(answer)).toBe('400 path_budget_exceeded');
    await ended;
    // Whoever is refused for any other reason may try again on the same connection.
    const stranger = await api.connect('stranger');
    expect((await stranger.get('/profile')).status).toBe(401);
    expect((await stranger.get('/profile')).status).toBe(401);
    expect(stranger.socket.destroyed).toBe(false);
  });
});
