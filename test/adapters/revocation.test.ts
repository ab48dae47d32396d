import { createDenyList, createRevocation, type RevocationOptions } from '@peercert/core';
import { createOcspResponder, type IssuedCertificate } from '@peercert/pki';
import { startRevocationServer } from '@peercert/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { outcomeOf, startApi } from './api.ts';
import { frameworks } from './frameworks/all.ts';
import { theWorld } from './world.ts';

const validity = { days: 30 };

async function issue(name: string): Promise<IssuedCertificate> {
  const { root } = await theWorld();
  return root.issueClient({ subject: [{ CN: name }], validity });
}

/** Nothing listens there. */
const nowhere = 'http://127.0.0.1:1/';

describe.each(frameworks)('$name', (framework) => {
  it('denies a certificate on the next request of its connection when it comes onto the deny-list', async () => {
    const [lost, other] = [await issue('lost'), await issue('other')];
    const denyList = createDenyList();
    const api = await startApi(framework, { mtls: { denyList } });
    const [first, second] = [await api.connect(lost), await api.connect(other)];
    expect(outcomeOf(await first.get('/profile'))).toBe('200 ok');
    denyList.revoke({ issuer: 'CN=Acme Root,O=Acme', serial: lost.serialNumber });
    expect(outcomeOf(await first.get('/profile'))).toBe('401 certificate_revoked');
    expect(outcomeOf(await second.get('/profile'))).toBe('200 ok');
    const resumed = await api.connect(lost, { session: await first.session() });
    expect(outcomeOf(await resumed.get('/profile'))).toBe('401 certificate_revoked');
    denyList.lift({ issuer: 'CN=Acme Root,O=Acme', serial: lost.serialNumber });
    expect(outcomeOf(await first.get('/profile'))).toBe('200 ok');
    expect(first.socket.destroyed).toBe(false);
  });

  it('denies a certificate that an authority revokes, by its list and by its responder', async () => {
    const { root } = await theWorld();
    const [revoked, other] = [await issue('revoked'), await issue('other')];
    const { crlDer } = root.issueCrl({ entries: [{ serialNumber: revoked.serialNumber, reason: 'keyCompromise' }] });
    const responder = createOcspResponder({ authority: root });
    responder.revoke(revoked);
    const listener = await responder.listen();
    onTestFinished(() => listener.close());
    const ways: readonly RevocationOptions[] = [
      { methods: ['crl'], crls: { sources: [crlDer] } },
      { methods: ['ocsp'], ocsp: { responders: listener.url } },
    ];
    for (const revocation of ways) {
      const api = await startApi(framework, { mtls: { revocation } });
      expect(outcomeOf(await api.get(revoked, '/profile'))).toBe('401 certificate_revoked');
      expect(outcomeOf(await api.get(other, '/profile'))).toBe('200 ok');
    }
  });

  it('answers 503 with a time to come back while nothing can be known, or lets in where the operator says so', async () => {
    const client = await issue('client');
    const down = { methods: ['ocsp'], ocsp: { responders: nowhere } } as const;
    const denying = await startApi(framework, { mtls: { revocation: down } });
    const answer = await denying.get(client, '/profile');
    expect(outcomeOf(answer)).toBe('503 revocation_unavailable');
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'retry-after': expect.stringMatching(/^\d+$/),
      'cache-control': 'no-store',
    });
    expect(answer.body).not.toMatch(/127\.0\.0\.1|ECONNREFUSED/);
    const allowing = await startApi(framework, { mtls: { revocation: { ...down, on: { unreachable: 'allow' } } } });
    expect(outcomeOf(await allowing.get(client, '/profile'))).toBe('200 ok');
  });

  it('hears of a revocation on connections that live, and of nothing else that a server says', async () => {
    const { root } = await theWorld();
    const client = await issue('client');
    const server = await startRevocationServer({ authority: root });
    const revocation = createRevocation({ methods: ['crl'], crls: { sources: [{ url: server.crlUrl }] } });
    onTestFinished(async () => {
      revocation.close();
      await server.close();
    });
    await revocation.ready();
    const api = await startApi(framework, { mtls: { revocation } });
    const connection = await api.connect(client);
    expect(outcomeOf(await connection.get('/profile'))).toBe('200 ok');
    server.revoke(client);
    server.misbehave('breaks the signature');
    await revocation.refresh();
    expect(outcomeOf(await connection.get('/profile'))).toBe('200 ok');
    expect(revocation.status()).toMatchObject([{ lastError: { problem: 'crl_signature_invalid' } }]);
    server.misbehave(undefined);
    // After a failure there is a pause.
    await vi.waitFor(
      async () => {
        await revocation.refresh();
        expect(outcomeOf(await connection.get('/profile'))).toBe('401 certificate_revoked');
      },
      { timeout: 10_000 },
    );
    expect(connection.socket.destroyed).toBe(false);
  });
});
