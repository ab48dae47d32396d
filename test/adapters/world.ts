// The authorities of a small company and everyone who calls its API. TLS reads the clock of the machine, so the
// certificates of this suite are made around the present; where a test moves time, it moves the clock of mtls().
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, createRootAuthority, type IssuedCertificate } from '@peercert/pki';

/** What a TLS client presents. */
export interface Credentials {
  readonly chainPem: string;
  readonly privateKeyPem: string;
}

export interface World {
  /** The company's own root: what `ca` of every server of this suite holds, together with that of the partner. */
  readonly root: Authority;
  readonly partnerRoot: Authority;
  readonly server: Credentials;
  readonly serverRootPem: string;
  readonly clients: Clients;
}

type Clients = { readonly [Name in ClientName]: Credentials } & { readonly admin: IssuedCertificate };

export type ClientName =
  | 'admin'
  | 'partner'
  | 'frontend'
  | 'mobile'
  | 'branch'
  | 'guide'
  | 'stranger'
  | 'namesake'
  | 'expired'
  | 'early'
  | 'machine'
  | 'crafted'
  | 'impostor';

const minute = 60_000;
const day = 24 * 60 * minute;

let world: Promise<World> | undefined;

/** The same world for all tests of a file: nothing in it changes. */
export function theWorld(): Promise<World> {
  world ??= createWorld();
  return world;
}

async function createWorld(): Promise<World> {
  const now = Date.now();
  const root = await createRootAuthority({ subject: [{ O: 'Acme' }, { CN: 'Acme Root' }] });
  const partnerRoot = await createRootAuthority({ subject: [{ O: 'Partner' }, { CN: 'Partner Root' }] });
  const unknownRoot = await createRootAuthority({ subject: [{ O: 'Nobody' }, { CN: 'Unknown Root' }] });
  const namesakeRoot = await createRootAuthority({ subject: [{ O: 'Acme' }, { CN: 'Acme Root' }] });
  const serverRoot = await createRootAuthority({ subject: [{ CN: 'Server Root' }] });
  const branchOffice = await root.issueAuthority({ subject: [{ O: 'Acme' }, { CN: 'Acme Branch' }] });
  return {
    root,
    partnerRoot,
    serverRootPem: serverRoot.certificatePem,
    server: await serverRoot.issueServer({ dnsNames: ['localhost', 'a.example', 'b.example'], ips: ['127.0.0.1'] }),
    clients: {
      admin: await root.issueClient({ subject: [{ OU: 'Administrators' }, { CN: 'admin-client' }] }),
      partner: await root.issueClient({ subject: [{ OU: 'Partner' }, { CN: 'partner-client' }] }),
      frontend: await root.issueClient({ subject: [{ OU: 'Frontend' }, { CN: 'frontend-client' }] }),
      mobile: await root.issueClient({ subject: [{ OU: 'Mobile' }, { CN: 'mobile-client' }] }),
      branch: await branchOffice.issueClient({ subject: [{ OU: 'Frontend' }, { CN: 'branch-client' }] }),
      guide: guideClient(root),
      stranger: await unknownRoot.issueClient({ subject: [{ OU: 'Administrators' }, { CN: 'stranger' }] }),
      namesake: await namesakeRoot.issueClient({ subject: [{ OU: 'Administrators' }, { CN: 'admin-client' }] }),
      expired: await root.issueClient({
        subject: [{ CN: 'expired-client' }],
        validity: { notBefore: new Date(now - 2 * day), notAfter: new Date(now - day) },
      }),
      early: await root.issueClient({
        subject: [{ CN: 'early-client' }],
        validity: { notBefore: new Date(now + day), notAfter: new Date(now + 2 * day) },
      }),
      machine: await root.issueServer({ subject: [{ CN: 'machine' }], dnsNames: ['machine.example'] }),
      crafted: await root.issueClient({ subject: [{ CN: 'x,OU=Administrators' }] }),
      impostor: await partnerRoot.issueClient({ subject: [{ OU: 'Administrators' }, { CN: 'impostor' }] }),
    },
  };
}

/** A certificate as countless guides make them: version 1, no extensions. */
function guideClient(authority: Authority): Credentials {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-guide-'));
  const openssl = (...words: readonly string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
  try {
    writeFileSync(join(folder, 'ca.pem'), authority.certificatePem);
    writeFileSync(join(folder, 'ca.key'), authority.privateKeyPem);
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'client.key',
      '-out',
      'client.csr',
      '-subj',
      '/CN=guide',
    );
    openssl(...'x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out client.pem -days 30'.split(' '));
    return {
      chainPem: readFileSync(join(folder, 'client.pem'), 'utf8'),
      privateKeyPem: readFileSync(join(folder, 'client.key'), 'utf8'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
