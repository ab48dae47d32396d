import { execFileSync } from 'node:child_process';
import type { Tolerance } from '@peercert/core';
import { type Program, tool, unsuitable } from '../tools.ts';

type Validator = Tolerance['acceptedBy'][number];

/** Whose verdicts stand beside the tolerances: the versions in Debian 12. Others differ here and there. */
export const askedVersions: { readonly [Name in Validator]: string } = { OpenSSL: '3.0', Go: '1.19' };

const commands: { readonly [Name in Validator]: Program } = { OpenSSL: 'openssl', Go: 'go' };

/** Whether this machine has the version that was asked; what it has instead is named as missing. */
export function hasAskedVersion(validator: Validator): boolean {
  const program = tool(commands[validator]);
  if (program === undefined) return false;
  const said = execFileSync(program, ['version'], { encoding: 'utf8' });
  const found = /(\d+\.\d+)/.exec(said)?.[0];
  return found === askedVersions[validator] || unsuitable(`${validator} ${askedVersions[validator]}`, said.trim());
}
