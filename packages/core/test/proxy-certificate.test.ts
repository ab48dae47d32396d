import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { createRootAuthority, generateKeyPair, type IssuedCertificate } from '@peercert/pki';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAuthenticator } from '../src/authenticator.ts';
import { subjectCn } from '../src/policy/rules.ts';
import { type ProxyCertificateOptions, proxyCertificate } from '../src/proxy-certificate.ts';
import type { RequestFacts } from '../src/source/facts.ts';
import { fromHeaders } from '../src/source/headers.ts';
import { nodeRequestFacts } from '../src/source/node-request.ts';
import { fromRfc9440 } from '../src/source/rfc9440.ts';
import { fromTls } from '../src/source/tls-socket.ts';
import * as p from './source/proxied.ts';

const { clock } = p;
const gateway = await p.root.issueClient({ subject: 'CN=gateway' });
const expiredGateway = await p.root.issueClient({
  subject: 'CN=gateway',
  validity: { notBefore: new Date(p.now - 2e8), notAfter: new Date(p.now - 1e8) },
});
const server = await p.root.issueServer({ dnsNames: ['localhost'] });
const trustedProxies = proxyCertificate({
  trust: { anchors: p.root.certificatePem },
  identity: subjectCn('gateway'),
  clock,
});
const headers = { 'Client-Cert': p.byteSequence(p.client.certificateDer) };

/** OpenSSL 3.5 in Node 24 presents no key of fewer than 2,048 bits by default. */
const ciphers = 'DEFAULT@SECLEVEL=0';

/** The facts of a request over mutual TLS. */
async function overTls(
  peer: IssuedCertificate | undefined,
  sent: p.Headers,
  requestCert = true,
): Promise<RequestFacts> {
  const https = createServer({
    key: server.privateKeyPem,
    cert: server.chainPem,
    ca: p.root.certificatePem,
    requestCert,
    rejectUnauthorized: false,
    ciphers,
  });
  onTestFinished(() => void https.close());
  https.listen(0, '127.0.0.1');
  await once(https, 'listening');
  const socket = connect({
    port: (https.address() as AddressInfo).port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ciphers,
    ...(peer === undefined ? {} : { key: peer.privateKeyPem, cert: peer.chainPem }),
  });
  onTestFinished(() => void socket.destroy());
  const raw = p.rawHeaders(sent);
  const lines = raw.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${raw[at + 1]}\r\n`] : [])).join('');
  socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${lines}\r\n`);
  const [request] = await once(https, 'request');
  return nodeRequestFacts(request, '/');
}

const forwarded = fromRfc9440({ trustedProxies, verifiedBy: 'peercert' });
async function decide(
  peer: IssuedCertificate | undefined,
  sent: p.Headers,
  sources = [forwarded, fromTls()],
): Promise<string> {
  const { authenticate } = createAuthenticator({ source: sources, trust: p.trust, clock });
  return p.inWords(await authenticate(await overTls(peer, sent)));
}

describe('how the certificate of a proxy is judged', () => {
  it('is said by its own options, whatever mtls() asks of clients', async () => {
    const short = await generateKeyPair('RSA-1024');
    const weak = await p.root.issueClient({ subject: 'CN=gateway', keyPair: short });
    const facts = await overTls(weak, headers);
    const options = { trust: { anchors: p.root.certificatePem }, identity: subjectCn('gateway'), clock };
    const from = (proxies: ReturnType<typeof proxyCertificate>): unknown =>
      fromRfc9440({ trustedProxies: proxies, verifiedBy: 'peercert' }).present(facts);
    expect(from(proxyCertificate(options))).toBeUndefined();
    expect(from(proxyCertificate({ ...options, dangerouslyAllowRsaBits: 1024 }))).toMatchObject({ ok: true });
    const strict = { ...options, profile: 'strict', dangerouslyAllowRsaBits: 1024 } as const;
    expect(from(proxyCertificate(strict))).toMatchObject({ ok: true });
    expect(() => proxyCertificate({ ...options, profile: 'lax' as never })).toThrow(/profile/);
    expect(() => proxyCertificate({ ...options, dangerouslyAllowRsaBits: 1 })).toThrow(TypeError);
  });
});

describe('a proxy that is known by its own certificate', () => {
  it('is believed', async () => {
    expect(await decide(gateway, headers)).toBe('allow spiffe://acme/partner by peercert');
  });

  it('is never itself the client, in whatever order the sources are', async () => {
    expect(await decide(gateway, {})).toBe('certificate_missing');
    expect(await decide(gateway, {}, [fromTls(), forwarded])).toBe('certificate_missing');
    expect(await decide(gateway, headers, [fromTls(), forwarded])).toBe('allow spiffe://acme/partner by peercert');
  });

  it('is not whoever else has a certificate, who is a client of its own', async () => {
    expect(await decide(p.admin, headers)).toBe('allow admin by peercert');
    expect(await decide(p.admin, {})).toBe('allow admin by peercert');
  });

  it('is not one whose certificate has expired, comes from elsewhere, or is not there', async () => {
    expect(await decide(expiredGateway, headers)).toBe('certificate_expired');
    expect(await decide(p.stranger, headers)).toBe('signature_invalid');
    expect(await decide(undefined, headers)).toBe('certificate_missing');
  });

  it('is a failure for the operator, and no stranger, once its authority has expired', async () => {
    const ending = await createRootAuthority({
      subject: 'CN=Ending',
      validity: { notAfter: new Date(p.now + 1e8) },
      clock,
    });
    const proxy = await ending.issueClient({ subject: 'CN=gateway', validity: { notAfter: new Date(p.now + 9e8) } });
    let time = p.now;
    const trusted = proxyCertificate({
      trust: { anchors: ending.certificatePem },
      identity: subjectCn('gateway'),
      clock: () => time,
    });
    const source = fromRfc9440({ trustedProxies: trusted, verifiedBy: 'peercert' });
    const { authenticate } = createAuthenticator({ source, trust: p.trust, clock });
    const facts = await overTls(proxy, headers);
    expect(p.inWords(await authenticate(facts))).toBe('allow spiffe://acme/partner by peercert');
    time += 2e8;
    expect(() => authenticate(facts)).toThrow(
      expect.objectContaining({
        code: 'setup',
        cause: expect.objectContaining({ message: expect.stringContaining('CN=Ending ended at ') }),
      }),
    );
    const other = await overTls(undefined, headers);
    expect(p.inWords(await authenticate(other))).toBe('certificate_missing');
  });

  it('is nobody on a connection without TLS', () => {
    const { authenticate } = createAuthenticator({ source: forwarded, trust: p.trust, clock });
    expect(p.inWords(authenticate(p.proxied(headers)) as never)).toBe('certificate_missing');
  });

  it('cannot be known to a server that asks for no certificate, which is a mistake in the set-up', async () => {
    const facts = await overTls(undefined, headers, false);
    const { authenticate } = createAuthenticator({ source: forwarded, trust: p.trust, clock });
    expect(() => authenticate(facts)).toThrow(
      expect.objectContaining({
        cause: expect.objectContaining({ message: expect.stringContaining('create it with requestCert: true') }),
      }),
    );
  });
});

it.each<[unknown, string]>([
  [{}, 'proxyCertificate() needs trust and identity'],
  [{ trust: p.trust }, 'proxyCertificate() needs trust and identity'],
  [{ identity: subjectCn('gateway') }, 'proxyCertificate() needs trust and identity'],
  [{ trust: p.trust, identity: 'CN=gateway' }, 'expected a rule'],
  [{ trust: { anchors: [] }, identity: subjectCn('gateway') }, 'trust.anchors holds no certificate'],
  [{ trust: p.trust, identity: subjectCn('gateway'), role: 'proxy' }, 'unknown option "role"'],
])('proxyCertificate(%j) is refused', (options, message) => {
  expect(() => proxyCertificate(options as ProxyCertificateOptions)).toThrow(TypeError);
  expect(() => proxyCertificate(options as ProxyCertificateOptions)).toThrow(message);
});

describe('a peer that is asked about again and again in one request', () => {
  // Each of them forged in the name of a proxy's authority, so that each costs a check with that authority's key.
  it('costs one budget, however many sources trust proxies by their certificates', async () => {
    const authorities = await Promise.all(
      ['One', 'Two', 'Three'].map((CN) => createRootAuthority({ subject: [{ CN }], keyType: 'P-384', clock })),
    );
    const stranger = await createRootAuthority({ subject: [{ CN: 'Two' }], clock });
    const peer = await stranger.issueClient({ subject: 'CN=gateway' });
    const sources = authorities.map(({ certificatePem }, index) =>
      fromHeaders({
        certificate: { header: `X-Cert-${index}`, form: 'pem-escaped' },
        verifiedBy: 'peercert',
        trustedProxies: proxyCertificate({
          trust: { anchors: certificatePem },
          identity: subjectCn('gateway'),
          clock,
        }),
      }),
    );
    const request = await overTls(peer, {});
    const { authenticate } = createAuthenticator({
      source: [...sources, fromTls()],
      trust: { anchors: authorities.map(({ certificatePem }) => certificatePem) },
      clock,
      limits: { signatures: 10 },
    });
    // One check for the proxies' sake, whose weight is nine, leaves nothing for the client's.
    expect(authenticate(request)).toMatchObject({ outcome: 'deny', reason: { code: 'path_budget_exceeded' } });
  });
});
