// The example of the README of packages/server, as it is printed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority, requestAs } from '@peercert/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { freePort } from '../free-port.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const directory = mkdtempSync(join(tmpdir(), 'peercert-readme-'));
let program: ChildProcess | undefined;

afterAll(async () => {
  if (program?.kill()) await once(program, 'exit');
  rmSync(directory, { recursive: true, force: true });
});

describe('the example of the README', () => {
  it('lets an administrator in, explains to others, and follows its files', async () => {
    const [servers, clients] = [await createTestAuthority({ name: 'A' }), await createTestAuthority({ name: 'B' })];
    const { chainPem, privateKeyPem } = await servers.server();
    writeFileSync(join(directory, 'tls.crt'), chainPem);
    writeFileSync(join(directory, 'tls.key'), privateKeyPem, { mode: 0o600 });
    writeFileSync(join(directory, 'clients.pem'), clients.caPem);
    const text = readFileSync(join(root, 'packages', 'server', 'README.md'), 'utf8');
    const [, code = ''] = /```js\n([\s\S]*?)```/.exec(text) ?? [];
    const port = await freePort();
    writeFileSync(join(directory, 'main.mjs'), code.replace('8443', String(port)));
    symlinkSync(join(root, 'test', 'node_modules'), join(directory, 'node_modules'));
    program = spawn(process.execPath, ['main.mjs'], { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] });

    let logged = '';
    program.stdout?.on('data', (chunk: Buffer) => {
      logged += String(chunk);
    });

    const alice = await clients.client({ cn: 'alice', ou: 'Administrators' });
    const ask = async (credential: typeof alice | null): Promise<string> => {
      const url = `https://localhost:${port}/admin`;
      const { body, status } = await requestAs(url, { ca: servers.caPem, credential });
      return `${status} ${body}`;
    };
    await expect.poll(() => ask(alice).catch(String), { timeout: 15_000 }).toBe('200 {"hello":"alice"}');
    expect(await ask(null)).toMatch(/^401 .*certificate_missing/);
    writeFileSync(join(directory, 'clients.pem'), servers.caPem);
    await expect.poll(() => logged, { timeout: 15_000 }).toContain("type: 'trust_updated'");
    expect(logged).toMatch(/\/admin \{\s+code: 'certificate_missing'/);
    expect(await ask(alice)).toMatch(/^401 .*issuer_unknown/);
  });
});
