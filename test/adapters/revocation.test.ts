import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDenyList, createRevocation, type RevocationOptions } from '@peercert/core';
import { createOcspResponder, type IssuedCertificate, toPem } from '@peercert/pki';
import { startRevocationServer } from '@peercert/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { twinOf } from '../../packages/core/test/revocation/ecdsa-twin.ts';
import { outcomeOf, startApi } from './api.ts';
import { frameworks } from './frameworks/all.ts';
import { theWorld } from './world.ts';

const hour = 3_600_000;

async function issue(name: string): Promise<IssuedCertificate> {
  const { root } = await theWorld();
  const now = Date.now();
  const validity = { notBefore: new Date(now - hour), notAfter: new Date(now + 24 * hour) };
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

  it('denies a certificate by its thumbprint whichever of its two ECDSA signatures its holder shows', async () => {
    const [lost, other] = [await issue('lost'), await issue('other')];
    const twin = { ...lost, chainPem: toPem(twinOf(lost.certificateDer)) };
    const denyList = createDenyList();
    const api = await startApi(framework, { mtls: { denyList } });
    expect(outcomeOf(await api.get(twin, '/profile'))).toBe('200 ok');
    denyList.revoke({ thumbprint: lost.thumbprint });
    for (const shown of [lost, twin]) {
      expect(outcomeOf(await api.get(shown, '/profile'))).toBe('401 certificate_revoked');
    }
    expect(outcomeOf(await api.get(other, '/profile'))).toBe('200 ok');
  });

  it('denies whom a responder knew as revoked when an answer of before is shown, to a server made anew, too', async () => {
    const { root } = await theWorld();
    const [lost, other] = [await issue('lost'), await issue('other')];
    const before = createOcspResponder({ authority: root, clock: () => Date.now() - 600_000 });
    const now = createOcspResponder({ authority: root });
    now.revoke(lost);
    let answering = now;
    const server = createServer((request, response) => answering.handle(request, response));
    server.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const revocation = {
      methods: ['ocsp'],
      ocsp: { responders: `http://127.0.0.1:${port}/`, refreshSeconds: 1 },
    } as const;
    const first = await startApi(framework, { mtls: { revocation } });
    const connection = await first.connect(lost);
    expect(outcomeOf(await connection.get('/profile'))).toBe('401 certificate_revoked');
    answering = before;
    const second = await startApi(framework, { mtls: { revocation } });
    for (const api of [first, second]) {
      expect(outcomeOf(await api.get(lost, '/profile'))).toBe('401 certificate_revoked');
      expect(outcomeOf(await api.get(other, '/profile'))).toBe('200 ok');
    }
    expect(outcomeOf(await connection.get('/profile'))).toBe('401 certificate_revoked');
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
