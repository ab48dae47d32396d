/**
 * The programs and data that some suites need beside Node. A suite asks for each by name and runs without what is not
 * there; the runner lists it at the end. Under `PEERCERT_REQUIRE=all` whatever is missing is an error instead.
 *
 *     const nginx = tool('nginx');
 *     describe.runIf(nginx !== undefined)('behind nginx', () => { ... });
 */
import { accessSync, appendFileSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { env } from 'node:process';

/** Each program: the names it goes by, and the Debian package that has it. */
const programs = {
  nginx: { commands: ['nginx'], debian: 'nginx-light' },
  haproxy: { commands: ['haproxy'], debian: 'haproxy' },
  apache2: { commands: ['apache2', 'httpd'], debian: 'apache2' },
  caddy: { commands: ['caddy'], debian: 'caddy' },
  'redis-server': { commands: ['redis-server', 'valkey-server'], debian: 'redis-server' },
  openssl: { commands: ['openssl'], debian: 'openssl' },
  curl: { commands: ['curl'], debian: 'curl' },
  certtool: { commands: ['certtool'], debian: 'gnutls-bin' },
  certutil: { commands: ['certutil'], debian: 'libnss3-tools' },
  python3: { commands: ['python3'], debian: 'python3' },
  keytool: { commands: ['keytool'], debian: 'default-jre-headless' },
  'ssh-keygen': { commands: ['ssh-keygen'], debian: 'openssh-client' },
  xxd: { commands: ['xxd'], debian: 'xxd' },
  go: { commands: ['go'], debian: 'golang-go' },
  gcc: { commands: ['gcc', 'cc'], debian: 'gcc' },
  chromium: { commands: ['chromium', 'chromium-browser', 'google-chrome'], debian: 'chromium' },
} as const;

export type Program = keyof typeof programs;

/** The path of a program, or `undefined` after it was noted as missing. Throws under `PEERCERT_REQUIRE=all`. */
export function tool(name: Program): string | undefined {
  const { commands, debian } = programs[name];
  for (const command of commands) {
    const path = find(command);
    if (path !== undefined) return path;
  }
  return missing(name, `Debian package ${debian}`);
}

/** Whether a C program can be compiled against OpenSSL. */
export function hasOpensslHeaders(): boolean {
  return (
    existsSync('/usr/include/openssl/ssl.h') || missing('OpenSSL headers', 'Debian package libssl-dev') !== undefined
  );
}

/** The folder of the conformance corpora, or `undefined` after it was noted as missing. */
export function corpora(): string | undefined {
  const folder = env['PEERCERT_CORPORA'];
  if (folder !== undefined && existsSync(folder)) return folder;
  return missing('corpora', folder === undefined ? 'set PEERCERT_CORPORA' : `PEERCERT_CORPORA=${folder} is not there`);
}

/** Notes that a program is there in a version that a suite cannot use. */
export function unsuitable(wanted: string, found: string): false {
  return missing(wanted, `here: ${found}`) ?? false;
}

// Daemons live in sbin, which is not on the search path of everyone.
const folders: readonly string[] = [...(env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];

function find(command: string): string | undefined {
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function missing(name: string, remedy: string): undefined {
  if (env['PEERCERT_REQUIRE'] === 'all') throw new Error(`${name} is missing (${remedy})`);
  const list = env['PEERCERT_MISSING'];
  if (list !== undefined) appendFileSync(list, `${name} (${remedy})\n`);
  return undefined;
}
