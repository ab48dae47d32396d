import { subjectCn } from '@peercert/core';
import { describe, expect, it } from 'vitest';
import { outcomeOf, roles, startApi } from './api.ts';
import { frameworks } from './frameworks/all.ts';
import { theWorld } from './world.ts';

describe.each(frameworks)('$name', (framework) => {
  describe('on a server without ca', () => {
    // Such a server would trust the client certificates of every public authority.
    it('fails for the programmer when a certificate comes, and denies when none does', async () => {
      const api = await startApi(framework, { mtls: {}, tls: { ca: undefined } });
      expect(outcomeOf(await api.get('admin', '/profile'))).toBe('500 failure');
      expect(api.errors).toEqual([expect.objectContaining({ name: 'PeercertFailure', code: 'setup' })]);
      expect(outcomeOf(await api.get(undefined, '/profile'))).toBe('401 certificate_missing');
    });

    it('works with trust anchors of its own', async () => {
      const { root } = await theWorld();
      const api = await startApi(framework, {
        mtls: { trust: { anchors: root.certificatePem } },
        tls: { ca: undefined },
      });
      expect(outcomeOf(await api.get('admin', '/profile'))).toBe('200 ok');
      expect(outcomeOf(await api.get('stranger', '/profile'))).toBe('401 issuer_unknown');
    });
  });

  it('fails for the programmer on a server that asks nobody for a certificate', async () => {
    const api = await startApi(framework, { tls: { requestCert: false } });
    expect(outcomeOf(await api.get('admin', '/profile'))).toBe('500 failure');
    expect(api.errors).toEqual([expect.objectContaining({ name: 'PeercertFailure', code: 'setup' })]);
  });

  describe('nested in another', () => {
    it('adds its own rules for its routes', async () => {
      const api = await startApi(framework, { mtls: { roles }, inner: { identity: subjectCn('partner-client') } });
      expect(outcomeOf(await api.get('admin', '/profile'))).toBe('200 ok');
      expect(outcomeOf(await api.get('admin', '/inner/profile'))).toBe('403 identity_not_allowed');
      expect(outcomeOf(await api.get('partner', '/inner/profile'))).toBe('200 ok');
    });

    it('cannot admit whom the outer one denies', async () => {
      const { partnerRoot } = await theWorld();
      const api = await startApi(framework, {
        mtls: { identity: subjectCn('admin-client') },
        inner: { presence: 'optional', trust: { anchors: partnerRoot.certificatePem } },
      });
      expect(outcomeOf(await api.get('impostor', '/inner/profile'))).toBe('403 identity_not_allowed');
      expect(outcomeOf(await api.get(undefined, '/inner/profile'))).toBe('401 certificate_missing');
    });

    it('decides who the client is and which roles it has', async () => {
      const api = await startApi(framework, { mtls: { roles }, inner: { roles: { Partner: 'admin' } } });
      expect((await api.get('partner', '/inner/profile')).json).toMatchObject({ roles: ['admin'] });
      expect(outcomeOf(await api.get('partner', '/inner/admin'))).toBe('200 ok');
      expect(outcomeOf(await api.get('admin', '/inner/admin'))).toBe('403 role_missing');
      expect(outcomeOf(await api.get('admin', '/admin'))).toBe('200 ok');
    });
  });
});
