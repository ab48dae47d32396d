/**
 * A line protocol over TLS, without HTTP: who is let in, and what happens to open connections when an authority is
 * removed. Prints what each client sees, and exits with 0 only if that is as it should be.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createEndpoint, createTrustStore } from '@peercert/server';
import { createApp } from './app.ts';
import { dial } from './client.ts';
import { createCompany } from './company.ts';

const company = await createCompany();
const trust = createTrustStore({ anchors: [company.clientsCa, company.partnerCa] });
const endpoint = createEndpoint({
  certificate: company.server.chainPem,
  key: company.server.privateKeyPem,
  trust,
  roles: { Orders: 'clerk' },
});
const server = createApp(endpoint).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
let isAsExpected = true;

const clients = (['alice', 'partner', 'bob', null] as const).map((name) => ({
  name: name ?? 'no certificate',
  ...dial(port, company.serversCa, name && company[name]),
}));
const [alice, partner, bob, nobody] = clients as [Named, Named, Named, Named];
type Named = (typeof clients)[number];

await report(alice, 'OK');
await report(partner, 'OK');
await report(bob, 'ERR role_missing');
await report(nobody, 'ERR certificate_missing');
alice.send('WHO');
partner.send('WHO');
await report(alice, 'alice');
await report(partner, 'partner-7');

// The contract with the partner ends. His connections end at once, and nobody else's.
trust.replace({ anchors: company.clientsCa });
await report(partner, 'BYE issuer_unknown');
alice.send('WHO');
await report(alice, 'alice');

alice.end();
endpoint.close();
server.close();
process.exitCode = isAsExpected ? 0 : 1;

async function report(client: Named, expected: string): Promise<void> {
  const seen = await client.next();
  isAsExpected &&= seen === expected;
  console.log(`${client.name}: ${seen}${seen === expected ? '' : `, expected ${expected}`}`);
}
