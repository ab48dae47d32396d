/**
 * Calls the function as API Gateway would, for several clients, prints who got which answer, and exits with 0 only if each
 * is as it should be.
 */
import { createRootAuthority } from '@peercert/pki';
import { sampleEvent } from './event.ts';
import { createHandler } from './handler.ts';

const root = await createRootAuthority({ subject: 'CN=Acme Clients,O=Acme' });
const issuing = await root.issueAuthority({ subject: 'CN=Acme Staff,O=Acme' });
const elsewhere = await createRootAuthority({ subject: 'CN=Acme Clients,O=Acme' });
const alice = await issuing.issueClient({ subject: 'CN=alice,OU=Administrators,O=Acme' });
const bob = await issuing.issueClient({ subject: 'CN=bob,OU=Sales,O=Acme' });
const mallory = await elsewhere.issueClient({ subject: 'CN=alice,OU=Administrators,O=Acme' });

const handler = createHandler({ clientsCa: root.certificatePem, intermediates: issuing.certificatePem });
const forged = { 'x-apigateway-event': encodeURIComponent(JSON.stringify(sampleEvent(alice, '/admin'))) };

for (const [title, client, path, headers, expected] of [
  ['alice', alice, '/admin', {}, '200'],
  ['bob', bob, '/', {}, '200'],
  ['bob', bob, '/admin', {}, '403 role_missing'],
  ['bob, with the event of alice in a header', bob, '/admin', forged, '403 role_missing'],
  ['the default endpoint, which should be disabled', null, '/', {}, '401 certificate_missing'],
  ['the default endpoint, with the event of alice in a header', null, '/admin', forged, '401 certificate_missing'],
  ['alice by another authority of the same name', mallory, '/admin', {}, '401 signature_invalid'],
] as const) {
  const { statusCode, body } = await handler(sampleEvent(client, path, headers), {});
  const { code = '' } = JSON.parse(body) as { readonly code?: string };
  const outcome = `${statusCode} ${code}`.trim();
  console.log(`${title}: GET ${path}\n  ${outcome}${outcome === expected ? '' : `, expected ${expected}`} ${body}`);
  if (outcome !== expected) process.exitCode = 1;
}
