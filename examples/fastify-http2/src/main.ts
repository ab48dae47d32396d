/**
 * Fastify over HTTP/2 and HTTP/1. Starts the server, asks as several clients, prints who got which answer, and exits with 0
 * only if each is as it should be.
 */
import { requestAs } from '@peercert/testing';
import { createApp } from './app.ts';
import { type Answer, askAtOnce } from './client.ts';
import { createCompany } from './company.ts';

const { alice, bob, clientsCa, mallory, server, serversCa } = await createCompany();
const app = await createApp({ certificate: server.chainPem, key: server.privateKeyPem, clientsCa });
const origin = await app.listen();
const paths = ['/', '/admin', '/audit'] as const;
let isAsExpected = true;

for (const [title, credential, ...expected] of [
  ['alice', alice, 200, 200, 200],
  ['bob', bob, 200, 403, 200],
  ['alice by another authority of the same name', mallory, 401, 401, 401],
  ['no certificate', null, 401, 401, 401],
] as const) {
  const answers = await askAtOnce(origin, serversCa, credential, paths);
  for (const [index, path] of paths.entries()) report(title, path, answers[index] as Answer, expected[index] as number);
}
// Who has no HTTP/2 is served as well.
for (const [path, expected] of [
  ['/', 200],
  ['/admin', 403],
] as const) {
  const answer = await requestAs(origin + path, { credential: bob, ca: serversCa, alpn: ['http/1.1'] });
  report('bob over HTTP/1', path, answer, expected);
}

await app.close();
process.exitCode = isAsExpected ? 0 : 1;

function report(title: string, path: string, { body, status }: Answer, expected: number): void {
  isAsExpected &&= status === expected;
  console.log(`${title}: GET ${path}\n  ${status}${status === expected ? '' : `, expected ${expected}`} ${body}`);
}
