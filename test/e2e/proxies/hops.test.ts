// Other hops than one over loopback: a Unix socket, a balancer in front of the proxy, and mutual TLS to the app.
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { fromCaddy, fromHaproxy, fromNginx, fromTls, proxyCertificate, type Source, subjectCn } from '@peercert/core';
import type { IssuedCertificate } from '@peercert/pki';
import { type RequestAsOptions, requestAs } from '@peercert/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { tool } from '../../tools.ts';
import { frameworks, type Seen } from './backends.ts';
import { type Company, theCompany } from './company.ts';
import { caddy, haproxy, type Kind, nginx } from './kinds.ts';
import type { Program } from './program.ts';
import { openSite, outcomeOf, type Site } from './site.ts';

const forge = ({ clients }: Company): Readonly<Record<string, string>> => ({
  'X-SSL-Client-Cert': encodeURIComponent(clients.admin.certificatePem),
  'X-SSL-Client-Verify': 'SUCCESS',
});

const overUnixSockets: readonly [Kind, (options: never) => Source, (path: string) => string][] = [
  [nginx, fromNginx, (path) => `unix:${path}`],
  [haproxy, fromHaproxy, (path) => `unix@${path}`],
  [caddy, fromCaddy, (path) => `unix/${path}`],
];

describe.each(overUnixSockets)('$name over a Unix socket', (kind, source, nameOf) => {
  it.runIf(tool(kind.program) !== undefined).each(frameworks)('in front of $name', async (framework) => {
    const folder = mkdtempSync(join(tmpdir(), 'peercert-socket-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const site = await openSite({
      kind,
      framework,
      source: source({ trustedProxies: 'unix', verifiedBy: 'peercert' } as never),
      listen: { path: join(folder, 'app.sock') },
      app: nameOf,
    });
    onTestFinished(() => site.close());
    expect(await site.outcome('admin', '/admin')).toBe('200 admin');
    expect(await site.outcome('nobody', '/admin', forge(site.company))).toBe('401 certificate_missing');
    const agent = new Agent({ localAddress: '127.0.0.9' });
    const { address } = (await site.ask('admin', '/', {}, { agent })).json() as Seen;
    expect(address).toBe('127.0.0.9');
  });
});

const example = join(import.meta.dirname, '..', '..', '..', 'examples', 'balancer-nginx-koa');
const bothRun = tool('nginx') !== undefined && tool('haproxy') !== undefined;

describe.runIf(bothRun).each(frameworks)('HAProxy as balancer, then nginx, in front of $name', (framework) => {
  let site: Site;
  let balancer: Program;
  beforeAll(async () => {
    const balancerAddress = '127.0.0.1';
    const file = join(example, 'nginx.conf');
    const source = fromNginx({ trustedProxies: '127.0.0.1', verifiedBy: 'peercert' });
    const kind: Kind = {
      ...nginx,
      start: (options) => nginx.start({ ...options, values: () => ({ BALANCER: balancerAddress }) }),
    };
    site = await openSite({ kind, framework, source, file });
    balancer = await haproxy.start({
      company: site.company,
      app: '',
      file: join(example, 'haproxy.cfg'),
      values: (address) => ({ BALANCER: address, GATEWAY: `127.0.0.1:${site.proxy.port}` }),
    });
  });
  afterAll(async () => {
    await balancer?.stop();
    await site?.close();
  });

  const ask = (credential: IssuedCertificate | null, path = '/', options: RequestAsOptions = {}) =>
    requestAs(`https://127.0.0.1:${balancer.port}${path}`, {
      credential,
      ca: site.company.internal.certificatePem,
      ...options,
    });

  it('knows a client by the certificate that went through the balancer', async () => {
    const { admin, frontend } = site.company.clients;
    expect((await ask(admin, '/admin')).json()).toMatchObject({ id: 'admin', serialNumber: admin.serialNumber });
    expect(outcomeOf(await ask(frontend, '/admin'))).toBe('403 role_missing');
    expect(outcomeOf(await ask(null, '/admin', { headers: forge(site.company) }))).toBe('401 certificate_missing');
    expect((await ask(site.company.clients.stranger)).status).toBe(400);
  });

  it('knows a client that comes back in a resumed session', async () => {
    const { session } = (await ask(site.company.clients.admin)).connection;
    const again = await ask(site.company.clients.admin, '/', { session });
    expect(again.connection.sessionReused).toBe(true);
    expect(outcomeOf(again)).toBe('200 admin');
  });

  it('takes the client’s address from the balancer, whatever the client writes', async () => {
    const agent = new Agent({ localAddress: '127.0.0.9' });
    const headers = { 'X-Forwarded-For': '10.0.0.1', 'X-Real-IP': '10.0.0.1' };
    const response = await ask(site.company.clients.admin, '/', { agent, headers });
    expect(response.json()).toMatchObject({ address: '127.0.0.9' });
  });

  it('does not take it from others that speak the balancer’s protocol', async () => {
    const { chainPem: cert, privateKeyPem: key } = site.company.clients.admin;
    const socket = connectTcp({ port: site.proxy.port, host: '127.0.0.1', localAddress: '127.0.0.3' });
    socket.write('PROXY TCP4 10.0.0.1 127.0.0.1 50000 443\r\n');
    const tls = connectTls({ socket, cert, key, ca: site.company.internal.certificatePem, servername: 'localhost' });
    tls.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(await text(tls)).toContain('"address":"127.0.0.3"');
  });
});

describe.runIf(tool('nginx') !== undefined).each(frameworks)(
  'nginx with a certificate of its own before $name',
  (framework) => {
    let company: Company;
    let hop: IssuedCertificate;
    let colleague: IssuedCertificate;
    let site: Site;
    beforeAll(async () => {
      company = await theCompany();
      const { internal, root } = company;
      hop = await internal.issueClient({ subject: 'CN=gateway,O=Acme' });
      colleague = await internal.issueClient({ subject: 'CN=printer,O=Acme' });
      const server = await internal.issueServer({ dnsNames: ['app.internal'] });
      const gateway = proxyCertificate({
        trust: { anchors: internal.certificatePem },
        identity: subjectCn('gateway'),
      });
      site = await openSite({
        kind: nginx,
        framework,
        file: 'nginx-mtls-hop.conf',
        // Inside the company, clients may also come without the gateway.
        source: [fromNginx({ trustedProxies: gateway, verifiedBy: 'peercert' }), fromTls()],
        listen: {
          tls: {
            cert: server.chainPem,
            key: server.privateKeyPem,
            ca: [internal.certificatePem, root.certificatePem],
            requestCert: true,
            rejectUnauthorized: false,
          },
        },
        pki: { 'hop.pem': hop.chainPem, 'hop.key': hop.privateKeyPem, 'servers-ca.pem': internal.certificatePem },
      });
    });
    afterAll(() => site?.close());

    const askPast = async (credential: IssuedCertificate | null, options: RequestAsOptions = {}): Promise<string> =>
      outcomeOf(
        await requestAs(`https://127.0.0.1:${site.backend.port}/admin`, {
          credential,
          ca: company.internal.certificatePem,
          servername: 'app.internal',
          ...options,
        }),
      );

    it('knows the gateway by its certificate, and the client by what the gateway forwards', async () => {
      expect((await site.ask('admin', '/admin')).json()).toMatchObject({ id: 'admin', source: 'nginx' });
      expect(await site.outcome('frontend', '/admin', forge(company))).toBe('403 role_missing');
    });

    it('never takes the gateway itself for the client', async () => {
      expect(await site.outcome('nobody')).toBe('401 certificate_missing');
      expect(await site.outcome('nobody', '/', forge(company))).toBe('401 certificate_missing');
      expect(await askPast(hop)).toBe('401 certificate_missing');
    });

    it('takes others for clients, and their headers for nothing', async () => {
      const headers = forge(company);
      expect(await askPast(company.clients.admin)).toBe('200 admin');
      expect(await askPast(company.clients.frontend, { headers })).toBe('403 role_missing');
      expect(await askPast(colleague, { headers })).toBe('401 issuer_unknown');
      expect(await askPast(null, { headers })).toBe('401 certificate_missing');
    });

    it('knows no gateway by the name alone', async () => {
      const headers = forge(company);
      const namesake = await company.root.issueClient({ subject: 'CN=gateway,O=Acme' });
      const day = 86_400_000;
      const late = await company.internal.issueClient({
        subject: 'CN=gateway,O=Acme',
        validity: { notBefore: new Date(Date.now() - 2 * day), notAfter: new Date(Date.now() - day) },
      });
      expect(await askPast(namesake, { headers })).toBe('403 role_missing');
      expect(await askPast(late, { headers })).toBe('401 issuer_unknown');
    });
  },
);
