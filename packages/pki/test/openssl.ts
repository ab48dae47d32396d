/** The openssl command as a second opinion. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IssuedCertificate } from '@peercert/pki';

/** What `openssl x509` prints with these options. */
export function opensslX509(certificate: IssuedCertificate, ...options: readonly string[]): string {
  const input = certificate.certificatePem;
  const text = execFileSync('openssl', ['x509', '-noout', ...options], { input, encoding: 'utf8' });
  // Releases of openssl differ in how they write a name inside another line.
  return text.replace(/DirName:\/?CN ?= ?/g, 'DirName:CN=');
}

/** `'OK'`, or the first error line of `openssl verify` with the chain as untrusted certificates. */
export function opensslVerify(
  certificate: IssuedCertificate,
  root: IssuedCertificate,
  ...options: readonly string[]
): string {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-pki-'));
  try {
    writeFileSync(join(folder, 'root.pem'), root.certificatePem);
    writeFileSync(join(folder, 'chain.pem'), certificate.chainPem);
    writeFileSync(join(folder, 'leaf.pem'), certificate.certificatePem);
    const files = ['-CAfile', 'root.pem', '-untrusted', 'chain.pem', 'leaf.pem'];
    const run = spawnSync('openssl', ['verify', '-x509_strict', ...options, ...files], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (run.status === 0) return 'OK';
    return /^error \d+ at .*: (.*)$/m.exec(run.stderr)?.[1] ?? run.stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
