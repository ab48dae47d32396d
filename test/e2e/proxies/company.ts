// The certificates of a gateway, its clients, and the folder in which a proxy finds them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrustOptions } from '@peercert/core';
import { type Authority, createRootAuthority, type IssuedCertificate } from '@peercert/pki';

export interface Company {
  readonly root: Authority;
  readonly issuing: Authority;
  /** Who certifies the servers of the company, and the gateway as a client of the app. */
  readonly internal: Authority;
  readonly gateway: IssuedCertificate;
  readonly clients: { readonly [Name in ClientName]: IssuedCertificate };
  /** What the app trusts: proxies forward no intermediate, so it has to know it. */
  readonly trust: TrustOptions;
}

export type ClientName = 'admin' | 'frontend' | 'stranger' | 'namesake' | 'expired';

const day = 86_400_000;

let company: Promise<Company> | undefined;

/** The same company for all tests of a file: nothing in it changes. */
export function theCompany(): Promise<Company> {
  company ??= createCompany();
  return company;
}

async function createCompany(): Promise<Company> {
  const now = Date.now();
  const root = await createRootAuthority({ subject: [{ O: 'Acme' }, { CN: 'Acme Root' }] });
  const issuing = await root.issueAuthority({ subject: [{ O: 'Acme' }, { CN: 'Acme Issuing' }] });
  const unknown = await createRootAuthority({ subject: [{ CN: 'Unknown Root' }] });
  const namesakeRoot = await createRootAuthority({ subject: [{ O: 'Acme' }, { CN: 'Acme Root' }] });
  const internal = await createRootAuthority({ subject: [{ O: 'Acme' }, { CN: 'Acme Internal' }] });
  const administrator = [{ O: 'Acme' }, { OU: 'Administrators' }, { CN: 'admin' }];
  return {
    root,
    issuing,
    internal,
    gateway: await internal.issueServer({ dnsNames: ['localhost'], ips: ['127.0.0.1'] }),
    trust: { anchors: root.certificatePem, intermediates: issuing.certificatePem },
    clients: {
      admin: await issuing.issueClient({ subject: administrator }),
      frontend: await issuing.issueClient({ subject: [{ O: 'Acme' }, { OU: 'Frontend' }, { CN: 'frontend' }] }),
      stranger: await unknown.issueClient({ subject: administrator }),
      namesake: await namesakeRoot.issueClient({ subject: administrator }),
      expired: await issuing.issueClient({
        subject: administrator,
        validity: { notBefore: new Date(now - 2 * day), notAfter: new Date(now - day) },
      }),
    },
  };
}

/** The folder that the configurations call PKI. Answers its path. */
export function writePki({ root, gateway }: Company, folder: string): string {
  const pki = join(folder, 'pki');
  mkdirSync(pki);
  const files = {
    'gateway.pem': gateway.chainPem,
    'gateway.key': gateway.privateKeyPem,
    'gateway-with-key.pem': gateway.chainPem + gateway.privateKeyPem,
    'clients-ca.pem': root.certificatePem,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(pki, name), text);
  return pki;
}
