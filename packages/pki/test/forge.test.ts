import { X509Certificate } from 'node:crypto';
import { der, extension, forgeCertificate, generateKeyPair, type KeyPair, toPem } from '@peercert/pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { opensslX509 } from './openssl.ts';

let keyPair: KeyPair;
let signer: KeyPair;

beforeAll(async () => {
  [keyPair, signer] = await Promise.all([generateKeyPair(), generateKeyPair('RSA-2048')]);
});

/** The fields of tbsCertificate. */
const fieldsOf = (certificateDer: Uint8Array): readonly Uint8Array[] => der.children(der.children(certificateDer)[0]!);

describe('a forged certificate without further options', () => {
  it('is an ordinary self-signed one', () => {
    const certificate = new X509Certificate(forgeCertificate({ keyPair, subject: 'CN=a' }).certificateDer);
    expect(certificate.subject).toBe('CN=a');
    expect(certificate.issuer).toBe('CN=a');
    expect(certificate.validFrom).toBe('Jan  1 00:00:00 2000 GMT');
    expect(certificate.validTo).toBe('Dec 31 23:59:59 2049 GMT');
    expect(certificate.verify(keyPair.publicKey)).toBe(true);
  });

  it('holds under the key of its signer', () => {
    const { certificateDer } = forgeCertificate({ keyPair, signer, subject: 'CN=a', issuer: 'CN=b' });
    const certificate = new X509Certificate(certificateDer);
    expect(certificate.issuer).toBe('CN=b');
    expect(certificate.verify(signer.publicKey)).toBe(true);
    expect(certificate.verify(keyPair.publicKey)).toBe(false);
  });
});

describe('each part is written as given', () => {
  it('version', () => {
    const version = (value: number | Uint8Array): Uint8Array =>
      fieldsOf(forgeCertificate({ keyPair, version: value }).certificateDer)[0]!;
    expect(version(1)[0]).toBe(0x02);
    expect(version(2)).toEqual(Uint8Array.of(0xa0, 3, 2, 1, 1));
    expect(version(3)).toEqual(Uint8Array.of(0xa0, 3, 2, 1, 2));
    expect(version(4)).toEqual(Uint8Array.of(0xa0, 3, 2, 1, 3));
    const explicitDefault = Uint8Array.of(0xa0, 3, 2, 1, 0);
    expect(version(explicitDefault)).toEqual(explicitDefault);
  });

  it('serial number, of any sign and length', () => {
    const serial = (serialNumber: number | bigint | Uint8Array): Uint8Array =>
      fieldsOf(forgeCertificate({ keyPair, serialNumber }).certificateDer)[1]!;
    expect(serial(-1)).toEqual(Uint8Array.of(2, 1, 0xff));
    expect(serial(Uint8Array.of(0, 0, 1))).toEqual(Uint8Array.of(2, 3, 0, 0, 1));
    expect(serial(new Uint8Array(21).fill(1))).toHaveLength(23);
  });

  it('times, as text without any check', () => {
    const { certificateDer } = forgeCertificate({
      keyPair,
      notBefore: '991332250000Z',
      notAfter: '20300101000000.5Z',
    });
    const validity = Buffer.from(fieldsOf(certificateDer)[4]!).toString('latin1');
    expect(validity).toContain('\x17\x0d991332250000Z\x18\x1120300101000000.5Z');
  });

  it('duplicate and raw extensions, in their order', () => {
    const usage = extension.keyUsage(['keyAgreement']);
    const { certificateDer } = forgeCertificate({ keyPair, extensions: [usage, usage, der.nullValue()] });
    const list = der.children(der.contents(fieldsOf(certificateDer).at(-1)!));
    expect(list).toHaveLength(3);
    expect(list[0]).toEqual(list[1]);
    expect(list[2]).toEqual(Uint8Array.of(5, 0));
  });

  it('two different signature algorithms', () => {
    const innerAlgorithm = der.sequence(der.oid('1.2.840.10045.4.3.4'));
    const { certificateDer } = forgeCertificate({ keyPair, innerAlgorithm });
    const [tbs, outer] = der.children(certificateDer);
    expect(der.children(tbs!)[2]).toEqual(innerAlgorithm);
    expect(outer).toEqual(der.sequence(der.oid('1.2.840.10045.4.3.2')));
  });

  it('unique identifiers', () => {
    const unique = Uint8Array.of(0, 0xaa);
    const text = opensslX509(forgeCertificate({ keyPair, issuerUniqueId: unique, subjectUniqueId: unique }), '-text');
    expect(text).toMatch(/Issuer Unique ID: \s*aa/i);
    expect(text).toMatch(/Subject Unique ID: \s*aa/i);
  });

  it('a changed field order is signed, a changed signature is not', () => {
    const swapped = forgeCertificate({ keyPair, editTbs: (fields) => [...fields].reverse() });
    const plain = forgeCertificate({ keyPair });
    expect(fieldsOf(swapped.certificateDer)[0]![1]).toBe(fieldsOf(plain.certificateDer).at(-1)![1]);
    const broken = forgeCertificate({
      keyPair: signer,
      editSignature: (signature) => signature.map((octet, i) => (i === 100 ? octet ^ 1 : octet)),
    });
    expect(new X509Certificate(broken.certificateDer).verify(signer.publicKey)).toBe(false);
  });

  it('fields after the signature and octets after the certificate', () => {
    const { certificateDer } = forgeCertificate({
      keyPair,
      editCertificate: (fields) => [...fields, der.nullValue()],
      trailing: Uint8Array.of(0xde, 0xad),
    });
    expect(der.children(certificateDer)).toHaveLength(4);
    expect(Buffer.from(certificateDer.subarray(-4)).toString('hex')).toBe('0500dead');
  });
});

describe('odd keys and signatures', () => {
  it.each([
    ['RSA-2048', { hash: 'MD5' }],
    ['RSA-2048', { hash: 'SHA-1', padding: 'pss' }],
    ['P-384', {}],
    ['P-521', {}],
    ['Ed25519', {}],
  ] as const)('%s with %j verify in Node', async (keyType, signature) => {
    const pair = await generateKeyPair(keyType);
    const { certificateDer } = forgeCertificate({ keyPair: pair, signature });
    expect(new X509Certificate(certificateDer).verify(pair.publicKey)).toBe(true);
  });

  it('there is no ECDSA with MD5', () => {
    expect(() => forgeCertificate({ keyPair, signature: { hash: 'MD5' } })).toThrow(TypeError);
  });
});

describe('toPem', () => {
  it('writes the text that Node reads back', () => {
    const { certificateDer, certificatePem } = forgeCertificate({ keyPair });
    expect(new X509Certificate(certificatePem).raw.equals(certificateDer)).toBe(true);
    expect(toPem(Uint8Array.of(1), 'X509 CRL')).toBe('-----BEGIN X509 CRL-----\nAQ==\n-----END X509 CRL-----\n');
  });
});
