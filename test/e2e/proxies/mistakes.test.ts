// What the log says when a real proxy was told a line that is nearly right.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DecisionEvent, fromApache, fromCaddy, fromHaproxy, fromNginx, type Source } from '@peercert/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tool } from '../../tools.ts';
import { type Framework, frameworks } from './backends.ts';
import { type Change, folder } from './configuration.ts';
import { apache, caddy, haproxy, type Kind, nginx } from './kinds.ts';
import { openSite } from './site.ts';

const [framework] = frameworks as [Framework];
const ours = { trustedProxies: '127.0.0.1', verifiedBy: 'peercert' } as const;

/** The one line of a configuration that has this in it. */
function lineWith(file: string, part: string): string {
  const [line, ...more] = readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter((one) => one.includes(part));
  if (line === undefined || more.length > 0) throw new Error(`${file} does not have exactly once: ${part}`);
  return line;
}

const instead = (file: string, part: string, other: string): Change => {
  const line = lineWith(file, part);
  return [line, line.replace(part, other)];
};

describe.each<[string, Kind, Source, readonly Change[], string, string]>([
  [
    'nginx forwards a fingerprint',
    nginx,
    fromNginx(ours),
    [instead('nginx.conf', '$ssl_client_escaped_cert', '$ssl_client_fingerprint')],
    'pem_empty',
    'It looks like a fingerprint',
  ],
  [
    'nginx forwards a name',
    nginx,
    fromNginx(ours),
    [instead('nginx.conf', '$ssl_client_escaped_cert', '$ssl_client_s_dn')],
    'pem_empty',
    'It looks like a distinguished name',
  ],
  [
    'nginx forwards no verdict',
    nginx,
    fromNginx(ours),
    [instead('nginx.conf', 'proxy_set_header X-SSL-Client-Verify', 'proxy_set_header X-Other')],
    'verdict_missing',
    'proxy_set_header X-SSL-Client-Verify $ssl_client_verify;',
  ],
  [
    'HAProxy forwards octets',
    haproxy,
    fromHaproxy(ours),
    [instead('haproxy.cfg', 'ssl_c_der,base64', 'ssl_c_der')],
    'base64',
    'HAProxy needs the converter base64',
  ],
  [
    'HAProxy forwards digits',
    haproxy,
    fromHaproxy(ours),
    [instead('haproxy.cfg', 'ssl_c_der,base64', 'ssl_c_der,hex')],
    'base64',
    'DER in hexadecimal digits',
  ],
  [
    'Apache forwards what it did not export',
    apache,
    fromApache(ours),
    [
      instead('apache.conf', '"%{SSL_CLIENT_CERT}s"', '"%{SSL_CLIENT_CERT}e"'),
      instead('apache.conf', '+ExportCertData', '-ExportCertData'),
    ],
    'verdict_without_certificate',
    'SSLOptions +ExportCertData',
  ],
  [
    'Apache escapes the PEM',
    apache,
    fromApache(ours),
    [instead('apache.conf', '"%{SSL_CLIENT_CERT}s"', '"expr=%{escape:%{SSL_CLIENT_CERT}}"')],
    'pem_boundary',
    'It looks like percent-encoded PEM',
  ],
  [
    'Caddy forwards a placeholder',
    caddy,
    fromCaddy(ours),
    [
      instead(
        'Caddyfile',
        'header_up X-SSL-Client-Cert {http.request.tls.client.certificate_der_base64}',
        'header_up X-SSL-Client-Cert {http.request.tls.client.certificate_der}',
      ),
    ],
    'placeholder',
    'the name of a variable that the proxy did not fill in',
  ],
])('%s', (_, kind, source, changes, rule, remedy) => {
  it.runIf(tool(kind.program) !== undefined)(`which the log tells as ${rule}`, async () => {
    const events: DecisionEvent[] = [];
    const site = await openSite({
      kind,
      framework,
      source,
      changes,
      mtls: { onDecision: (event) => events.push(event) },
    });
    onTestFinished(() => site.close());
    expect(await site.outcome('admin')).toBe('400 header_malformed');
    expect(events.at(-1)).toMatchObject({
      decision: {
        outcome: 'deny',
        reason: { code: 'header_malformed', detail: { rule, remedy: expect.stringContaining(remedy) } },
      },
    });
  });
});
