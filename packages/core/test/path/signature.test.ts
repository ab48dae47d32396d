import { generateKeyPairSync } from 'node:crypto';
import { forgeCertificate, type Hash, type SignatureOptions } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/limits.ts';
import { Budget } from '../../src/path/budget.ts';
import { isSelfSigned, signatureRefusal } from '../../src/path/signature.ts';
import type { Reason } from '../../src/reasons.ts';
import { authority, client, type Entity, type KeyKind, keyOf, read, saying } from './certificates.ts';

const policy = { allowedWeakAlgorithms: new Set<string>(), minimumRsaBits: 2048 };

interface Signed {
  readonly issuer: Entity;
  readonly leaf: Entity;
}

function signed(kind: KeyKind, signature?: SignatureOptions): Signed {
  const issuer = authority(`CN=${kind}`, { keyPair: keyOf('issuer', kind) });
  return { issuer, leaf: client('CN=client', { by: issuer, ...(signature && { signature }) }) };
}

function refusal({ issuer, leaf }: Signed, changes: Partial<typeof policy> = {}, index = 0): Reason | undefined {
  const budget = new Budget(defaultLimits);
  return signatureRefusal(leaf.certificate, issuer.certificate, index, { ...policy, ...changes }, budget);
}

const invalid = { code: 'signature_invalid', detail: { index: 0, subject: 'CN=client' } };

describe('a signature, 6.1.3 (a)(1)', () => {
  it.each<[KeyKind, SignatureOptions]>([
    ['P-256', { hash: 'SHA-256' }],
    ['P-256', { hash: 'SHA-384' }],
    ['P-384', { hash: 'SHA-384' }],
    ['P-521', { hash: 'SHA-512' }],
    ['Ed25519', {}],
    ['RSA-2048', { hash: 'SHA-256' }],
    ['RSA-2048', { hash: 'SHA-384' }],
    ['RSA-2048', { hash: 'SHA-512' }],
    ['RSA-2048', { hash: 'SHA-256', padding: 'pss' }],
    ['RSA-2048', { hash: 'SHA-384', padding: 'pss' }],
    ['RSA-2048', { hash: 'SHA-512', padding: 'pss' }],
    ['RSA-PSS-2048', { hash: 'SHA-256' }],
  ])('of a %s key is accepted with %o', (kind, signature) => {
    expect(refusal(signed(kind, signature))).toBeUndefined();
  });

  it.each<[KeyKind, SignatureOptions]>([
    ['P-256', {}],
    ['P-384', {}],
    ['P-521', {}],
    ['Ed25519', {}],
    ['RSA-2048', {}],
    ['RSA-2048', { padding: 'pss' }],
    ['RSA-PSS-2048', {}],
  ])('of another %s key is refused (%o)', (kind, signature) => {
    const { leaf } = signed(kind, signature);
    const issuer = authority(`CN=${kind}`, { keyPair: keyOf('another', kind) });
    expect(refusal({ issuer, leaf })).toEqual(invalid);
  });

  it.each<[KeyKind]>([['P-256'], ['Ed25519'], ['RSA-2048']])('of a %s key is refused over other octets', (kind) => {
    const { issuer } = signed(kind);
    const leaf = client('CN=client', {
      by: issuer,
      forge: { editSignature: (octets) => octets.map((octet, at) => (at === octets.length - 1 ? octet ^ 1 : octet)) },
    });
    expect(refusal({ issuer, leaf })).toEqual(invalid);
  });

  it('that is no ECDSA value at all is refused', () => {
    const { issuer } = signed('P-256');
    const leaf = client('CN=client', { by: issuer, forge: { editSignature: () => Uint8Array.of(1, 2, 3) } });
    expect(refusal({ issuer, leaf })).toEqual(invalid);
  });

  it('names the certificate by its place in the path', () => {
    const { leaf } = signed('P-256');
    const issuer = authority('CN=P-256', { keyPair: keyOf('another') });
    expect(refusal({ issuer, leaf }, {}, 3)).toEqual({ ...invalid, detail: { index: 3, subject: 'CN=client' } });
  });
});

describe('the algorithm of a signature', () => {
  const forbidden = (algorithm: string): object => ({
    code: 'algorithm_forbidden',
    detail: { index: 0, subject: 'CN=client', algorithm },
  });

  it.each<[KeyKind, Hash, string]>([
    ['RSA-2048', 'SHA-1', 'sha1WithRSAEncryption'],
    ['P-256', 'SHA-1', 'ecdsa-with-SHA1'],
  ])('of a %s key with %s is refused, unless %s is allowed by name', (kind, hash, name) => {
    const weak = signed(kind, { hash });
    expect(refusal(weak)).toEqual(forbidden(name));
    expect(refusal(weak, { allowedWeakAlgorithms: new Set(['another']) })).toEqual(forbidden(name));
    expect(refusal(weak, { allowedWeakAlgorithms: new Set([name]) })).toBeUndefined();
  });

  it('is refused by its number when it is not in the table, whatever is allowed', () => {
    const md5 = signed('RSA-2048', { hash: 'MD5' });
    const oid = '1.2.840.113549.1.1.4';
    expect(refusal(md5)).toEqual(forbidden(oid));
    expect(refusal(md5, { allowedWeakAlgorithms: new Set([oid]) })).toEqual(forbidden(oid));
  });

  it('is refused for PSS with a salt of another length than the hash', () => {
    expect(refusal(signed('RSA-2048', { padding: 'pss', saltLength: 30 }))).toEqual(forbidden('1.2.840.113549.1.1.10'));
  });

  it('must suit the key of the issuer', () => {
    const { leaf } = signed('P-256');
    expect(refusal({ issuer: signed('RSA-2048').issuer, leaf })).toEqual(invalid);
    expect(refusal({ issuer: signed('Ed25519').issuer, leaf })).toEqual(invalid);
    expect(refusal({ issuer: signed('P-256').issuer, leaf: signed('RSA-2048').leaf })).toEqual(invalid);
    const budget = new Budget(defaultLimits);
    signatureRefusal(leaf.certificate, signed('RSA-2048').issuer.certificate, 0, policy, budget);
    expect(budget.cost.signatures).toBe(0);
  });

  it('must be PSS where the key is for PSS alone', () => {
    const { leaf } = signed('RSA-2048');
    const issuer = signed('RSA-PSS-2048').issuer;
    const budget = new Budget(defaultLimits);
    expect(signatureRefusal(leaf.certificate, issuer.certificate, 0, policy, budget)).toEqual(invalid);
    expect(budget.cost.signatures).toBe(0);
  });
});

describe('a key that OpenSSL would not use so', () => {
  it('verifies nothing, and throws nothing', () => {
    const { issuer, leaf } = signed('RSA-2048', { padding: 'pss' });
    const restricted = generateKeyPairSync('rsa-pss', {
      modulusLength: 2048,
      hashAlgorithm: 'sha512',
      mgf1HashAlgorithm: 'sha512',
    });
    const other = forgeCertificate({ keyPair: restricted, signer: issuer.keyPair, subject: 'CN=RSA-2048' });
    expect(refusal({ issuer: { ...issuer, certificate: read(other.certificateDer) }, leaf })).toEqual(invalid);
  });
});

describe('the key of the issuer', () => {
  it('is as long as the minimum, and the reason names the issuer', () => {
    const weak = signed('RSA-1024');
    expect(refusal(weak, {}, 1)).toEqual({
      code: 'key_too_weak',
      detail: { index: 2, subject: 'CN=RSA-1024', algorithm: 'RSA', bits: 1024 },
    });
    expect(refusal(weak, { minimumRsaBits: 1024 })).toBeUndefined();
  });

  it('is of a kind that is accepted', () => {
    expect(refusal(signed('secp256k1'))).toEqual({
      code: 'algorithm_forbidden',
      detail: { index: 1, subject: 'CN=secp256k1', algorithm: '1.2.840.10045.2.1' },
    });
  });

  it('verifies nothing when it cannot be loaded, and costs nothing', () => {
    const { issuer, leaf } = signed('P-256');
    const { publicKey } = issuer.certificate;
    const broken = saying(issuer.certificate, { publicKey: { ...publicKey, key: new Uint8Array(65).fill(4) } });
    const budget = new Budget(defaultLimits);
    expect(signatureRefusal(leaf.certificate, broken, 0, policy, budget)).toEqual(invalid);
    expect(budget.cost.signatures).toBe(0);
  });
});

describe('the budget of signatures', () => {
  it('pays for each check by the kind of the key', () => {
    const budget = new Budget(defaultLimits);
    for (const { issuer, leaf } of [signed('P-384'), signed('P-256')]) {
      signatureRefusal(leaf.certificate, issuer.certificate, 0, policy, budget);
    }
    expect(budget.cost.signatures).toBe(10);
  });

  it('refuses even a good signature when it is used up', () => {
    const { issuer, leaf } = signed('P-384');
    const enough = new Budget({ ...defaultLimits, signatures: 9 });
    expect(signatureRefusal(leaf.certificate, issuer.certificate, 0, policy, enough)).toBeUndefined();
    const short = new Budget({ ...defaultLimits, signatures: 8 });
    expect(signatureRefusal(leaf.certificate, issuer.certificate, 0, policy, short)).toEqual(invalid);
    expect(short.exhausted).toBe('signatures');
  });
});

describe('a signature that was verified before', () => {
  const check = ({ issuer, leaf }: Signed, budget: Budget): Reason | undefined =>
    signatureRefusal(leaf.certificate, issuer.certificate, 0, policy, budget, true);

  it('costs nothing', () => {
    const budget = new Budget(defaultLimits);
    expect(check(signed('P-256'), budget)).toBeUndefined();
    expect(budget.cost.signatures).toBe(0);
  });

  it('is still asked for its algorithm and its key', () => {
    const budget = new Budget(defaultLimits);
    expect(check(signed('P-256', { hash: 'SHA-1' }), budget)).toMatchObject({ code: 'algorithm_forbidden' });
    expect(check(signed('RSA-1024'), budget)).toMatchObject({ code: 'key_too_weak' });
  });
});

describe('a self-signed certificate', () => {
  it('was signed with its own key, weak or not', () => {
    expect(isSelfSigned(authority('CN=A').certificate)).toBe(true);
    expect(isSelfSigned(authority('CN=A', { keyPair: keyOf('a', 'RSA-1024') }).certificate)).toBe(true);
    expect(isSelfSigned(authority('CN=A', { signature: { hash: 'SHA-1' } }).certificate)).toBe(true);
  });

  it('is not one that only says so', () => {
    const selfIssued = authority('CN=A', { by: { name: 'CN=A', keyPair: keyOf('other') } }).certificate;
    expect(selfIssued.isSelfIssued).toBe(true);
    expect(isSelfSigned(selfIssued)).toBe(false);
    expect(isSelfSigned(selfIssued)).toBe(false);
  });
});
