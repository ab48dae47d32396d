/**
 * nginx demands certificates, Express behind it knows who came. Starts both, asks as several clients, prints who got which
 * answer, and exits with 0 only if each is as it should be.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { requestAs } from '@peercert/testing';
import { createApp } from './app.ts';
import { createCompany } from './company.ts';
import { startNginx } from './nginx.ts';

const folder = mkdtempSync(join(tmpdir(), 'peercert-nginx-express-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const company = await createCompany(folder);
const server = createServer(createApp({ ...company, nginx: '127.0.0.1' })).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const nginx = await startNginx(`127.0.0.1:${port}`, company.pki);

const { alice, bob, mallory } = company;
const forged = {
  'X-SSL-Client-Cert': encodeURIComponent(alice.certificatePem),
  'X-SSL-Client-Verify': 'SUCCESS',
};
let isAsExpected = true;

for (const [title, credential, path, headers, expected] of [
  ['alice', alice, '/admin', {}, 200],
  ['bob', bob, '/', {}, 200],
  ['bob', bob, '/admin', {}, 403],
  ['bob, with the headers of alice', bob, '/', forged, 200],
  ['no certificate', null, '/', {}, 401],
  ['no certificate, with the headers of alice', null, '/admin', forged, 401],
  ['alice by another authority of the same name', mallory, '/admin', {}, 401],
] as const) {
  const { status, body } = await requestAs(nginx.origin + path, { credential, ca: company.serversCa, headers });
  report(title, path, status, expected, body);
}

// Past nginx, from another address than that of nginx.
const past = request({ host: '127.0.0.1', port, path: '/admin', headers: forged, localAddress: '127.0.0.2' }).end();
const [response] = await once(past, 'response');
report('past nginx, with the headers of alice', '/admin', response.statusCode, 401, await text(response));

await nginx.stop();
server.close();
process.exitCode = isAsExpected ? 0 : 1;

function report(title: string, path: string, status: number, expected: number, body: string): void {
  isAsExpected &&= status === expected;
  console.log(
    `${title}: GET ${path}\n  ${status}${status === expected ? '' : `, expected ${expected}`} ${body.trim()}`,
  );
}
