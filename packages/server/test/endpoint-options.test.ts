import { fromNginx } from '@peercert/core';
import type { IssuedCertificate } from '@peercert/pki';
import { createTestAuthority } from '@peercert/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileEndpointOptions, type EndpointOptions } from '../src/endpoint-options.ts';
import { createEndpoint, fromFile } from '../src/index.ts';

let server: IssuedCertificate;
let anchors: string;

beforeAll(async () => {
  const authority = await createTestAuthority();
  server = await authority.server();
  anchors = authority.caPem;
});

/** Right but for what is given. */
function options(given: object): EndpointOptions {
  return { certificate: server.chainPem, key: server.privateKeyPem, trust: { anchors }, ...given };
}

describe('the options of an endpoint', () => {
  it.each<[string, object, RegExp]>([
    ['an unknown one', { trusst: {} }, /createEndpoint\(\): unknown option "trusst"; did you mean "trust"\?/],
    [
      "the authorities under the name of Node's servers",
      { ca: 'x' },
      /ca is an option of Node's servers: write trust: \{ anchors: fromFile/,
    ],
    ['a file for the trust', { trust: fromFile('/ca.pem') }, /write trust: \{ anchors: fromFile\("\/ca\.pem"\) \}/],
    ['an unknown one of mtls()', { adresses: {} }, /unknown option "adresses"; did you mean "addresses"\?/],
    ['the TLS profile under another name', { profile: 'modern' }, /write tlsProfile: 'modern'/],
    ['an unknown TLS profile', { tlsProfile: 'old' }, /tlsProfile must be 'intermediate' or 'modern', got "old"/],
    ['no trust', { trust: undefined }, /needs trust: write trust: \{ anchors: fromFile\('clients\.pem'\) \}/],
    ['empty anchors', { trust: { anchors: '' } }, /trust\.anchors/],
    ['no anchors', { trust: { anchors: [] } }, /trust\.anchors holds no certificate/],
    ['no certificate', { certificate: undefined }, /certificate/],
    ['a key that is none', { key: 'none' }, /key.*fromFile\(path\)/],
    ['an unknown handshake', { handshake: 'verify' }, /handshake must be 'ask' or 'name' or 'refuse', got "verify"/],
    [
      'a handshake that refuses whom presence lets in',
      { handshake: 'refuse', presence: 'optional' },
      /handshake: 'refuse' lets nobody in without a certificate.*leave one of them out/,
    ],
    ['a wrong presence', { presence: 'maybe' }, /presence must be 'required' or 'optional'/],
    [
      'any number of requests at once',
      { maxConcurrentStreams: 0 },
      /maxConcurrentStreams must be .* from 1 to 10000, got 0/,
    ],
    ['a header of any size', { maxHeaderBytes: 1e9 }, /maxHeaderBytes must be a whole number from 16384 to 1048576/],
    ['an unknown signal', { reloadSignal: 'SIGUSR9' }, /reloadSignal must be 'SIGHUP', got "SIGUSR9"/],
    ['an observer that is none', { onEvent: 'log' }, /onEvent must be a function/],
    ['a clock that is none', { clock: 0 }, /clock must be a function/],
    ['wrong time-outs', { timeouts: { headersMilliseconds: '30s' } }, /timeouts\.headersMilliseconds must be a whole/],
    ['wrong sessions', { sessions: { sharedSecret: 'x' } }, /sessions\.sharedSecret must be at least 32 random octets/],
    [
      'a shared secret without intermediates',
      { sessions: { sharedSecret: 'k3/9sQ4uT0v8xY2zB6nM1pL5wE7rJ4hG' } },
      /sessions\.sharedSecret needs trust\.intermediates.*or \[\] where the anchors issue clients themselves/,
    ],
    [
      'a shared secret where sessions of TLS 1.2 would tell no name in other workers',
      {
        sessions: { sharedSecret: 'k3/9sQ4uT0v8xY2zB6nM1pL5wE7rJ4hG' },
        trust: { anchors: 'x', intermediates: [] },
        names: { 'a.test': { trust: { anchors: 'x', intermediates: [] } } },
      },
      /sessions\.sharedSecret with trust by name.*write tlsProfile: 'modern', or leave sessions\.sharedSecret out/,
    ],
    [
      'a handshake that shows no intermediates everywhere, without any configured',
      { handshake: 'name' },
      /handshake: 'name' needs trust\.intermediates/,
    ],
    ['wrong limits of connections', { connection: { alow: [] } }, /"alow"; did you mean "allow"\?/],
    ['wrong HSTS', { hsts: { maxAgeSeconds: '1y' } }, /hsts\.maxAgeSeconds/],
    ['wrong stapling', { stapling: { responder: 'ftp://x' } }, /stapling\.responder/],
    ['names that are none', { names: ['a.test'] }, /names must be an object/],
    ['an address for a name', { names: { '192.0.2.1': { trust: {} } } }, /names: "192\.0\.2\.1" is no name/],
    ['a name that says nothing', { names: { 'a.test': {} } }, /names\["a\.test"\] says nothing/],
    ['half an identity', { names: { 'a.test': { key: 'x' } } }, /names\["a\.test"\] needs both certificate and key/],
    [
      'a name without its trust',
      { names: { 'a.test': { trust: undefined } } },
      /leave it out for the trust of the endpoint/,
    ],
    ['an unknown option of a name', { names: { 'a.test': { ca: 'x' } } }, /names\["a\.test"\]: unknown option "ca"/],
    ['a name for what has none', { names: { default: { trust: {} } } }, /write its options beside names/],
    ['a name twice', { names: { 'a.test': { trust: {} }, 'A.test': { trust: {} } } }, /is there twice/],
  ])('refuse %s', (_, given, message) => {
    const create = (): unknown => createEndpoint(options(given));
    expect(create).toThrow(TypeError);
    expect(create).toThrow(message);
  });

  it('leave to mtls() what is its own', () => {
    const { mtls } = compileEndpointOptions(options({ presence: 'optional', profile: 'strict', names: {} }));
    expect(mtls).toEqual({ presence: 'optional', profile: 'strict' });
  });

  it('may take certificates from a proxy besides', () => {
    const source = fromNginx({ trustedProxies: ['192.0.2.1'], verifiedBy: 'peercert' } as never);
    const endpoint = createEndpoint(options({ source }));
    expect(endpoint.mtls.source).toBe(source);
    endpoint.close();
  });
});
