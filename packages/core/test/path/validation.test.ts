import { extension } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/certificate/model.ts';
import { defaultLimits } from '../../src/limits.ts';
import { Budget } from '../../src/path/budget.ts';
import type { PathSettings } from '../../src/path/settings.ts';
import { type Examined, type Validation, validatePath } from '../../src/path/validation.ts';
import { type Reason, reason } from '../../src/reasons.ts';
import {
  authority,
  client,
  type Entity,
  type EntityOptions,
  keyOf,
  now,
  oid,
  refusalOf,
  saying,
  settingsWith,
  version1,
} from './certificates.ts';

/** What the search would answer: nothing against any certificate. */
const agreeable: Examined = {
  issuerRefusal: () => undefined,
  profileRefusal: () => undefined,
  signatureRefusal: () => undefined,
};

interface Circumstances {
  readonly settings?: Partial<PathSettings>;
  readonly examined?: Partial<Examined>;
  readonly nowMs?: number;
  readonly budget?: Budget;
}

function validate(path: readonly (Entity | Certificate)[], circumstances: Circumstances = {}): Validation {
  const { settings = {}, examined = {}, nowMs = now, budget = new Budget(defaultLimits) } = circumstances;
  const certificates = path.map((one) => ('certificate' in one ? one.certificate : one));
  return validatePath(certificates, settingsWith(settings), nowMs, budget, { ...agreeable, ...examined });
}

const refusal = (path: readonly (Entity | Certificate)[], circumstances?: Circumstances): Reason =>
  refusalOf(validate(path, circumstances));

/** Authorities one below the other, the anchor first. */
function authorities(...options: readonly (EntityOptions & { readonly pathLength?: number })[]): Entity[] {
  const line: Entity[] = [];
  for (const [position, one] of options.entries()) {
    const by = line.at(-1);
    line.push(authority(position === 0 ? 'CN=Root' : `CN=CA ${position}`, { ...(by && { by }), ...one }));
  }
  return line;
}

/** Leaf first, anchor last. */
function pathTo(line: readonly Entity[], options: EntityOptions = {}): Entity[] {
  return [client('CN=client', { by: line.at(-1) as Entity, ...options }), ...line.toReversed()];
}

const plain = pathTo(authorities({}, {}, {}));

describe('a path', () => {
  it('that nothing speaks against is valid, under any policy or none', () => {
    expect(validate(plain)).toEqual({
      ok: true,
      policies: { authoritiesConstrainedPolicies: new Set(), userConstrainedPolicies: new Set() },
    });
  });

  it('may be one certificate that is itself the anchor', () => {
    const leaf = client('CN=client', { by: { name: 'CN=Root', keyPair: keyOf('CN=Root') } });
    expect(validate([leaf]).ok).toBe(true);
  });

  it('of one certificate has no issuer to ask about', () => {
    const unexpected = (): Reason => reason('certificate_missing', {});
    const leaf = client('CN=client', { by: { name: 'CN=Root', keyPair: keyOf('CN=Root') } });
    expect(validate([leaf], { examined: { issuerRefusal: unexpected, signatureRefusal: unexpected } }).ok).toBe(true);
  });
});

describe('the anchor', () => {
  it('is asked first whether it may issue, by its place', () => {
    const asked: unknown[] = [];
    const issuerRefusal = (certificate: Certificate, index: number): Reason | undefined => {
      asked.push([certificate.subject.toString(), index]);
      return index === 3 ? reason('issuer_not_ca', { index }) : undefined;
    };
    expect(refusal(plain, { examined: { issuerRefusal } })).toEqual({ code: 'issuer_not_ca', detail: { index: 3 } });
    expect(asked).toEqual([['CN=Root', 3]]);
  });
});

describe('signatures, 6.1.3 (a)(1)', () => {
  it('are asked for from the anchor to the leaf', () => {
    const asked: unknown[] = [];
    validate(plain, {
      examined: {
        signatureRefusal: (certificate, issuer, index) => {
          asked.push([index, certificate.subject.toString(), issuer.subject.toString()]);
          return undefined;
        },
      },
    });
    expect(asked).toEqual([
      [2, 'CN=CA 1', 'CN=Root'],
      [1, 'CN=CA 2', 'CN=CA 1'],
      [0, 'CN=client', 'CN=CA 2'],
    ]);
  });

  it.each([0, 1, 2])('refuse the path at certificate %i', (at) => {
    const signatureRefusal = (_certificate: Certificate, _issuer: Certificate, index: number): Reason | undefined =>
      index === at ? reason('signature_invalid', { index }) : undefined;
    expect(refusal(plain, { examined: { signatureRefusal } })).toEqual({
      code: 'signature_invalid',
      detail: { index: at },
    });
  });
});

describe('the validity of the leaf, 6.1.3 (a)(2)', () => {
  const [leaf, ...rest] = plain as [Entity, ...Entity[]];
  const { notAfterMs, notBeforeMs } = leaf.certificate;

  it('is checked to the second', () => {
    expect(validate(plain, { nowMs: notBeforeMs }).ok).toBe(true);
    expect(refusal(plain, { nowMs: notBeforeMs - 1 })).toMatchObject({
      code: 'certificate_not_yet_valid',
      detail: { index: 0 },
    });
    expect(validate(plain, { nowMs: notAfterMs + 999 }).ok).toBe(true);
    expect(refusal(plain, { nowMs: notAfterMs + 1000 })).toMatchObject({
      code: 'certificate_expired',
      detail: { index: 0, subject: 'CN=client' },
    });
  });

  it('is the leaf’s alone here: that of issuers comes with what was examined', () => {
    const brief = client('CN=client', { by: rest[0] as Entity, notAfter: new Date(now + 5000) });
    const later = now + 3_600_000;
    expect(refusal([brief, ...rest], { nowMs: later })).toMatchObject({ code: 'certificate_expired' });
    const expired = rest.map(({ certificate }) => saying(certificate, { notAfterMs: 0 }));
    expect(validate([leaf, ...expired]).ok).toBe(true);
  });

  it('is asked after its signature', () => {
    const signatureRefusal = (_c: Certificate, _i: Certificate, index: number): Reason | undefined =>
      index === 0 ? reason('signature_invalid', { index }) : undefined;
    expect(refusal(plain, { nowMs: notAfterMs + 1000, examined: { signatureRefusal } }).code).toBe('signature_invalid');
  });
});

describe('name chaining, 6.1.3 (a)(4)', () => {
  it('refuses a leaf whose issuer has another name', () => {
    const [, ...rest] = plain;
    const leaf = client('CN=client', { by: { name: 'CN=Elsewhere', keyPair: keyOf('CN=CA 2') } });
    expect(refusal([leaf, ...rest])).toEqual({
      code: 'issuer_unknown',
      detail: { index: 0, subject: 'CN=client', issuer: 'CN=Elsewhere' },
    });
  });

  it('refuses an authority whose issuer has another name', () => {
    const stray = authority('CN=CA 2', { by: { name: 'CN=Elsewhere', keyPair: keyOf('CN=CA 1') } });
    expect(refusal([plain[0] as Entity, stray, plain[2] as Entity, plain[3] as Entity])).toEqual({
      code: 'issuer_unknown',
      detail: { index: 1, subject: 'CN=CA 2', issuer: 'CN=Elsewhere' },
    });
  });
});

describe('issuers, 6.1.4 (k), (n), (o)', () => {
  it.each([1, 2])('are asked about at place %i', (at) => {
    const issuerRefusal = (_certificate: Certificate, index: number): Reason | undefined =>
      index === at ? reason('issuer_not_ca', { index }) : undefined;
    expect(refusal(plain, { examined: { issuerRefusal } })).toEqual({ code: 'issuer_not_ca', detail: { index: at } });
  });

  it('do not include the leaf', () => {
    const asked: number[] = [];
    validate(plain, { examined: { issuerRefusal: (_, index) => void asked.push(index) as undefined } });
    expect(asked).toEqual([3, 2, 1]);
  });
});

describe('pathLenConstraint, 6.1.4 (l) and (m)', () => {
  const tooLong = (index: number, subject: string): object => ({
    code: 'path_length_exceeded',
    detail: { index, subject, limit: 0 },
  });

  it('of 0 allows a leaf below, and no authority', () => {
    expect(validate(pathTo(authorities({}, { pathLength: 0 }))).ok).toBe(true);
    expect(refusal(pathTo(authorities({}, { pathLength: 0 }, {})))).toEqual(tooLong(1, 'CN=CA 2'));
  });

  it('of 1 allows one authority below, and not two', () => {
    expect(validate(pathTo(authorities({}, { pathLength: 1 }, {}))).ok).toBe(true);
    expect(refusal(pathTo(authorities({}, { pathLength: 1 }, {}, {})))).toEqual(tooLong(1, 'CN=CA 3'));
  });

  it('of the anchor counts as well', () => {
    expect(validate(pathTo(authorities({ pathLength: 0 }))).ok).toBe(true);
    expect(refusal(pathTo(authorities({ pathLength: 0 }, {})))).toEqual(tooLong(1, 'CN=CA 1'));
    expect(validate(pathTo(authorities({ pathLength: 1 }, {}))).ok).toBe(true);
    expect(refusal(pathTo(authorities({ pathLength: 1 }, {}, {})))).toEqual(tooLong(1, 'CN=CA 2'));
  });

  it('is the smallest of those above: a lower authority cannot widen it', () => {
    expect(refusal(pathTo(authorities({}, { pathLength: 1 }, { pathLength: 9 }, {})))).toEqual(tooLong(1, 'CN=CA 3'));
    expect(refusal(pathTo(authorities({}, { pathLength: 9 }, { pathLength: 0 }, {})))).toEqual(tooLong(1, 'CN=CA 3'));
  });

  it('limits nothing where there is no basicConstraints: whether that is an authority is asked elsewhere', () => {
    const old = version1('CN=Root');
    const between = version1('CN=CA 1', { by: old });
    expect(validate([client('CN=client', { by: between }), between, old]).ok).toBe(true);
  });

  it('says nothing about a leaf that is an authority itself', () => {
    const line = authorities({}, { pathLength: 0 });
    const leaf = authority('CN=client', {
      by: line.at(-1) as Entity,
      extensions: [extension.keyUsage(['keyCertSign', 'digitalSignature'])],
    });
    expect(validate([leaf, ...line.toReversed()]).ok).toBe(true);
  });

  it('does not count self-issued authorities', () => {
    const [root, ca] = authorities({}, { pathLength: 0 }) as [Entity, Entity];
    const rollover = authority('CN=CA 1', { by: ca, keyPair: keyOf('CA 1, next') });
    const leaf = client('CN=client', { by: rollover });
    expect(rollover.certificate.isSelfIssued).toBe(true);
    expect(validate([leaf, rollover, ca, root]).ok).toBe(true);
  });

  it('of a self-issued authority counts for those below it', () => {
    const [root, ca] = authorities({}, {}) as [Entity, Entity];
    const rollover = authority('CN=CA 1', { by: ca, keyPair: keyOf('CA 1, next'), pathLength: 0 });
    const below = authority('CN=CA 2', { by: rollover });
    expect(validate([client('CN=client', { by: rollover }), rollover, ca, root]).ok).toBe(true);
    expect(refusal([client('CN=client', { by: below }), below, rollover, ca, root])).toEqual(tooLong(1, 'CN=CA 2'));
  });
});

describe('name constraints, 6.1.3 (b), (c) and 6.1.4 (g)', () => {
  const permitted = (dns: string): EntityOptions => ({
    extensions: [extension.nameConstraints({ permitted: [{ dns }] })],
  });
  const named = (dns: string): EntityOptions => ({
    extensions: [extension.subjectAltName([{ dns }])],
  });

  it('of an authority bind the leaf', () => {
    const line = authorities({}, permitted('acme.test'));
    expect(validate(pathTo(line, named('client.acme.test'))).ok).toBe(true);
    expect(refusal(pathTo(line, named('client.other.test')))).toEqual({
      code: 'name_constraint_violated',
      detail: {
        index: 0,
        subject: 'CN=client',
        name: 'dNSName:client.other.test',
        problem: 'not permitted',
        constraint: 'dNSName',
      },
    });
  });

  it('of the anchor bind as well', () => {
    expect(refusal(pathTo(authorities(permitted('acme.test')), named('other.test'))).code).toBe(
      'name_constraint_violated',
    );
  });

  it('of a leaf that is itself the anchor bind nobody', () => {
    const leaf = client('CN=client', {
      extensions: [...(permitted('acme.test').extensions ?? []), extension.subjectAltName([{ dns: 'other.test' }])],
    });
    expect(validate([leaf]).ok).toBe(true);
  });

  it.each([
    ['excluded', { excluded: [{ directoryName: 'O=Secret' }] }],
    ['permitted', { permitted: [{ directoryName: 'O=Acme' }] }],
  ])('refuse a name that may be another spelling of one that is constrained: %s', (_, constraints) => {
    const line = authorities({}, { extensions: [extension.nameConstraints(constraints)] });
    const leafOf = (name: string): Entity => client(name, { by: line.at(-1) as Entity });
    const above = line.toReversed();
    expect(validate([leafOf('CN=client,O=Acme'), ...above]).ok).toBe(true);
    for (const value of ['x'.repeat(2_100), `e${'\u0301'.repeat(31)}`, `e${'\u034f\u0301'.repeat(31)}`]) {
      expect(refusal([leafOf(`CN=${value},O=Acme`), ...above]).code).toBe('name_constraint_violated');
      expect(refusal([leafOf(`CN=${value},O=SECRET`), ...above]).code).toBe('name_constraint_violated');
    }
  });

  it('bind the authorities between, and say which', () => {
    const line = authorities({}, permitted('acme.test'), named('other.test'));
    expect(refusal(pathTo(line, named('client.acme.test')))).toMatchObject({
      code: 'name_constraint_violated',
      detail: { index: 1, subject: 'CN=CA 2' },
    });
  });

  it('do not bind a self-issued authority between, and do bind a self-issued leaf', () => {
    const [root, ca] = authorities({}, permitted('acme.test')) as [Entity, Entity];
    const rollover = authority('CN=CA 1', { by: ca, keyPair: keyOf('CA 1, next'), ...named('other.test') });
    expect(validate([client('CN=client', { by: rollover }), rollover, ca, root]).ok).toBe(true);
    const leaf = client('CN=CA 1', { by: ca, keyPair: keyOf('client'), ...named('other.test') });
    expect(refusal([leaf, ca, root]).code).toBe('name_constraint_violated');
  });

  it('cost comparisons, and end the search when those are used up', () => {
    const path = pathTo(authorities({}, permitted('acme.test')), named('client.acme.test'));
    const enough = new Budget({ ...defaultLimits, comparisons: 1 });
    expect(validate(path, { budget: enough }).ok).toBe(true);
    expect(enough.cost.comparisons).toBe(1);
    const limits = { ...defaultLimits, comparisons: 0 };
    const budget = new Budget(limits);
    expect(refusal(path, { budget, settings: { limits } })).toEqual({
      code: 'path_budget_exceeded',
      detail: { budget: 'comparisons', limit: 0 },
    });
    expect(budget.exhausted).toBe('comparisons');
  });
});

describe('certificate policies, 6.1.3 (d) to (f), 6.1.4 (a) to (j), 6.1.5 (g)', () => {
  const policy = '1.3.6.1.4.1.99999.1';
  const other = '1.3.6.1.4.1.99999.2';
  const asserting = (...policies: string[]): EntityOptions => ({
    extensions: [extension.certificatePolicies(policies)],
  });

  it('are answered where the path is valid for them', () => {
    const path = pathTo(authorities({}, asserting(policy, other)), asserting(policy));
    expect(validate(path, { settings: { initialPolicySet: new Set([policy]) } })).toEqual({
      ok: true,
      policies: { authoritiesConstrainedPolicies: new Set([policy]), userConstrainedPolicies: new Set([policy]) },
    });
  });

  it('refuse at the leaf a path that must be valid for one and is for none', () => {
    const path = pathTo(authorities({}, asserting(policy)), asserting(policy));
    const settings = { initialExplicitPolicy: true, initialPolicySet: new Set([other]) };
    expect(refusal(path, { settings })).toEqual({
      code: 'policy_constraint_violated',
      detail: { index: 0, subject: 'CN=client' },
    });
    expect(validate(path, { settings: { initialExplicitPolicy: true } }).ok).toBe(true);
  });

  it('refuse at the certificate in which the policies end', () => {
    const path = pathTo(authorities({}, {}, asserting(policy)), asserting(policy));
    expect(refusal(path, { settings: { initialExplicitPolicy: true } })).toEqual({
      code: 'policy_constraint_violated',
      detail: { index: 2, subject: 'CN=CA 1' },
    });
  });

  it('refuse at an authority that maps anyPolicy', () => {
    const [root, ca] = authorities({}, {}) as [Entity, Entity];
    const policyMappings = [{ issuerDomainPolicy: '2.5.29.32.0', subjectDomainPolicy: policy }];
    const path = [client('CN=client', { by: ca }), saying(ca.certificate, { policyMappings }), root];
    expect(refusal(path)).toEqual({ code: 'policy_constraint_violated', detail: { index: 1, subject: 'CN=CA 1' } });
  });

  it('follow a mapping, unless mapping is inhibited', () => {
    const mapping = extension.policyMappings([{ issuerDomainPolicy: policy, subjectDomainPolicy: other }]);
    const path = pathTo(
      authorities({}, { extensions: [extension.certificatePolicies([policy]), mapping] }),
      asserting(other),
    );
    const settings = { initialExplicitPolicy: true, initialPolicySet: new Set([policy]) };
    expect(validate(path, { settings }).ok).toBe(true);
    expect(refusal(path, { settings: { ...settings, initialPolicyMappingInhibit: true } }).code).toBe(
      'policy_constraint_violated',
    );
  });

  it('take anyPolicy for every policy, unless anyPolicy is inhibited', () => {
    const path = pathTo(authorities({}, asserting('2.5.29.32.0')), asserting(policy));
    const settings = { initialExplicitPolicy: true, initialPolicySet: new Set([policy]) };
    expect(validate(path, { settings }).ok).toBe(true);
    expect(refusal(path, { settings: { ...settings, initialAnyPolicyInhibit: true } }).code).toBe(
      'policy_constraint_violated',
    );
  });

  it('count certificates from the anchor: a leaf may be self-issued and assert anyPolicy no longer', () => {
    // inhibitAnyPolicy 0 spares self-issued authorities (6.1.3 (d)(2)), and not the last certificate.
    const inhibiting = { extensions: [extension.certificatePolicies([policy]), extension.inhibitAnyPolicy(0)] };
    const [root, ca] = authorities({}, inhibiting) as [Entity, Entity];
    const any = asserting('2.5.29.32.0');
    const rollover = authority('CN=CA 1', { by: ca, keyPair: keyOf('CA 1, next'), ...any });
    const settings = { initialExplicitPolicy: true };
    expect(
      validate([client('CN=client', { by: rollover, ...asserting(policy) }), rollover, ca, root], { settings }).ok,
    ).toBe(true);
    const selfIssued = client('CN=CA 1', { by: ca, keyPair: keyOf('client'), ...any });
    expect(refusal([selfIssued, ca, root], { settings }).code).toBe('policy_constraint_violated');
  });

  it('count the leaf that is itself the anchor as one certificate', () => {
    const leaf = client('CN=client', asserting(policy));
    expect(validate([leaf], { settings: { initialExplicitPolicy: true } })).toEqual({
      ok: true,
      policies: { authoritiesConstrainedPolicies: new Set([policy]), userConstrainedPolicies: new Set([policy]) },
    });
    expect(refusal([client('CN=client')], { settings: { initialExplicitPolicy: true } })).toMatchObject({
      code: 'policy_constraint_violated',
      detail: { index: 0 },
    });
  });

  it('end the search when they are more than the limit', () => {
    const many = Array.from({ length: 4 }, (_, number) => `${policy}.${number}`);
    const path = pathTo(authorities({}, asserting(...many)), asserting(...many));
    // The root of the graph, then four at each depth.
    expect(validate(path, { settings: { limits: { ...defaultLimits, policies: 9 } } }).ok).toBe(true);
    for (const policies of [8, 4]) {
      const budget = new Budget(defaultLimits);
      expect(refusal(path, { budget, settings: { limits: { ...defaultLimits, policies } } })).toEqual({
        code: 'path_budget_exceeded',
        detail: { budget: 'policies', limit: policies },
      });
      expect(budget.exhausted).toBe('policies');
    }
  });

  it('are counted over all paths of a search', () => {
    const path = pathTo(authorities({}, asserting(policy)), asserting(policy));
    const budget = new Budget(defaultLimits);
    const settings = { limits: { ...defaultLimits, policies: 6 } };
    // A root and one at each depth.
    expect(validate(path, { budget, settings }).ok).toBe(true);
    expect(budget.policies).toBe(3);
    expect(validate(path, { budget, settings }).ok).toBe(true);
    expect(refusal(path, { budget, settings })).toEqual({
      code: 'path_budget_exceeded',
      detail: { budget: 'policies', limit: 6 },
    });
  });

  it('are counted also for a path that is refused', () => {
    const path = pathTo(authorities({}, asserting(policy)), {
      ...asserting(policy),
      keyPair: keyOf('short', 'RSA-1024'),
    });
    const budget = new Budget(defaultLimits);
    expect(refusal(path, { budget }).code).toBe('key_too_weak');
    expect(budget.policies).toBe(3);
  });

  it('end the search also when a mapping makes them too many', () => {
    const mapping = extension.policyMappings([{ issuerDomainPolicy: policy, subjectDomainPolicy: other }]);
    const path = pathTo(
      authorities({}, { extensions: [extension.certificatePolicies(['2.5.29.32.0']), mapping] }),
      asserting(other),
    );
    const budget = new Budget(defaultLimits);
    expect(refusal(path, { budget, settings: { limits: { ...defaultLimits, policies: 2 } } })).toMatchObject({
      code: 'path_budget_exceeded',
      detail: { budget: 'policies', limit: 2 },
    });
  });
});

describe('the leaf, 6.1.5', () => {
  const line = authorities({});

  it('has no critical extension that is not processed', () => {
    const odd = { oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) };
    expect(refusal(pathTo(line, { extensions: [odd] }))).toEqual({
      code: 'critical_extension_unsupported',
      detail: { index: 0, subject: 'CN=client', oid: '1.2.3.4' },
    });
  });

  it('follows the profile', () => {
    const asked: unknown[] = [];
    const profileRefusal = (certificate: Certificate, index: number): Reason => {
      asked.push(certificate.subject.toString());
      return reason('certificate_malformed', { index, rule: 'serial_number_zero', explanation: 'It is 0' });
    };
    expect(refusal(pathTo(line), { examined: { profileRefusal } })).toMatchObject({
      code: 'certificate_malformed',
      detail: { index: 0, rule: 'serial_number_zero' },
    });
    expect(asked).toEqual(['CN=client']);
  });

  it('has a key of the strength that is asked of authorities', () => {
    const path = pathTo(line, { keyPair: keyOf('client', 'RSA-1024') });
    expect(refusal(path)).toMatchObject({ code: 'key_too_weak', detail: { index: 0, bits: 1024 } });
    expect(validate(path, { settings: { minimumRsaBits: 1024 } }).ok).toBe(true);
  });

  it('may be used for the handshake', () => {
    const path = pathTo(line, { extensions: [extension.keyUsage(['keyEncipherment'])] });
    expect(refusal(path)).toMatchObject({
      code: 'key_usage_forbids',
      detail: { index: 0, required: 'digitalSignature' },
    });
    expect(validate(path, { settings: { keyUsage: [] } }).ok).toBe(true);
  });

  it('is meant for clients', () => {
    const path = pathTo(line, { extensions: [extension.extendedKeyUsage(['serverAuth'])] });
    expect(refusal(path)).toMatchObject({ code: 'extended_key_usage_missing', detail: { index: 0 } });
    const silent = pathTo(line, { without: [oid.extendedKeyUsage] });
    expect(validate(silent).ok).toBe(true);
    expect(refusal(silent, { settings: { extendedKeyUsage: 'required' } }).code).toBe('extended_key_usage_missing');
  });
});
