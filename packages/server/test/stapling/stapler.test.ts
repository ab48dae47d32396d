import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, createSecureContext, createServer, type SecureContext } from 'node:tls';
import { promisify } from 'node:util';
import { parseOcspResponse } from '@peercert/core';
import { type Authority, createRootAuthority, type IssuedCertificate } from '@peercert/pki';
import { type RevocationServer, startRevocationServer } from '@peercert/testing';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { tool } from '../../../../test/tools.ts';
import { readServerIdentity, type ServerIdentity } from '../../src/identity/server-identity.ts';
import { createStapler, type Stapler } from '../../src/stapling/stapler.ts';
import type { StaplingEvent } from '../../src/stapling/stapling-event.ts';
import type { StaplingOptions } from '../../src/stapling/stapling-options.ts';

let root: Authority;
let issuing: Authority;
let responder: RevocationServer;
let events: StaplingEvent[];

beforeAll(async () => {
  root = await createRootAuthority({ subject: 'CN=Root' });
  issuing = await root.issueAuthority({ subject: 'CN=Issuing' });
});

beforeEach(async () => {
  events = [];
  responder = await startRevocationServer({ authority: issuing });
  return () => responder.close();
});

/** By the issuing authority, naming the responder in the certificate. */
function issue(name: string, ocspUrl: string | undefined = responder.ocspUrl): Promise<IssuedCertificate> {
  const named = ocspUrl === undefined ? {} : { authorityInfoAccess: { ocsp: [{ uri: ocspUrl }] } };
  return issuing.issueServer({ dnsNames: [name], ...named });
}

function identityOf({ chainPem, privateKeyPem }: IssuedCertificate): ServerIdentity {
  return readServerIdentity({ certificate: chainPem, key: privateKeyPem }, { clock: Date.now });
}

function staplerOf(options: StaplingOptions = {}, clock = Date.now): Stapler {
  const stapler = createStapler(options, { clock, onEvent: (event) => events.push(event), random: () => 0 });
  onTestFinished(() => stapler.close());
  return stapler;
}

/** What the stapler answers to a handshake that shows this certificate. */
function stapled(stapler: Stapler, certificate: IssuedCertificate): Buffer | null {
  const answers: (Buffer | null)[] = [];
  stapler.respond(certificate.certificateDer, null, (error, response) => {
    expect(error).toBeNull();
    answers.push(response);
  });
  // At once, and once.
  expect(answers).toHaveLength(1);
  return answers[0] ?? null;
}

/** The staple that a real client of Node is shown. */
async function shownTo(port: number, servername: string): Promise<Buffer | null> {
  const options = { port, host: '127.0.0.1', servername, ca: root.certificatePem, requestOCSP: true };
  const socket = connect(options);
  onTestFinished(() => void socket.destroy());
  const response = await new Promise<Buffer | null>((resolve) => void socket.once('OCSPResponse', resolve));
  if (!socket.authorized) await once(socket, 'secureConnect');
  return response;
}

describe('a handshake', () => {
  it('shows the answer about the very certificate of its server name', async () => {
    const identities = new Map<string, ServerIdentity>();
    for (const name of ['a.example.com', 'b.example.com']) identities.set(name, identityOf(await issue(name)));
    const [a, b] = [...identities.values()] as [ServerIdentity, ServerIdentity];
    const context = (name: string): SecureContext => createSecureContext((identities.get(name) ?? a).tls);
    const server = createServer({ ...a.tls, SNICallback: (name, done) => done(null, context(name)) });
    const stapler = staplerOf();
    server.on('OCSPRequest', stapler.respond).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;

    // Before any answer came the handshake goes on without.
    expect(await shownTo(port, 'a.example.com')).toBeNull();
    stapler.use([a, b]);
    await stapler.refresh();
    for (const [name, identity] of identities) {
      const response = await shownTo(port, name);
      expect(parseOcspResponse(response as Buffer)).toMatchObject({
        ok: true,
        value: { basic: { responses: [{ certId: { serialNumber: identity.certificate.serialNumber } }] } },
      });
    }
    expect(events.map(({ type }) => type)).toEqual(['staple_updated', 'staple_updated']);
  });

  it('never waits for a responder', async () => {
    responder.misbehave('never answers');
    const certificate = await issue('a.example.com');
    const stapler = staplerOf();
    stapler.use([identityOf(certificate)]);
    expect(stapled(stapler, certificate)).toBeNull();
  });
});

const openssl = tool('openssl');

describe.runIf(openssl !== undefined)('openssl s_client -status', () => {
  it('verifies the staple of an https server, and sees none of a revoked certificate', async () => {
    const certificate = await issue('a.example.com');
    const identity = identityOf(certificate);
    const server = createHttpsServer(identity.tls, (_, response) => response.end());
    let now = Date.now();
    const stapler = staplerOf({ refreshSeconds: 60 }, () => now);
    server.on('OCSPRequest', stapler.respond).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ask = async (): Promise<string> => {
      const where = ['-connect', `127.0.0.1:${port}`, '-servername', 'a.example.com'];
      const running = promisify(execFile)(openssl as string, ['s_client', ...where, '-status']);
      running.child.stdin?.end();
      return (await running).stdout;
    };

    stapler.use([identity]);
    await stapler.refresh();
    const before = await ask();
    expect(before).toContain('OCSP Response Status: successful');
    expect(before).toContain('Cert Status: good');
    expect(BigInt(`0x${/Serial Number: ([0-9A-F]+)/.exec(before)?.[1]}`)).toBe(BigInt(`0x${certificate.serialNumber}`));

    responder.revoke(certificate);
    now += 60_000;
    await stapler.refresh();
    expect(await ask()).toContain('OCSP response: no response sent');
    expect(events.at(-1)).toMatchObject({ type: 'server_certificate_revoked', subject: 'CN=a.example.com' });
  });
});

describe('the certificates of a stapler', () => {
  it('change on reload: answers about those that stay are kept, the others are forgotten', async () => {
    const [first, second] = [await issue('a.example.com'), await issue('b.example.com')];
    const stapler = staplerOf();
    stapler.use([identityOf(first)]);
    await stapler.refresh();
    const kept = stapled(stapler, first);
    expect(kept).not.toBeNull();
    stapler.use([identityOf(first), identityOf(second)]);
    await stapler.refresh();
    expect(stapled(stapler, first)).toBe(kept);
    expect(stapled(stapler, second)).not.toBeNull();
    expect(responder.requests).toBe(2);
    stapler.use([identityOf(second)]);
    expect(stapled(stapler, first)).toBeNull();
    expect(stapler.status()).toMatchObject([{ subject: 'CN=b.example.com', mustStaple: false }]);
  });

  it('are asked about once, however many names share one', async () => {
    const certificate = await issue('a.example.com');
    const stapler = staplerOf();
    stapler.use([identityOf(certificate), identityOf(certificate)]);
    await stapler.refresh();
    expect(responder.requests).toBe(1);
    expect(stapler.status()).toHaveLength(1);
  });

  it('are asked about at the responder of the options rather than at their own', async () => {
    const certificate = await issue('a.example.com', 'http://127.0.0.1:1/');
    const stapler = staplerOf({ responder: responder.ocspUrl });
    stapler.use([identityOf(certificate)]);
    await stapler.refresh();
    expect(stapled(stapler, certificate)).not.toBeNull();
    expect(events).toMatchObject([{ type: 'staple_updated', responder: responder.ocspUrl }]);
  });

  it('that name no responder are told', async () => {
    const stapler = staplerOf();
    const certificate = await issuing.issueServer({ dnsNames: ['a.example.com'] });
    stapler.use([identityOf(certificate)]);
    await stapler.refresh();
    expect(events).toEqual([
      {
        type: 'staple_impossible',
        subject: 'CN=a.example.com',
        thumbprint: certificate.thumbprint,
        mustStaple: false,
        cause: 'no_responder',
        hint: 'the certificate names no OCSP responder: set stapling.responder, or leave stapling out',
      },
    ]);
    expect(stapler.status()).toEqual([
      {
        subject: 'CN=a.example.com',
        thumbprint: certificate.thumbprint,
        mustStaple: false,
        validUntil: undefined,
        nextAttempt: undefined,
      },
    ]);
  });

  it('name responders by access method and scheme: other entries count for nothing', async () => {
    const certificate = await issuing.issueServer({
      dnsNames: ['a.example.com'],
      authorityInfoAccess: {
        ocsp: [{ uri: 'ldap://127.0.0.1/' }, { dns: 'a' }],
        caIssuers: [{ uri: responder.ocspUrl }],
      },
    });
    staplerOf().use([identityOf(certificate)]);
    expect(events).toMatchObject([{ type: 'staple_impossible', cause: 'no_responder' }]);
  });

  it('without their issuer beside them need it in the options', async () => {
    const certificate = await issue('a.example.com');
    const alone = readServerIdentity(
      { certificate: certificate.certificatePem, key: certificate.privateKeyPem },
      { clock: Date.now },
    );
    staplerOf({ issuers: root.certificatePem }).use([alone]);
    expect(events).toMatchObject([
      {
        type: 'staple_impossible',
        cause: 'no_issuer',
        hint: 'its issuer is not in the chain: append it to the certificate file, or set stapling.issuers',
      },
    ]);
    const stapler = staplerOf({ issuers: [root.certificatePem, issuing.certificatePem] });
    stapler.use([alone]);
    await stapler.refresh();
    expect(stapled(stapler, certificate)).not.toBeNull();
  });
});

describe('in the background', () => {
  it('a responder that was down is asked again', async () => {
    await responder.stop();
    const certificate = await issue('a.example.com');
    const stapler = staplerOf();
    stapler.use([identityOf(certificate)]);
    await vi.waitFor(() => expect(events).toMatchObject([{ type: 'staple_failed', problem: 'fetch_failed' }]));
    await responder.start();
    await vi.waitFor(() => expect(stapled(stapler, certificate)).not.toBeNull(), { timeout: 20_000 });
    expect(stapler.status()[0]?.validUntil).toBeInstanceOf(Date);
  });

  it('nothing happens any more after the end', async () => {
    const certificate = await issue('a.example.com');
    const stapler = staplerOf();
    stapler.use([identityOf(certificate)]);
    stapler.close();
    await stapler.refresh();
    expect(stapled(stapler, certificate)).toBeNull();
    expect(events).toEqual([]);
  });
});
