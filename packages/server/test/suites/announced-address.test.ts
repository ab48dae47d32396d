// The address that a balancer announces, as applications and their rules see it.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:tls';
import { fromRfc9440 } from '@peercert/core';
import { mtls } from '@peercert/express';
import express from 'express';
import Fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { guardConnections } from '../../src/connection/connection-guard.ts';
import {
  announcing,
  authority,
  client,
  closeServers,
  type Guarded,
  guarded,
  handshake,
  tlsOptions,
} from '../connection/guarded-server.ts';
import { version1, version2 } from '../connection/proxy-encoder.ts';

afterEach(closeServers);

const balancer = '127.0.0.1';
const announced = (source: string) =>
  version1('TCP4', { source, destination: '198.51.100.1', sourcePort: 56_324, destinationPort: 443 });
const itself = version2({ command: 0x20, family: 0 });

async function answer(server: Guarded, header: Uint8Array, lines: readonly string[] = [], from = balancer) {
  const socket = await handshake(await announcing(server, header, 'whole', from));
  socket.write(['GET / HTTP/1.1', 'Host: localhost', 'Connection: close', ...lines, '', ''].join('\r\n'));
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
  return text;
}

const behindBalancer = (app: express.Express): Promise<Guarded> =>
  guarded(createServer({ ...tlsOptions }, app), { proxyProtocol: { from: [balancer] } });

describe('behind a balancer that announces its clients, Express with mtls()', () => {
  const addressed = express()
    .use(mtls({ addresses: { allow: ['203.0.113.0/24'] } }))
    .get('/', (req, res) => void res.send(`hello ${req.ip} ${req.mtls.clientAddress}`));

  it('lets the announced address through its address rules', async () => {
    const text = await answer(await behindBalancer(addressed), announced('203.0.113.7'));
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(text).toContain('hello 203.0.113.7 203.0.113.7');
  });

  it.each([
    ['another client', announced('192.0.2.1')],
    ['the balancer itself', itself],
  ])('denies %s', async (_, header) => {
    const text = await answer(await behindBalancer(addressed), header);
    expect(text).toMatch(/^HTTP\/1\.1 403 /);
    expect(text).toContain('urn:peercert:reason:address_denied');
  });

  it('takes no word of a client for its address', async () => {
    const forwarded = ['X-Forwarded-For: 203.0.113.7'];
    expect(await answer(await behindBalancer(addressed), announced('192.0.2.1'), forwarded)).toMatch(
      /^HTTP\/1\.1 403 /,
    );
  });

  const proxied = express()
    .use(
      mtls({
        source: fromRfc9440({ trustedProxies: balancer, verifiedBy: 'peercert' }),
        trust: { anchors: authority.caPem },
      }),
    )
    .get('/', (req, res) => void res.send(`hello ${req.mtls.client?.commonName}`));
  const forwardedCertificate = [
    `Client-Cert: :${Buffer.from(client.certificateDer).toString('base64')}:`,
    `Client-Cert-Chain: ${client.chainDer
      .slice(1)
      .map((der) => `:${Buffer.from(der).toString('base64')}:`)
      .join(', ')}`,
  ];

  it('believes the headers of a trusted proxy when that connects for itself', async () => {
    expect(await answer(await behindBalancer(proxied), itself, forwardedCertificate)).toContain('hello alice');
  });

  it('believes no header of a client that the same machine announces', async () => {
    const text = await answer(await behindBalancer(proxied), announced('203.0.113.7'), forwardedCertificate);
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
    expect(text).not.toContain('alice');
  });
});

describe('behind a balancer that announces its clients, Fastify', () => {
  it('sees the announced address on every address it listens on', async () => {
    const servers: Server[] = [];
    const app = Fastify({
      serverFactory: (handler) => {
        const server = createServer({ ...tlsOptions }, handler);
        guardConnections(server, { proxyProtocol: { from: ['loopback'] } }, () => {});
        servers.push(server);
        return server;
      },
    });
    app.get('/', (request) => request.ip);
    // Where localhost has two addresses, Fastify makes a server for each.
    await app.listen({ port: 0, host: 'localhost' });
    for (const { address, port } of app.addresses() as AddressInfo[]) {
      const target = { port, path: '' } as Guarded;
      expect(await answer(target, announced('203.0.113.7'), [], address)).toContain('203.0.113.7');
    }
    expect(servers.length).toBe(app.addresses().length);
    await app.close();
  });
});
