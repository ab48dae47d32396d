import { extension, type ForgeOcspOptions, ocspNoCheck } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { parseOcspResponse } from '../../../src/revocation/ocsp/response.ts';
import type { OcspSettings } from '../../../src/revocation/ocsp/settings.ts';
import { findSigner, type Signer } from '../../../src/revocation/ocsp/signer.ts';
import {
  authority,
  client,
  type Entity,
  type EntityOptions,
  keyOf,
  now,
  oid,
  version1,
} from '../../path/certificates.ts';
import { answer, by, delegate, hour, issuer, settings, subject } from './answers.ts';

function signer(changes: Partial<ForgeOcspOptions>, ca: Entity = issuer, other: Partial<OcspSettings> = {}): Signer {
  const parsed = parseOcspResponse(answer(changes));
  if (!parsed.ok || parsed.value.status !== 'successful') throw new Error('no answer');
  return findSigner(parsed.value.basic, ca.certificate, now, { ...settings, ...other });
}

function ruleOf(...asking: Parameters<typeof signer>): string | undefined {
  const found = signer(...asking);
  return found.ok ? undefined : found.rule;
}

const byIssuer: Signer = { ok: true, delegate: undefined };

/** Why an answer by a delegate with these options is refused. */
const delegateRule = (options: EntityOptions): string | undefined => ruleOf(by(delegate(options)));

const flip = (octets: Uint8Array): Uint8Array => Uint8Array.from(octets, (octet, at) => (at === 9 ? octet ^ 1 : octet));

describe('the issuer', () => {
  it('signs itself, named by its key or by its name', () => {
    expect(signer({})).toEqual(byIssuer);
    expect(signer({ responderId: { name: 'CN=Issuing' } })).toEqual(byIssuer);
  });

  it('may enclose its own certificate, and any others', () => {
    expect(signer({ certificates: [subject.der, issuer.der, Uint8Array.of(5, 0)] })).toEqual(byIssuer);
  });

  it('may have a key for certificates and lists alone', () => {
    expect(issuer.certificate.keyUsage).toEqual(new Set(['keyCertSign', 'cRLSign']));
    expect(ruleOf({})).toBeUndefined();
  });

  it('is not the signer under another name or key', () => {
    expect(ruleOf({ responderId: { name: 'CN=Other' } })).toBe('ocsp_signer_not_found');
    expect(ruleOf({ responderId: { keyHash: new Uint8Array(20) } })).toBe('ocsp_signer_not_found');
    expect(ruleOf({ responderId: { keyHash: new Uint8Array() } })).toBe('ocsp_signer_not_found');
  });

  it('is not the signer where the signature is not its own', () => {
    expect(ruleOf({ editSignature: flip })).toBe('ocsp_signature_invalid');
    expect(ruleOf({ editSignature: flip, certificates: [issuer.der] })).toBe('ocsp_signature_invalid');
    const impostor = keyOf('impostor');
    expect(ruleOf({ signer: impostor, responderId: { name: 'CN=Issuing' } })).toBe('ocsp_signature_invalid');
  });

  it('must have a key and an algorithm that would do for a certificate', () => {
    expect(ruleOf({ signature: { hash: 'SHA-1' } })).toBe('ocsp_algorithm_forbidden');
    const weak = authority('CN=Weak', { keyPair: keyOf('weak', 'RSA-1024') });
    expect(ruleOf({ signer: weak.keyPair }, weak)).toBe('ocsp_key_too_weak');
    expect(ruleOf({ signer: weak.keyPair }, weak, { minimumRsaBits: 1024 })).toBeUndefined();
  });
});

describe('a delegate', () => {
  it('signs for the issuer, named by its key or by its name', () => {
    const responder = delegate();
    expect(signer(by(responder))).toMatchObject({
      ok: true,
      delegate: { serialNumber: responder.certificate.serialNumber },
    });
    expect(ruleOf({ ...by(responder), responderId: { name: 'CN=Responder' } })).toBeUndefined();
  });

  it('is found among other certificates, of which some cannot be read', () => {
    const { signer: keyPair, certificates = [] } = by(delegate());
    const enclosed = [subject.der, Uint8Array.of(0x30, 0), issuer.der, ...certificates];
    expect(ruleOf({ signer: keyPair as never, certificates: enclosed })).toBeUndefined();
  });

  it('may have the name of the issuer', () => {
    const namesake = client('CN=Issuing', {
      by: issuer,
      keyPair: keyOf('namesake'),
      extensions: [extension.extendedKeyUsage(['ocspSigning'])],
    });
    expect(ruleOf({ ...by(namesake), responderId: { name: 'CN=Issuing' } })).toBeUndefined();
  });

  it('may have further purposes, and a key that repudiates nothing', () => {
    const purposes = extension.extendedKeyUsage(['clientAuth', 'ocspSigning']);
    const keyUsage = extension.keyUsage(['contentCommitment']);
    const responder = client('CN=Responder', { by: issuer, extensions: [purposes, keyUsage] });
    expect(ruleOf(by(responder))).toBeUndefined();
  });

  it('may say nothing of its key usage', () => {
    expect(delegateRule({ without: [oid.keyUsage] })).toBeUndefined();
  });

  it('must be enclosed', () => {
    expect(ruleOf({ signer: delegate().keyPair })).toBe('ocsp_signer_not_found');
    expect(ruleOf({ signer: delegate().keyPair, certificates: [subject.der] })).toBe('ocsp_signer_not_found');
  });

  it('must be readable', () => {
    expect(ruleOf({ signer: delegate().keyPair, certificates: [Uint8Array.of(0x30, 0)] })).toBe(
      'ocsp_delegate_malformed',
    );
  });

  it('must have made the signature', () => {
    expect(ruleOf({ ...by(delegate()), editSignature: flip })).toBe('ocsp_signature_invalid');
    const other = delegate({ keyPair: keyOf('other responder') });
    const mixed = { signer: other.keyPair, certificates: [delegate().der], responderId: { name: 'CN=Responder' } };
    expect(ruleOf(mixed)).toBe('ocsp_signature_invalid');
  });

  it('must be issued by the issuer itself, and not by an authority below', () => {
    const below = authority('CN=Below', { by: issuer });
    expect(delegateRule({ by: below })).toBe('ocsp_delegate_issuer');
  });

  it('must be signed by the key of the issuer, whatever name it says', () => {
    expect(delegateRule({ by: { name: 'CN=Issuing', keyPair: keyOf('mallory') } })).toBe('ocsp_delegate_signature');
  });

  it.each([
    ['the purpose of a client', [extension.extendedKeyUsage(['clientAuth'])]],
    ['any purpose', [extension.extendedKeyUsage(['any'])]],
  ])('must be marked for it, and not with %s', (_, extensions) => {
    expect(ruleOf(by(client('CN=Responder', { by: issuer, extensions })))).toBe('ocsp_delegate_purpose');
  });

  it('must be marked for it at all', () => {
    expect(ruleOf(by(client('CN=Responder', { by: issuer, without: [oid.extendedKeyUsage] })))).toBe(
      'ocsp_delegate_purpose',
    );
    expect(ruleOf(by(version1('CN=Responder', { by: issuer })))).toBe('ocsp_delegate_purpose');
  });

  it('must be no authority, even one that is marked', () => {
    const extensions = [extension.extendedKeyUsage(['ocspSigning'])];
    const below = authority('CN=Below', { by: issuer, extensions });
    expect(ruleOf(by(below))).toBe('ocsp_delegate_is_authority');
    const basicConstraints = extension.basicConstraints({ cA: false });
    expect(delegateRule({ extensions: [basicConstraints] })).toBeUndefined();
  });

  it('must have a key that may sign', () => {
    const keyUsage = extension.keyUsage(['keyAgreement', 'cRLSign']);
    expect(delegateRule({ extensions: [keyUsage] })).toBe('ocsp_delegate_key_usage');
  });

  it('may differ from the profile of certificates where that is tolerated', () => {
    expect(delegateRule({ without: [oid.authorityKeyIdentifier] })).toBeUndefined();
    const keyUsage = extension.keyUsage(['digitalSignature', 'keyCertSign']);
    expect(delegateRule({ extensions: [keyUsage] })).toBe('ocsp_delegate_malformed');
  });

  it('must have no critical extension that is not known', () => {
    const unknown = { oid: '1.2.3', critical: true, value: Uint8Array.of(5, 0) };
    expect(delegateRule({ extensions: [unknown] })).toBe('ocsp_delegate_critical_extension');
    expect(delegateRule({ extensions: [{ ...unknown, critical: false }] })).toBeUndefined();
  });

  it.each([
    ['not yet', { notBefore: new Date(now + hour) }],
    ['no longer', { notAfter: new Date(now - hour) }],
  ])('must be valid, and not %s', (_, validity) => {
    expect(delegateRule(validity)).toBe('ocsp_delegate_expired');
  });

  it('must be signed by an algorithm that would do for a client', () => {
    expect(delegateRule({ signature: { hash: 'SHA-1' } })).toBe('ocsp_algorithm_forbidden');
    const weak = authority('CN=Weak', { keyPair: keyOf('weak', 'RSA-1024') });
    expect(ruleOf(by(delegate({ by: weak })), weak)).toBe('ocsp_key_too_weak');
  });

  it('must have a key that would do for a client', () => {
    expect(delegateRule({ keyPair: keyOf('weak responder', 'RSA-1024') })).toBe('ocsp_key_too_weak');
  });

  it('is not one because a certificate enclosed says so of another key', () => {
    const enclosed = [issuer.der, delegate().der];
    expect(ruleOf({ signer: keyOf('mallory'), certificates: enclosed })).toBe('ocsp_signer_not_found');
  });

  it('is sought among several of one name, and the last refusal is the one that is told', () => {
    const expired = delegate({ notAfter: new Date(now - hour), keyPair: keyOf('old responder') });
    const current = delegate();
    const asked = { signer: current.keyPair, responderId: { name: 'CN=Responder' } };
    expect(ruleOf({ ...asked, certificates: [expired.der, current.der] })).toBeUndefined();
    expect(ruleOf({ ...asked, certificates: [current.der, expired.der] })).toBeUndefined();
    expect(ruleOf({ ...asked, certificates: [expired.der], signer: expired.keyPair })).toBe('ocsp_delegate_expired');
  });

  it('is sought within a budget', () => {
    const slow = authority('CN=Slow', { keyPair: keyOf('slow', 'P-521') });
    const names = Array.from({ length: 6 }, (_, index) =>
      client('CN=Responder', {
        by: { name: 'CN=Slow', keyPair: keyOf('mallory', 'P-521') },
        keyPair: keyOf(`mallory ${index}`),
        extensions: [extension.extendedKeyUsage(['ocspSigning']), ocspNoCheck()],
      }),
    );
    const asked = { signer: keyOf('mallory'), responderId: { name: 'CN=Responder' } };
    const enclosed = names.map(({ der }) => der);
    expect(ruleOf({ ...asked, certificates: enclosed.slice(0, 5) }, slow)).toBe('ocsp_delegate_signature');
    expect(ruleOf({ ...asked, certificates: enclosed }, slow)).toBe('ocsp_signature_budget');
  });
});
