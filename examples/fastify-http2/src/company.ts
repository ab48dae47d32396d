/** Certificates for the example, in memory. */
import { createRootAuthority, type IssuedCertificate } from '@peercert/pki';

export interface Company {
  /** PEM: whose clients come in. */
  readonly clientsCa: string;
  /** PEM: whose servers the clients believe. */
  readonly serversCa: string;
  readonly server: IssuedCertificate;
  readonly alice: IssuedCertificate;
  readonly bob: IssuedCertificate;
  /** Says that it is alice, by an authority of the same name. */
  readonly mallory: IssuedCertificate;
}

export async function createCompany(): Promise<Company> {
  const clients = await createRootAuthority({ subject: 'CN=Acme Clients,O=Acme' });
  const servers = await createRootAuthority({ subject: 'CN=Acme Servers,O=Acme' });
  const elsewhere = await createRootAuthority({ subject: 'CN=Acme Clients,O=Acme' });
  return {
    clientsCa: clients.certificatePem,
    serversCa: servers.certificatePem,
    server: await servers.issueServer({ dnsNames: ['localhost'], ips: ['127.0.0.1'] }),
    alice: await clients.issueClient({ subject: 'CN=alice,OU=Administrators,O=Acme' }),
    bob: await clients.issueClient({ subject: 'CN=bob,OU=Auditors,O=Acme' }),
    mallory: await elsewhere.issueClient({ subject: 'CN=alice,OU=Administrators,O=Acme' }),
  };
}
