/** A client certificate made by hand, with the two commands found in every guide. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Authority } from '@peercert/pki';
import type { Credential } from '@peercert/testing';

const commands: readonly string[] = [
  'openssl req -newkey rsa:2048 -nodes -keyout client.key -out client.csr -subj /O=Acme/CN=by-hand',
  'openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out client.pem -days 365',
];

/** Version 1, without any extension: nothing in it says what it may be used for. */
export function issueByOpenssl(authority: Authority): Credential {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-openssl-'));
  try {
    writeFileSync(join(folder, 'ca.pem'), authority.certificatePem);
    writeFileSync(join(folder, 'ca.key'), authority.privateKeyPem);
    for (const command of commands) {
      const [program = '', ...args] = command.split(' ');
      execFileSync(program, args, { cwd: folder, stdio: 'pipe' });
    }
    return {
      chainPem: readFileSync(join(folder, 'client.pem'), 'utf8'),
      privateKeyPem: readFileSync(join(folder, 'client.key'), 'utf8'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function isInstalled(program: string): boolean {
  return spawnSync(program, ['version'], { stdio: 'ignore' }).error === undefined;
}
