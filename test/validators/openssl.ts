import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toPem } from '@peercert/pki';
import { tool } from '../tools.ts';
import type { Question, Validate, Verdict } from './question.ts';

/** `openssl verify -purpose sslclient`, or `undefined` on a machine without it. */
export function createOpensslVerify(): Validate | undefined {
  const openssl = tool('openssl');
  return openssl === undefined ? undefined : (questions) => questions.map((question) => verify(openssl, question));
}

function verify(openssl: string, { anchors, intermediates, leaf, nowMs }: Question): Verdict {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-openssl-'));
  try {
    const file = (name: string, certificates: readonly Uint8Array[]): string => {
      writeFileSync(join(folder, name), certificates.map((der) => toPem(der)).join(''));
      return name;
    };
    const args = ['verify', '-purpose', 'sslclient', '-attime', String(Math.floor(nowMs / 1000))];
    args.push('-no-CApath', '-no-CAstore', '-CAfile', file('anchors.pem', anchors));
    if (intermediates.length > 0) args.push('-untrusted', file('intermediates.pem', intermediates));
    const { status, stderr } = spawnSync(openssl, [...args, file('leaf.pem', [leaf])], {
      cwd: folder,
      encoding: 'utf8',
    });
    const said = /error \d+ at \d+ depth lookup: .*/.exec(stderr)?.[0] ?? 'a certificate was not loaded';
    return { accepted: status === 0, says: status === 0 ? '' : said };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
