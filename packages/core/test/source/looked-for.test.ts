import { Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createAuthenticator } from '../../src/authenticator.ts';
import { createGate } from '../../src/gate.ts';
import { createRoleGuard } from '../../src/guard.ts';
import type { DecisionEvent, MtlsOptions } from '../../src/options.ts';
import { subjectCn } from '../../src/policy/rules.ts';
import { proxyCertificate } from '../../src/proxy-certificate.ts';
import { fromAlb } from '../../src/source/alb.ts';
import { fromApache } from '../../src/source/apache.ts';
import { fromApiGatewayHeaders } from '../../src/source/api-gateway.ts';
import { fromCaddy } from '../../src/source/caddy.ts';
import { fromEnvoy } from '../../src/source/envoy.ts';
import { fromGatewayNames } from '../../src/source/gateway-names.ts';
import { fromHaproxy } from '../../src/source/haproxy.ts';
import { compileLookedFor, type LookedFor } from '../../src/source/looked-for.ts';
import { fromIngressNginx, fromNginx } from '../../src/source/nginx.ts';
import type { Source } from '../../src/source/presented.ts';
import { fromRfc9440 } from '../../src/source/rfc9440.ts';
import { fromTls } from '../../src/source/tls-socket.ts';
import { fromTraefik } from '../../src/source/traefik.ts';
import { fromTraefikInfo } from '../../src/source/traefik-info.ts';
import { facts } from '../requests.ts';
import * as p from './proxied.ts';

const proxy = '10.0.0.10';
const stranger = '192.0.2.7';
const nginx = fromNginx({ trustedProxies: [proxy], verifiedBy: 'peercert' });
const trust = { anchors: p.root.certificatePem };

function lookedFor(source: Source | readonly Source[], peerAddress: string, headers: p.Headers = {}): LookedFor {
  const { authenticate } = createAuthenticator({ source, trust });
  const decision = authenticate(facts({ peerAddress, rawHeaders: p.rawHeaders(headers) }));
  if (decision instanceof Promise || decision.outcome !== 'deny') throw new Error('not denied');
  expect(decision.reason.code).toBe('certificate_missing');
  return decision.reason.detail as LookedFor;
}

describe('a certificate that is missing', () => {
  it('is told with where it was looked for', () => {
    expect(lookedFor([nginx, fromTls()], stranger)).toEqual({
      sources: ['nginx', 'tls'],
      peerAddress: stranger,
      isTrustedProxy: false,
      expectedHeaders: ['x-ssl-client-cert', 'x-ssl-client-verify'],
      receivedHeaders: [],
      remedy: `${stranger} is not among trustedProxies, and presented no certificate in its TLS handshake`,
    });
  });

  it('may have been kept back by the client, where no proxy is expected', () => {
    expect(lookedFor(fromTls(), stranger).remedy).toMatch(
      /^The client presented no certificate in its TLS handshake: it has none .*TLS cannot use its key here/,
    );
  });

  // Five mistakes of an operator, which answer the same to clients.
  it.each<[string, string, p.Headers, string]>([
    [
      'the proxy is not listed',
      stranger,
      { 'X-SSL-Client-Cert': 'x' },
      `came from ${stranger}, which is not among trustedProxies`,
    ],
    ['the proxy sets no header', proxy, {}, `The proxy ${proxy} sent none of x-ssl-client-cert, x-ssl-client-verify`],
    [
      'the proxy sets those of another preset',
      proxy,
      { 'ssl-client-cert': 'x' },
      'sent ssl-client-cert, which no source reads',
    ],
    ['the proxy sends half of a pair', proxy, { 'X-SSL-Client-Verify': 'NONE' }, 'and not x-ssl-client-cert'],
    [
      'the client has none',
      proxy,
      { 'X-SSL-Client-Verify': 'NONE', 'X-SSL-Client-Cert': '' },
      'says that the client presented no certificate',
    ],
  ])('tells apart: %s', (_, peer, headers, remedy) => {
    expect(lookedFor(nginx, peer, headers).remedy).toContain(remedy);
  });

  it('says so where a proxy is in front and no source reads headers', () => {
    const { receivedHeaders, remedy } = lookedFor(fromTls(), proxy, { 'X-Client-Cert': 'x', Accept: '*/*' });
    expect(receivedHeaders).toEqual(['x-client-cert']);
    expect(remedy).toContain('no source reads headers');
  });

  it('names ten headers at the most, and none that is long', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, number) => [`X-Client-Cert-${number}`, 'x']));
    expect(lookedFor(nginx, proxy, many).receivedHeaders).toHaveLength(10);
    expect(lookedFor(nginx, proxy, { [`X-Client-Cert-${'a'.repeat(64)}`]: 'x' }).receivedHeaders).toEqual([]);
  });

  it('knows the headers of every preset in the hands of every other', () => {
    const common = { trustedProxies: [proxy], verifiedBy: 'peercert' } as const;
    const sources: readonly Source[] = [
      nginx,
      fromIngressNginx(common),
      fromApache(common),
      fromHaproxy(common),
      fromCaddy(common),
      fromTraefik(common),
      fromTraefikInfo({ trustedProxies: [proxy], fields: { subject: ['CN'] }, dangerouslyVerifiedBy: 'proxy' }),
      fromEnvoy(common),
      fromRfc9440(common),
      fromAlb({ ...common, mode: 'verify' }),
      fromAlb({ ...common, mode: 'passthrough' }),
      fromApiGatewayHeaders(common),
      fromGatewayNames({ trustedProxies: [proxy], dangerouslyVerifiedBy: 'proxy' }),
    ];
    const ask = compileLookedFor([fromTls()], () => false);
    for (const { forwarding } of sources) {
      for (const header of forwarding?.headers ?? []) {
        expect(ask(facts({ rawHeaders: [header, 'x'] })).receivedHeaders).toEqual([header]);
      }
    }
  });
});

describe('what mtls() tells the log', () => {
  function decided(options: MtlsOptions, headers: p.Headers, peerAddress: string, requestTarget = '/') {
    const events: DecisionEvent[] = [];
    const gate = createGate({ source: nginx, trust, onDecision: (event) => events.push(event), ...options });
    const request = { rawHeaders: p.rawHeaders(headers) };
    const admitted = gate.admit(request, facts({ peerAddress, requestTarget, rawHeaders: request.rawHeaders }));
    return { admitted, events, request };
  }

  it('names headers that were removed, because nobody may believe them', () => {
    const { events, request } = decided({}, { X_SSL_Client_Cert: 'x', 'X-SSL-Client-Cert': 'y' }, stranger);
    expect(request.rawHeaders).toEqual([]);
    expect(events).toMatchObject([
      {
        decision: {
          reason: { detail: { receivedHeaders: ['x_ssl_client_cert', 'x-ssl-client-cert'], isTrustedProxy: false } },
        },
      },
    ]);
  });

  it('is the same when a guard refuses an anonymous client', () => {
    const { events, request } = decided({ presence: 'optional' }, { 'X-SSL-Client-Cert': 'y' }, stranger);
    expect(createRoleGuard('admin')(request)?.code).toBe('certificate_missing');
    expect(events.at(-1)).toMatchObject({
      by: 'guard',
      decision: { reason: { detail: { receivedHeaders: ['x-ssl-client-cert'], sources: ['nginx'] } } },
    });
  });

  it('is nothing on an excluded path, where nobody looked', () => {
    const { events, request } = decided({ exclude: ['/healthz'] }, {}, stranger, '/healthz');
    expect(createRoleGuard('admin')(request)?.code).toBe('certificate_missing');
    expect(events.at(-1)?.decision).toEqual({ outcome: 'deny', reason: { code: 'certificate_missing', detail: {} } });
  });
});

describe('a server without TLS', () => {
  const plain = facts({ socket: new Socket() });

  it.each([undefined, 'optional'] as const)(
    'is a mistake of the set-up where no header is read: presence %s',
    (presence) => {
      const { authenticate } = createAuthenticator(presence === undefined ? {} : { presence });
      expect(() => authenticate(plain)).toThrow(
        expect.objectContaining({
          code: 'setup',
          cause: expect.objectContaining({ message: expect.stringContaining('fromNginx') }),
        }),
      );
    },
  );

  it('is what every server of Bun looks like, which the failure says', () => {
    const versions = { ...process.versions, bun: '1.4.5' };
    vi.stubGlobal('process', Object.create(process, { versions: { value: versions } }));
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(() => createAuthenticator({}).authenticate(plain)).toThrow(
      expect.objectContaining({
        cause: expect.objectContaining({ message: expect.stringMatching(/Bun.*run it on Node/) }),
      }),
    );
  });

  it('is right where proxies are known by their certificates, too: this peer is none of them', () => {
    const byCertificate = proxyCertificate({ trust, identity: subjectCn('gateway') });
    const source = [
      fromRfc9440({ trustedProxies: byCertificate, verifiedBy: 'peercert' }),
      fromNginx({ trustedProxies: [proxy], verifiedBy: 'peercert' }),
    ];
    const gate = createGate({ source, trust, exclude: ['/healthz'] });
    const request = { rawHeaders: [] };
    expect(gate.admit(request, { ...plain, requestTarget: '/healthz' })).toBeUndefined();
    expect(gate.admit(request, { ...plain, peerAddress: proxy })).toMatchObject({ code: 'certificate_missing' });
  });

  it('is right behind a proxy', () => {
    const { authenticate } = createAuthenticator({ source: nginx, trust });
    expect(authenticate(plain)).toMatchObject({ outcome: 'deny', reason: { code: 'certificate_missing' } });
  });

  it('is none where a request came over no socket at all', () => {
    const { authenticate } = createAuthenticator();
    expect(authenticate(facts({ socket: {} }))).toMatchObject({
      outcome: 'deny',
      reason: { code: 'certificate_missing' },
    });
  });
});
