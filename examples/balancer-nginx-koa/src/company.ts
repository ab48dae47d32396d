/** Certificates for the example: those of the gateway in a folder for nginx, those of the clients in memory. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRootAuthority, type IssuedCertificate } from '@peercert/pki';

export interface Company {
  readonly clientsCa: string;
  readonly intermediates: string;
  /** PEM: whose servers the clients believe. */
  readonly serversCa: string;
  readonly pki: string;
  readonly alice: IssuedCertificate;
  readonly bob: IssuedCertificate;
}

export async function createCompany(folder: string): Promise<Company> {
  const root = await createRootAuthority({ subject: 'CN=Acme Clients,O=Acme' });
  const issuing = await root.issueAuthority({ subject: 'CN=Acme Staff,O=Acme' });
  const servers = await createRootAuthority({ subject: 'CN=Acme Servers,O=Acme' });
  const gateway = await servers.issueServer({ dnsNames: ['localhost'], ips: ['127.0.0.1'] });

  const pki = join(folder, 'pki');
  mkdirSync(pki);
  writeFileSync(join(pki, 'gateway.pem'), gateway.chainPem);
  writeFileSync(join(pki, 'gateway.key'), gateway.privateKeyPem, { mode: 0o600 });
  writeFileSync(join(pki, 'clients-ca.pem'), root.certificatePem);
  return {
    clientsCa: root.certificatePem,
    intermediates: issuing.certificatePem,
    serversCa: servers.certificatePem,
    pki,
    alice: await issuing.issueClient({ subject: 'CN=alice,OU=Administrators,O=Acme' }),
    bob: await issuing.issueClient({ subject: 'CN=bob,OU=Sales,O=Acme' }),
  };
}
