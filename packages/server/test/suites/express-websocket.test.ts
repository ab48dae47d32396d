// express-ws and its like send each upgrade through Express, with a response of their own, and so through mtls().
import { ServerResponse } from 'node:http';
import { createDenyList } from '@peercert/core';
import { clientOf, type MtlsOptions, mtls, requireRole } from '@peercert/express';
import express, { type Request } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createUpgradeAuthenticator } from '../../src/upgrade/authenticate-upgrade.ts';
import type { UpgradeEvent } from '../../src/upgrade/events.ts';
import { authority, dial, endOf, outcomeOf, upgrading } from '../upgrade/world.ts';

const alice = await authority.client({ cn: 'alice', ou: 'Administrators' });
const bob = await authority.client({ cn: 'bob', ou: 'Sales' });

async function serve(more: MtlsOptions) {
  // Some versions of Node show the leaf alone where the server has ca.
  const trust = { anchors: authority.caPem, intermediates: authority.issuing.certificatePem };
  const options: MtlsOptions = { trust, ...more };
  const events: UpgradeEvent[] = [];
  const upgrades = createUpgradeAuthenticator(options, { onEvent: (event) => events.push(event) });
  const webSockets = new WebSocketServer({ noServer: true });
  const app = express();
  app.set('env', 'test');
  app.use(mtls(options));
  const seen: (string | undefined)[] = [];
  const accept = (request: Request & { readonly accept?: () => Promise<WebSocket> }): void => {
    void request.accept?.().then((ws) => {
      upgrades.watch(ws, request);
      seen.push(clientOf(request)?.id);
    });
  };
  app.get('/feed', accept);
  app.get('/admin', requireRole('admin'), accept);
  const port = await upgrading((request, socket, head) => {
    const response = new ServerResponse(request);
    response.assignSocket(socket as never);
    Object.assign(request, {
      accept: () => {
        response.detachSocket(socket as never);
        return new Promise<WebSocket>((resolve) => webSockets.handleUpgrade(request, socket, head, resolve));
      },
    });
    app(request, response as never);
  });
  onTestFinished(() => upgrades.liveSockets.close());
  return { events, port, seen, ...upgrades };
}

describe('with upgrades that pass Express', () => {
  it('handlers know the client, and guards apply', async () => {
    const server = await serve({ roles: { Administrators: 'admin' } });
    expect(await outcomeOf(dial(server.port, { credential: alice, path: '/admin' }))).toBe('open');
    expect(await outcomeOf(dial(server.port, { credential: bob, path: '/admin' }))).toMatchObject({ status: 403 });
    await expect.poll(() => server.seen).toEqual(['alice']);
  });

  it('a WebSocket that is handed over stays while its client may, and closes when the certificate is revoked', async () => {
    const denyList = createDenyList();
    const server = await serve({ denyList });
    const ws = dial(server.port, { credential: alice, path: '/feed' });
    expect(await outcomeOf(ws)).toBe('open');
    await expect.poll(() => server.liveSockets.size).toBe(1);
    await server.liveSockets.recheck();
    expect([server.liveSockets.size, server.events]).toEqual([1, []]);
    denyList.revoke({ thumbprint: alice.thumbprint });
    const [end] = await Promise.all([endOf(ws), server.liveSockets.recheck()]);
    expect(end).toBe('1008 certificate_revoked');
  });
});
