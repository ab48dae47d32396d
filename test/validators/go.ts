import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { env } from 'node:process';
import { tool } from '../tools.ts';
import type { Question, Validate, Verdict } from './question.ts';
import { scratchFolder } from './scratch.ts';
import { sourceOf } from './source.ts';

/** `crypto/x509` of Go, or `undefined` on a machine without Go. It needs no module and nothing from the network. */
export function createGo(): Validate | undefined {
  const go = tool('go');
  if (go === undefined) return undefined;
  let program: string | undefined;
  return (questions) => {
    program ??= compile(go);
    const input = questions.map((question) => `${JSON.stringify(inJson(question))}\n`).join('');
    return execFileSync(program, { input, encoding: 'utf8', maxBuffer: 2 ** 30 })
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Verdict);
  };
}

function compile(go: string): string {
  const folder = scratchFolder();
  const program = join(folder, 'validator');
  execFileSync(go, ['build', '-o', program, sourceOf('go/main.go')], {
    env: { GOCACHE: join(folder, 'cache'), ...env, GO111MODULE: 'off', GOTOOLCHAIN: 'local' },
  });
  return program;
}

function inJson({ anchors, intermediates, leaf, nowMs }: Question): unknown {
  return {
    anchors: anchors.map(base64),
    intermediates: intermediates.map(base64),
    leaf: base64(leaf),
    seconds: Math.floor(nowMs / 1000),
  };
}

function base64(der: Uint8Array): string {
  return Buffer.from(der).toString('base64');
}
