import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRootAuthority, toPem } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { tool } from '../../../../test/tools.ts';
import { readChain } from '../../src/identity/certificate-chain.ts';
import { readPem } from '../../src/identity/pem-source.ts';
import { checkKeyMatches, readPrivateKey } from '../../src/identity/private-key.ts';
import { temporaryFolder } from './temporary-folder.ts';

const read = (pem: string, passphrase?: string) => readPrivateKey(readPem(pem, 'key'), passphrase, 'passphrase');
const openssl = tool('openssl');
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const plain = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const encrypted = privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'sesame' })
  .toString();

describe.runIf(openssl !== undefined)('a key made with openssl', () => {
  const kinds: readonly [string, readonly string[], string][] = [
    ['genpkey, RSA', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], 'PRIVATE KEY'],
    ['genpkey, Ed25519', ['genpkey', '-algorithm', 'ED25519'], 'PRIVATE KEY'],
    ['genpkey, P-256', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], 'PRIVATE KEY'],
    ['genrsa -traditional', ['genrsa', '-traditional', '2048'], 'RSA PRIVATE KEY'],
    ['ecparam -genkey, parameters first', ['ecparam', '-name', 'prime256v1', '-genkey'], 'EC PRIVATE KEY'],
    ['genrsa -aes256, PKCS #8', ['genrsa', '-aes256', '-passout', 'pass:sesame', '2048'], 'ENCRYPTED PRIVATE KEY'],
    [
      'genrsa -aes256 -traditional',
      ['genrsa', '-aes256', '-passout', 'pass:sesame', '-traditional', '2048'],
      'RSA PRIVATE KEY',
    ],
  ];

  it.each(kinds)('by %s is read', (_, command, label) => {
    const pem = execFileSync(openssl as string, command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const { key, pem: block } = read(pem, 'sesame');
    expect(block).toMatch(new RegExp(`^-----BEGIN ${label}-----\n[^]+-----END ${label}-----\n$`));
    const pub = execFileSync(openssl as string, ['pkey', '-pubout', '-passin', 'pass:sesame'], { input: pem });
    expect(createPublicKey(key).equals(createPublicKey(pub))).toBe(true);
  });

  it('and encrypted in the legacy form wants its passphrase', () => {
    const file = `${temporaryFolder().path}/legacy.key`;
    execFileSync(openssl as string, ['ec', '-aes128', '-passout', 'pass:sesame', '-out', file], {
      input: plain,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const legacy = readFileSync(file, 'utf8');
    expect(legacy).toContain('Proc-Type: 4,ENCRYPTED');
    expect(() => read(legacy)).toThrow(
      new TypeError('key (given as text) is encrypted, and there is no passphrase: set the option passphrase'),
    );
    expect(() => read(legacy, 'simsim')).toThrow(/cannot be decrypted: the option passphrase is wrong for it/);
    expect(read(legacy, 'sesame').key.equals(privateKey)).toBe(true);
  });
});

describe('a private key', () => {
  it('is read with and without encryption; a passphrase that is not needed does no harm', () => {
    expect(read(plain).key.equals(privateKey)).toBe(true);
    expect(read(plain, 'sesame').key.equals(privateKey)).toBe(true);
    expect(read(encrypted, 'sesame').key.equals(privateKey)).toBe(true);
  });

  it('is refused when it is encrypted and no passphrase is there', () => {
    expect(() => read(encrypted)).toThrow(
      new TypeError('key (given as text) is encrypted, and there is no passphrase: set the option passphrase'),
    );
  });

  it('is refused when the passphrase is wrong, without a word of OpenSSL or of the key', () => {
    const message =
      'key (given as text) cannot be decrypted: the option passphrase is wrong for it, or the file is damaged';
    expect(() => read(encrypted, 'simsim')).toThrow(new TypeError(message));
    // One in 256 decrypts to something that ends as padding does.
    const legacy = privateKey
      .export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'sesame' })
      .toString();
    for (let attempt = 0; attempt < 2_000; attempt++) {
      expect(() => read(legacy, `simsim ${attempt}`)).toThrow(message);
    }
  });

  it('is refused with the remedy when its cipher is too old for OpenSSL', () => {
    const header = 'Proc-Type: 4,ENCRYPTED\nDEK-Info: DES-CBC,0123456789ABCDEF\n\n';
    const old = toPem(Buffer.alloc(64), 'EC PRIVATE KEY').replace('KEY-----\n', `KEY-----\n${header}`);
    expect(() => read(old, 'sesame')).toThrow(
      new TypeError(
        'key (given as text) is encrypted in a way that this OpenSSL no longer reads: encrypt it again with openssl pkcs8 -topk8 -v2 aes-256-cbc',
      ),
    );
  });

  it('is refused when its body is no key', () => {
    expect(() => read(toPem(Buffer.from('nothing'), 'PRIVATE KEY'))).toThrow(
      new TypeError(
        'key (given as text) is damaged: its "-----BEGIN" line announces a private key, and none can be read',
      ),
    );
  });

  it.each([
    ['CERTIFICATE', 'this is a certificate file; are certificate and key swapped?'],
    ['PUBLIC KEY', 'give the private half'],
    ['EC PARAMETERS', 'it holds parameters of keys: take that block out'],
  ])('is missed where there is only a %s', (label, hint) => {
    expect(() => read(toPem(Buffer.from('x'), label))).toThrow(
      new TypeError(`key (given as text) holds no private key but ${label}: ${hint}`),
    );
  });

  it('is refused beside another one, and in the form of OpenSSH', () => {
    expect(() => read(plain + plain)).toThrow(
      new TypeError('key (given as text) holds 2 private keys: leave the one that belongs to the certificate'),
    );
    expect(() => read(toPem(Buffer.from('x'), 'OPENSSH PRIVATE KEY'))).toThrow(
      new TypeError('key (given as text) is a key of OpenSSH: convert it with ssh-keygen -p -m PKCS8 -f FILE'),
    );
  });
});

describe('key and certificate', () => {
  it('belong together, or are refused by both names', async () => {
    const root = await createRootAuthority({ subject: 'CN=Root' });
    const issuing = await root.issueAuthority({ subject: 'CN=Issuing' });
    const one = await issuing.issueServer({ dnsNames: ['one.example.com'] });
    const other = await issuing.issueServer({ dnsNames: ['other.example.com'] });
    const check = (key: string, certificates: string): void =>
      checkKeyMatches(read(key), readChain(readPem(certificates, 'certificate')), 'key /k', 'certificate /c');

    check(one.privateKeyPem, one.chainPem);
    expect(() => check(other.privateKeyPem, one.chainPem)).toThrow(
      new TypeError('key /k does not belong to certificate /c (CN=one.example.com): take both from the same issuance'),
    );
    expect(() => check(one.privateKeyPem, issuing.certificatePem + one.certificatePem)).toThrow(
      new TypeError(
        'certificate /c is out of order: the key belongs to certificate 2, and certificate 1 (CN=Issuing) is an authority: ' +
          "put the server's own first, and behind each its issuer",
      ),
    );
    expect(() => check(one.privateKeyPem, other.certificatePem + one.certificatePem)).toThrow(
      /certificate 1 \(CN=other.example.com\) is another one: put/,
    );
    expect(() => check(one.privateKeyPem, issuing.certificatePem + root.certificatePem)).toThrow(
      new TypeError(
        "certificate /c starts with an authority (CN=Issuing), and key /k belongs to none of its certificates: put the server's own certificate first",
      ),
    );
  });
});
