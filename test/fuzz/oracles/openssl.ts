import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toPem } from '@peercert/pki';
import { tool } from '../../tools.ts';
import type { PathInput } from '../world.ts';

/** `undefined`: verified. Otherwise what OpenSSL said. */
export type OpensslAnswer = string | undefined;

/** The `openssl` command, or `undefined` on a machine without it. */
export function createOpenssl(): ((input: PathInput, strict: boolean) => Promise<OpensslAnswer>) | undefined {
  const program = tool('openssl');
  if (program === undefined) return undefined;
  return (input, strict) => verify(program, input, strict);
}

const anyPolicy = '2.5.29.32.0';

/** `-partial_chain`: any certificate may be an anchor. `-policy`: the user-initial-policy-set of RFC 5280 6.1.1 (c). */
async function verify(
  program: string,
  { presented, anchors, nowMs }: PathInput,
  strict: boolean,
): Promise<OpensslAnswer> {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-fuzz-'));
  try {
    const file = (name: string, certificates: readonly Uint8Array[]): string => {
      const path = join(folder, name);
      writeFileSync(path, certificates.map((one) => toPem(one)).join(''));
      return path;
    };
    const [leaf, ...others] = presented;
    const args = ['verify', ...(strict ? ['-x509_strict'] : []), '-partial_chain', '-policy', anyPolicy];
    args.push('-purpose', 'sslclient', '-attime', String(Math.floor(nowMs / 1000)));
    args.push('-no-CAfile', '-no-CApath', '-no-CAstore', '-trusted', file('anchors.pem', anchors));
    if (others.length > 0) args.push('-untrusted', file('others.pem', others));
    return await run(program, [...args, file('leaf.pem', leaf === undefined ? [] : [leaf])]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[]): Promise<OpensslAnswer> {
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: 20_000 }, (error, stdout, stderr) => {
      if (error === null) return resolve(undefined);
      if (error.killed === true) return resolve('no answer');
      resolve(/error \d+ at \d+ depth lookup: .*/.exec(`${stdout}\n${stderr}`)?.[0] ?? 'certificate not loaded');
    });
  });
}
