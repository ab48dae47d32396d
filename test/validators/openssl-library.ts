import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { hasOpensslHeaders, tool } from '../tools.ts';
import type { Question, Verdict } from './question.ts';
import { scratchFolder } from './scratch.ts';
import { sourceOf } from './source.ts';

/** What OpenSSL says by default, and when more is asked of it. */
export interface OpensslVerdict extends Verdict {
  /** With what a TLS handshake of Node asks besides: keys and hashes of security level 1. */
  readonly inHandshake: Verdict;
  /** With `-x509_strict -policy_check`. */
  readonly strictly: Verdict;
}

/**
 * `X509_verify_cert` with a purpose of sslclient and any certificate as an anchor, for many chains in one process;
 * `undefined` on a machine that cannot compile it.
 */
export function createOpensslLibrary(): ((questions: readonly Question[]) => readonly OpensslVerdict[]) | undefined {
  const compiler = tool('gcc');
  if (compiler === undefined || !hasOpensslHeaders()) return undefined;
  let program: string | undefined;
  return (questions) => {
    program ??= compile(compiler);
    const input = Buffer.concat(questions.flatMap(octetsOf));
    return execFileSync(program, { input, encoding: 'utf8', maxBuffer: 2 ** 30 })
      .trimEnd()
      .split('\n')
      .map(verdictOf);
  };
}

function compile(compiler: string): string {
  const program = join(scratchFolder(), 'validator');
  execFileSync(compiler, ['-O2', '-o', program, sourceOf('openssl/validator.c'), '-lcrypto']);
  return program;
}

function octetsOf({ anchors, intermediates, leaf, nowMs }: Question): readonly Uint8Array[] {
  const seconds = Buffer.alloc(8);
  seconds.writeBigInt64LE(BigInt(Math.floor(nowMs / 1000)));
  const list = (all: readonly Uint8Array[]): readonly Uint8Array[] => [number(all.length), ...all.flatMap(withLength)];
  return [seconds, ...list(anchors), ...list(intermediates), ...withLength(leaf)];
}

function withLength(der: Uint8Array): readonly Uint8Array[] {
  return [number(der.length), der];
}

function number(value: number): Uint8Array {
  const octets = Buffer.alloc(4);
  octets.writeUInt32LE(value);
  return octets;
}

function verdictOf(line: string): OpensslVerdict {
  const [byDefault, inHandshake, strictly] = line.split('\t').map((said): Verdict => {
    return { accepted: said === 'ok', says: said === 'ok' ? '' : said };
  });
  if (byDefault === undefined || inHandshake === undefined || strictly === undefined) throw new Error(line);
  return { ...byDefault, inHandshake, strictly };
}
