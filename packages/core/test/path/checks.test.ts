import { der, extension } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { type Deviation, deviations } from '../../src/certificate/deviations.ts';
import type { KeyUsageBit } from '../../src/certificate/model.ts';
import {
  about,
  authorityPurposeRefusal,
  authorityRefusal,
  certSigningRefusal,
  clientKeyRefusal,
  clientPurposeRefusal,
  criticalExtensionRefusal,
  intermediateValidityRefusal,
  isValidAt,
  leafKeyUsageRefusal,
  profileRefusal,
  validityRefusal,
} from '../../src/path/checks.ts';
import { clientAuth } from '../../src/path/settings.ts';
import { isTolerated } from '../../src/path/tolerances.ts';
import { authority, client, keyOf, oid, saying, version1 } from './certificates.ts';

const root = authority('CN=Root');
const leaf = client('CN=client', { by: root }).certificate;
const leafSubject = 'CN=client';
const serverAuth = '1.3.6.1.5.5.7.3.1';

it('a reason names the certificate by its place and its subject', () => {
  expect(about(leaf, 3)).toEqual({ index: 3, subject: leafSubject });
});

describe('validity, 6.1.3 (a)(2)', () => {
  const notBefore = new Date('2026-01-01T00:00:00Z');
  const notAfter = new Date('2026-02-01T00:00:00Z');
  const certificate = client('CN=client', { by: root, notBefore, notAfter }).certificate;

  it('begins with the very millisecond of notBefore', () => {
    expect(validityRefusal(certificate, notBefore.getTime())).toBeUndefined();
    expect(isValidAt(certificate, notBefore.getTime())).toBe(true);
    expect(isValidAt(certificate, notBefore.getTime() - 1)).toBe(false);
    expect(validityRefusal(certificate, notBefore.getTime() - 1)).toEqual({
      code: 'certificate_not_yet_valid',
      detail: { index: 0, subject: leafSubject, notBefore },
    });
  });

  it('ends with the last millisecond of the second of notAfter', () => {
    expect(validityRefusal(certificate, notAfter.getTime() + 999)).toBeUndefined();
    expect(isValidAt(certificate, notAfter.getTime() + 999)).toBe(true);
    expect(isValidAt(certificate, notAfter.getTime() + 1000)).toBe(false);
    expect(validityRefusal(certificate, notAfter.getTime() + 1000)).toEqual({
      code: 'certificate_expired',
      detail: { index: 0, subject: leafSubject, notAfter },
    });
  });

  it('of an intermediate has codes of its own, which say who gave it', () => {
    const refusal = (nowMs: number, isPresented: boolean): unknown =>
      intermediateValidityRefusal(certificate, 2, nowMs, isPresented);
    expect(refusal(notBefore.getTime(), true)).toBeUndefined();
    expect(refusal(notAfter.getTime() + 999, true)).toBeUndefined();
    expect(refusal(notBefore.getTime() - 1, true)).toEqual({
      code: 'intermediate_not_yet_valid',
      detail: { index: 2, subject: leafSubject, from: 'client', notBefore },
    });
    expect(refusal(notAfter.getTime() + 1000, false)).toEqual({
      code: 'intermediate_expired',
      detail: { index: 2, subject: leafSubject, from: 'service', notAfter },
    });
  });
});

describe('basicConstraints, 6.1.4 (k)', () => {
  const refused = (subject: string): object => ({ code: 'issuer_not_ca', detail: { index: 1, subject } });

  it('with cA make an authority', () => {
    expect(authorityRefusal(root.certificate, 1)).toBeUndefined();
  });

  it('without cA, or absent, make none', () => {
    const denied = client('CN=denied', { extensions: [extension.basicConstraints({ cA: false })] }).certificate;
    expect(authorityRefusal(denied, 1)).toEqual(refused('CN=denied'));
    expect(authorityRefusal(leaf, 1)).toEqual(refused(leafSubject));
  });

  it('cannot be in a version 1 certificate, which is no authority whatever is believed of it', () => {
    const old = version1('CN=old').certificate;
    expect(authorityRefusal(old, 1)).toEqual(refused('CN=old'));
    expect(authorityRefusal(saying(old, { basicConstraints: { cA: true, pathLenConstraint: undefined } }), 1)).toEqual(
      refused('CN=old'),
    );
  });
});

describe('keyUsage of an authority, 6.1.4 (n)', () => {
  const withUsage = (...usages: extension.KeyUsage[]): typeof leaf =>
    authority('CN=A', { extensions: [extension.keyUsage(usages)] }).certificate;

  it('asserts keyCertSign, or is absent', () => {
    expect(certSigningRefusal(withUsage('keyCertSign'), 1)).toBeUndefined();
    expect(certSigningRefusal(authority('CN=A', { without: [oid.keyUsage] }).certificate, 1)).toBeUndefined();
  });

  it('refuses when it asserts only other uses', () => {
    expect(certSigningRefusal(withUsage('cRLSign', 'digitalSignature'), 4)).toEqual({
      code: 'key_usage_forbids',
      detail: { index: 4, subject: 'CN=A', required: 'keyCertSign' },
    });
  });
});

describe('the key of a client', () => {
  it('is as long as the minimum', () => {
    const short = client('CN=short', { by: root, keyPair: keyOf('short', 'RSA-1024') }).certificate;
    expect(clientKeyRefusal(short, { minimumRsaBits: 1024 })).toBeUndefined();
    expect(clientKeyRefusal(short, { minimumRsaBits: 1025 })).toEqual({
      code: 'key_too_weak',
      detail: { index: 0, subject: 'CN=short', algorithm: 'RSA', bits: 1024 },
    });
  });

  it('is of a kind that is accepted', () => {
    const exotic = client('CN=exotic', { by: root, keyPair: keyOf('exotic', 'secp256k1') }).certificate;
    expect(clientKeyRefusal(leaf, { minimumRsaBits: 2048 })).toBeUndefined();
    expect(clientKeyRefusal(exotic, { minimumRsaBits: 2048 })).toEqual({
      code: 'algorithm_forbidden',
      detail: { index: 0, subject: 'CN=exotic', algorithm: 'EC on the curve secp256k1' },
    });
  });
});

describe('keyUsage of the leaf', () => {
  const wanted = { keyUsage: ['digitalSignature', 'keyAgreement'] as const };
  const using = (...uses: KeyUsageBit[]): typeof leaf => saying(leaf, { keyUsage: new Set(uses) });

  it.each(['digitalSignature', 'keyAgreement'] as const)('is enough with %s', (use) => {
    expect(leafKeyUsageRefusal(using(use, 'keyEncipherment'), wanted)).toBeUndefined();
  });

  it('restricts nothing when it is absent, or when no use is asked for', () => {
    expect(leafKeyUsageRefusal(saying(leaf, { keyUsage: undefined }), wanted)).toBeUndefined();
    expect(leafKeyUsageRefusal(using('cRLSign'), { keyUsage: [] })).toBeUndefined();
  });

  it('refuses when it has other uses alone, and names the first that was wanted', () => {
    expect(leafKeyUsageRefusal(using('keyEncipherment', 'keyCertSign'), wanted)).toEqual({
      code: 'key_usage_forbids',
      detail: { index: 0, subject: leafSubject, required: 'digitalSignature' },
    });
  });
});

describe('extendedKeyUsage, 4.2.1.12', () => {
  const limited = (...usages: extension.Purpose[]): typeof leaf =>
    client('CN=client', { by: root, extensions: [extension.extendedKeyUsage(usages)] }).certificate;
  const absent = client('CN=client', { by: root, without: [oid.extendedKeyUsage] }).certificate;
  const purposes = [clientAuth];
  const missing = (index: number, required = clientAuth): object => ({
    code: 'extended_key_usage_missing',
    detail: { index, subject: leafSubject, required },
  });

  it('of an authority restricts when it is there and lists neither the purpose nor any', () => {
    expect(authorityPurposeRefusal(absent, 2, { purposes })).toBeUndefined();
    expect(authorityPurposeRefusal(limited('serverAuth', 'clientAuth'), 2, { purposes })).toBeUndefined();
    expect(authorityPurposeRefusal(limited('any'), 2, { purposes })).toBeUndefined();
    expect(authorityPurposeRefusal(limited('serverAuth'), 2, { purposes })).toEqual(missing(2));
  });

  it('asks for every purpose, and names the first that is missing', () => {
    const both = { purposes: [clientAuth, serverAuth] };
    expect(authorityPurposeRefusal(limited('serverAuth', 'clientAuth'), 1, both)).toBeUndefined();
    expect(authorityPurposeRefusal(limited('clientAuth'), 1, both)).toEqual(missing(1, serverAuth));
    expect(authorityPurposeRefusal(limited('codeSigning'), 1, both)).toEqual(missing(1));
    expect(authorityPurposeRefusal(limited('codeSigning'), 1, { purposes: [] })).toBeUndefined();
  });

  it('of the leaf restricts in the same way while it is optional', () => {
    const optional = { purposes, extendedKeyUsage: 'optional' } as const;
    expect(clientPurposeRefusal(absent, optional)).toBeUndefined();
    expect(clientPurposeRefusal(limited('any'), optional)).toBeUndefined();
    expect(clientPurposeRefusal(limited('clientAuth'), optional)).toBeUndefined();
    expect(clientPurposeRefusal(limited('serverAuth'), optional)).toEqual(missing(0));
  });

  it('of the leaf names the purpose itself where it is required', () => {
    const required = { purposes, extendedKeyUsage: 'required' } as const;
    expect(clientPurposeRefusal(limited('clientAuth'), required)).toBeUndefined();
    expect(clientPurposeRefusal(absent, required)).toEqual(missing(0));
    expect(clientPurposeRefusal(limited('any'), required)).toEqual(missing(0));
    expect(clientPurposeRefusal(limited('serverAuth'), required)).toEqual(missing(0));
    expect(clientPurposeRefusal(limited('clientAuth'), { ...required, purposes: [clientAuth, serverAuth] })).toEqual(
      missing(0, serverAuth),
    );
  });
});

describe('critical extensions, 6.1.4 (o)', () => {
  const having = (...extensions: (readonly [oid: string, critical: boolean])[]): typeof leaf =>
    saying(leaf, {
      extensions: extensions.map(([one, critical]) => ({ oid: one, critical, value: new Uint8Array() })),
    });

  it.each([
    ['keyUsage', '2.5.29.15'],
    ['subjectAltName', '2.5.29.17'],
    ['basicConstraints', '2.5.29.19'],
    ['nameConstraints', '2.5.29.30'],
    ['cRLDistributionPoints', '2.5.29.31'],
    ['certificatePolicies', '2.5.29.32'],
    ['policyMappings', '2.5.29.33'],
    ['policyConstraints', '2.5.29.36'],
    ['extKeyUsage', '2.5.29.37'],
    ['inhibitAnyPolicy', '2.5.29.54'],
  ])('may be %s, which is processed', (_, one) => {
    expect(criticalExtensionRefusal(having([one, true]), 0)).toBeUndefined();
  });

  it.each([
    ['issuerAltName', '2.5.29.18'],
    ['subjectKeyIdentifier', '2.5.29.14'],
    ['freshestCRL', '2.5.29.46'],
    ['an unknown one', '1.2.3.4'],
  ])('may not be %s, which is not', (_, one) => {
    expect(criticalExtensionRefusal(having([one, false]), 1)).toBeUndefined();
    expect(criticalExtensionRefusal(having(['2.5.29.15', true], [one, true]), 1)).toEqual({
      code: 'critical_extension_unsupported',
      detail: { index: 1, subject: leafSubject, oid: one },
    });
  });

  describe('with policy qualifiers, 4.2.1.4', () => {
    const qualified = (critical: boolean, ...types: string[]): typeof leaf => {
      const qualifiers = der.sequence(...types.map((type) => der.sequence(der.oid(type), der.ia5String('text'))));
      const policies = extension.certificatePolicies([{ policyIdentifier: '1.2.3', qualifiers }]);
      return client('CN=client', { by: root, extensions: [{ ...policies, critical }] }).certificate;
    };
    const cps = '1.3.6.1.5.5.7.2.1';

    it('are accepted where they are for people to read', () => {
      expect(criticalExtensionRefusal(qualified(true, cps, '1.3.6.1.5.5.7.2.2'), 0)).toBeUndefined();
    });

    it('are looked at in every policy', () => {
      const policies = [cps, '1.2.3.9'].map((type, number) => ({
        policyIdentifier: `1.2.3.${number}`,
        qualifiers: der.sequence(der.sequence(der.oid(type), der.ia5String('text'))),
      }));
      const critical = { ...extension.certificatePolicies(policies), critical: true };
      expect(
        criticalExtensionRefusal(client('CN=client', { by: root, extensions: [critical] }).certificate, 0),
      ).toMatchObject({ detail: { oid: '2.5.29.32' } });
    });

    it('are refused where one cannot be interpreted, if the extension is critical', () => {
      expect(criticalExtensionRefusal(qualified(false, cps, '1.2.3.9'), 0)).toBeUndefined();
      expect(criticalExtensionRefusal(qualified(true, cps, '1.2.3.9'), 0)).toEqual({
        code: 'critical_extension_unsupported',
        detail: { index: 0, subject: leafSubject, oid: '2.5.29.32' },
      });
    });
  });
});

describe('the certificate profile, section 4', () => {
  const deviating = (...rules: Deviation[]): typeof leaf => saying(leaf, { deviations: rules });
  const every = Object.keys(deviations) as Deviation[];
  const malformed = (index: number, rule: Deviation): object => ({
    code: 'certificate_malformed',
    detail: { index, rule },
  });

  it('has nothing to say of a certificate that follows it', () => {
    expect(profileRefusal(leaf, 0, { profile: 'strict' })).toBeUndefined();
  });

  it.each(every)('refuses %s when it is strict', (rule) => {
    expect(profileRefusal(deviating(rule), 1, { profile: 'strict' })).toMatchObject(malformed(1, rule));
  });

  it.each(every)('refuses %s when it is interoperable, unless the table tolerates it', (rule) => {
    const refusal = profileRefusal(deviating(rule), 1, { profile: 'interoperable' });
    if (isTolerated(rule)) expect(refusal).toBeUndefined();
    else expect(refusal).toMatchObject(malformed(1, rule));
  });

  it('names the first deviation that counts', () => {
    const [first, second] = every.filter((rule) => !isTolerated(rule)) as [Deviation, Deviation];
    const tolerated = every.filter(isTolerated);
    expect(profileRefusal(deviating(...tolerated, second, first), 0, { profile: 'interoperable' })).toMatchObject(
      malformed(0, second),
    );
  });

  it('excuses a self-signed certificate, and no other, from naming its issuer’s key', () => {
    const nameless = deviating('authority_key_identifier_missing');
    const asked: unknown[] = [];
    const strict = { profile: 'strict' } as const;
    const isSelfSigned = (answer: boolean) => (one: unknown) => {
      asked.push(one);
      return answer;
    };
    expect(profileRefusal(nameless, 0, strict, isSelfSigned(true))).toBeUndefined();
    expect(profileRefusal(nameless, 0, strict, isSelfSigned(false))).toMatchObject(
      malformed(0, 'authority_key_identifier_missing'),
    );
    expect(asked).toEqual([nameless, nameless]);
    expect(profileRefusal(deviating('serial_number_zero'), 0, strict, isSelfSigned(true))).toMatchObject(
      malformed(0, 'serial_number_zero'),
    );
    expect(asked).toHaveLength(2);
  });

  it('says where a certificate deviates, and that the other profile takes it', () => {
    const nought = client('CN=client', { by: root, forge: { serialNumber: 0 } }).certificate;
    expect(profileRefusal(nought, 1, { profile: 'strict' })).toEqual({
      code: 'certificate_malformed',
      detail: {
        index: 1,
        rule: 'serial_number_zero',
        explanation: 'RFC 5280 4.1.2.2: The serial number MUST be a positive integer',
        subject: 'CN=client',
        issuer: 'CN=Root',
        place: 'serialNumber',
        offset: expect.any(Number),
        octets: '020100',
        remedy: expect.stringMatching(/^The interoperable profile takes it\. .*`-set_serial 0`/),
      },
    });
    expect(profileRefusal(deviating('issuer_empty'), 0, { profile: 'strict' })?.detail).not.toHaveProperty('remedy');
  });
});
