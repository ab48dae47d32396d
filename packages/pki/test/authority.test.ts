import { X509Certificate } from 'node:crypto';
import {
  type Authority,
  createRootAuthority,
  createSelfSignedClient,
  derFromPem,
  extension,
  generateKeyPair,
  type KeyType,
  loadAuthority,
} from '@peercert/pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { opensslVerify, opensslX509 } from './openssl.ts';

const now = Date.parse('2030-05-06T07:08:09.123Z');
const clock = (): number => now;
const at = `-attime=${now / 1000 - 0.123}`.split('=');

let root: Authority;
let issuing: Authority;

beforeAll(async () => {
  root = await createRootAuthority({ subject: 'CN=Acme Root,O=Acme', clock });
  issuing = await root.issueAuthority({ subject: 'CN=Acme Issuing', pathLenConstraint: 0 });
});

describe('a path from client to root', () => {
  it.each<KeyType>(['P-256', 'P-384', 'P-521', 'RSA-1024', 'RSA-2048', 'RSA-3072', 'RSA-4096', 'Ed25519'])(
    'of %s keys verifies in openssl and in Node',
    async (keyType) => {
      const keyPair = await generateKeyPair(keyType);
      const top = await createRootAuthority({ subject: 'CN=top', keyPair, clock });
      const middle = await top.issueAuthority({ subject: 'CN=middle', keyPair });
      const client = await middle.issueClient({ subject: 'CN=alice', keyPair });

      expect(opensslVerify(client, top, ...at, '-auth_level', '0', '-purpose', 'sslclient')).toBe('OK');
      const [leaf, issuer] = [client, middle].map((one) => new X509Certificate(one.certificateDer));
      expect(leaf!.verify(issuer!.publicKey)).toBe(true);
      expect(leaf!.checkIssued(issuer!)).toBe(true);
      expect(leaf!.checkPrivateKey(keyPair.privateKey)).toBe(true);
    },
  );

  it('is presented without its root', async () => {
    const client = await issuing.issueClient({ subject: 'CN=alice' });
    const expected = [client.certificateDer, issuing.certificateDer].map((one) => Buffer.from(one));
    expect(derFromPem(client.chainPem).map((one) => Buffer.from(one))).toEqual(expected);
    expect(client.chainDer.map((one) => Buffer.from(one))).toEqual(expected);
    expect((await root.issueClient()).chainDer).toHaveLength(1);
    expect(root.chainPem).toBe(root.certificatePem);
  });

  it('that is longer than pathLenConstraint is refused by openssl', async () => {
    const tooDeep = await issuing.issueAuthority({ subject: 'CN=Too Deep' });
    const client = await tooDeep.issueClient({ subject: 'CN=alice' });
    expect(opensslVerify(client, root, ...at)).toBe('path length constraint exceeded');
  });

  it('that leaves the permitted subtrees is refused by openssl', async () => {
    const acme = await root.issueAuthority({ subject: 'CN=a', nameConstraints: { permitted: [{ dns: 'acme.test' }] } });
    const inside = await acme.issueClient({ subject: 'CN=x', sans: [{ dns: 'a.acme.test' }] });
    const outside = await acme.issueClient({ subject: 'CN=x', sans: [{ dns: 'a.other.test' }] });
    expect(opensslVerify(inside, root, ...at)).toBe('OK');
    expect(opensslVerify(outside, root, ...at)).toBe('permitted subtree violation');
  });

  it('may lead to another root through a cross-certificate', async () => {
    const other = await createRootAuthority({ subject: 'CN=Other Root', clock });
    const cross = await other.issueAuthority({ subject: root.nameDer, keyPair: root.keyPair });
    const client = await cross.issueClient({ subject: 'CN=alice' });
    expect(opensslVerify(client, other, ...at)).toBe('OK');
    expect(opensslVerify(client, root, ...at)).toBe('OK');
    expect(client.chainDer).toHaveLength(2);
  });
});

describe('a client certificate by default', () => {
  it('is for clientAuth, no authority, and names its issuer’s key', async () => {
    const client = await issuing.issueClient({ subject: 'CN=alice', sans: [{ uri: 'spiffe://acme/alice' }] });
    const text = opensslX509(client, '-text');
    expect(text).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature\n/);
    expect(text).toMatch(/Extended Key Usage: \s+TLS Web Client Authentication\n/);
    expect(text).toMatch(/Subject Alternative Name: \s+URI:spiffe:\/\/acme\/alice\n/);
    const keyIdentifier = /Subject Key Identifier: \s+(\S+)/.exec(opensslX509(issuing, '-text'))?.[1];
    expect(text).toContain(`Authority Key Identifier: \n                ${keyIdentifier}\n`);
    expect(opensslVerify(client, root, ...at, '-purpose', 'sslserver')).toMatch(/^unsu\w+ certificate purpose$/);
  });

  it('lives 90 days, from five minutes before the clock, in whole seconds', async () => {
    const { validFrom, validTo } = new X509Certificate((await issuing.issueClient()).certificateDer);
    expect(Date.parse(validFrom)).toBe(Date.parse('2030-05-06T07:03:09Z'));
    expect(Date.parse(validTo)).toBe(Date.parse('2030-08-04T07:08:09Z'));
  });

  it('ends with its issuer when that ends sooner', async () => {
    const notAfter = new Date('2030-06-01T00:00:00Z');
    const short = await root.issueAuthority({ subject: 'CN=short', validity: { notAfter } });
    const endOf = async (validity?: { days: number }): Promise<number> =>
      Date.parse(new X509Certificate((await short.issueClient(validity ? { validity } : {})).certificateDer).validTo);
    expect(await endOf()).toBe(notAfter.getTime());
    expect(await endOf({ days: 60 })).toBe(Date.parse('2030-07-05T07:08:09Z'));
  });
});

describe('what options change', () => {
  it('each default extension can be left out', async () => {
    const client = await issuing.issueClient({
      subject: 'CN=alice',
      basicConstraints: null,
      keyUsage: null,
      extendedKeyUsage: null,
      subjectKeyIdentifier: null,
    });
    const text = opensslX509(client, '-text');
    expect(text.match(/X509v3 .*:/g)).toEqual(['X509v3 extensions:', 'X509v3 Authority Key Identifier:']);
  });

  it('issue() writes no extension that was not asked for', async () => {
    const none = opensslX509(await issuing.issue({ subject: 'CN=alice' }), '-text');
    expect(none).toContain('Version: 3');
    expect(none).not.toContain('extensions');
    const one = opensslX509(await issuing.issue({ extendedKeyUsage: ['emailProtection'] }), '-text');
    expect(one.match(/X509v3 .*:/g)).toEqual(['X509v3 extensions:', 'X509v3 Extended Key Usage:']);
  });

  it('version 1 has no extensions', async () => {
    const text = opensslX509(await root.issueClient({ subject: 'CN=alice', version: 1 }), '-text');
    expect(text).toContain('Version: 1');
    expect(text).not.toContain('extensions');
  });

  it('a further extension follows the others, or replaces the one with its OID', async () => {
    const unknown = { oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) };
    const usage = { ...extension.keyUsage(['keyAgreement']), critical: false };
    const text = opensslX509(await issuing.issueClient({ subject: 'CN=a', extensions: [unknown, usage] }), '-text');
    expect(text).toMatch(/Key Usage: \n\s+Key Agreement\n/);
    expect(text.match(/X509v3 Key Usage/g)).toHaveLength(1);
    expect(text).toMatch(/Authority Key Identifier: \n.*\n\s+1\.2\.3\.4: critical\n/);
  });

  it('subjectAltName is critical exactly when the subject is empty', async () => {
    const sans = [{ uri: 'spiffe://acme/x' }];
    expect(opensslX509(await issuing.issueClient({ sans }), '-text')).toContain('Alternative Name: critical');
    const named = opensslX509(await issuing.issueClient({ subject: 'CN=a', sans }), '-text');
    expect(named).toContain('Alternative Name: \n');
  });

  it.each([
    [0, '00'],
    [1, '01'],
    [0x80, '80'],
    [0xabcdef0123456789n, 'ABCDEF0123456789'],
  ])('serial number %s', async (serialNumber, expected) => {
    const client = await issuing.issueClient({ subject: 'CN=a', serialNumber });
    expect(client.serialNumber).toBe(expected);
    expect(opensslX509(client, '-serial').trim()).toBe(`serial=${expected}`);
  });

  it('serial numbers are random, positive and within 20 octets otherwise', async () => {
    const serials = await Promise.all([1, 2, 3].map(async () => (await issuing.issueClient()).serialNumber));
    expect(new Set(serials).size).toBe(3);
    for (const serial of serials) expect(serial).toMatch(/^4[0-9A-F]{31}$/);
  });

  it('refuses notAfter together with days, and a negative serial number', async () => {
    const validity = { notAfter: new Date(now), days: 1 };
    await expect(issuing.issueClient({ validity })).rejects.toThrow(TypeError);
    await expect(issuing.issueClient({ serialNumber: -1 })).rejects.toThrow(/forgeCertificate/);
  });

  it('a server has its names and addresses, the first name as CN', async () => {
    const server = await issuing.issueServer({ dnsNames: ['localhost', 'api.test'], ips: ['127.0.0.1', '::1'] });
    const certificate = new X509Certificate(server.certificateDer);
    expect(certificate.subject).toBe('CN=localhost');
    expect(certificate.checkHost('api.test')).toBe('api.test');
    expect(certificate.checkIP('::1')).toBe('::1');
    expect(opensslVerify(server, root, ...at, '-purpose', 'sslserver')).toBe('OK');
  });

  it('a self-signed client verifies with its own key and is no authority', async () => {
    const alone = await createSelfSignedClient({ subject: 'CN=alone', clock });
    const certificate = new X509Certificate(alone.certificateDer);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(opensslX509(alone, '-text')).not.toContain('Authority Key Identifier');
  });
});

describe('signature', () => {
  it.each([
    ['RSA-2048', { hash: 'SHA-1' }, 'sha1WithRSAEncryption'],
    ['RSA-2048', { hash: 'MD5' }, 'md5WithRSAEncryption'],
    ['RSA-2048', { hash: 'SHA-512' }, 'sha512WithRSAEncryption'],
    ['RSA-2048', { padding: 'pss' }, 'rsassaPss'],
    ['RSA-2048', { padding: 'pss', hash: 'SHA-384', saltLength: 20 }, 'rsassaPss'],
    ['P-256', { hash: 'SHA-1' }, 'ecdsa-with-SHA1'],
    ['P-256', { hash: 'SHA-512' }, 'ecdsa-with-SHA512'],
    ['P-384', {}, 'ecdsa-with-SHA384'],
    ['P-521', {}, 'ecdsa-with-SHA512'],
    ['Ed25519', {}, 'ED25519'],
  ] as const)('of %s with %j is %s and holds', async (keyType, signature, algorithm) => {
    const keyPair = await generateKeyPair(keyType);
    const top = await createRootAuthority({ subject: 'CN=top', keyPair, clock });
    const client = await top.issueClient({ subject: 'CN=a', signature });
    expect(/Signature Algorithm: (\S+)/.exec(opensslX509(client, '-text'))?.[1]).toBe(algorithm);
    expect(new X509Certificate(client.certificateDer).verify(keyPair.publicKey)).toBe(true);
    expect(opensslVerify(client, top, ...at, '-auth_level', '0')).toBe('OK');
  });

  it('by one RSA key with two hashes and two paddings holds each time', async () => {
    const top = await createRootAuthority({ subject: 'CN=top', keyType: 'RSA-2048', clock });
    for (const signature of [{ hash: 'SHA-1' }, { hash: 'SHA-256' }, { padding: 'pss' }, {}] as const) {
      const client = await top.issueClient({ subject: 'CN=a', signature });
      expect(new X509Certificate(client.certificateDer).verify(top.keyPair.publicKey)).toBe(true);
    }
  });
});

describe('a stored authority', () => {
  it('issues again after it was loaded', async () => {
    const loaded = loadAuthority({ chainPem: issuing.chainPem, privateKeyPem: issuing.privateKeyPem, clock });
    const client = await loaded.issueClient({ subject: 'CN=alice' });
    expect(opensslVerify(client, root, ...at)).toBe('OK');
    expect(client.chainDer).toHaveLength(2);
    expect(loaded.serialNumber).toBe(issuing.serialNumber);
    expect(loaded.thumbprint).toBe(issuing.thumbprint);
  });

  it('keeps its root out of the chain', async () => {
    const loaded = loadAuthority({ chainPem: root.chainPem, privateKeyPem: root.privateKeyPem, clock });
    expect((await loaded.issueClient()).chainDer).toHaveLength(1);
  });

  it('is refused with the key of another', () => {
    expect(() => loadAuthority({ chainPem: root.chainPem, privateKeyPem: issuing.privateKeyPem })).toThrow(TypeError);
    expect(() => loadAuthority({ chainPem: '', privateKeyPem: root.privateKeyPem })).toThrow(TypeError);
  });
});

describe('fingerprints', () => {
  it('agree with Node and openssl', async () => {
    const client = await issuing.issueClient({ subject: 'CN=a' });
    const { fingerprint256 } = new X509Certificate(client.certificateDer);
    expect(Buffer.from(client.thumbprint, 'base64url').toString('hex').toUpperCase()).toBe(
      fingerprint256.replaceAll(':', ''),
    );
    expect(client.pin).toMatch(/^sha256\/[A-Za-z0-9+/]{43}=$/);
    expect((await issuing.issueClient({ keyPair: client.keyPair })).pin).toBe(client.pin);
  });
});
