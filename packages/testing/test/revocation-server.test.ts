import { createAuthenticator, createRevocation, type Decision, type RevocationOptions } from '@peercert/core';

import { createRootAuthority, derFromPem, type IssuedCertificate } from '@peercert/pki';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Misbehaviour, type RevocationServer, startRevocationServer } from '../src/revocation-server.ts';

const root = await createRootAuthority({ subject: 'CN=Root' });

let alice: IssuedCertificate;
let bob: IssuedCertificate;
let now: number;
const clock = (): number => now;

// New ones each time: what a process was told of a revocation it does not forget.
beforeEach(async () => {
  now = Date.now();
  alice = await root.issueClient({ subject: 'CN=alice' });
  bob = await root.issueClient({ subject: 'CN=bob' });
});

const servers: RevocationServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serving(options: { readonly lifetimeSeconds?: number } = {}): Promise<RevocationServer> {
  const server = await startRevocationServer({ authority: root, clock, ...options });
  servers.push(server);
  return server;
}

/** What a server says of a certificate to whoever asks for the first time. */
async function say(
  server: RevocationServer,
  method: 'crl' | 'ocsp',
  client: IssuedCertificate = alice,
): Promise<string> {
  const options: RevocationOptions =
    method === 'crl'
      ? { methods: ['crl'], crls: { sources: [{ url: server.crlUrl }] } }
      : { methods: ['ocsp'], ocsp: { responders: server.ocspUrl } };
  const revocation = createRevocation({ ...options, fetch: { timeoutMilliseconds: 500 } }, { clock });
  const [der] = derFromPem(client.certificatePem);
  const { authenticate } = createAuthenticator({
    source: {
      name: 'test',
      present: () => ({
        ok: true,
        value: { source: 'test', certificates: [der as Uint8Array], verdict: { by: 'nobody' } },
      }),
    },
    trust: { anchors: root.certificatePem },
    clock,
    revocation,
  });
  const decision: Decision = await authenticate({
    socket: undefined,
    rawHeaders: [],
    trailers: [],
    peerAddress: undefined,
    requestTarget: '/',
  });
  revocation.close();
  if (decision.outcome !== 'deny') return decision.outcome;
  const { code, detail } = decision.reason;
  return 'kind' in detail ? `${code} ${detail.kind}` : code;
}

describe.each(['crl', 'ocsp'] as const)('a revocation server asked by %s', (method) => {
  it('tells who is revoked, and takes it back', async () => {
    const server = await serving();
    expect(await say(server, method)).toBe('allow');
    server.revoke(alice, 'certificateHold');
    server.revoke(bob, 'keyCompromise');
    expect(await say(server, method)).toBe('certificate_revoked');
    expect(await say(server, method, bob)).toBe('certificate_revoked');
    server.restore(alice);
    server.restore(bob);
    now += 1_000;
    expect(await say(server, method)).toBe('allow');
    expect(server.requests).toBe(4);
    expect(await say(server, method, bob)).toBe('certificate_revoked');
  });

  it('is not there while it is stopped, and there again', async () => {
    const server = await serving();
    await server.stop();
    expect(await say(server, method)).toBe('revocation_unavailable unreachable');
    await server.start();
    expect(await say(server, method)).toBe('allow');
  });

  it.each<[Misbehaviour, string]>([
    ['hangs up', 'unreachable'],
    ['never answers', 'unreachable'],
    ['drips slowly', 'unreachable'],
    ['never ends', 'unreachable'],
    ['redirects to a link-local address', 'unreachable'],
    ['is in trouble', 'unreachable'],
    ['answers nonsense', 'malformed'],
    ['answers of long ago', 'stale'],
    ['signs with another key', 'malformed'],
    ['breaks the signature', 'malformed'],
    ['answers about another certificate', 'malformed'],
  ])('that %s is %s to whoever looks, and honest again afterwards', async (how, kind) => {
    const server = await serving({ lifetimeSeconds: 60 });
    server.misbehave(how);
    // What never ends is cut off by the size of a list only after a while: by time.
    expect(await say(server, method)).toBe(`revocation_unavailable ${kind}`);
    server.misbehave(undefined);
    expect(await say(server, method)).toBe('allow');
  });
});

describe('a revocation server', () => {
  it('knows where it is, and refuses to lie in a way that it does not know', async () => {
    await using server = await startRevocationServer({ authority: root });
    expect(new URL(server.crlUrl).host).toBe(server.host);
    expect(() => server.misbehave('sulks' as Misbehaviour)).toThrow(/'hangs up'/);
  });
});
