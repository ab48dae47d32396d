import { parseCertificate } from '@peercert/core';
import { type Authority, type CertificateOptions, createRootAuthority, generateKeyPair } from '@peercert/pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkKeyType, checkLoads, checkPurpose, checkValidity } from '../../src/identity/identity-checks.ts';

let root: Authority;

beforeAll(async () => {
  root = await createRootAuthority({ subject: 'CN=Root' });
});

async function leafOf(options: CertificateOptions) {
  const issued = await root.issueServer({ subject: 'CN=a.example.com', ...options });
  const parsed = parseCertificate(issued.certificateDer);
  if (!parsed.ok) throw new Error(parsed.reason.code);
  return parsed.value;
}

describe('the validity of a server certificate', () => {
  const notBefore = new Date('2026-11-22T00:00:00Z');
  const notAfter = new Date('2027-02-20T00:00:00Z');

  it('begins at notBefore and ends with the second of notAfter', async () => {
    const leaf = await leafOf({ validity: { notBefore, notAfter } });
    checkValidity(leaf, 'certificate /c', notBefore.getTime());
    checkValidity(leaf, 'certificate /c', notAfter.getTime() + 999);
    expect(() => checkValidity(leaf, 'certificate /c', notBefore.getTime() - 1)).toThrow(
      new TypeError(
        'certificate /c is not yet valid: CN=a.example.com begins at 2026-11-22T00:00:00.000Z, and it is ' +
          '2026-11-21T23:59:59.999Z here: is the clock of this machine right?',
      ),
    );
    expect(() => checkValidity(leaf, 'certificate /c', notAfter.getTime() + 1_000)).toThrow(
      new TypeError(
        'certificate /c has expired: CN=a.example.com ended at 2027-02-20T00:00:00.000Z, and it is ' +
          '2027-02-20T00:00:01.000Z here: renew it',
      ),
    );
  });
});

describe('the purpose of a server certificate', () => {
  it.each<[string, CertificateOptions]>([
    ['serverAuth', { extendedKeyUsage: ['serverAuth'] }],
    ['serverAuth among others', { extendedKeyUsage: ['clientAuth', 'serverAuth'] }],
    ['any', { extendedKeyUsage: ['any'] }],
    ['none stated', { extendedKeyUsage: null, keyUsage: null }],
  ])('may be %s', async (_, options) => {
    const leaf = await leafOf(options);
    expect(leaf.extendedKeyUsage === undefined).toBe(options.extendedKeyUsage === null);
    checkPurpose(leaf, 'certificate /c');
  });

  it('is refused without serverAuth', async () => {
    const leaf = await leafOf({ extendedKeyUsage: ['clientAuth', 'codeSigning'] });
    expect(() => checkPurpose(leaf, 'certificate /c')).toThrow(
      new TypeError(
        'certificate /c is not for servers: the extended key usage of CN=a.example.com lacks serverAuth, and clients ' +
          'refuse it: have one issued with that purpose',
      ),
    );
  });

  it('is refused where the key may not sign', async () => {
    const leaf = await leafOf({ keyUsage: ['keyEncipherment'] });
    expect(() => checkPurpose(leaf, 'certificate /c')).toThrow(
      new TypeError(
        'certificate /c is not for TLS: the key usage of CN=a.example.com lacks digitalSignature: have one issued with ' +
          'that usage',
      ),
    );
  });
});

describe('the key of a server certificate', () => {
  it.each(['P-256', 'P-384', 'P-521', 'RSA-2048', 'Ed25519'] as const)('may be %s', async (keyType) => {
    const leaf = await leafOf({ keyType });
    expect(() => checkKeyType(leaf, 'certificate /c')).not.toThrow();
  });

  it('is refused when it is a short RSA key', async () => {
    const leaf = await leafOf({ keyType: 'RSA-1024' });
    expect(() => checkKeyType(leaf, 'certificate /c')).toThrow(
      new TypeError('certificate /c has an RSA key of 1024 bits, and clients ask for 2048: make a new key'),
    );
  });

  it('is refused when it is of a kind that clients do not know', async () => {
    const leaf = await leafOf({});
    const odd = Object.create(leaf, {
      publicKey: { value: { ...leaf.publicKey, keyType: 'unsupported' } },
    }) as typeof leaf;
    expect(() => checkKeyType(odd, 'certificate /c')).toThrow(
      new TypeError('certificate /c has a key that TLS clients do not know: use ECDSA P-256, RSA or Ed25519'),
    );
  });
});

describe('whatever OpenSSL does not load', () => {
  it('is refused by its code, with the error as the cause', async () => {
    const keyPair = await generateKeyPair();
    const { certificatePem } = await root.issueServer({ keyPair });
    const { privateKeyPem } = await root.issueServer();
    checkLoads({ cert: certificatePem, key: keyPair.privateKey.export({ type: 'pkcs8', format: 'pem' }) }, 'x');
    expect(() => checkLoads({ cert: certificatePem, key: privateKeyPem }, 'certificate /c')).toThrow(
      new TypeError('certificate /c cannot be loaded by OpenSSL (ERR_OSSL_X509_KEY_VALUES_MISMATCH)', {
        cause: expect.any(Error),
      }),
    );
  });
});
