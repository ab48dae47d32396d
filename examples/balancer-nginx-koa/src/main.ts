/**
 * HAProxy balances, nginx ends the TLS connection, Koa knows who came and writes down issuer and serial number. Starts all
 * three, asks as several clients, prints the audit log, and exits with 0 only if it is as it should be.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { Agent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { requestAs } from '@peercert/testing';
import { type AuditEntry, createApp } from './app.ts';
import { createCompany } from './company.ts';
import { startBalancer, startNginx } from './hops.ts';

const folder = mkdtempSync(join(tmpdir(), 'peercert-balancer-nginx-koa-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const company = await createCompany(folder);
const log: AuditEntry[] = [];
const app = createApp({ ...company, nginx: '127.0.0.1', audit: (entry) => log.push(entry) });
const server = createServer(app.callback()).listen(0, '127.0.0.1');
await once(server, 'listening');
const nginx = await startNginx(`127.0.0.1:${(server.address() as AddressInfo).port}`, company.pki);
const balancer = await startBalancer(nginx.address);

const { alice, bob, serversCa } = company;
const forged = {
  'X-SSL-Client-Cert': encodeURIComponent(alice.certificatePem),
  'X-SSL-Client-Verify': 'SUCCESS',
  'X-Forwarded-For': '192.0.2.1',
};
for (const [credential, path, localAddress, headers] of [
  [alice, '/orders', '127.0.0.8', {}],
  [bob, '/orders', '127.0.0.9', {}],
  [bob, '/as-alice', '127.0.0.9', forged],
  [null, '/without', '127.0.0.7', {}],
  [null, '/forged', '127.0.0.7', forged],
] as const) {
  const agent = new Agent({ localAddress });
  await requestAs(`https://${balancer.address}${path}`, { credential, ca: serversCa, headers, agent });
}
await balancer.stop();
await nginx.stop();
server.close();

const staff = 'CN=Acme Staff,O=Acme';
const expected: readonly AuditEntry[] = [
  { request: '/orders', address: '127.0.0.8', outcome: 'allow', issuer: staff, serialNumber: alice.serialNumber },
  { request: '/orders', address: '127.0.0.9', outcome: 'allow', issuer: staff, serialNumber: bob.serialNumber },
  { request: '/as-alice', address: '127.0.0.9', outcome: 'allow', issuer: staff, serialNumber: bob.serialNumber },
  { request: '/without', address: '127.0.0.7', outcome: 'certificate_missing' },
  { request: '/forged', address: '127.0.0.7', outcome: 'certificate_missing' },
];
for (const entry of log) console.log(JSON.stringify(entry));
if (!isDeepStrictEqual(log, expected)) {
  console.error('Expected:', expected);
  process.exitCode = 1;
}
