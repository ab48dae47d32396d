import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { der, forgeCertificate, type Hash, type SignatureOptions } from '@peercert/pki';
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

const nothing = new Uint8Array();
/** SHA-2 and SHA-3. */
const sha = (arc: number): string => `2.16.840.1.101.3.4.2.${arc}`;

/** The identifier of RSASSA-PSS; `undefined`: the default, SHA-1 and 20. */
function encodedPss(hash: string | undefined, mask: string | undefined, salt: number | undefined): Uint8Array {
  const identifier = (oid: string): Uint8Array => der.sequence(der.oid(oid), der.nullValue());
  const mgf1 = der.oid('1.2.840.113549.1.1.8');
  return der.sequence(
    der.oid('1.2.840.113549.1.1.10'),
    der.sequence(
      ...(hash === undefined ? [] : [der.constructed(0, identifier(hash))]),
      ...(mask === undefined ? [] : [der.constructed(1, der.sequence(mgf1, identifier(mask)))]),
      ...(salt === undefined ? [] : [der.constructed(2, der.integer(salt))]),
    ),
  );
}

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

  it('is refused by its name when it is not in the table, whatever is allowed', () => {
    const md5 = signed('RSA-2048', { hash: 'MD5' });
    const name = 'md5WithRSAEncryption';
    expect(refusal(md5)).toEqual(forbidden(name));
    expect(refusal(md5, { allowedWeakAlgorithms: new Set([name]) })).toEqual(forbidden(name));
  });

  it.each(['SHA-256', 'SHA-384', 'SHA-512'] as const)('is PSS with %s and a salt of any length', (hash) => {
    const longest = 256 - 2 - { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 }[hash];
    for (const saltLength of [0, 1, 20, 32, 48, 64, longest]) {
      const good = signed('RSA-2048', { padding: 'pss', hash, saltLength });
      expect(refusal(good)).toBeUndefined();
      const restricted = signed('RSA-PSS-2048', { hash, saltLength });
      expect(refusal(restricted)).toBeUndefined();
    }
  });

  it('is PSS with the very salt that it names', () => {
    const { issuer } = signed('RSA-2048');
    const named = (saltLength: number, used: number): object | undefined => {
      const identifier = encodedPss(sha(1), sha(1), saltLength === 20 ? undefined : saltLength);
      const scheme = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: used };
      const leaf = client('CN=client', {
        by: issuer,
        forge: {
          innerAlgorithm: identifier,
          outerAlgorithm: identifier,
          editCertificate: ([tbs = nothing, algorithm = nothing]) => [
            tbs,
            algorithm,
            der.bitString(sign('sha256', tbs, { key: issuer.keyPair.privateKey, ...scheme })),
          ],
        },
      });
      return refusal({ issuer, leaf });
    };
    for (const used of [0, 20, 31, 32, 33, 222]) {
      expect(named(used, used)).toBeUndefined();
      for (const other of [0, 20, 31, 32, 33, 222]) if (other !== used) expect(named(other, used)).toEqual(invalid);
      for (const beyond of [223, 300, 2 ** 31 - 1]) expect(named(beyond, used)).toEqual(invalid);
    }
  });

  it.each([
    ['SHA-1', 'MGF1 with SHA-1 and a salt of 20 octets', encodedPss(undefined, undefined, undefined)],
    ['SHA-256', 'MGF1 with SHA-1 and a salt of 32 octets', encodedPss(sha(1), undefined, 32)],
    ['SHA-256', 'MGF1 with SHA-384 and a salt of 20 octets', encodedPss(sha(1), sha(2), undefined)],
    ['SHA-224', 'MGF1 with SHA-224 and a salt of 28 octets', encodedPss(sha(4), sha(4), 28)],
    ['SHA3-256', 'MGF1 with SHA3-256 and a salt of 32 octets', encodedPss(sha(8), sha(8), 32)],
    ['1.2.3', 'MGF1 with 1.2.4 and a salt of 7 octets', encodedPss('1.2.3', '1.2.4', 7)],
  ])('is refused as PSS with %s, %s', (hash, rest, identifier) => {
    const { issuer } = signed('RSA-2048');
    const forge = { innerAlgorithm: identifier, outerAlgorithm: identifier };
    const leaf = client('CN=client', { by: issuer, forge });
    expect(refusal({ issuer, leaf })).toEqual(forbidden(`RSASSA-PSS with ${hash}, ${rest}`));
  });

  it('is one that the parameters of a PSS key allow', () => {
    const saysOf = (parameters: Uint8Array | undefined, signature: SignatureOptions): object | undefined => {
      const keyPair = keyOf('restricted', 'RSA-2048');
      const [, bits = nothing] = der.children(keyPair.publicKey.export({ type: 'spki', format: 'der' }));
      const identifier = der.sequence(der.oid('1.2.840.113549.1.1.10'), ...(parameters ? [parameters] : []));
      const by = authority('CN=Restricted', { keyPair, forge: { spki: der.sequence(identifier, bits) } });
      const leaf = client('CN=client', { by, signature: { padding: 'pss', ...signature } });
      return refusal({ issuer: by, leaf });
    };
    const parametersOf = (...fields: Parameters<typeof encodedPss>): Uint8Array =>
      der.children(encodedPss(...fields))[1] as Uint8Array;
    expect(saysOf(undefined, { saltLength: 0 })).toBeUndefined();
    expect(saysOf(undefined, { hash: 'SHA-512', saltLength: 100 })).toBeUndefined();
    const bound = parametersOf(sha(1), sha(1), 32);
    for (const saltLength of [32, 33, 222]) expect(saysOf(bound, { saltLength })).toBeUndefined();
    for (const saltLength of [0, 20, 31]) expect(saysOf(bound, { saltLength })).toEqual(invalid);
    expect(saysOf(bound, { hash: 'SHA-512', saltLength: 64 })).toEqual(invalid);
    expect(saysOf(parametersOf(sha(1), sha(1), undefined), { saltLength: 20 })).toBeUndefined();
    expect(saysOf(parametersOf(sha(1), sha(1), undefined), { saltLength: 19 })).toEqual(invalid);
    expect(saysOf(parametersOf(sha(1), sha(3), 32), { saltLength: 32 })).toEqual(invalid);
    expect(saysOf(parametersOf(undefined, undefined, undefined), { saltLength: 32 })).toEqual(invalid);
    expect(saysOf(bound, { padding: 'pkcs1' })).toEqual(invalid);
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
      detail: { index: 1, subject: 'CN=secp256k1', algorithm: 'EC on the curve secp256k1' },
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
