// What is left of a header of nginx once another proxy has passed it on.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromNginx } from '@peercert/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tool } from '../../tools.ts';
import { type Framework, frameworks } from './backends.ts';
import { type Kind, nginx } from './kinds.ts';
import { type Program, startProgram } from './program.ts';
import { openSite, type Site } from './site.ts';

const [framework] = frameworks as [Framework];

/** Forwards HTTP and touches nothing, but that it unfolds headers, as RFC 9112 section 5.2 asks of it. */
const passingOn = (port: number, app: string): string => `
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend in
  bind 127.0.0.1:${port}
  default_backend out
backend out
  server app ${app}
`;

describe.runIf(tool('nginx') !== undefined && tool('haproxy') !== undefined)('$ssl_client_cert of nginx', () => {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-unfold-'));
  let hop: Program | undefined;
  let site: Site;

  const throughHaproxy: Kind = {
    ...nginx,
    async start(options) {
      hop = await startProgram((port) => {
        writeFileSync(join(folder, 'haproxy.cfg'), passingOn(port, options.app));
        return { path: tool('haproxy') as string, args: ['-db', '-f', join(folder, 'haproxy.cfg')] };
      });
      return nginx.start({ ...options, app: `127.0.0.1:${hop.port}` });
    },
  };

  beforeAll(async () => {
    site = await openSite({
      kind: throughHaproxy,
      framework,
      source: fromNginx({ trustedProxies: '127.0.0.1', verifiedBy: 'peercert' }),
      changes: [['$ssl_client_escaped_cert;', '$ssl_client_cert;']],
    });
  });
  afterAll(async () => {
    await site?.close();
    await hop?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is read where HAProxy has unfolded it', async () => {
    expect(await site.outcome('admin', '/admin')).toBe('200 admin');
    expect(await site.outcome('frontend', '/admin')).toBe('403 role_missing');
    expect(await site.outcome('nobody')).toBe('401 certificate_missing');
    expect(await site.outcome('stranger')).toBe('400 of the proxy');
  });

  it('is no way for a client to bring one of his own', async () => {
    const pem = site.company.clients.admin.certificatePem.trimEnd().replaceAll('\n', ' ');
    for (const headers of [
      { 'X-SSL-Client-Cert': pem },
      { 'X-SSL-Client-Cert': pem, 'X-SSL-Client-Verify': 'SUCCESS' },
    ]) {
      expect(await site.outcome('nobody', '/admin', headers)).toBe('401 certificate_missing');
      expect(await site.outcome('frontend', '/admin', headers)).toBe('403 role_missing');
    }
  });
});
