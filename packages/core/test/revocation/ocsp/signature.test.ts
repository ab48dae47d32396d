import { generateKeyPairSync } from 'node:crypto';
import type { ForgeOcspOptions, SignatureOptions } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { Budget } from '../../../src/path/budget.ts';
import { type BasicOcspResponse, parseOcspResponse } from '../../../src/revocation/ocsp/response.ts';
import { responseSignatureRefusal } from '../../../src/revocation/ocsp/signature.ts';
import { authority, type KeyKind, keyOf, saying } from '../../path/certificates.ts';
import { answer } from './answers.ts';

const policy = { allowedWeakAlgorithms: new Set<string>(), minimumRsaBits: 2048 };

function basic(changes: Partial<ForgeOcspOptions>): BasicOcspResponse {
  const parsed = parseOcspResponse(answer(changes));
  if (!parsed.ok || parsed.value.status !== 'successful') throw new Error('no answer');
  return parsed.value.basic;
}

interface Asking {
  readonly signer?: KeyKind;
  readonly signature?: SignatureOptions;
  readonly changes?: Partial<typeof policy>;
  readonly forge?: Partial<ForgeOcspOptions>;
  readonly signatures?: number;
}

/** What is said of an answer by a key of this kind, with `signer` instead as the one that is to verify it. */
function refusal(kind: KeyKind, { signer = kind, signature, changes, forge, signatures = 100 }: Asking = {}) {
  const keyPair = keyOf('responder', kind);
  const { certificate } = authority('CN=Responder', { keyPair: keyOf('responder', signer) });
  const response = basic({ signer: keyPair, ...(signature && { signature }), ...forge });
  const budget = new Budget({ signatures, failedSignatures: signatures, steps: 0, comparisons: 0 });
  return responseSignatureRefusal(response, certificate, { ...policy, ...changes }, budget);
}

describe('the signature of an answer', () => {
  it.each<[KeyKind, SignatureOptions]>([
    ['P-256', { hash: 'SHA-256' }],
    ['P-384', { hash: 'SHA-384' }],
    ['P-521', { hash: 'SHA-512' }],
    ['Ed25519', {}],
    ['RSA-2048', { hash: 'SHA-256' }],
    ['RSA-2048', { hash: 'SHA-384', padding: 'pss' }],
    ['RSA-PSS-2048', { hash: 'SHA-256' }],
  ])('of a %s key is accepted with %o', (kind, signature) => {
    expect(refusal(kind, { signature })).toBeUndefined();
  });

  it.each<KeyKind>(['P-256', 'Ed25519', 'RSA-2048'])('of a %s key is over every octet of what is said', (kind) => {
    const flip = (octets: Uint8Array): Uint8Array =>
      Uint8Array.from(octets, (octet, at) => (at === 9 ? octet ^ 1 : octet));
    expect(refusal(kind, { forge: { editSignature: flip } })).toBe('ocsp_signature_invalid');
  });

  it.each<[KeyKind, KeyKind]>([
    ['P-256', 'RSA-2048'],
    ['RSA-2048', 'P-256'],
    ['RSA-2048', 'RSA-PSS-2048'],
    ['Ed25519', 'P-256'],
  ])('of a %s key is none of a %s key, which costs nothing', (kind, signer) => {
    expect(refusal(kind, { signer, signatures: 0 })).toBe('ocsp_signature_invalid');
  });

  it('of one curve is none of another', () => {
    expect(refusal('P-256', { signer: 'P-384' })).toBe('ocsp_signature_invalid');
  });

  it('is not there at all', () => {
    expect(refusal('P-256', { forge: { editSignature: () => new Uint8Array() } })).toBe('ocsp_signature_invalid');
  });

  it.each<[KeyKind, string]>([
    ['RSA-2048', 'sha1WithRSAEncryption'],
    ['P-256', 'ecdsa-with-SHA1'],
  ])('of a %s key with SHA-1 needs the name %s among the algorithms allowed', (kind, name) => {
    const signature: SignatureOptions = { hash: 'SHA-1' };
    expect(refusal(kind, { signature })).toBe('ocsp_algorithm_forbidden');
    expect(refusal(kind, { signature, changes: { allowedWeakAlgorithms: new Set([name]) } })).toBeUndefined();
  });

  it.each([0, 20, 32, 48, 222])('is RSASSA-PSS with a salt of %i octets', (saltLength) => {
    expect(refusal('RSA-2048', { signature: { padding: 'pss', saltLength } })).toBeUndefined();
    expect(refusal('RSA-PSS-2048', { signature: { saltLength } })).toBeUndefined();
  });

  it('is by no algorithm that is not listed', () => {
    expect(refusal('RSA-2048', { signature: { hash: 'MD5' } })).toBe('ocsp_algorithm_forbidden');
    expect(refusal('secp256k1')).toBe('ocsp_algorithm_forbidden');
  });

  it('is by no RSA key that is too short', () => {
    expect(refusal('RSA-1024')).toBe('ocsp_key_too_weak');
    expect(refusal('RSA-1024', { changes: { minimumRsaBits: 1024 } })).toBeUndefined();
  });

  it('is by a key that can be loaded', () => {
    const { certificate } = authority('CN=Responder', { keyPair: keyOf('responder') });
    const { publicKey } = certificate;
    // 04, then coordinates that are on no curve.
    const key = Uint8Array.from(publicKey.key, (octet, at) => (at === 0 ? octet : 1));
    const offCurve = saying(certificate, { publicKey: { ...publicKey, key } });
    const budget = new Budget({ signatures: 100, failedSignatures: 100, steps: 0, comparisons: 0 });
    expect(responseSignatureRefusal(basic({ signer: keyOf('responder') }), offCurve, policy, budget)).toBe(
      'ocsp_signature_invalid',
    );
    expect(budget.cost.signatures).toBe(0);
  });

  it('is none, and costs nothing, where the parameters of the key allow no such signature', () => {
    const hashes = { hashAlgorithm: 'sha512', mgf1HashAlgorithm: 'sha512' };
    const restricted = generateKeyPairSync('rsa-pss', { modulusLength: 2048, ...hashes });
    const { certificate } = authority('CN=Responder', { keyPair: restricted, signature: { hash: 'SHA-512' } });
    const response = basic({ signer: keyOf('responder', 'RSA-2048'), signature: { padding: 'pss' } });
    const budget = new Budget({ signatures: 100, failedSignatures: 100, steps: 0, comparisons: 0 });
    expect(responseSignatureRefusal(response, certificate, policy, budget)).toBe('ocsp_signature_invalid');
    expect(budget.cost.signatures).toBe(0);
  });

  it('is checked only while there is a budget for it', () => {
    expect(refusal('P-384', { signatures: 9 })).toBeUndefined();
    expect(refusal('P-384', { signatures: 8.9 })).toBe('ocsp_signature_budget');
  });
});
