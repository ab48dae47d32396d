import { generateKeyPairSync } from 'node:crypto';
import { der } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import type { Crl } from '../../../src/revocation/crl/crl.ts';
import { parseCrl } from '../../../src/revocation/crl/crl.ts';
import { isSignedBy } from '../../../src/revocation/crl/signature.ts';
import { authority, type Entity, type KeyKind, keyOf, saying } from '../../path/certificates.ts';
import { list, listDer, policy, readList } from './lists.ts';

const by = (kind: KeyKind, name = `CN=${kind}`): Entity => authority(name, { keyPair: keyOf(name, kind) });
const kinds: readonly KeyKind[] = ['P-256', 'P-384', 'P-521', 'Ed25519', 'RSA-2048', 'RSA-PSS-2048'];

describe('the signature of a list (RFC 5280 6.3.3 (g))', () => {
  it.each(kinds)('is verified with a key of kind %s', (kind) => {
    const [signer, other] = [by(kind), by(kind, `CN=other ${kind}`)];
    expect(isSignedBy(list(signer), signer.certificate, policy)).toBe(true);
    expect(isSignedBy(list(signer), other.certificate, policy)).toBe(false);
  });

  it.each([undefined, 0, 20, 222])(
    'is verified with RSASSA-PSS of an RSA key, with a salt of %s octets',
    (saltLength) => {
      const signer = by('RSA-2048');
      const salt = saltLength === undefined ? {} : { saltLength };
      const crl = list(signer, { forge: { signature: { padding: 'pss', ...salt } } });
      expect(isSignedBy(crl, signer.certificate, policy)).toBe(true);
    },
  );

  it('with PKCS #1 is not that of a key for RSASSA-PSS alone', () => {
    const [rsa, pss] = [by('RSA-2048'), by('RSA-PSS-2048')];
    expect(isSignedBy(list(rsa), pss.certificate, policy)).toBe(false);
  });

  it.each(kinds)('of a changed list is invalid with a key of kind %s', (kind) => {
    const signer = by(kind);
    const changed = Buffer.from(listDer(signer, { entries: [{ serialNumber: 0x1234567890 }] }));
    const at = changed.indexOf(Buffer.of(0x12, 0x34, 0x56, 0x78, 0x90));
    changed[at] = 0x13;
    expect(isSignedBy(readList(changed), signer.certificate, policy)).toBe(false);
  });

  it.each(kinds)('that is no signature is invalid with a key of kind %s', (kind) => {
    const signer = by(kind);
    const crl = list(signer, { forge: { editSignature: () => Uint8Array.of(1, 2, 3) } });
    expect(isSignedBy(crl, signer.certificate, policy)).toBe(false);
  });

  it('needs an algorithm that is accepted', () => {
    const signer = by('RSA-2048');
    const crl = list(signer, { forge: { signature: { hash: 'SHA-1' } } });
    expect(isSignedBy(crl, signer.certificate, policy)).toBe(false);
    const allowed = { ...policy, allowedWeakAlgorithms: new Set(['sha1WithRSAEncryption']) };
    expect(isSignedBy(crl, signer.certificate, allowed)).toBe(true);
    const md5 = list(signer, { forge: { signature: { hash: 'MD5' } } });
    expect(isSignedBy(md5, signer.certificate, allowed)).toBe(false);
  });

  it('under the name of an algorithm for other keys is invalid', () => {
    const signer = by('P-256');
    const ed25519 = der.sequence(der.oid('1.3.101.112'));
    const crl = list(signer, { forge: { innerAlgorithm: ed25519, outerAlgorithm: ed25519 } });
    expect(isSignedBy(crl, signer.certificate, policy)).toBe(false);
  });

  it('needs a key that is long enough, each time anew', () => {
    const signer = by('RSA-1024');
    const crl = list(signer);
    expect(isSignedBy(crl, signer.certificate, { ...policy, minimumRsaBits: 1024 })).toBe(true);
    expect(isSignedBy(crl, signer.certificate, policy)).toBe(false);
  });

  it('is computed once for each key', () => {
    const [signer, twin] = [by('P-256'), by('P-384')];
    const crl = list(signer);
    expect(isSignedBy(crl, signer.certificate, policy)).toBe(true);
    // The answer is remembered under the key: a certificate that claims the same one is not computed again.
    const { spkiSha256 } = signer.certificate;
    const claiming = saying(by('P-256', 'CN=claiming').certificate, { spkiSha256 });
    expect(isSignedBy(crl, claiming, policy)).toBe(true);
    expect(isSignedBy(crl, twin.certificate, policy)).toBe(false);
  });

  it('is not computed for more than 16 keys of one name', () => {
    const signer = by('P-256');
    const crl = list(signer);
    for (let index = 0; index < 16; index++) {
      expect(isSignedBy(crl, by('P-256', `CN=key ${index}`).certificate, policy)).toBe(false);
    }
    expect(isSignedBy(crl, signer.certificate, policy)).toBe(false);
    expect(isSignedBy(list(signer), signer.certificate, policy)).toBe(true);
  });
});

/** Entries of a list that is hashed in slices. */
const filling = Array.from({ length: 30 }, (_, index) => ({
  serialNumber: index,
  extensions: [{ oid: '1.2.3', value: new Uint8Array(60_000) }],
}));

describe('the signature of a large list', () => {
  async function large(signer: Entity, edit: (signature: Uint8Array) => Uint8Array = (same) => same): Promise<Crl> {
    const outcome = await parseCrl(listDer(signer, { entries: filling, forge: { editSignature: edit } }));
    if (!outcome.ok) throw new Error(outcome.rule);
    return outcome.value;
  }

  it.each(['P-256', 'P-384', 'RSA-2048', 'Ed25519'] as const)(
    'is computed aside with a key of kind %s, then known',
    async (kind) => {
      const [signer, other] = [by(kind), by(kind, `CN=other ${kind}`)];
      const crl = await large(signer);
      const first = isSignedBy(crl, signer.certificate, policy);
      expect(first).toBeInstanceOf(Promise);
      await expect(first).resolves.toBe(true);
      expect(isSignedBy(crl, signer.certificate, policy)).toBe(true);
      await expect(isSignedBy(crl, other.certificate, policy)).resolves.toBe(false);
      expect(isSignedBy(crl, other.certificate, policy)).toBe(false);
    },
  );

  it.each(['P-256', 'RSA-2048', 'Ed25519'] as const)(
    'that is no signature is invalid with a key of kind %s',
    async (kind) => {
      const signer = by(kind);
      const crl = await large(signer, () => Uint8Array.of(1, 2, 3));
      expect(await isSignedBy(crl, signer.certificate, policy)).toBe(false);
    },
  );

  it('is invalid, and nothing is thrown, where OpenSSL would not use the key so', async () => {
    const hashes = { hashAlgorithm: 'sha512', mgf1HashAlgorithm: 'sha512' };
    const restricted = generateKeyPairSync('rsa-pss', { modulusLength: 2048, ...hashes });
    const { certificate } = authority('CN=Restricted', { keyPair: restricted, signature: { hash: 'SHA-512' } });
    const octets = listDer(by('RSA-2048'), { entries: filling, forge: { signature: { padding: 'pss' } } });
    const outcome = await parseCrl(octets);
    expect(outcome.ok && (await isSignedBy(outcome.value, certificate, policy))).toBe(false);
    expect(outcome.ok && isSignedBy(outcome.value, certificate, policy)).toBe(false);
  });

  it('is computed once for all who wait for it', async () => {
    const signer = by('P-256');
    const crl = await large(signer);
    const [one, two] = [isSignedBy(crl, signer.certificate, policy), isSignedBy(crl, signer.certificate, policy)];
    expect(await Promise.all([one, two])).toEqual([true, true]);
  });
});

describe('a key that cannot be loaded', () => {
  it('verifies nothing', async () => {
    const signer = by('P-256');
    const { publicKey } = signer.certificate;
    const key = Uint8Array.from(publicKey.key, (octet, index) => (index === 5 ? octet ^ 1 : octet));
    const certificate = saying(signer.certificate, { publicKey: { ...publicKey, key }, spkiSha256: 'another' });
    expect(isSignedBy(list(signer), certificate, policy)).toBe(false);
    const large = await parseCrl(listDer(signer, { entries: filling }));
    expect(large.ok && isSignedBy(large.value, certificate, policy)).toBe(false);
  });
});
