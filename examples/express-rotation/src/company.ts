/** Certificates for the example, in memory: two of the server, and two authorities of clients, an old and a new one. */
import { createRootAuthority, generateKeyPair, type IssuedCertificate } from '@peercert/pki';

export interface Company {
  /** PEM: whose servers the clients believe. */
  readonly serversCa: string;
  readonly firstServer: IssuedCertificate;
  readonly secondServer: IssuedCertificate;
  /** PEM: the authority of the clients that is about to go, and its successor. */
  readonly oldCa: string;
  readonly newCa: string;
  readonly alice: IssuedCertificate;
  readonly renewedAlice: IssuedCertificate;
  readonly bob: IssuedCertificate;
}

export async function createCompany(): Promise<Company> {
  const servers = await createRootAuthority({ subject: 'CN=Acme Servers,O=Acme' });
  const old = await createRootAuthority({ subject: 'CN=Acme Clients 2025,O=Acme' });
  const next = await createRootAuthority({ subject: 'CN=Acme Clients 2026,O=Acme' });
  const server = async (): Promise<IssuedCertificate> =>
    servers.issueServer({ dnsNames: ['localhost'], ips: ['127.0.0.1'], keyPair: await generateKeyPair('P-256') });
  return {
    serversCa: servers.certificatePem,
    firstServer: await server(),
    secondServer: await server(),
    oldCa: old.certificatePem,
    newCa: next.certificatePem,
    alice: await old.issueClient({ subject: 'CN=alice,O=Acme' }),
    renewedAlice: await next.issueClient({ subject: 'CN=alice,O=Acme' }),
    bob: await old.issueClient({ subject: 'CN=bob,O=Acme' }),
  };
}
