// @fastify/websocket sends each upgrade through the hooks of Fastify, and so through the plugin of @peercert/fastify.
import type { AddressInfo } from 'node:net';
import websocket from '@fastify/websocket';
import { createDenyList, type MtlsOptions } from '@peercert/core';
import { clientOf, mtls, requireRole } from '@peercert/fastify';
import { fastify } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createUpgradeAuthenticator } from '../../src/upgrade/authenticate-upgrade.ts';
import type { UpgradeEvent } from '../../src/upgrade/events.ts';
import { authority, type DialOptions, dial, endOf, outcomeOf, tlsSettings } from '../upgrade/world.ts';

const alice = await authority.client({ cn: 'alice', ou: 'Administrators' });
const bob = await authority.client({ cn: 'bob', ou: 'Sales' });

async function serve(options: MtlsOptions) {
  const events: UpgradeEvent[] = [];
  const heard: string[] = [];
  const upgrades = createUpgradeAuthenticator(options, { onEvent: (event) => events.push(event) });
  const app = fastify({ https: tlsSettings });
  await app.register(websocket);
  await app.register(mtls, options);
  app.get('/feed', { websocket: true }, (ws, request) => {
    upgrades.watch(ws, request);
    ws.on('message', (data) => heard.push(`${clientOf(request)?.id}: ${(data as Buffer).toString()}`));
  });
  app.get('/admin', { websocket: true, onRequest: requireRole('admin') }, (ws, request) => upgrades.watch(ws, request));
  app.get('/config', { websocket: true, config: { mtls: { roles: 'admin' } } }, (ws, request) => {
    upgrades.watch(ws, request, { role: 'admin' });
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(async () => {
    upgrades.liveSockets.close();
    await app.close();
  });
  const { port } = app.server.address() as AddressInfo;
  return { ...upgrades, events, heard, dial: (settings: DialOptions) => dial(port, settings) };
}

const roles = { Administrators: 'admin' } as const;

describe('with @fastify/websocket', () => {
  it('the plugin authenticates upgrades, and handlers know the client', async () => {
    const server = await serve({ roles });
    const ws = server.dial({ credential: alice, path: '/feed' });
    expect(await outcomeOf(ws)).toBe('open');
    ws.send('hello');
    await expect.poll(() => server.heard).toEqual(['alice: hello']);
    expect(server.liveSockets.size).toBe(1);
    ws.close();
    await expect.poll(() => server.liveSockets.size).toBe(0);
  });

  it.each(['/feed', '/admin', '/config', '/nowhere'])('a denial at %s is answered in full', async (path) => {
    const server = await serve({ roles });
    expect(await outcomeOf(server.dial({ path }))).toMatchObject({
      status: 401,
      headers: { 'content-type': 'application/problem+json', 'www-authenticate': 'ClientCertificate' },
      body: { code: 'certificate_missing' },
    });
  });

  it.each(['/admin', '/config'])('the guard of %s applies to upgrades', async (path) => {
    const server = await serve({ roles });
    expect(await outcomeOf(server.dial({ credential: alice, path }))).toBe('open');
    expect(await outcomeOf(server.dial({ credential: bob, path }))).toMatchObject({
      status: 403,
      body: { code: 'role_missing' },
    });
  });

  it('a WebSocket that is handed over closes when its certificate is revoked', async () => {
    const denyList = createDenyList();
    const server = await serve({ denyList });
    const [one, other] = [
      server.dial({ credential: alice, path: '/feed' }),
      server.dial({ credential: bob, path: '/feed' }),
    ];
    expect(await Promise.all([outcomeOf(one), outcomeOf(other)])).toEqual(['open', 'open']);
    denyList.revoke({ thumbprint: alice.thumbprint });
    const [end] = await Promise.all([endOf(one), server.liveSockets.recheck()]);
    expect(end).toBe('1008 certificate_revoked');
    expect(server.events).toMatchObject([{ type: 'live_socket_closed', id: 'alice', requestTarget: '/feed' }]);
    other.send('still here');
    await expect.poll(() => server.heard).toEqual(['bob: still here']);
  });

  it('a role that is asked for when it is handed over is asked for again', async () => {
    let given = ['admin'];
    const server = await serve({ roles: async () => given });
    const ws = server.dial({ credential: alice, path: '/config' });
    expect(await outcomeOf(ws)).toBe('open');
    await server.liveSockets.recheck();
    expect(server.liveSockets.size).toBe(1);
    given = [];
    const [end] = await Promise.all([endOf(ws), server.liveSockets.recheck()]);
    expect(end).toBe('1008 role_missing');
  });
});
