/** Who issues certificates in this story, and what was agreed before the first client connects. */
import { type Authority, createRootAuthority, generateKeyPair, type IssuedCertificate } from '@peercert/pki';
import { type RevocationServer, startRevocationServer } from '@peercert/testing';

export interface Company {
  /** The company's own authority. */
  readonly acme: Authority;
  /** The authority of a partner. It is trusted, too, but may not say who works at Acme. */
  readonly partner: Authority;
  /** An authority that the servers have never heard of. */
  readonly stranger: Authority;
  /** What the three servers show: at first one of them, later the other, which has another key. */
  readonly servers: readonly [IssuedCertificate, IssuedCertificate];
  /** The one client that may pay, and the one that takes its place when its key is lost. */
  readonly terminal: IssuedCertificate;
  readonly spareTerminal: IssuedCertificate;
  /** A laptop that somebody took. Acme has revoked its certificate. */
  readonly stolenLaptop: IssuedCertificate;
  /** Where Acme tells which of its certificates are revoked: by a list, and as an OCSP responder. */
  readonly informer: RevocationServer;
}

export async function createCompany(): Promise<Company> {
  const acme = await createRootAuthority({ subject: 'CN=Acme Root,O=Acme' });
  const partner = await createRootAuthority({ subject: 'CN=Partner Root,O=Partner' });
  const stranger = await createRootAuthority({ subject: 'CN=Stranger Root,O=Stranger' });
  const stolenLaptop = await acme.issueClient({ subject: 'CN=laptop-9,O=Acme' });
  const informer = await startRevocationServer({ authority: acme });
  informer.revoke(stolenLaptop, 'keyCompromise');
  return {
    acme,
    partner,
    stranger,
    stolenLaptop,
    informer,
    servers: [await issueServer(acme), await issueServer(acme)],
    terminal: await acme.issueClient({ subject: 'CN=terminal-1,O=Acme' }),
    spareTerminal: await acme.issueClient({ subject: 'CN=terminal-2,O=Acme' }),
  };
}

async function issueServer(authority: Authority): Promise<IssuedCertificate> {
  return authority.issueServer({
    dnsNames: ['localhost'],
    ips: ['127.0.0.1'],
    keyPair: await generateKeyPair('P-256'),
  });
}
