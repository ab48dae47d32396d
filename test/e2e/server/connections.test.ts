// Connections as real programs open them: balancers that announce their clients, and clients that come to nothing.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect, type SecureContextOptions, type TlsOptions } from 'node:tls';
import { mtls } from '@peercert/express';
import {
  type ConnectionGuard,
  type ConnectionOptions,
  type ConnectionRefusedEvent,
  guardConnections,
} from '@peercert/server';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tool } from '../../tools.ts';
import { freePort } from '../free-port.ts';
import { type Company, theCompany } from '../proxies/company.ts';
import type { Change } from '../proxies/configuration.ts';
import { haproxy } from '../proxies/kinds.ts';

interface Site {
  readonly company: Company;
  readonly port: number;
  readonly guard: ConnectionGuard;
  readonly events: readonly ConnectionRefusedEvent[];
}

/** Express behind a guard: answers who the client is and where it came from. */
async function open(connection: ConnectionOptions, tls: TlsOptions = {}): Promise<Site> {
  const company = await theCompany();
  const app = express()
    .use(mtls({ trust: company.trust, addresses: { deny: ['127.0.0.66'] } }))
    .get('/', (req, res) => void res.send(`${req.mtls.client?.commonName} from ${req.socket.remoteAddress}`));
  const { chainPem: cert, privateKeyPem: key } = company.gateway;
  const ca = company.root.certificatePem;
  const server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: false, ...tls }, app);
  const events: ConnectionRefusedEvent[] = [];
  const guard = guardConnections(server, connection, (event) => events.push(event));
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  return { company, port: (server.address() as AddressInfo).port, guard, events };
}

/** What a client from this address of loopback is answered: the first and the last line, or `nothing`. */
async function answer({ clients, internal }: Company, at: number | string, localAddress: string): Promise<string> {
  const { chainPem: cert, privateKeyPem: key } = clients.admin;
  const credential: SecureContextOptions = { cert, key, ca: internal.certificatePem };
  const where = typeof at === 'string' ? { path: at } : { port: at, host: '127.0.0.1', localAddress };
  const socket = connect({ ...where, servername: 'localhost', ...credential });
  socket.end('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const answered = await text(socket).catch(() => '');
  const lines = answered.split('\r\n');
  return answered === '' ? 'nothing' : `${lines[0]} ${lines.at(-1)}`;
}

const passthrough = 'send-proxy-v2 proxy-v2-options crc32c';
const announcements: readonly (readonly [string, readonly Change[]])[] = [
  ['version 2 with a checksum, as documented', []],
  ['version 2 with nothing else', [[passthrough, 'send-proxy-v2']]],
  [
    'version 2 with an identifier and facts of TLS',
    [
      [passthrough, 'send-proxy-v2-ssl-cn proxy-v2-options crc32c,unique-id,authority'],
      ['  default_backend app', '  unique-id-format %[uuid()]\n  default_backend app'],
    ],
  ],
  ['version 1', [[passthrough, 'send-proxy']]],
];

describe.runIf(tool('haproxy') !== undefined).each(announcements)(
  'behind HAProxy that announces by %s',
  (_, changes) => {
    it('each client has its own address, for the application and for the address rules', async () => {
      const { company, events, guard, port } = await open({
        proxyProtocol: { from: ['127.0.0.1'], others: 'refuse' },
        deny: ['127.0.0.7'],
      });
      const proxy = await haproxy.start({
        company,
        app: `127.0.0.1:${port}`,
        file: 'haproxy-passthrough.cfg',
        changes,
      });
      onTestFinished(proxy.stop);
      const before = guard.status().admitted;
      expect(await answer(company, proxy.port, '127.0.0.5')).toBe('HTTP/1.1 200 OK admin from 127.0.0.5');
      expect(await answer(company, proxy.port, '127.0.0.6')).toBe('HTTP/1.1 200 OK admin from 127.0.0.6');
      expect(await answer(company, proxy.port, '127.0.0.66')).toMatch(/^HTTP\/1\.1 403 .*address_denied/);
      expect(guard.status().admitted).toBe(before + 3);
      expect(await answer(company, proxy.port, '127.0.0.7')).toBe('nothing');
      const denied = events.filter(({ cause }) => cause === 'address_denied');
      expect(denied).toEqual([
        {
          type: 'connection_refused',
          cause: 'address_denied',
          address: '127.0.0.7',
          port: expect.any(Number) as number,
          balancer: '127.0.0.1',
          detail: undefined,
        },
      ]);
    });
  },
);

describe.runIf(tool('haproxy') !== undefined)('behind HAProxy that checks the health of the server', () => {
  it('its own connections are its own', async () => {
    const { company, events, guard, port } = await open({ proxyProtocol: { from: ['127.0.0.1'] } });
    const proxy = await haproxy.start({
      company,
      app: `127.0.0.1:${port}`,
      file: 'haproxy-passthrough.cfg',
      changes: [[passthrough, `${passthrough} check check-ssl verify none inter 50ms`]],
    });
    onTestFinished(proxy.stop);
    await expect.poll(() => guard.status().admitted, { timeout: 10_000 }).toBeGreaterThan(2);
    expect(events.filter(({ cause }) => cause !== 'closed')).toEqual([]);
    expect(await answer(company, proxy.port, '127.0.0.5')).toContain('from 127.0.0.5');
  });
});

describe.runIf(tool('haproxy') !== undefined)('behind HAProxy that listens elsewhere too', () => {
  const bind = `  bind "\${GATEWAY}"`;

  it.each(['send-proxy', 'send-proxy-v2'])('a client of IPv4 on a socket of IPv6 is announced by %s', async (send) => {
    const { company, port } = await open({ proxyProtocol: { from: ['127.0.0.1'] }, allow: ['127.0.0.5'] });
    const second = await freePort();
    const proxy = await haproxy.start({
      company,
      app: `127.0.0.1:${port}`,
      file: 'haproxy-passthrough.cfg',
      changes: [
        [passthrough, send],
        [bind, `${bind}\n  bind ":::${second}" v4v6`],
      ],
    });
    onTestFinished(proxy.stop);
    expect(await answer(company, second, '127.0.0.5')).toBe('HTTP/1.1 200 OK admin from 127.0.0.5');
    expect(await answer(company, second, '127.0.0.6')).toBe('nothing');
  });

  it.each(['send-proxy', 'send-proxy-v2'])('a client of its Unix socket counts as itself by %s', async (send) => {
    const { company, port } = await open({ proxyProtocol: { from: ['127.0.0.1'] } });
    const path = join(await temporaryFolder(), 'gateway');
    const proxy = await haproxy.start({
      company,
      app: `127.0.0.1:${port}`,
      file: 'haproxy-passthrough.cfg',
      changes: [
        [passthrough, send],
        [bind, `${bind}\n  bind "unix@${path}"`],
      ],
    });
    onTestFinished(proxy.stop);
    expect(await answer(company, path, '')).toBe('HTTP/1.1 200 OK admin from 127.0.0.1');
  });
});

describe.runIf(tool('haproxy') !== undefined)('behind HAProxy that announces nobody', () => {
  it('no client is believed to be the balancer', async () => {
    const { company, events, port } = await open({ proxyProtocol: { from: ['127.0.0.1'] } });
    const changes: Change[] = [[passthrough, '']];
    const proxy = await haproxy.start({ company, app: `127.0.0.1:${port}`, file: 'haproxy-passthrough.cfg', changes });
    onTestFinished(proxy.stop);
    expect(await answer(company, proxy.port, '127.0.0.5')).toBe('nothing');
    expect(events.map(({ cause }) => cause)).toContain('proxy_header_missing');
  });
});

const curl = tool('curl');

describe.runIf(curl !== undefined)('curl', () => {
  const fetch = ({ company, port }: Site, folder: string, ...options: string[]) => {
    const { admin } = company.clients;
    const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => `${folder}/${name}.pem`) as [string, string, string];
    writeFileSync(ca, company.internal.certificatePem);
    writeFileSync(cert, admin.chainPem);
    writeFileSync(key, admin.privateKeyPem);
    const url = `https://localhost:${port}/`;
    const standard = ['-sS', '--max-time', '10', '--resolve', `localhost:${port}:127.0.0.1`];
    const files = ['--cacert', ca, '--cert', cert, '--key', key];
    return run(curl as string, [...standard, ...files, ...options, url]);
  };

  it('announces itself from a listed address, and is not believed from another', async () => {
    const folder = await temporaryFolder();
    const site = await open({ proxyProtocol: { from: ['127.0.0.3'] } });
    const announced = await fetch(site, folder, '--haproxy-protocol', '--interface', '127.0.0.3');
    expect(announced).toEqual({ code: 0, output: 'admin from 127.0.0.3' });
    const untrusted = await fetch(site, folder, '--haproxy-protocol', '--interface', '127.0.0.4');
    expect(untrusted.code).not.toBe(0);
    expect(site.events.map(({ address, cause }) => `${cause} ${address}`)).toEqual([
      'proxy_header_untrusted 127.0.0.4',
    ]);
    expect(await fetch(site, folder, '--interface', '127.0.0.4')).toEqual({ code: 0, output: 'admin from 127.0.0.4' });
  });
});

const openssl = tool('openssl');

describe.runIf(openssl !== undefined)('openssl s_client', () => {
  const options = ['s_client', '-servername', 'localhost', '-bind', '127.0.0.9', '-connect'];

  it.each([
    ['that does not trust the server', ['-verify_return_error', '-verify', '5'], {}, /UNKNOWN_CA$/],
    ['whose version is too old', ['-tls1_2'], { minVersion: 'TLSv1.3' }, /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/],
    [
      'that shares no cipher',
      ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
      { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
      /NO_SHARED_CIPHER$/,
    ],
    ['that has no certificate', [], { rejectUnauthorized: true }, /\w/],
  ] as const)('%s is told once, with the reason', async (_, more, tls, detail) => {
    const site = await open({}, tls as TlsOptions);
    await run(openssl as string, [...options, `127.0.0.1:${site.port}`, ...more]);
    await expect.poll(() => site.guard.status().pending).toBe(0);
    expect(site.events).toEqual([
      {
        type: 'connection_refused',
        cause: 'tls_error',
        address: '127.0.0.9',
        port: expect.any(Number) as number,
        balancer: undefined,
        detail: expect.stringMatching(detail) as string,
      },
    ]);
  });

  it('that waits for the server to speak first is ended in time', async () => {
    const site = await open({ handshakes: { seconds: 0.3 } });
    // With STARTTLS it waits for the greeting of a mail server, which never comes.
    const child = spawn(openssl as string, [...options, `127.0.0.1:${site.port}`, '-starttls', 'smtp'], {
      stdio: 'ignore',
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    await expect.poll(() => site.events).toHaveLength(1);
    expect(site.events[0]).toMatchObject({ cause: 'handshake_timeout', address: '127.0.0.9' });
    expect(site.guard.status().pending).toBe(0);
  });
});

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'peercert-curl-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function run(path: string, args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = execFile(path, args, { timeout: 15_000 }, (error, output) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), output });
    });
    child.stdin?.end();
  });
}
