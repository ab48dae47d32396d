// Settings of the TLS server that say who may come in. Under `rejectUnauthorized: false` Node only notes what they come to.
import { createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls';
import type { Authority, IssuedCertificate } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { outcomeOf, startApi } from './api.ts';
import { frameworks } from './frameworks/all.ts';
import { theWorld } from './world.ts';

interface Revoked {
  readonly root: Authority;
  readonly crl: string;
  readonly revoked: IssuedCertificate;
  readonly other: IssuedCertificate;
}

async function revocation(): Promise<Revoked> {
  const { root } = await theWorld();
  const revoked = await root.issueClient({ subject: [{ CN: 'revoked' }] });
  const other = await root.issueClient({ subject: [{ CN: 'other' }] });
  return { root, revoked, other, crl: root.issueCrl({ entries: [{ serialNumber: revoked.serialNumber }] }).crlPem };
}

describe.each(frameworks)('$name', (framework) => {
  describe('a list in the option crl of the server', () => {
    it('is a mistake of the set-up where mtls() has none', async () => {
      const { root, crl, revoked, other } = await revocation();
      const withoutTrust = await startApi(framework, { tls: { ca: root.certificatePem, crl } });
      const withTrust = await startApi(framework, {
        mtls: { trust: { anchors: root.certificatePem } },
        tls: { ca: [], crl },
      });
      for (const api of [withoutTrust, withTrust]) {
        expect(outcomeOf(await api.get(revoked, '/profile'))).toBe('500 failure');
        expect(outcomeOf(await api.get(other, '/profile'))).toBe('500 failure');
        expect(api.errors.at(-1)).toMatchObject({ name: 'PeercertFailure', code: 'setup' });
      }
    });

    it('goes well with the same list in the option revocation', async () => {
      const { root, crl, revoked, other } = await revocation();
      const api = await startApi(framework, {
        mtls: { revocation: { methods: ['crl'], crls: { sources: [crl] } } },
        tls: { ca: root.certificatePem, crl },
      });
      expect(outcomeOf(await api.get(revoked, '/profile'))).toBe('401 certificate_revoked');
      expect(outcomeOf(await api.get(other, '/profile'))).toBe('200 ok');
    });

    it('refuses whom Node found in it, also where the lists of mtls() do not name him', async () => {
      const { root, crl, revoked, other } = await revocation();
      const older = root.issueCrl().crlPem;
      const api = await startApi(framework, {
        mtls: { revocation: { methods: ['crl'], crls: { sources: [older] } } },
        tls: { ca: root.certificatePem, crl },
      });
      expect(outcomeOf(await api.get(revoked, '/profile'))).toBe('401 certificate_revoked');
      expect(outcomeOf(await api.get(other, '/profile'))).toBe('200 ok');
    });

    it('takes effect when it comes by setSecureContext, also on connections that were let in', async () => {
      const { root, crl, other } = await revocation();
      const { server } = await theWorld();
      const tls: TlsOptions = { ca: root.certificatePem, cert: server.chainPem, key: server.privateKeyPem };
      for (const mtls of [{}, { trust: { anchors: root.certificatePem } }]) {
        const api = await startApi(framework, { mtls, tls });
        const connection = await api.connect(other);
        expect(outcomeOf(await connection.get('/profile'))).toBe('200 ok');
        api.server.setSecureContext({ ...tls, crl });
        expect(outcomeOf(await connection.get('/profile'))).toBe('500 failure');
        expect(outcomeOf(await api.get(other, '/profile'))).toBe('500 failure');
      }
    });
  });

  describe('a list in a secure context by name', () => {
    const named = { servername: 'a.example' };

    async function contextWith(options: SecureContextOptions) {
      const { server } = await theWorld();
      return createSecureContext({ ...options, cert: server.chainPem, key: server.privateKeyPem });
    }

    it.each(['addContext', 'SNICallback'] as const)('refuses whom Node found in it: %s', async (way) => {
      const { root, crl, revoked, other } = await revocation();
      const context = await contextWith({ ca: root.certificatePem, crl });
      const api = await startApi(framework, {
        mtls: { trust: { anchors: root.certificatePem } },
        tls: { ca: [], ...(way === 'SNICallback' ? { SNICallback: (_name, done) => done(null, context) } : {}) },
      });
      if (way === 'addContext') api.server.addContext('a.example', context);
      expect(outcomeOf(await (await api.connect(revoked, named)).get('/profile'))).toBe('401 certificate_revoked');
      expect(outcomeOf(await (await api.connect(other, named)).get('/profile'))).toBe('200 ok');
    });

    it('is a mistake of the set-up when it has expired and nobody consults another', async () => {
      const { root, other } = await revocation();
      const thisUpdate = new Date(Date.now() - 3 * 86_400_000);
      const nextUpdate = new Date(Date.now() - 86_400_000);
      const stale = root.issueCrl({ thisUpdate, nextUpdate }).crlPem;
      const api = await startApi(framework, { mtls: { trust: { anchors: root.certificatePem } }, tls: { ca: [] } });
      api.server.addContext('a.example', await contextWith({ ca: root.certificatePem, crl: stale }));
      expect(outcomeOf(await (await api.connect(other, named)).get('/profile'))).toBe('500 failure');
    });
  });

  // OpenSSL itself enforces `sigalgs` in the handshake: a client that has no key for one of them presents nothing.
  it('never sees a client whose signature algorithm the server does not offer', async () => {
    const { root } = await theWorld();
    const api = await startApi(framework, { tls: { ca: root.certificatePem, sigalgs: 'ECDSA+SHA256' } });
    expect(outcomeOf(await api.get('admin', '/profile'))).toBe('200 ok');
    expect(outcomeOf(await api.get('guide', '/profile'))).toBe('401 certificate_missing');
  });
});
