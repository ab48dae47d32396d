// `trustedProxies: 'unix'` believes everyone who can open the socket, and nobody else: not the same process at the same app over TCP,
// and no connection of which the address cannot be told any more.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, type RequestListener, request } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { fromHaproxy, fromNginx, type MtlsOptions, type Source } from '@peercert/core';
import { mtls } from '@peercert/koa';
import Koa from 'koa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tool } from '../../tools.ts';
import { type Backend, frameworks, type Seen, startBackend } from './backends.ts';
import { type Company, theCompany } from './company.ts';
import { haproxy, type Kind, nginx } from './kinds.ts';
import { openSite } from './site.ts';

interface Subject {
  readonly kind: Kind;
  readonly source: Source;
  readonly nameOf: (path: string) => string;
  readonly forge: (company: Company) => Readonly<Record<string, string>>;
}

const byUnix = { trustedProxies: 'unix', verifiedBy: 'peercert' } as const;

const nginxHeaders = ({ clients }: Company): Readonly<Record<string, string>> => ({
  'X-SSL-Client-Cert': encodeURIComponent(clients.admin.certificatePem),
  'X-SSL-Client-Verify': 'SUCCESS',
});

const subjects: readonly Subject[] = [
  { kind: nginx, source: fromNginx(byUnix), nameOf: (path) => `unix:${path}`, forge: nginxHeaders },
  {
    kind: haproxy,
    source: fromHaproxy(byUnix),
    nameOf: (path) => `unix@${path}`,
    forge: ({ clients }) => ({
      'X-SSL-Client-Cert': Buffer.from(clients.admin.certificateDer).toString('base64'),
      'X-SSL-Client-Chain': '',
      'X-SSL-Client-Verify': '0',
      'X-SSL-Client-Used': '1',
    }),
  },
];

function socketPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-socket-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // A worker of a proxy that has given up root comes this way, too.
  chmodSync(folder, 0o755);
  return join(folder, 'app.sock');
}

async function ask(to: object, path: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const sent = request({ path, headers, agent: false, ...to }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const { id, code } = (await json(response)) as { readonly id?: string; readonly code?: string };
  return `${response.statusCode} ${id ?? code}`;
}

describe.each(subjects)('an app on the Unix socket of $kind.name', ({ kind, source, nameOf, forge }) => {
  it.runIf(tool(kind.program) !== undefined).each(frameworks)(
    'hears of clients from it alone: $name',
    async (framework) => {
      const path = socketPath();
      const site = await openSite({ kind, framework, source, listen: { path }, app: nameOf });
      onTestFinished(() => site.close());
      const forged = forge(site.company);
      expect(await site.outcome('admin', '/admin')).toBe('200 admin');
      expect(await site.outcome('frontend', '/admin')).toBe('403 role_missing');
      const repeated = [...Object.entries(forged), ...Object.entries(forged)];
      const twins = Object.entries(forged).map(([name, value]) => [name.replaceAll('-', '_'), value] as const);
      for (const headers of [forged, repeated, twins]) {
        expect(await site.outcome('nobody', '/admin', headers)).toBe('401 certificate_missing');
        expect(await site.outcome('frontend', '/admin', headers)).toBe('403 role_missing');
      }
      for (const who of ['stranger', 'namesake', 'expired'] as const) {
        expect(await site.outcome(who, '/admin', forged)).not.toMatch(/^200|^403/);
      }
      const { address } = (await site.ask('admin', '/', { 'X-Forwarded-For': '10.0.0.1' })).json() as Seen;
      expect(address).toBe('127.0.0.1');
    },
  );
});

describe.each(frameworks)('an app on a Unix socket and on a port: $name', (framework) => {
  async function open(mtls: Partial<MtlsOptions> = {}) {
    const company = await theCompany();
    const app = await framework.createApp({
      source: fromNginx(byUnix),
      trust: company.trust,
      roles: { Administrators: 'admin' },
      ...mtls,
    });
    const backend = async (listen?: { path: string }): Promise<Backend> => {
      const started = await startBackend(app, listen);
      onTestFinished(() => started.stop());
      return started;
    };
    const path = socketPath();
    await backend({ path });
    const { port } = await backend();
    return { path, port, forged: nginxHeaders(company) };
  }

  it('believes every program that can open the socket', async () => {
    const { path, forged } = await open();
    expect(await ask({ socketPath: path }, '/admin', forged)).toBe('200 admin');
    expect(await ask({ socketPath: path }, '/admin', {})).toBe('401 certificate_missing');
  });

  it('believes nobody who comes to the port', async () => {
    const { port, forged } = await open();
    for (const localAddress of ['127.0.0.1', '127.0.0.3']) {
      expect(await ask({ port, host: '127.0.0.1', localAddress }, '/admin', forged)).toBe('401 certificate_missing');
    }
  });

  it('knows no address of a client that nobody tells, or that is none', async () => {
    const { path, forged } = await open({ addresses: { deny: ['192.0.2.0/24'] } });
    const from = async (told: Readonly<Record<string, string>>): Promise<string> =>
      ask({ socketPath: path }, '/admin', { ...forged, ...told });
    expect(await from({ 'X-Forwarded-For': '198.51.100.7' })).toBe('200 admin');
    expect(await from({ 'X-Forwarded-For': '192.0.2.1' })).toBe('403 address_denied');
    // What nginx writes of a client that came to itself over a Unix socket.
    expect(await from({ 'X-Forwarded-For': 'unix:' })).toBe('403 address_denied');
    expect(await from({})).toBe('403 address_denied');
  });
});

describe('a connection that is gone before the app asks whose it is', () => {
  /** Answers what became of a request whose client had hung up. */
  async function hungUp(listen: { path: string } | undefined): Promise<string> {
    const company = await theCompany();
    const app = new Koa();
    app.silent = true;
    let settle: (outcome: string) => void = () => undefined;
    const outcome = new Promise<string>((resolve) => {
      settle = resolve;
    });
    app.use(async (ctx, next) => {
      const { socket } = ctx.req;
      if (!socket.destroyed) await once(socket, 'close');
      await next();
      const { code } = JSON.parse(String(ctx.body)) as { readonly code: string };
      settle(`${socket.remoteAddress}: ${ctx.status} ${code}`);
    });
    app.use(mtls({ source: fromNginx(byUnix), trust: company.trust }));
    app.use((ctx) => {
      ctx.body = JSON.stringify({ code: ctx.state.mtls.client?.id });
    });
    const listener = app.callback();
    const started = await startBackend(
      ((incoming, response) => void listener(incoming, response)) as RequestListener,
      listen,
    );
    onTestFinished(() => started.stop());
    const client = connect(listen === undefined ? { port: started.port, host: '127.0.0.1' } : { path: listen.path });
    await once(client, 'connect');
    const lines = Object.entries(nginxHeaders(company)).map(([name, value]) => `${name}: ${value}\r\n`);
    client.write(`GET /admin HTTP/1.1\r\nHost: localhost\r\n${lines.join('')}\r\n`);
    client.destroySoon();
    return outcome;
  }

  it('is no Unix socket, because it has no address', async () => {
    expect(await hungUp(undefined)).toBe('undefined: 401 certificate_missing');
  });

  it('is none even if it was one', async () => {
    expect(await hungUp({ path: socketPath() })).toBe('undefined: 401 certificate_missing');
  });
});

describe('HTTP/2 without TLS', () => {
  it.each([
    ['over a Unix socket is believed', true, '200'],
    ['over a port is not', false, '401'],
  ])('%s', async (_, isUnix, expected) => {
    const company = await theCompany();
    const app = new Koa();
    app.silent = true;
    app.use(mtls({ source: fromNginx(byUnix), trust: company.trust }));
    app.use((ctx) => {
      ctx.body = { id: ctx.state.mtls.client?.id };
    });
    const server = createHttp2Server(app.callback());
    const path = socketPath();
    server.listen(isUnix ? { path } : { port: 0, host: '127.0.0.1' });
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    const session = connectHttp2('http://localhost', {
      createConnection: () =>
        typeof address === 'object' && address !== null
          ? connect({ port: address.port, host: '127.0.0.1' })
          : connect({ path }),
    });
    onTestFinished(() => session.destroy());
    const stream = session.request({
      ':path': '/',
      ...Object.fromEntries(Object.entries(nginxHeaders(company)).map(([name, value]) => [name.toLowerCase(), value])),
    });
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    await text(stream);
    expect(String(headers[':status'])).toBe(expected);
  });
});

describe.runIf(process.getuid?.() === 0)('the mode of the socket', () => {
  const connecting = `process.setgroups([]); process.setgid(65534); process.setuid(65534);
    require('node:net').connect(process.argv[1])
      .on('connect', () => { console.log('connected'); process.exit(); })
      .on('error', ({ code }) => console.log(code))`;
  /** As another user of the machine. */
  const knock = async (path: string): Promise<string> =>
    (await promisify(execFile)(process.execPath, ['-e', connecting, path])).stdout.trim();

  it('keeps everyone out who is not to be believed', async () => {
    const [framework] = frameworks as [(typeof frameworks)[0]];
    const company = await theCompany();
    const path = socketPath();
    const app = await framework.createApp({ source: fromNginx(byUnix), trust: company.trust });
    const started = await startBackend(app, { path });
    onTestFinished(() => started.stop());
    expect(await knock(path)).toBe('connected');
    chmodSync(path, 0o660);
    expect(await knock(path)).toBe('EACCES');
  });
});
