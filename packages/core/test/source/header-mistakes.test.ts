import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAuthenticator } from '../../src/authenticator.ts';
import { fromAlb } from '../../src/source/alb.ts';
import { fromApache } from '../../src/source/apache.ts';
import { fromCaddy } from '../../src/source/caddy.ts';
import { fromEnvoy } from '../../src/source/envoy.ts';
import { fromHaproxy } from '../../src/source/haproxy.ts';
import { mistakeIn } from '../../src/source/header-mistakes.ts';
import { fromIngressNginx, fromNginx } from '../../src/source/nginx.ts';
import type { Source } from '../../src/source/presented.ts';
import { fromRfc9440 } from '../../src/source/rfc9440.ts';
import { fromTraefik } from '../../src/source/traefik.ts';
import * as p from './proxied.ts';

const { certificateDer: der, certificatePem: pem } = p.client;
const base64 = p.base64(der);
const escaped = p.escaped(pem);
const hex = Buffer.from(der).toString('hex');

describe('a value that a source cannot read', () => {
  it.each<[string, string]>([
    ['(null)', 'the (null) of Apache'],
    ['-', 'stands for no value'],
    ['undefined', 'stands for no value'],
    ['$ssl_client_escaped_cert', 'did not fill in'],
    ['%{SSL_CLIENT_CERT}s', 'did not fill in'],
    ['%[ssl_c_der,base64]', 'did not fill in'],
    ['{http.request.tls.client.certificate_pem}', 'did not fill in'],
    ['-----BEGIN%20PRIVATE%20KEY-----%0AMIGH', 'a private key'],
    ['-----BEGIN RSA PRIVATE KEY----- MIIE', 'a private key'],
    [p.escaped(escaped), 'percent-encoded twice'],
    [p.escaped(p.escaped(base64)), 'percent-encoded twice'],
    [escaped.slice(0, 500), 'PEM that was cut off'],
    [p.folded(pem).slice(0, -30), 'PEM that was cut off'],
    [escaped.replaceAll('%20', '+'), 'HTML forms'],
    [escaped.replaceAll('CERTIFICATE', 'PKCS7'), 'PEM of something else'],
    [escaped, 'percent-encoded PEM'],
    [p.folded(pem), 'PEM with blanks'],
    [`By=spiffe://a/b;Hash=${'a'.repeat(64)}`, 'x-forwarded-client-cert of Envoy'],
    [`:${base64}:`, 'RFC 9440'],
    [Buffer.from(pem).toString('base64'), 'base64 of PEM'],
    [`"${base64}"`, 'in quotation marks'],
    [Buffer.from(der).toString('latin1'), 'octets of DER'],
    [hex, 'hexadecimal digits'],
    [hex.toUpperCase(), 'hexadecimal digits'],
    ['a'.repeat(40), 'a fingerprint'],
    ['A0:'.repeat(31).concat('FF'), 'a fingerprint'],
    ['CN=alice,O=Acme', 'a distinguished name'],
    ['/O=Acme/CN=alice', 'a distinguished name'],
    [base64.slice(0, -20), 'base64 of DER that was cut off'],
    [`${base64.slice(0, 200)},${base64}`, 'base64 of DER that was cut off'],
    [base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''), 'base64url'],
    [`${base64},${base64}`, 'with commas between them'],
    [base64, 'base64 of DER, as HAProxy'],
    [p.escaped(base64), 'percent-encoded base64'],
    ['{"cert":"x"}', 'JSON'],
  ])('looks like what it is: %.60s', (value, like) => {
    expect(mistakeIn(value)).toContain(like);
    // What the source expects follows it, in a sentence of its own.
    expect(mistakeIn(value)).not.toMatch(/[.?!]$/);
  });

  it('is cut off anywhere, also where too little is left to tell', () => {
    const looks = Array.from({ length: 40 }, (_, length) => mistakeIn(base64.slice(0, length)));
    expect(looks.slice(6)).toEqual(Array.from({ length: 34 }, () => expect.stringContaining('was cut off')));
    expect(looks.slice(0, 6).filter((one) => one?.includes('was cut off'))).toEqual([]);
    for (const text of ['MII', 'MII====', 'MII   ', 'MII\0\0\0', 'MIK-']) expect(() => mistakeIn(text)).not.toThrow();
  });

  it('is nothing known most often, and is never quoted', () => {
    expect(mistakeIn('')).toBeUndefined();
    expect(mistakeIn('hello world')).toBeUndefined();
    const known = new Set<string | undefined>();
    const value = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom(escaped, base64, hex));
    fc.assert(fc.property(value, fc.nat(800), (text, length) => void known.add(mistakeIn(text.slice(0, length)))));
    expect(known.size).toBeLessThan(30);
  });

  it.each(['-----BEGIN ', 'MII', '%25', ' ', 'A0:', 'a=', '{', '$'])('costs little, however long: %s', (part) => {
    expect(() => mistakeIn(part.repeat(262_144 / part.length))).not.toThrow();
  });
});

/** What the log has of a request with these headers. */
function logged(
  source: Source,
  headers: p.Headers,
): { readonly code: string; readonly detail: Record<string, unknown> } {
  const decision = createAuthenticator({ source, clock: p.clock, trust: p.trust }).authenticate(p.proxied(headers));
  if (decision instanceof Promise || decision.outcome !== 'deny') throw new Error('it was not denied');
  return decision.reason as never;
}

describe('the log of a malformed header', () => {
  const ours = { trustedProxies: [p.proxyAddress], verifiedBy: 'peercert' } as const;
  const cert = 'X-SSL-Client-Cert';

  it('says the rule in words, which mistake it looks like, and what to write', () => {
    expect(logged(fromNginx(ours), { [cert]: base64, 'X-SSL-Client-Verify': 'SUCCESS' })).toEqual({
      code: 'header_malformed',
      detail: {
        header: 'x-ssl-client-cert',
        rule: 'pem_empty',
        explanation: 'RFC 7468 2: No block at all',
        remedy:
          'It looks like base64 of DER, as HAProxy and Caddy write it. This source expects: proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert; proxy_set_header X-SSL-Client-Verify $ssl_client_verify;',
      },
    });
  });

  it.each<[string, Source, p.Headers, string]>([
    [
      'nginx without the verdict',
      fromNginx(ours),
      { [cert]: escaped },
      'proxy_set_header X-SSL-Client-Verify $ssl_client_verify;',
    ],
    [
      'nginx whose verdict is not asked for',
      fromNginx({ ...ours, headers: { certificate: 'X-C', verify: false } }),
      { 'X-C': 'x' },
      'proxy_set_header X-C $ssl_client_escaped_cert;',
    ],
    [
      'ingress-nginx',
      fromIngressNginx(ours),
      { 'ssl-client-cert': 'x', 'ssl-client-verify': 'SUCCESS' },
      'auth-tls-pass-certificate-to-upstream',
    ],
    [
      'HAProxy',
      fromHaproxy(ours),
      { [cert]: hex, 'X-SSL-Client-Verify': '0', 'X-SSL-Client-Used': '1' },
      'http-request set-header X-SSL-Client-Cert %[ssl_c_der,base64]',
    ],
    [
      'Apache without ExportCertData',
      fromApache(ours),
      { [cert]: '(null)', 'X-SSL-Client-Verify': 'SUCCESS' },
      'SSLOptions +ExportCertData. This source expects: RequestHeader set X-SSL-Client-Cert "%{SSL_CLIENT_CERT}s"',
    ],
    [
      'Caddy',
      fromCaddy(ours),
      { [cert]: '{http.request.tls.client.certificate_pem}' },
      'header_up X-SSL-Client-Cert {http.request.tls.client.certificate_der_base64}',
    ],
    ['Traefik', fromTraefik(ours), { 'X-Forwarded-Tls-Client-Cert': 'x*' }, 'passTLSClientCert with pem: true'],
    [
      'Envoy without cert',
      fromEnvoy(ours),
      { 'X-Forwarded-Client-Cert': `Hash=${'a'.repeat(64)};Subject="CN=a"` },
      'set_current_client_cert_details: { cert: true }',
    ],
    ['Envoy in JSON', fromEnvoy(ours), { 'X-Forwarded-Client-Cert': '[{}]' }, 'It looks like JSON'],
    ['RFC 9440', fromRfc9440(ours), { 'Client-Cert': base64 }, 'base64 of the DER between colons'],
    ['ALB', fromAlb({ ...ours, mode: 'verify' }), { 'X-Amzn-Mtls-Clientcert-Subject': 'CN=a' }, 'in mode verify'],
  ])('names the line of %s', (_, source, headers, line) => {
    const { code, detail } = logged(source, headers);
    expect(code).toBe('header_malformed');
    expect(detail['explanation']).toMatch(/^[A-Z]/);
    expect(detail['remedy']).toContain(line);
    expect(detail['remedy']).toMatch(/^[ -~]*$/);
  });

  it.each<[string, Source, p.Headers, string]>([
    [
      'ALB in mode verify',
      fromAlb({ ...ours, mode: 'passthrough' }),
      { 'X-Amzn-Mtls-Clientcert-Leaf': escaped },
      "fromAlb({ mode: 'verify' })",
    ],
    [
      'ALB in mode passthrough',
      fromAlb({ ...ours, mode: 'verify' }),
      { 'X-Amzn-Mtls-Clientcert': escaped },
      "fromAlb({ mode: 'passthrough' })",
    ],
    ['Traefik without pem', fromNginx(ours), { 'X-Forwarded-Tls-Client-Cert-Info': 'x' }, 'pem: true is missing'],
    ['Envoy without forward_client_cert_details', fromEnvoy(ours), {}, 'forward_client_cert_details: SANITIZE_SET'],
    [
      'nginx with half of its lines',
      fromNginx(ours),
      { 'X-SSL-Client-Verify': 'NONE' },
      'proxy_set_header X-SSL-Client-Cert',
    ],
    ['another name', fromNginx(ours), { X_SSL_Client_Cert: escaped }, 'write it with hyphens'],
  ])('is like that of a certificate that does not come: %s', (_, source, headers, line) => {
    const { code, detail } = logged(source, headers);
    expect(code).toBe('certificate_missing');
    expect(detail['remedy']).toContain(line);
  });
});
