import { describe, expect, it } from 'vitest';
import { fromAlb } from '../../src/source/alb.ts';
import { fromApiGateway } from '../../src/source/api-gateway.ts';
import { compileForwardingRules } from '../../src/source/forwarding.ts';
import { fromNginx } from '../../src/source/nginx.ts';
import { fromRfc9440 } from '../../src/source/rfc9440.ts';
import { fromTls } from '../../src/source/tls-socket.ts';
import * as p from './proxied.ts';

const verifiedBy = 'peercert';
const nginx = fromNginx({ trustedProxies: ['10.0.0.0/24'], verifiedBy });
const rfc9440 = fromRfc9440({ trustedProxies: ['10.0.1.0/24'], verifiedBy, untrustedForwarder: 'deny' });
const rules = compileForwardingRules([fromTls(), nginx, rfc9440]);
const reserved = (name: string, peer: string): boolean | undefined =>
  rules.reservedHeaders(p.proxied({}, peer))?.(name);

describe('headers that a peer must not send', () => {
  it.each([
    ['X-SSL-Client-Cert', '10.0.0.1', false],
    ['x-ssl-client-verify', '10.0.0.1', false],
    ['x_ssl_client_cert', '10.0.0.1', true],
    ['X-SSL_Client-Cert', '10.0.0.1', true],
    ['X-SSL-Client-Cert', '10.0.1.1', true],
    ['Client-Cert', '10.0.0.1', true],
    ['Client-Cert', '10.0.1.1', false],
    ['Client_Cert_Chain', '10.0.1.1', true],
    ['X-SSL-Client-Cert', '192.0.2.1', true],
    ['CLIENT-CERT-CHAIN', '192.0.2.1', true],
    ['Client-Certs', '192.0.2.1', false],
    ['Accept', '192.0.2.1', false],
    ['', '192.0.2.1', false],
    ['constructor', '192.0.2.1', false],
  ])('%s from %s: %s', (name, peer, isReserved) => {
    expect(reserved(name, peer)).toBe(isReserved);
  });

  it('are in trailers what they are for strangers', () => {
    expect(rules.isReservedTrailer('Client-Cert')).toBe(true);
    expect(rules.isReservedTrailer('client_cert')).toBe(true);
    expect(rules.isReservedTrailer('Expires')).toBe(false);
  });

  it('are those of the other mode of an ALB, whoever sends them', () => {
    const alb = compileForwardingRules([fromAlb({ mode: 'verify', trustedProxies: ['10.0.0.0/24'], verifiedBy })]);
    const isReserved = alb.reservedHeaders(p.proxied({}, '10.0.0.1'));
    expect(isReserved?.('X-Amzn-Mtls-Clientcert')).toBe(true);
    expect(isReserved?.('X-Amzn-Mtls-Clientcert-Leaf')).toBe(false);
  });

  it('are none without a source of headers', () => {
    expect(compileForwardingRules([fromTls()]).reservedHeaders(p.proxied({}))).toBeUndefined();
  });
});

describe('an untrusted forwarder', () => {
  it('is refused where a source wants it, and named', () => {
    const facts = p.proxied({ 'Client-Cert': ':AA==:' }, '192.0.2.1');
    expect(rules.refusalOf(facts)).toEqual({
      code: 'forwarder_untrusted',
      detail: { header: 'client-cert', peerAddress: '192.0.2.1' },
    });
  });

  it('is not refused for the headers of other sources, for values, or where it is trusted', () => {
    expect(rules.refusalOf(p.proxied({ 'X-SSL-Client-Cert': 'x' }, '192.0.2.1'))).toBeUndefined();
    expect(rules.refusalOf(p.proxied({ Accept: 'client-cert' }, '192.0.2.1'))).toBeUndefined();
    expect(rules.refusalOf(p.proxied({ 'Client-Cert': ':AA==:' }, '10.0.1.1'))).toBeUndefined();
  });

  it('is refused by the line, before any source has a say', () => {
    const decide = p.deciding([nginx, rfc9440]);
    const good = { 'X-SSL-Client-Cert': p.escaped(p.client.certificatePem), 'X-SSL-Client-Verify': 'SUCCESS' };
    expect(decide(good, '10.0.0.1')).toMatch(/^allow/);
    expect(decide({ ...good, 'Client-Cert': '' }, '10.0.0.1')).toBe('forwarder_untrusted client-cert');
  });
});

describe('several sources', () => {
  const good = { 'X-SSL-Client-Cert': p.escaped(p.client.certificatePem), 'X-SSL-Client-Verify': 'SUCCESS' };
  const both = { trustedProxies: ['10.0.0.0/24'], verifiedBy } as const;
  const decide = p.deciding([fromRfc9440(both), fromNginx(both)]);

  it('are asked in order', () => {
    expect(decide({ 'Client-Cert': p.byteSequence(p.admin.certificateDer), ...good }, '10.0.0.1')).toBe(
      'allow admin by peercert',
    );
    expect(decide(good, '10.0.0.1')).toBe('allow spiffe://acme/partner by peercert');
  });

  it('end at the first that is malformed', () => {
    expect(decide({ 'Client-Cert': 'x', ...good }, '10.0.0.1')).toBe('header_malformed client-cert byte_sequence');
    expect(decide({ 'Client-Cert-Chain': ':AA==:', ...good }, '10.0.0.1')).toMatch(/chain_without_certificate$/);
  });

  it('end at the first that was refused', () => {
    expect(decide({ 'Client-Cert': p.byteSequence(p.stranger.certificateDer), ...good }, '10.0.0.1')).toBe(
      'signature_invalid',
    );
  });

  it('do not end at one whose headers a stranger wrote', () => {
    const apart = p.deciding([rfc9440Ignoring(), nginx]);
    expect(apart({ 'Client-Cert': 'x', ...good }, '10.0.0.1')).toBe('allow spiffe://acme/partner by peercert');
  });

  function rfc9440Ignoring() {
    return fromRfc9440({ trustedProxies: ['10.0.1.0/24'], verifiedBy });
  }
});

describe('who is a proxy', () => {
  it('is the peer that any source trusts', () => {
    expect(rules.isFromProxy(p.proxied({}, '10.0.0.1'))).toBe(true);
    expect(rules.isFromProxy(p.proxied({}, '10.0.1.1'))).toBe(true);
    expect(rules.isFromProxy(p.proxied({}, '10.0.2.1'))).toBe(false);
    expect(rules.isProxyAddress('10.0.1.200')).toBe(true);
    expect(rules.isProxyAddress('10.0.2.1')).toBe(false);
  });

  it('says on which headers an answer depends', () => {
    expect(rules.varyFor(p.proxied({}, '10.0.0.1'))).toEqual(['X-SSL-Client-Cert']);
    expect(rules.varyFor(p.proxied({}, '10.0.1.1'))).toEqual(['Client-Cert']);
    expect(rules.varyFor(p.proxied({}, '192.0.2.1'))).toBeUndefined();
    const event = { ...p.proxied({}), peerAddress: undefined, event: {} };
    expect(compileForwardingRules([fromApiGateway({ verifiedBy })]).varyFor(event)).toEqual(['*']);
  });
});
