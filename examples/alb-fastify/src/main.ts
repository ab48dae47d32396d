/**
 * Fastify behind an Application Load Balancer. Starts a stand-in for the load balancer and the application, asks as several
 * clients, prints who got which answer, and exits with 0 only if each is as it should be.
 */
import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createRootAuthority } from '@peercert/pki';
import { requestAs } from '@peercert/testing';
import { createApp } from './app.ts';
import { startBalancer } from './balancer.ts';

const root = await createRootAuthority({ subject: 'CN=Acme Clients,O=Acme' });
const issuing = await root.issueAuthority({ subject: 'CN=Acme Staff,O=Acme' });
const servers = await createRootAuthority({ subject: 'CN=Acme Servers,O=Acme' });
const listener = await servers.issueServer({ dnsNames: ['localhost'], ips: ['127.0.0.1'] });
const elsewhere = await createRootAuthority({ subject: 'CN=Acme Clients,O=Acme' });

const alice = await issuing.issueClient({ subject: 'CN=alice,OU=Administrators,O=Acme' });
const bob = await issuing.issueClient({ subject: 'CN=bob,OU=Sales,O=Acme' });
const mallory = await elsewhere.issueClient({ subject: 'CN=alice,OU=Administrators,O=Acme' });

const app = await createApp({
  clientsCa: root.certificatePem,
  intermediates: issuing.certificatePem,
  balancers: ['127.0.0.2/32'],
});
await app.listen({ host: '127.0.0.1', port: 0 });
const { port } = app.server.address() as AddressInfo;
const balancer = await startBalancer(
  { cert: listener.chainPem, key: listener.privateKeyPem, ca: root.certificatePem },
  port,
  '127.0.0.2',
);

const leafOfAlice = encodeURI(alice.certificatePem);
let isAsExpected = true;

for (const [title, credential, path, headers, expected] of [
  ['alice', alice, '/admin', {}, '200'],
  ['bob', bob, '/', {}, '200'],
  ['bob', bob, '/admin', {}, '403 role_missing'],
  ['bob, with the leaf of alice', bob, '/', { 'X-Amzn-Mtls-Clientcert-Leaf': leafOfAlice }, '400 header_repeated'],
  ['bob, with a chain of alice', bob, '/admin', { 'X-Amzn-Mtls-Clientcert': leafOfAlice }, '403 role_missing'],
  ['no certificate', null, '/', {}, 'no connection'],
  ['alice by another authority of the same name', mallory, '/', {}, 'no connection'],
] as const) {
  const answer = await requestAs(balancer.origin + path, { credential, ca: servers.certificatePem, headers }).then(
    ({ status, body }) => ({ status, body }),
    () => undefined,
  );
  report(title, path, expected, answer);
}

// Past the load balancer, from another address than those of its subnets.
for (const [path, expected] of [
  ['/admin', '401 certificate_missing'],
  ['/health', '200'],
] as const) {
  const headers = { 'X-Amzn-Mtls-Clientcert-Leaf': leafOfAlice };
  const past = request({ host: '127.0.0.1', port, path, headers, localAddress: '127.0.0.3' }).end();
  const [response] = await once(past, 'response');
  const answer = { status: response.statusCode as number, body: await text(response) };
  report('past the load balancer, with the leaf of alice', path, expected, answer);
}

await balancer.stop();
await app.close();
process.exitCode = isAsExpected ? 0 : 1;

function report(
  title: string,
  path: string,
  expected: string,
  answer: { status: number; body: string } | undefined,
): void {
  const { code = '' } = (answer === undefined ? {} : JSON.parse(answer.body)) as { readonly code?: string };
  const outcome = answer === undefined ? 'no connection' : `${answer.status} ${code}`.trim();
  isAsExpected &&= outcome === expected;
  console.log(
    `${title}: GET ${path}\n  ${outcome}${outcome === expected ? '' : `, expected ${expected}`} ${answer?.body ?? ''}`,
  );
}
