import { describe, expect, it } from 'vitest';
import { compileOptions } from '../../src/options.ts';
import { fromAlb } from '../../src/source/alb.ts';
import { fromApache } from '../../src/source/apache.ts';
import { fromApiGateway, fromApiGatewayHeaders } from '../../src/source/api-gateway.ts';
import { fromCaddy } from '../../src/source/caddy.ts';
import { fromEnvoy } from '../../src/source/envoy.ts';
import { fromGatewayNames } from '../../src/source/gateway-names.ts';
import { fromHaproxy } from '../../src/source/haproxy.ts';
import { compileHeaderNames } from '../../src/source/header-options.ts';
import { fromIngressNginx, fromNginx } from '../../src/source/nginx.ts';
import type { Source } from '../../src/source/presented.ts';
import { fromRfc9440 } from '../../src/source/rfc9440.ts';
import { fromTls } from '../../src/source/tls-socket.ts';
import { fromTraefik } from '../../src/source/traefik.ts';
import { fromTraefikInfo } from '../../src/source/traefik-info.ts';
import * as p from './proxied.ts';

type Factory = (options: never) => Source;
const verifying: readonly [string, Factory, object][] = [
  ['fromAlb in mode verify', fromAlb, { mode: 'verify' }],
  ['fromAlb in mode passthrough', fromAlb, { mode: 'passthrough' }],
  ['fromApache', fromApache, {}],
  ['fromApiGatewayHeaders', fromApiGatewayHeaders, {}],
  ['fromCaddy', fromCaddy, {}],
  ['fromEnvoy', fromEnvoy, {}],
  ['fromHaproxy', fromHaproxy, {}],
  ['fromIngressNginx', fromIngressNginx, {}],
  ['fromNginx', fromNginx, {}],
  ['fromRfc9440', fromRfc9440, {}],
  ['fromTraefik', fromTraefik, {}],
];
const naming: readonly [string, Factory, object][] = [
  ['fromEnvoy of names', fromEnvoy, { forwards: 'names' }],
  ['fromGatewayNames', fromGatewayNames, {}],
  ['fromTraefikInfo', fromTraefikInfo, { fields: { subject: ['CN'] } }],
];
const make = (factory: Factory, options: object): Source => factory(options as never);
const trustedProxies = 'loopback';

describe.each([...verifying, ...naming])('%s', (_, factory, options) => {
  const answer = naming.some(([, , given]) => given === options)
    ? { dangerouslyVerifiedBy: 'proxy' }
    : { verifiedBy: 'peercert' };

  it('does not construct without trustedProxies', () => {
    expect(() => make(factory, { ...options, ...answer })).toThrow(/needs trustedProxies/);
    expect(() => make(factory, { ...options, ...answer, trustedProxies: [] })).toThrow(/needs trustedProxies/);
    expect(() => make(factory, { ...options, ...answer, trustedProxies: undefined })).toThrow(TypeError);
  });

  it('does not construct without exactly one answer to who verified the certificate', () => {
    expect(() => make(factory, { ...options, trustedProxies })).toThrow(
      /does not say who verified the certificate: say/,
    );
    const both = { verifiedBy: 'peercert', dangerouslyVerifiedBy: 'proxy' };
    expect(() => make(factory, { ...options, trustedProxies, ...both })).toThrow(/says twice who verified/);
    expect(() => make(factory, { ...options, trustedProxies, verifiedBy: 'node' })).toThrow(TypeError);
  });

  it('knows its options', () => {
    expect(() => make(factory, { ...options, ...answer, trustedProxies, trustedProxy: 'unix' })).toThrow(
      'unknown option "trustedProxy"; did you mean "trustedProxies"?',
    );
    expect(() => make(factory, undefined as never)).toThrow(TypeError);
  });

  it('has header names that are names, each for one thing', () => {
    const source = make(factory, { ...options, ...answer, trustedProxies });
    expect(source.forwarding?.headers).not.toEqual([]);
    expect(source.forwarding?.vary).not.toEqual([]);
    expect(() => make(factory, { ...options, ...answer, trustedProxies, headers: { X: 'X' } })).toThrow(
      /unknown option "X"/,
    );
    expect(Object.isFrozen(source)).toBe(true);
  });
});

describe('what mtls() is told of a source', () => {
  it.each(verifying)('%s leaves the verification to Peercert, which needs trust', (_, factory, options) => {
    const source = make(factory, { ...options, trustedProxies, verifiedBy: 'peercert' });
    expect(() => compileOptions({ source })).toThrow(
      `the source '${source.name}' leaves the verification to Peercert: add trust`,
    );
    expect(() => compileOptions({ source: [fromTls(), source] })).toThrow(TypeError);
    expect(compileOptions({ source, trust: p.trust }).sources).toEqual([source]);
  });

  it.each(naming)('%s takes the proxy at its word, for which trust does nothing', (_, factory, options) => {
    const source = make(factory, { ...options, trustedProxies, dangerouslyVerifiedBy: 'proxy' });
    expect(() => compileOptions({ source, trust: p.trust })).toThrow('trust has no effect where every source says');
    expect(compileOptions({ source }).trust).toBeUndefined();
    expect(compileOptions({ source: [fromTls(), source], trust: p.trust }).sources).toHaveLength(2);
  });

  it('is the same of events', () => {
    expect(() => fromApiGateway({} as never)).toThrow('does not say who verified the certificate');
    expect(() => fromApiGateway({ verifiedBy: 'peercert', trustedProxies } as never)).toThrow('unknown option');
    expect(() => compileOptions({ source: fromApiGateway({ verifiedBy: 'peercert' }) })).toThrow('add trust');
    expect(compileOptions({ source: fromApiGateway({ dangerouslyVerifiedBy: 'proxy' }) }).trust).toBeUndefined();
  });
});

describe('header names', () => {
  const names = { certificate: 'X-Cert', verify: 'X-Verify' };

  it('are those of the preset, but for the given ones', () => {
    expect(compileHeaderNames(names, { verify: 'X-V' }, [], 'x')).toEqual({ certificate: 'X-Cert', verify: 'X-V' });
    expect(compileHeaderNames(names, undefined, [], 'x')).toEqual(names);
    expect(compileHeaderNames(names, { verify: false }, ['verify'], 'x')).toEqual({
      certificate: 'X-Cert',
      verify: undefined,
    });
  });

  it.each<[object, string]>([
    [{ verify: false }, 'x: headers.verify must be the name of a header'],
    [{ verify: '' }, 'x: headers.verify must be the name of a header'],
    [{ verify: 'X Verify' }, 'x: headers.verify must be the name of a header'],
    [{ verify: 'X-Verify:' }, 'x: headers.verify must be the name of a header'],
    [{ verify: 'X-V\u00e9rify' }, 'x: headers.verify must be the name of a header'],
    [{ verify: 'x-cert' }, 'x: the header "x-cert" is named twice'],
    [{ verfy: 'X-V' }, 'did you mean "verify"?'],
  ])('are not %j', (given, message) => {
    expect(() => compileHeaderNames(names, given, [], 'x')).toThrow(message);
  });
});
