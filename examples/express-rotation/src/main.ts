/**
 * Everything that a server knows is replaced while clients are connected. Prints what happens, and exits with 0 only if that
 * is as it should be.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { EndpointEvent } from '@peercert/server';
import { createApp } from './app.ts';
import { createClient, keepAsking, serverSerial } from './client.ts';
import { createCompany } from './company.ts';
import { mountVolume } from './volume.ts';

const folder = mkdtempSync(join(tmpdir(), 'peercert-express-rotation-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const company = await createCompany();
const { firstServer, secondServer, serversCa } = company;
const tls = mountVolume(join(folder, 'tls'), { 'tls.crt': firstServer.chainPem, 'tls.key': firstServer.privateKeyPem });
const authorities = mountVolume(join(folder, 'clients'), { 'ca.pem': company.oldCa });

const events: EndpointEvent['type'][] = [];
const { endpoint, server } = createApp({
  tls: tls.folder,
  clients: authorities.folder,
  onEvent: ({ type }) => events.push(type),
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const origin = `https://127.0.0.1:${port}`;
let isAsExpected = true;

const alice = createClient(origin, serversCa, company.alice);
const bob = createClient(origin, serversCa, company.bob);
report('alice', await alice.ask(), '200 {"hello":"alice"}');
report('bob', await bob.ask(), '200 {"hello":"bob"}');
report('a new connection', await shown(), 'the first certificate');
console.log('alice goes on asking');
const asking = keepAsking(alice, '200 {"hello":"alice"}');

console.log('\nThe server gets another certificate, with another key.');
tls.replace({ 'tls.crt': secondServer.chainPem, 'tls.key': secondServer.privateKeyPem });
report('server', await nextEvent(), 'identity_updated');
report('a new connection', await shown(), 'the second certificate');
report('bob', await bob.ask(), '200 {"hello":"bob"}');

console.log('\nClients are to have certificates of another authority: at first either will do.');
authorities.replace({ 'ca.pem': company.oldCa + company.newCa });
report('server', await nextEvent(), 'trust_updated');
await alice.renew(company.renewedAlice);
console.log('alice renews her certificate');
report('bob', await bob.ask(), '200 {"hello":"bob"}');

console.log('\nThe old authority goes, and bob has not renewed.');
authorities.replace({ 'ca.pem': company.newCa });
report('server', await nextEvent(), 'trust_updated');
report('bob', await bob.ask(), '401 issuer_unknown');

console.log('\nA certificate arrives whose second half is missing.');
const half = firstServer.chainPem.slice(0, firstServer.chainPem.length / 2);
tls.replace({ 'tls.crt': half, 'tls.key': firstServer.privateKeyPem });
report('server', await nextEvent(), 'identity_failed');
report('a new connection', await shown(), 'the second certificate');

const { requests, wrong } = await asking.stop();
report('\nalice', `${wrong.length} of ${requests} requests failed`, `0 of ${requests} requests failed`);
if (wrong.length > 0) console.log(wrong.join('\n'));

for (const client of [alice, bob]) client.close();
endpoint.close();
server.close();
server.closeAllConnections();
process.exitCode = isAsExpected ? 0 : 1;

/** What the server tells next; each thing that happens is told once. */
async function nextEvent(): Promise<string> {
  for (let waited = 0; waited < 10_000; waited += 10) {
    const type = events.shift();
    if (type !== undefined) return type;
    await pause(10);
  }
  return 'nothing';
}

async function shown(): Promise<string> {
  const serial = await serverSerial(port, serversCa);
  if (serial === firstServer.serialNumber.toUpperCase()) return 'the first certificate';
  return serial === secondServer.serialNumber.toUpperCase() ? 'the second certificate' : serial;
}

function report(title: string, seen: string, expected: string): void {
  isAsExpected &&= seen === expected;
  console.log(`${title}: ${seen}${seen === expected ? '' : `, expected ${expected}`}`);
}
