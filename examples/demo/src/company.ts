/** Who issues certificates in this story, and what was agreed before the first client connects. */
import type { ServerOptions } from 'node:https';
import { type Authority, createRootAuthority, type IssuedCertificate } from '@peercert/pki';
import { type RevocationServer, startRevocationServer } from '@peercert/testing';

export interface Company {
  /** The company's own authority. */
  readonly acme: Authority;
  /** The authority of a partner. It is trusted, too, but may not say who works at Acme. */
  readonly partner: Authority;
  /** An authority that the servers have never heard of. */
  readonly stranger: Authority;
  /** What the three servers show. */
  readonly server: IssuedCertificate;
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
    server: await acme.issueServer({ dnsNames: ['localhost'], ips: ['127.0.0.1'] }),
    terminal: await acme.issueClient({ subject: 'CN=terminal-1,O=Acme' }),
    spareTerminal: await acme.issueClient({ subject: 'CN=terminal-2,O=Acme' }),
  };
}

/** The TLS side, the same for the three servers. `mtls()` takes its trust anchors from this `ca`. */
export function tlsOptions({ acme, partner, server }: Company): ServerOptions {
  return {
    cert: server.chainPem,
    key: server.privateKeyPem,
    ca: [acme.certificatePem, partner.certificatePem],
    requestCert: true,
    // Whoever is refused shall read why. A handshake that fails tells a client next to nothing.
    rejectUnauthorized: false,
  };
}
