import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { tool } from '../tools.ts';
import type { Question, Validate, Verdict } from './question.ts';

// `test/` from here, and from `test/dist/` where the programs of that folder are compiled to.
const source = join(import.meta.dirname.replace(/([\\/])dist([\\/]validators)$/, '$1$2'), 'go', 'main.go');

/** `crypto/x509` of Go, or `undefined` on a machine without Go. It needs no module and nothing from the network. */
export function createGo(): Validate | undefined {
  const go = tool('go');
  if (go === undefined) return undefined;
  return (questions) => {
    const folder = mkdtempSync(join(tmpdir(), 'peercert-go-'));
    try {
      const program = join(folder, 'validator');
      execFileSync(go, ['build', '-o', program, source], {
        env: { GOCACHE: join(folder, 'cache'), ...env, GO111MODULE: 'off', GOTOOLCHAIN: 'local' },
      });
      const input = questions.map((question) => `${JSON.stringify(inJson(question))}\n`).join('');
      return execFileSync(program, { input, encoding: 'utf8', maxBuffer: 2 ** 30 })
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Verdict);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
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
