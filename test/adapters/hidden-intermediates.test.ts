// Some versions of Node show a client's certificate alone once they have verified the handshake (nodejs/node#65579): when the
// operator hears of it, and the answers that do not depend on the version.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { anchor } from '@peercert/core';
import { mtls } from '@peercert/express';
import { createEndpoint } from '@peercert/server';
import { requestAs } from '@peercert/testing';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { outcomeOf, startApi } from './api.ts';
import { frameworks } from './frameworks/all.ts';
import { theWorld } from './world.ts';

const [framework] = frameworks;
if (framework === undefined) throw new Error('no frameworks');

describe('a server with ca', () => {
  it('warns with its first certificate where Node will hide intermediates, and nowhere else', async () => {
    const warnings: string[] = [];
    const listener = (warning: Error & { readonly code?: string }): void => {
      if (warning.code === 'PEERCERT_HIDDEN_INTERMEDIATES') warnings.push(warning.message);
    };
    process.on('warning', listener);
    onTestFinished(() => void process.off('warning', listener));
    const { root } = await theWorld();
    const api = await startApi(framework, { mtls: { trust: { anchors: root.certificatePem } } });
    // Of a client that is let in everywhere: the root issued it.
    expect(outcomeOf(await api.get('admin', '/profile'))).toBe('200 ok');
    const early = [...warnings];

    const accepted = once(api.server, 'secureConnection') as Promise<[TLSSocket]>;
    const answer = await api.get('branch', '/profile');
    const [socket] = await accepted;
    const isShown = socket.getPeerCertificate(true).issuerCertificate !== undefined;
    expect(outcomeOf(answer)).toBe(isShown ? '200 ok' : '401 issuer_unknown');
    const warning = expect.stringMatching(/^Node [\d.]+ hides .*trust: \{ anchors, intermediates \}.*ca: \[\]/);
    expect(early).toEqual(isShown ? [] : [warning]);
    expect(warnings).toEqual(early);
  });

  it('answers rules on the anchor where the root issued the client, whether there is an option trust or not', async () => {
    const { root } = await theWorld();
    const rules = { identity: anchor(root.certificatePem) };
    for (const options of [rules, { ...rules, trust: { anchors: root.certificatePem } }]) {
      const api = await startApi(framework, { mtls: options });
      expect(outcomeOf(await api.get('admin', '/profile'))).toBe('200 ok');
    }
  });
});

describe('a server without ca', () => {
  it.each([
    ['an empty one', []],
    ['none', undefined],
  ])('sees the intermediates on every Node: %s', async (_, ca) => {
    const { root } = await theWorld();
    const options = { trust: { anchors: root.certificatePem }, identity: anchor(root.certificatePem) };
    const api = await startApi(framework, { mtls: options, tls: { ca } });
    expect(outcomeOf(await api.get('branch', '/profile'))).toBe('200 ok');
  });

  it('is what an endpoint makes', async () => {
    const { clients, root, server, serverRootPem } = await theWorld();
    const endpoint = createEndpoint({
      certificate: server.chainPem,
      key: server.privateKeyPem,
      trust: { anchors: root.certificatePem },
    });
    const app = express();
    app.use(mtls({ ...endpoint.mtls, identity: anchor(root.certificatePem) }));
    app.get('/', (_req, res) => void res.end());
    const listening = endpoint.createServer(app).listen(0, '127.0.0.1');
    onTestFinished(() => void listening.close());
    await once(listening, 'listening');
    const url = `https://localhost:${(listening.address() as AddressInfo).port}`;
    const { status } = await requestAs(url, { credential: clients.branch, ca: serverRootPem });
    expect(status).toBe(200);
    endpoint.close();
  });
});
