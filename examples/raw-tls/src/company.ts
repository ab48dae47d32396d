/** Certificates for the example, in memory. */
import { createRootAuthority, type IssuedCertificate } from '@peercert/pki';

export interface Company {
  /** PEM: the company's own clients. */
  readonly clientsCa: string;
  /** PEM: the clients of a partner. */
  readonly partnerCa: string;
  /** PEM: whose servers the clients believe. */
  readonly serversCa: string;
  readonly server: IssuedCertificate;
  readonly alice: IssuedCertificate;
  readonly bob: IssuedCertificate;
  readonly partner: IssuedCertificate;
}

export async function createCompany(): Promise<Company> {
  const clients = await createRootAuthority({ subject: 'CN=Acme Clients,O=Acme' });
  const partners = await createRootAuthority({ subject: 'CN=Partner Clients,O=Partner' });
  const servers = await createRootAuthority({ subject: 'CN=Acme Servers,O=Acme' });
  return {
    clientsCa: clients.certificatePem,
    partnerCa: partners.certificatePem,
    serversCa: servers.certificatePem,
    server: await servers.issueServer({ dnsNames: ['localhost'], ips: ['127.0.0.1'] }),
    alice: await clients.issueClient({ subject: 'CN=alice,OU=Orders,O=Acme' }),
    bob: await clients.issueClient({ subject: 'CN=bob,OU=Sales,O=Acme' }),
    partner: await partners.issueClient({ subject: 'CN=partner-7,OU=Orders,O=Partner' }),
  };
}
