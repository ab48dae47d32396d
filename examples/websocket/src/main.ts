/**
 * WebSockets over mutual TLS: who is let in, and what happens to an open one when its certificate is revoked. Prints what
 * each client sees, and exits with 0 only if that is as it should be.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createDenyList, createEndpoint } from '@peercert/server';
import { createApp } from './app.ts';
import { dial, type Line } from './client.ts';
import { createCompany } from './company.ts';

const company = await createCompany();
const denyList = createDenyList();
const endpoint = createEndpoint({
  certificate: company.server.chainPem,
  key: company.server.privateKeyPem,
  trust: { anchors: company.clientsCa },
  roles: { Operations: 'operator' },
  denyList,
  onEvent: (event) => {
    if (event.type === 'live_socket_closed') console.log(`the server closed ${event.id}: ${event.reason.code}`);
  },
});
const server = createApp(endpoint).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const { alice, bob } = company;
const lines = new Map<string, Line>();
let isAsExpected = true;

for (const [title, credential, path, expected] of [
  ['alice', alice, '/control', 'open'],
  ['bob', bob, '/feed', 'open'],
  ['bob', bob, '/control', '403 role_missing'],
  ['no certificate', null, '/feed', '401 certificate_missing'],
] as const) {
  const line = await dial(`wss://127.0.0.1:${port}${path}`, company.serversCa, credential);
  if (typeof line !== 'string') lines.set(title, line);
  report(`${title}: ${path}`, typeof line === 'string' ? line : 'open', expected);
}

const [ofAlice, ofBob] = [lines.get('alice') as Line, lines.get('bob') as Line];
report('bob: hello', await ofBob.ask('hello'), 'bob said hello');

// The minute in which bob's key is lost. On the next sweep, a second later at most, his connection is closed.
denyList.revoke({ thumbprint: bob.thumbprint });
report('bob', await ofBob.closed, '1008 certificate_revoked');
report('alice: hello', await ofAlice.ask('hello'), 'alice said hello');

endpoint.close();
report('alice', await ofAlice.closed, '1001 going_away');
server.close();
process.exitCode = isAsExpected ? 0 : 1;

function report(title: string, seen: string, expected: string): void {
  isAsExpected &&= seen === expected;
  console.log(`${title}: ${seen}${seen === expected ? '' : `, expected ${expected}`}`);
}
