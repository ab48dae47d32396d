/** Keeps the servers up for curl: the commands to paste, and the files that they name. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Credential } from '@peercert/testing';
import type { Client } from './clients.ts';
import type { Stage } from './drive.ts';
import { outcomeText, requestText } from './report.ts';

/** Who can be played with curl: some that are let in, some that are turned away. */
const parts: readonly string[] = ['admin', 'partner', 'frontend', 'no certificate', 'expired', 'unknown authority'];

/**
 * Returns when the user interrupts the program.
 *
 * @param folder where the files are until then
 */
export async function serve(stage: Stage, cast: ReadonlyMap<Client, Credential | null>, folder: string): Promise<void> {
  const caFile = write(folder, 'ca', stage.ca);
  const players = [...cast]
    .filter(([client]) => parts.includes(client.name))
    .map(([client, credential]) => ({ client, curl: curlAs(folder, client, credential, caFile) }));

  for (const { framework, origin } of stage.services) {
    console.log(`\n${framework} at ${origin}`);
    for (const { client, curl } of players) {
      for (const expected of client.asks.filter(({ connection }) => connection === undefined)) {
        console.log(`\n  ${client.name}, ${requestText(expected)}: ${outcomeText(expected)}`);
        console.log(`  ${curl} ${origin}${expected.path}`);
      }
    }
  }
  console.log('\nThe servers are up. Ctrl-C ends them and removes the files.');
  await interruption();
}

/** The command without its URL. */
function curlAs(folder: string, { name }: Client, credential: Credential | null, caFile: string): string {
  const curl = `curl -i --cacert ${quote(caFile)}`;
  if (credential === null) return curl;
  // Certificate, intermediates and key: curl takes them all from one file.
  return `${curl} --cert ${quote(write(folder, name, credential.chainPem + credential.privateKeyPem))}`;
}

function write(folder: string, name: string, pem: string): string {
  const file = join(folder, `${name.replaceAll(' ', '-')}.pem`);
  writeFileSync(file, pem, { mode: 0o600 });
  return file;
}

/** For a shell, should the temporary folder have an unusual name. */
function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function interruption(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}
