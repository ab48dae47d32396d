import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { createAuthenticator, nodeRequestFacts, type RequestFacts } from '@peercert/core';
import { createRootAuthority } from '@peercert/pki';
import { compare, repeat } from './measure.ts';
import { microseconds, type Row } from './report.ts';

/** `authenticate` in a loop, on a real connection whose certificate is known. */
export async function warmAuthenticate(): Promise<readonly Row[]> {
  const root = await createRootAuthority({ subject: 'CN=Bench Root' });
  const server = await root.issueServer({ dnsNames: ['localhost'] });
  const client = await root.issueClient({ subject: 'CN=client,OU=Administrators' });
  const authenticator = createAuthenticator({ roles: { Administrators: 'admin' } });
  const credentials = { key: server.privateKeyPem, cert: server.chainPem, ca: root.certificatePem };
  const https = createServer({ ...credentials, requestCert: true, rejectUnauthorized: false });
  await new Promise<void>((ready) => https.listen(0, '127.0.0.1', ready));
  const { port } = https.address() as AddressInfo;
  const facts = new Promise<RequestFacts>((resolve) =>
    https.once('request', (request) => resolve(nodeRequestFacts(request, request.url ?? '/'))),
  );
  const socket = connect({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: root.certificatePem,
    key: client.privateKeyPem,
    cert: client.chainPem,
  });
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const known = await facts;
  const decision = await authenticator.authenticate(known);
  if (decision.outcome !== 'allow') throw new Error(`expected allow, got ${JSON.stringify(decision)}`);

  const batch = repeat(20_000, () => void authenticator.authenticate(known));
  const { spread, subjects } = await compare([{ name: 'authenticate', batch }]);
  socket.destroy();
  https.close();
  const us = subjects[0]?.us ?? Number.NaN;
  return [{ what: 'authenticate, warm', figure: microseconds(us), target: 'under 2 us', met: us < 2, spread }];
}
