import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { subjectOu } from '../../src/policy/rules.ts';
import { fromEnvoy } from '../../src/source/envoy.ts';
import * as p from './proxied.ts';

const options = { trustedProxies: [p.proxyAddress], verifiedBy: 'peercert' } as const;
const header = 'X-Forwarded-Client-Cert';
const malformed = 'header_malformed x-forwarded-client-cert';
const allowed = 'allow spiffe://acme/partner by peercert';
const hashOf = ({ certificateDer }: { certificateDer: Uint8Array }): string =>
  createHash('sha256').update(certificateDer).digest('hex');

const hash = hashOf(p.client);
const cert = p.escaped(p.client.certificatePem);
const chain = p.escaped(p.client.chainPem);
const subject = 'CN=partner-client,OU=Partner,O=Acme\\, Inc.';
const own = `By=spiffe://acme/api;Hash=${hash};Cert="${cert}";Subject="${subject}";URI=spiffe://acme/partner`;
const other = `By=spiffe://acme/gateway;Hash=${hashOf(p.admin)};Cert="${p.escaped(p.admin.certificatePem)}"`;

describe('Envoy', () => {
  const decide = p.deciding(fromEnvoy(options));

  it.each([
    ['a certificate', own, allowed],
    ['a chain and its leaf', `Hash=${hash};Cert="${cert}";Chain="${chain}"`, allowed],
    ['a chain alone', `Hash=${hash};Chain="${chain}"`, allowed],
    ['the form of Azure Container Apps', `Hash=${hash};Cert="${cert}";Chain="${chain}";`, allowed],
    ['a hash in upper case', `Hash=${hash.toUpperCase()};Cert="${cert}"`, allowed],
    ['an empty value', '', `${malformed} empty`],
    ['an element of another hop', `${other},${own}`, `${malformed} xfcc_elements`],
    [
      'names only, as Istio by default',
      `By=spiffe://acme/api;Hash=${hash};Subject="";URI=spiffe://acme/partner`,
      `${malformed} xfcc_certificate_missing`,
    ],
    ['a certificate without its hash', `Cert="${cert}"`, `${malformed} xfcc_hash`],
    ['the hash of another certificate', `Hash=${hashOf(p.admin)};Cert="${cert}"`, `${malformed} xfcc_hash`],
    ['a hash that is none', `Hash=${hash}0;Cert="${cert}"`, `${malformed} xfcc_hash`],
    [
      'a URI that brings a certificate',
      `Hash=${hash};Subject="CN=x";URI=spiffe://x/a;Cert="${p.escaped(p.admin.certificatePem)}"`,
      `${malformed} xfcc_hash`,
    ],
    ['a URI that brings an element', `${own},${other}`, `${malformed} xfcc_elements`],
    ['a URI that brings a subject', `${own};Subject="CN=admin"`, `${malformed} xfcc_repeated`],
    [
      'the chain of another certificate',
      `Hash=${hash};Cert="${cert}";Chain="${p.escaped(p.admin.chainPem)}"`,
      `${malformed} xfcc_chain`,
    ],
    ['two certificates in Cert', `Hash=${hash};Cert="${chain}"`, `${malformed} pem_several`],
    ['a damaged chain', `Hash=${hash};Cert="${cert}";Chain="${cert}%"`, `${malformed} percent_encoding`],
    ['JSON', JSON.stringify([{ hash, cert }]), `${malformed} xfcc_json`],
    [
      'an unknown authority',
      `Hash=${hashOf(p.stranger)};Cert="${p.escaped(p.stranger.certificatePem)}"`,
      'signature_invalid',
    ],
    [
      'an expired certificate',
      `Hash=${hashOf(p.expired)};Cert="${p.escaped(p.expired.certificatePem)}"`,
      'certificate_expired',
    ],
  ])('%s', (_, value, expected) => {
    expect(decide({ [header]: value })).toBe(expected);
  });

  it('is read once, and from its own address', () => {
    expect(decide({})).toBe('certificate_missing');
    expect(decide({ [header]: [other, own] })).toBe('header_repeated x-forwarded-client-cert');
    expect(decide({ [header]: own }, p.strangerAddress)).toBe('certificate_missing');
  });

  it('uses the chain', () => {
    const knowsRoot = { trust: { anchors: p.root.certificatePem } };
    expect(p.deciding(fromEnvoy(options), knowsRoot)({ [header]: own })).toBe('issuer_unknown');
    expect(p.deciding(fromEnvoy(options), knowsRoot)({ [header]: `Hash=${hash};Chain="${chain}"` })).toBe(allowed);
  });

  it('counts trusted hops from the end', () => {
    const two = p.deciding(fromEnvoy({ ...options, hops: 2 }));
    expect(two({ [header]: `${own},${other}` })).toBe(allowed);
    expect(two({ [header]: own })).toBe(`${malformed} xfcc_elements`);
    expect(two({ [header]: `${other},${own},${other}` })).toBe(`${malformed} xfcc_elements`);
  });

  it('ignores what stands before them where the first hop keeps what clients send', () => {
    const appended = p.deciding(fromEnvoy({ ...options, clientElements: 'appended' }));
    expect(appended({ [header]: `${other},${own}` })).toBe(allowed);
    expect(appended({ [header]: `${own},${other}` })).toBe('allow admin by peercert');
    expect(appended({ [header]: `Subject="CN=admin,${own}` })).toBe(`${malformed} xfcc`);
    const two = p.deciding(fromEnvoy({ ...options, clientElements: 'appended', hops: 2 }));
    expect(two({ [header]: `${other},${other},${own},${other}` })).toBe(allowed);
    expect(two({ [header]: own })).toBe(`${malformed} xfcc_elements`);
  });

  it('is quick with whatever was written to slow it down', () => {
    for (const noise of [',', ';', '"', '\\', 'By=;', 'By=,', 'DNS="\\"']) {
      expect(decide({ [header]: noise.repeat(Math.floor(16_384 / noise.length)) })).toMatch(/^header_malformed/);
    }
  });
});

describe('Envoy that forwards names', () => {
  const source = fromEnvoy({ trustedProxies: [p.proxyAddress], forwards: 'names', dangerouslyVerifiedBy: 'proxy' });
  const decide = p.deciding(source);

  it.each([
    ['a subject', `Hash=${hash};Subject="${subject}"`, 'allow partner-client by proxy'],
    ['a subject and an issuer', `Hash=${hash};Subject="CN=a";Issuer="CN=Issuing"`, 'allow a by proxy'],
    ['an escaped quote', String.raw`Hash=${hash};Subject="CN=a\"b"`, 'allow a"b by proxy'],
    ['an empty subject', `Hash=${hash};Subject="";URI=spiffe://acme/partner`, `${malformed} xfcc_certificate_missing`],
    ['no hash', 'Subject="CN=a"', `${malformed} xfcc_hash`],
    ['the slash form', `Hash=${hash};Subject="/C=US/CN=admin"`, `${malformed} name`],
    ['an issuer that is no name', `Hash=${hash};Subject="CN=a";Issuer="x"`, `${malformed} name`],
    ['a name that is not UTF-8', `Hash=${hash};Subject="CN=\xff"`, `${malformed} characters`],
    [
      'a URI that brings a subject',
      `Hash=${hash};Subject="CN=x";URI=spiffe://x/a;Subject="CN=admin"`,
      `${malformed} xfcc_repeated`,
    ],
  ])('%s', (_, value, expected) => {
    expect(decide({ [header]: value })).toBe(expected);
  });

  it('satisfies rules on names, and no pin', () => {
    const rule = { identity: subjectOu('Partner') };
    expect(p.deciding(source, rule)({ [header]: `Hash=${hash};Subject="${subject}"` })).toBe(
      'allow partner-client by proxy',
    );
    expect(p.deciding(source, rule)({ [header]: `Hash=${hash};Subject="CN=x,O=OU\\=Partner"` })).toBe(
      'identity_not_allowed',
    );
    expect(p.deciding(source, { pins: [p.client.pin] })({ [header]: `Hash=${hash};Subject="${subject}"` })).toBe(
      'pin_mismatch',
    );
  });
});

it.each([
  [{ ...options, hops: 0 }, 'hops must be a whole number from 1 to 20'],
  [{ ...options, hops: 1.5 }, 'hops must be a whole number'],
  [{ ...options, clientElements: 'kept' }, "clientElements must be 'sanitized' or 'appended'"],
  [{ ...options, forwards: 'all' }, "forwards must be 'certificate' or 'names'"],
  [
    { ...options, forwards: 'names' },
    "forwards no certificate that could be verified: say dangerouslyVerifiedBy: 'proxy'",
  ],
  [{ trustedProxies: 'unix', dangerouslyVerifiedBy: 'proxy' }, "say verifiedBy: 'peercert'"],
])('fromEnvoy(%j) is refused', (given, message) => {
  expect(() => fromEnvoy(given as never)).toThrow(message);
});
