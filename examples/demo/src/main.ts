/**
 * The same small API in Express, Fastify and Koa, and every kind of client that is let in or turned away.
 *
 *     npm run demo               one table; exits with 0 if every row is as expected
 *     npm run demo -- --serve    keeps the servers up after it, and prints curl commands to paste
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credential } from '@peercert/testing';
import { createAccessRules } from './api.ts';
import { type Client, clients } from './clients.ts';
import { createClock } from './clock.ts';
import { createCompany } from './company.ts';
import { drive, isAsExpected, type Row, type Stage } from './drive.ts';
import { startExpress } from './express.ts';
import { startFastify } from './fastify.ts';
import { openGate } from './gate.ts';
import { startKoa } from './koa.ts';
import { isInstalled } from './openssl.ts';
import { report } from './report.ts';
import { serve } from './serve.ts';
import { table } from './table.ts';

const args = process.argv.slice(2);
if (args.some((arg) => arg !== '--serve')) {
  console.error('usage: npm run demo [-- --serve]');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'peercert-demo-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const company = await createCompany();
const clock = createClock();
const rules = createAccessRules(company, clock);
const gate = openGate(company, rules, folder);
const { endpoint } = gate;
const services = [
  await startExpress(endpoint, rules),
  await startFastify(endpoint, rules),
  await startKoa(endpoint, rules),
];
const stage: Stage = { services, company, clock, rules, gate, ca: company.acme.certificatePem };

const absent = clients.filter(({ needs }) => needs !== undefined && !isInstalled(needs));
const cast = new Map<Client, Credential | null>();
for (const client of clients.filter((one) => !absent.includes(one))) {
  cast.set(client, (await client.certificate?.(company)) ?? null);
}

const rows: Row[] = [];
for (const [client, credential] of cast) rows.push(...(await drive(stage, client, credential)));

const { stdout } = process;
console.log(table(rows, stdout.isTTY && stdout.hasColors()));
console.log(`\n${report(rows, absent, services.length)}`);
process.exitCode = rows.every(isAsExpected) ? 0 : 1;

if (args.includes('--serve')) await serve(stage, cast, folder);
endpoint.close();
await Promise.all([...services, company.informer].map((one) => one.close()));
