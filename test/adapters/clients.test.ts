import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import type { MtlsOptions, Reason } from '@peercert/core';
import { describe, expect, it } from 'vitest';
import { outcomeOf, roles, startApi } from './api.ts';
import { frameworks } from './frameworks/all.ts';
import { type ClientName, theWorld, type World } from './world.ts';

interface Row {
  readonly title: string;
  readonly client: ClientName | undefined;
  readonly path: string;
  readonly options?: (world: World) => MtlsOptions;
  readonly outcome: string;
}

const scoped = ({ root }: World): MtlsOptions => ({
  roles: [{ anchor: root.certificatePem, ou: 'Administrators', role: 'admin' }],
});
const pinned = ({ clients, root }: World): MtlsOptions => ({ pins: [clients.admin.pin, root.pin] });

const rows: readonly Row[] = [
  { title: 'an administrator', client: 'admin', path: '/admin', outcome: '200 ok' },
  { title: 'a partner', client: 'partner', path: '/partner', outcome: '200 ok' },
  { title: 'a partner among the administrators', client: 'partner', path: '/admin', outcome: '403 role_missing' },
  { title: 'the frontend', client: 'frontend', path: '/profile', outcome: '200 ok' },
  { title: 'the mobile app', client: 'mobile', path: '/profile', outcome: '200 ok' },
  {
    title: 'a version 1 certificate made by plain openssl commands',
    client: 'guide',
    path: '/profile',
    outcome: '200 ok',
  },
  {
    title: 'the same where extendedKeyUsage is required',
    client: 'guide',
    path: '/profile',
    options: () => ({ extendedKeyUsage: 'required' }),
    outcome: '401 extended_key_usage_missing',
  },
  { title: 'no certificate', client: undefined, path: '/profile', outcome: '401 certificate_missing' },
  { title: 'an authority nobody knows', client: 'stranger', path: '/profile', outcome: '401 issuer_unknown' },
  {
    title: 'an authority that took the name of ours',
    client: 'namesake',
    path: '/profile',
    outcome: '401 signature_invalid',
  },
  { title: 'an expired certificate', client: 'expired', path: '/profile', outcome: '401 certificate_expired' },
  { title: 'a certificate not yet valid', client: 'early', path: '/profile', outcome: '401 certificate_not_yet_valid' },
  {
    title: 'a certificate for servers',
    client: 'machine',
    path: '/profile',
    outcome: '401 extended_key_usage_missing',
  },
  { title: 'a pinned key', client: 'admin', path: '/profile', options: pinned, outcome: '200 ok' },
  {
    title: 'a key that is not pinned',
    client: 'partner',
    path: '/profile',
    options: pinned,
    outcome: '403 pin_mismatch',
  },
  {
    title: 'an address in the range',
    client: 'admin',
    path: '/profile',
    options: () => ({ addresses: { allow: ['127.0.0.0/8'] } }),
    outcome: '200 ok',
  },
  {
    title: 'an address out of the range',
    client: 'admin',
    path: '/profile',
    options: () => ({ addresses: { allow: ['10.0.0.0/8'] } }),
    outcome: '403 address_denied',
  },
  { title: 'a CN that looks like an OU', client: 'crafted', path: '/admin', outcome: '403 role_missing' },
  {
    title: 'an administrator where roles are scoped to our own authority',
    client: 'admin',
    path: '/admin',
    options: scoped,
    outcome: '200 ok',
  },
  {
    title: 'an administrator by the grace of the partner’s authority, roles scoped',
    client: 'impostor',
    path: '/admin',
    options: scoped,
    outcome: '403 role_missing',
  },
];

describe.each(frameworks)('$name', (framework) => {
  it.each(rows)('answers $title with $outcome', async ({ client, path, options, outcome }) => {
    const api = await startApi(framework, { mtls: { roles, ...options?.(await theWorld()) } });
    const answer = await api.get(client, path);
    expect(outcomeOf(answer)).toBe(outcome);
  });

  it('tells the handler who the client is', async () => {
    const api = await startApi(framework);
    const { json } = await api.get('admin', '/admin');
    expect(json).toMatchObject({ id: 'admin-client', roles: ['admin'], outcome: 'allow', address: '127.0.0.1' });
  });

  it('takes a crafted CN for nothing but a CN', async () => {
    const api = await startApi(framework);
    const { json } = await api.get('crafted', '/profile');
    expect(json).toMatchObject({ id: 'x,OU=Administrators', roles: [] });
  });

  // Node 24.21, 26.8.0 and 26.8.1 show the leaf alone once they have verified a handshake (nodejs/node#65579).
  it('lets in a client that brings its own intermediate where Node shows it, and else says what to do', async () => {
    const { clients, root } = await theWorld();
    const refusals: Reason[] = [];
    const onDecision: MtlsOptions['onDecision'] = ({ decision }) => {
      if (decision.outcome === 'deny') refusals.push(decision.reason);
    };
    const api = await startApi(framework, { mtls: { onDecision } });
    const accepted = once(api.server, 'secureConnection') as Promise<[TLSSocket]>;
    const answer = await api.get('branch', '/profile');
    const [socket] = await accepted;
    const isShown = socket.getPeerCertificate(true).issuerCertificate !== undefined;
    expect(outcomeOf(answer)).toBe(isShown ? '200 ok' : '401 issuer_unknown');
    expect(refusals).toEqual(
      isShown
        ? []
        : [expect.objectContaining({ detail: expect.objectContaining({ remedy: expect.stringContaining('ca: []') }) })],
    );

    // Either remedy, on every Node.
    const anchors = root.certificatePem;
    const [, intermediates = ''] = clients.branch.chainPem.split(/(?<=-----END CERTIFICATE-----\n)/);
    for (const remedied of [
      { mtls: { trust: { anchors, intermediates } } },
      { mtls: { trust: { anchors } }, tls: { ca: [] } },
    ]) {
      const other = await startApi(framework, remedied);
      expect((await other.get('branch', '/profile')).json).toMatchObject({
        id: 'branch-client',
        verifiedBy: 'peercert',
      });
    }
  });

  it('refuses the same client where its intermediate did not come and nobody knows it', async () => {
    const { clients } = await theWorld();
    const [leaf = ''] = clients.branch.chainPem.split(/(?<=-----END CERTIFICATE-----\n)/);
    const api = await startApi(framework);
    const answer = await api.get({ ...clients.branch, chainPem: leaf }, '/profile');
    expect(outcomeOf(answer)).toBe('401 issuer_unknown');
  });
});
