import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../src/limits.ts';
import { compileOptions, type MtlsOptions } from '../src/options.ts';
import { defaultPathSettings } from '../src/path/settings.ts';
import { createTrustStore } from '../src/path/trust-store.ts';
import type { Source } from '../src/source/presented.ts';
import { fromTls } from '../src/source/tls-socket.ts';
import { authority } from './path/certificates.ts';
import { handing } from './requests.ts';

const root = authority('CN=Root');

function compile(options: unknown): ReturnType<typeof compileOptions> {
  return compileOptions(options as MtlsOptions);
}

describe('no options at all', () => {
  it('mean: required and enforced, on the connection itself, under the trust of the server', () => {
    const compiled = compileOptions();
    expect(compiled).toMatchObject({
      sources: [fromTls()],
      trust: undefined,
      presence: 'required',
      enforcement: 'enforce',
      denials: 'respond',
      challenge: 'ClientCertificate',
      clientAddress: 'derived',
      onDecision: undefined,
      onEvent: undefined,
      clock: Date.now,
      limits: defaultLimits,
    });
    expect(compiled.path).toEqual({ ...defaultPathSettings, limits: defaultLimits });
    expect(compiled.isExcluded('/healthz')).toBe(false);
  });

  it('are the same as options without values', () => {
    const keys = ['source', 'trust', 'profile', 'presence', 'enforcement', 'exclude', 'challenge'];
    const { isExcluded: _, ...empty } = compile(Object.fromEntries(keys.map((key) => [key, undefined])));
    expect(empty).toMatchObject({ presence: 'required', enforcement: 'enforce', trust: undefined });
    expect(empty.path).toEqual({ ...defaultPathSettings, limits: defaultLimits });
  });

  it('mean the profile that most clients need', () => {
    expect(defaultPathSettings).toEqual({
      profile: 'interoperable',
      purposes: ['1.3.6.1.5.5.7.3.2'],
      extendedKeyUsage: 'optional',
      keyUsage: ['digitalSignature', 'keyAgreement'],
      initialPolicySet: 'any',
      initialExplicitPolicy: false,
      initialPolicyMappingInhibit: false,
      initialAnyPolicyInhibit: false,
      allowedWeakAlgorithms: new Set(),
      minimumRsaBits: 2048,
    });
  });
});

describe('a wrong option', () => {
  it.each<[string, unknown, string]>([
    ['no object', null, 'mtls(): expected an object with options, got null'],
    ['a list', [], 'mtls(): expected an object with options, got an empty list'],
    ['a misspelt key', { presense: 'optional' }, 'mtls(): unknown option "presense"; did you mean "presence"?'],
    ['a source that is none', { source: {} }, 'mtls(): source must be made by a source function such as fromTls()'],
    [
      'a source without a name',
      { source: { present: (): void => undefined } },
      'mtls(): source must be made by a source function such as fromTls()',
    ],
    ['null for a source', { source: null }, 'mtls(): source must be made by a source function such as fromTls()'],
    [
      'a hole among sources',
      { source: [fromTls(), undefined] },
      'mtls(): source must be made by a source function such as fromTls()',
    ],
    ['no source in the list', { source: [] }, 'mtls(): source is an empty list; leave it out for fromTls()'],
    [
      'trust that is a file name',
      { trust: 'ca.pem' },
      "mtls(): trust must be an object: trust: { anchors: fromFile('ca.pem') }",
    ],
    ['trust that is null', { trust: null }, "mtls(): trust must be an object: trust: { anchors: fromFile('ca.pem') }"],
    ['trust that is a certificate', { trust: [root.der] }, 'trust: expected an object with options, got a list'],
    [
      'a misspelt key of trust',
      { trust: { anchor: root.der } },
      'trust: unknown option "anchor"; did you mean "anchors"?',
    ],
    [
      'no anchors',
      { trust: { anchors: [] } },
      'trust.anchors holds no certificate: give PEM text, DER bytes or a list of them',
    ],
    [
      'revocation that does not exist',
      { revocation: 'on' },
      "revocation must be 'off', an object with options, or what createRevocation() makes",
    ],
    [
      'revocation that got lost',
      { revocation: undefined },
      "revocation must be 'off', an object with options, or what createRevocation() makes",
    ],
    [
      'null for revocation',
      { revocation: null },
      "revocation must be 'off', an object with options, or what createRevocation() makes",
    ],
    [
      'revocation without anything to consult',
      { revocation: { methods: ['crl'] } },
      "revocation: the method 'crl' has nothing to consult: give it crls: { sources: [fromFile('ca.crl')] }, or { distributionPoints: { hosts: ['crl.example.com:80'] } }",
    ],
    [
      'a deny-list that got lost',
      { denyList: undefined },
      'denyList: expected what createDenyList() makes, got undefined',
    ],
    [
      'a deny-list that is a list',
      { denyList: ['03A5B1'] },
      'denyList: expected what createDenyList() makes, got a list',
    ],
    ['another profile', { profile: 'lax' }, "profile must be 'interoperable' or 'strict'"],
    ['null for a profile', { profile: null }, "profile must be 'interoperable' or 'strict'"],
    ['another extendedKeyUsage', { extendedKeyUsage: true }, "extendedKeyUsage must be 'optional' or 'required'"],
    ['another presence', { presence: false }, "presence must be 'required' or 'optional'"],
    ['another enforcement', { enforcement: 'report' }, "enforcement must be 'enforce' or 'report-only'"],
    ['another denials', { denials: 'reject' }, "denials must be 'respond' or 'throw'"],
    ['another clientAddress', { clientAddress: 'req.ip' }, "clientAddress must be 'derived' or 'framework'"],
    [
      'no excluded path',
      { exclude: [] },
      'exclude: an empty list excludes nothing; leave the option out or name a path',
    ],
    ['onDecision that is no function', { onDecision: null }, 'onDecision must be a function'],
    ['onEvent that is no function', { onEvent: 'log' }, 'onEvent must be a function'],
    ['a clock that is no function', { clock: 0 }, 'clock must be a function'],
    [
      'a challenge with a line break',
      { challenge: 'A\r\nB: c' },
      "mtls(): challenge must be an HTTP authentication scheme such as 'ClientCertificate'",
    ],
    [
      'a challenge that is empty',
      { challenge: '' },
      "mtls(): challenge must be an HTTP authentication scheme such as 'ClientCertificate'",
    ],
    [
      'a challenge beyond ASCII',
      { challenge: 'A b\u00e9' },
      "mtls(): challenge must be an HTTP authentication scheme such as 'ClientCertificate'",
    ],
    [
      'a challenge that is no text',
      { challenge: 7 },
      "mtls(): challenge must be an HTTP authentication scheme such as 'ClientCertificate'",
    ],
    [
      'policies that are no object',
      { certificatePolicies: null },
      'certificatePolicies: expected an object with options, got null',
    ],
    [
      'a misspelt key of policies',
      { certificatePolicies: { requires: 'explicit' } },
      'certificatePolicies: unknown option "requires"; did you mean "require"?',
    ],
    [
      'a policy by name',
      { certificatePolicies: { accepted: ['gold'] } },
      'certificatePolicies.accepted must be a list of object identifiers such as 1.3.6.1.4.1.1.1',
    ],
    [
      'no policy in the list',
      { certificatePolicies: { accepted: [] } },
      'certificatePolicies.accepted must be a list of object identifiers such as 1.3.6.1.4.1.1.1',
    ],
    [
      'a policy alone',
      { certificatePolicies: { accepted: '1.2.3' } },
      'certificatePolicies.accepted must be a list of object identifiers such as 1.3.6.1.4.1.1.1',
    ],
    [
      'a policy that is no text',
      { certificatePolicies: { accepted: ['1.2.3', 1.2] } },
      'certificatePolicies.accepted must be a list of object identifiers such as 1.3.6.1.4.1.1.1',
    ],
    [
      'a policy with a leading zero',
      { certificatePolicies: { accepted: ['1.02'] } },
      'certificatePolicies.accepted must be a list of object identifiers such as 1.3.6.1.4.1.1.1',
    ],
    [
      'a policy below no root',
      { certificatePolicies: { accepted: ['3.1'] } },
      'certificatePolicies.accepted must be a list of object identifiers such as 1.3.6.1.4.1.1.1',
    ],
    [
      'a policy of one arc',
      { certificatePolicies: { accepted: ['1'] } },
      'certificatePolicies.accepted must be a list of object identifiers such as 1.3.6.1.4.1.1.1',
    ],
    [
      'a policy with text after',
      { certificatePolicies: { accepted: ['1.2 '] } },
      'certificatePolicies.accepted must be a list of object identifiers such as 1.3.6.1.4.1.1.1',
    ],
    ['another require', { certificatePolicies: { require: true } }, "require must be 'implicit' or 'explicit'"],
    ['another mapping', { certificatePolicies: { mapping: 'no' } }, "mapping must be 'allow' or 'inhibit'"],
    ['another anyPolicy', { certificatePolicies: { anyPolicy: 'no' } }, "anyPolicy must be 'allow' or 'inhibit'"],
    [
      'an algorithm that is not weak',
      { dangerouslyAllowAlgorithms: ['md5WithRSAEncryption'] },
      'dangerouslyAllowAlgorithms may list only: sha1WithRSAEncryption, ecdsa-with-SHA1',
    ],
    [
      'an algorithm alone',
      { dangerouslyAllowAlgorithms: 'ecdsa-with-SHA1' },
      'dangerouslyAllowAlgorithms may list only: sha1WithRSAEncryption, ecdsa-with-SHA1',
    ],
    [
      'too few RSA bits',
      { dangerouslyAllowRsaBits: 1023 },
      'dangerouslyAllowRsaBits must be a whole number of bits from 1024 to 8192',
    ],
    [
      'too many RSA bits',
      { dangerouslyAllowRsaBits: 8193 },
      'dangerouslyAllowRsaBits must be a whole number of bits from 1024 to 8192',
    ],
    [
      'half an RSA bit',
      { dangerouslyAllowRsaBits: 2048.5 },
      'dangerouslyAllowRsaBits must be a whole number of bits from 1024 to 8192',
    ],
    ['limits that are no object', { limits: null }, 'limits: expected an object with options, got null'],
    ['a misspelt limit', { limits: { step: 1 } }, 'limits: unknown option "step"; did you mean "steps"?'],
    ['a limit of nothing', { limits: { steps: 0 } }, 'limits.steps must be a whole number of at least 1'],
    [
      'an endless limit',
      { limits: { signatures: Number.POSITIVE_INFINITY } },
      'limits.signatures must be a whole number of at least 1',
    ],
    ['half a limit', { limits: { policies: 1.5 } }, 'limits.policies must be a whole number of at least 1'],
    ['a limit as text', { limits: { comparisons: '10' } }, 'limits.comparisons must be a whole number of at least 1'],
    [
      'a limit without a value',
      { limits: { comparisons: undefined } },
      'limits.comparisons must be a whole number of at least 1',
    ],
  ])('is a TypeError that names the fix: %s', (_, options, message) => {
    expect(() => compile(options)).toThrow(new TypeError(message));
  });

  it.each([
    ['pins', []],
    ['addresses', {}],
    ['identity', undefined],
    ['check', null],
    ['roles', 7],
    ['identify', 'id'],
    ['defaultRoles', 7],
  ])('of the policy is a TypeError as well: %s', (key, value) => {
    expect(() => compile({ [key]: value })).toThrow(TypeError);
    expect(() => compile({ [key]: value })).toThrow(new RegExp(`^${key}`));
  });
});

describe('options', () => {
  it('choose sources, one or several, in their order', () => {
    const other: Source = { name: 'other', present: () => undefined };
    expect(compile({ source: handing }).sources).toEqual([handing]);
    expect(compile({ source: [other, handing] }).sources).toEqual([other, handing]);
  });

  it('take a trust store as it is, and make one of anchors', () => {
    const store = createTrustStore({ anchors: root.der });
    expect(compile({ trust: store }).trust).toBe(store);
    expect(compile({ trust: { anchors: root.der, maxDepth: 2 } }).trust).toMatchObject({
      current: { generation: 1, maxDepth: 2 },
    });
  });

  it('choose how paths are validated', () => {
    const { path } = compile({
      profile: 'strict',
      extendedKeyUsage: 'required',
      certificatePolicies: {
        accepted: ['1.2.3', '2.999.1'],
        require: 'explicit',
        mapping: 'inhibit',
        anyPolicy: 'inhibit',
      },
      dangerouslyAllowAlgorithms: ['ecdsa-with-SHA1'],
      dangerouslyAllowRsaBits: 1024,
      limits: { signatures: 7 },
    });
    expect(path).toEqual({
      ...defaultPathSettings,
      profile: 'strict',
      extendedKeyUsage: 'required',
      initialPolicySet: new Set(['1.2.3', '2.999.1']),
      initialExplicitPolicy: true,
      initialPolicyMappingInhibit: true,
      initialAnyPolicyInhibit: true,
      allowedWeakAlgorithms: new Set(['ecdsa-with-SHA1']),
      minimumRsaBits: 1024,
      limits: { ...defaultLimits, signatures: 7 },
    });
    expect(compile({ dangerouslyAllowRsaBits: 8192 }).path.minimumRsaBits).toBe(8192);
    expect(
      compile({ certificatePolicies: { require: 'implicit', mapping: 'allow', anyPolicy: 'allow' } }).path,
    ).toEqual({ ...defaultPathSettings, limits: defaultLimits });
  });

  it('choose modes, texts and functions', () => {
    const onDecision = (): void => undefined;
    const onEvent = (): void => undefined;
    const clock = (): number => 7;
    expect(
      compile({
        revocation: 'off',
        presence: 'optional',
        enforcement: 'report-only',
        exclude: ['/healthz'],
        denials: 'throw',
        challenge: 'Mutual realm="a b"',
        clientAddress: 'framework',
        onDecision,
        onEvent,
        clock,
        limits: { steps: 1 },
      }),
    ).toMatchObject({
      presence: 'optional',
      enforcement: 'report-only',
      denials: 'throw',
      challenge: 'Mutual realm="a b"',
      clientAddress: 'framework',
      onDecision,
      onEvent,
      clock,
      limits: { ...defaultLimits, steps: 1 },
    });
    expect(compile({ exclude: ['/healthz'] }).isExcluded('/healthz')).toBe(true);
  });

  it('are frozen once they are read', () => {
    const compiled = compile({ source: [handing] });
    for (const part of [compiled, compiled.sources, compiled.path, compiled.limits]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('are copied: whoever changes them later changes nothing', () => {
    const source: Source[] = [handing];
    const accepted = ['1.2.3'];
    const weak: string[] = [];
    const limits = { steps: 5 };
    const exclude = ['/healthz'];
    const options: Record<string, unknown> = {
      source,
      certificatePolicies: { accepted },
      dangerouslyAllowAlgorithms: weak,
      limits,
      exclude,
      presence: 'required',
    };
    const compiled = compile(options);
    source.push(fromTls());
    accepted.push('1.2.4');
    weak.push('ecdsa-with-SHA1');
    limits.steps = 6;
    exclude.push('/admin');
    options['presence'] = 'optional';
    expect(compiled.sources).toEqual([handing]);
    expect(compiled.path.initialPolicySet).toEqual(new Set(['1.2.3']));
    expect(compiled.path.allowedWeakAlgorithms).toEqual(new Set());
    expect(compiled.limits.steps).toBe(5);
    expect(compiled.path.limits.steps).toBe(5);
    expect(compiled.isExcluded('/admin')).toBe(false);
    expect(compiled.presence).toBe('required');
  });
});
