import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpsServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { fromFile } from '@peercert/core';
import { type Authority, createRootAuthority, toPem } from '@peercert/pki';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { tool } from '../../../../test/tools.ts';
import { identityFiles, readServerIdentity, type ServerIdentityOptions } from '../../src/identity/server-identity.ts';
import { temporaryFolder } from './temporary-folder.ts';

const now = Date.UTC(2026, 10, 22);
const clock = (): number => now;
const openssl = tool('openssl');

let root: Authority;
let issuing: Authority;
let server: Awaited<ReturnType<Authority['issueServer']>>;

beforeAll(async () => {
  root = await createRootAuthority({ subject: 'CN=Root', clock });
  issuing = await root.issueAuthority({ subject: 'CN=Issuing' });
  server = await issuing.issueServer({
    dnsNames: ['A.example.com', '*.b.example.com', 'a.example.com'],
    ips: ['192.0.2.7', '2001:db8::1'],
  });
});

const given = (): ServerIdentityOptions => ({ certificate: server.chainPem, key: server.privateKeyPem });
const read = (options: ServerIdentityOptions) => readServerIdentity(options, { clock });

/** A real connection to a server with this identity: the body that comes back. */
async function visit(tls: object, ca: string): Promise<string> {
  const https = createHttpsServer(tls, (_, response) => response.end('hello')).listen(0, '127.0.0.1');
  onTestFinished(() => void https.close());
  await once(https, 'listening');
  const { port } = https.address() as AddressInfo;
  const options = { port, host: '127.0.0.1', servername: 'a.example.com', ca, agent: false };
  return new Promise((resolve, reject) => {
    const request = get(options, (response) => {
      response.setEncoding('utf8').once('data', resolve).resume();
    });
    request.once('error', reject);
  });
}

describe('the identity of a server', () => {
  it('is read from files', () => {
    const folder = temporaryFolder();
    const certificate = folder.write('tls.crt', server.chainPem, 0o644);
    const identity = read({
      certificate: fromFile(certificate),
      key: fromFile(folder.write('tls.key', server.privateKeyPem)),
    });
    expect(identity).toMatchObject({
      certificate: { thumbprint: server.thumbprint },
      path: certificate,
      chainPem: server.chainPem,
      names: ['a.example.com', '*.b.example.com', '192.0.2.7', '2001:db8::1'],
      notAfter: new Date(now + 90 * 86_400_000),
      warnings: [],
    });
    expect(identity.chain.map(({ der }) => der)).toEqual(server.chainDer.map((der) => new Uint8Array(der)));
    expect(identity.chain[0]).toBe(identity.certificate);
    expect(Object.isFrozen(identity)).toBe(true);
  });

  const oddities: readonly (readonly [string, (pem: string) => string | Uint8Array])[] = [
    ['UTF-16, as PowerShell writes it', (pem) => Buffer.from(`\ufeff${pem.replaceAll('\n', '\r\n')}`, 'utf16le')],
    ['UTF-8 with a byte order mark', (pem) => Buffer.from(`\ufeff${pem}`)],
    ['a variable of the environment', (pem) => JSON.stringify(pem)],
    ['one line', (pem) => pem.replaceAll('\n', ' ')],
    ['one line without blanks', (pem) => pem.replaceAll('\n', '')],
    ['CR alone', (pem) => pem.replaceAll('\n', '\r')],
    ['YAML', (pem) => `tls: |\n${pem.replace(/^/gm, '    ')}`],
    ['empty lines', (pem) => pem.replaceAll('\n', '\n \n')],
    [
      'bag attributes',
      (pem) =>
        pem.replaceAll('-----BEGIN', 'Bag Attributes\n    localKeyID: 01\nKey Attributes: <No Attributes>\n-----BEGIN'),
    ],
  ];

  it.each(oddities)(
    'serves a handshake from files in the form of %s, and Node reads what was read here',
    async (_, odd) => {
      const folder = temporaryFolder();
      const identity = read({
        certificate: fromFile(folder.write('tls.crt', odd(server.chainPem))),
        key: fromFile(folder.write('tls.key', odd(server.privateKeyPem))),
      });
      expect(identity.chainPem).toBe(server.chainPem);
      expect(identity.tls.key).toBe(server.privateKeyPem);
      expect(await visit(identity.tls, root.certificatePem)).toBe('hello');
    },
  );

  it.each(oddities)('takes a key that is encrypted in the old form, as %s', (_, odd) => {
    const key = createPrivateKey(server.privateKeyPem);
    const encrypted = key
      .export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'sesame' })
      .toString();
    const form = odd(encrypted);
    const options = { certificate: server.chainPem, key: form, passphrase: 'sesame' };
    // Where nothing parts the headers, they have no one meaning.
    if (form === encrypted.replaceAll('\n', '')) expect(() => read(options)).toThrow('is damaged: the body of');
    else expect(read(options).tls.key).toBe(encrypted);
  });

  it('takes a passphrase from a file of PowerShell', () => {
    const key = createPrivateKey(server.privateKeyPem);
    const cipher = { cipher: 'aes-256-cbc', passphrase: 'sésame' };
    const encrypted = key.export({ type: 'pkcs8', format: 'pem', ...cipher }).toString();
    const passphrase = temporaryFolder().write('passphrase.txt', Buffer.from('\ufeffsésame\r\n', 'utf16le'));
    const options = { certificate: server.chainPem, key: encrypted, passphrase: fromFile(passphrase) };
    expect(read(options).tls.passphrase).toBe('sésame');
  });

  it('takes its certificate under the old labels, by the settings of OpenSSL', () => {
    const labelled = (label: string): string => server.chainPem.replaceAll('CERTIFICATE', label);
    for (const label of ['X509 CERTIFICATE', 'TRUSTED CERTIFICATE']) {
      expect(read({ ...given(), certificate: labelled(label) }).chainPem).toBe(server.chainPem);
    }
    // X509_CERT_AUX: nothing trusted but 1.3.6.1.5.5.7.3.2, clientAuth.
    const aux = Buffer.from('300c300a06082b06010505070302', 'hex');
    const trusted = toPem(Buffer.concat([server.certificateDer, aux]), 'TRUSTED CERTIFICATE');
    expect(() => read({ ...given(), certificate: trusted })).toThrow(
      'certificate (given as text): certificate 1 of 1 is trusted for other purposes than serverAuth by the settings of OpenSSL',
    );
  });

  it('serves a handshake', async () => {
    const today = await createRootAuthority({ subject: 'CN=Root' });
    const issued = await (await today.issueAuthority({ subject: 'CN=Issuing' })).issueServer({
      dnsNames: ['a.example.com'],
    });
    const options = { certificate: issued.chainPem, key: issued.privateKeyPem };
    expect(await visit(readServerIdentity(options, { clock: Date.now }).tls, today.certificatePem)).toBe('hello');
  });

  it('may be in one file with its key, in any order, and behind explanatory text', () => {
    const both = temporaryFolder().write('both.pem', `# made by hand\n${server.privateKeyPem}${server.chainPem}`);
    const identity = read({ certificate: fromFile(both), key: fromFile(both) });
    expect(identity.tls).toEqual({ cert: server.chainPem, key: server.privateKeyPem });
    expect(identityFiles({ certificate: fromFile(both), key: fromFile(both) })).toEqual([both]);
  });

  it('takes a passphrase as text or as the first line of a file', () => {
    const key = server.keyPair.privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'sesame' })
      .toString();
    const folder = temporaryFolder();
    const passphrase = fromFile(folder.write('pass', 'sesame\r\n'));
    const certificate = fromFile(folder.write('tls.crt', server.chainPem));
    expect(read({ ...given(), key, passphrase: 'sesame' }).tls).toEqual({
      cert: server.chainPem,
      key,
      passphrase: 'sesame',
    });
    expect(read({ ...given(), key, passphrase }).tls.passphrase).toBe('sesame');
    expect(identityFiles({ certificate, key, passphrase })).toEqual([certificate.path, passphrase.path]);
    expect(() => read({ ...given(), key, passphrase: fromFile(folder.write('pass', 'simsim\n')) })).toThrow(
      'key (given as text) cannot be decrypted: the option passphrase is wrong for it, or the file is damaged',
    );
    expect(() => read({ ...given(), key, passphrase: '' })).toThrow(/^passphrase \(given as text\) is empty/);
    expect(() => read({ ...given(), key })).toThrow(/is encrypted, and there is no passphrase/);
  });

  it('is read from the contents of a reload', () => {
    const key = temporaryFolder().write('tls.key', 'half-written by now');
    const contents = new Map([
      ['/gone/tls.crt', Buffer.from(server.chainPem)],
      [key, Buffer.from(server.privateKeyPem)],
    ]);
    const options = { certificate: fromFile('/gone/tls.crt'), key: fromFile(key) };
    expect(readServerIdentity(options, { clock, contents }).digest).toBe(read(given()).digest);
  });

  it('shows its key to no log', () => {
    const identity = read(given());
    const body = server.privateKeyPem.split('\n')[1] as string;
    expect(identity.tls.key).toContain(body);
    expect(inspect(identity, { depth: 9 })).not.toContain(body);
    expect(JSON.stringify(identity)).not.toContain(body);
    expect(Object.keys({ ...identity })).not.toContain('tls');
  });

  it('has one digest for one chain', async () => {
    const { digest } = read(given());
    expect(read(given()).digest).toBe(digest);
    expect(digest).toMatch(/^[\w-]{43}$/);
    const renewed = await issuing.issueServer({ dnsNames: ['a.example.com'], keyPair: server.keyPair });
    expect(read({ ...given(), certificate: renewed.chainPem }).digest).not.toBe(digest);
    expect(read({ ...given(), certificate: server.certificatePem }).digest).not.toBe(digest);
  });

  it('warns of an exposed key and of a certificate near its end', async () => {
    const short = await issuing.issueServer({ dnsNames: ['a.example.com'], validity: { days: 7 } });
    const folder = temporaryFolder();
    const key = folder.write('tls.key', short.privateKeyPem, 0o640);
    const certificate = folder.write('tls.crt', short.chainPem);
    expect(read({ certificate: fromFile(certificate), key: fromFile(key) }).warnings).toEqual([
      expect.objectContaining({ type: 'key_file_exposed', path: key, mode: '0640' }),
      expect.objectContaining({ type: 'server_certificate_expiring', index: 0, daysLeft: 7, path: certificate }),
    ]);
    expect(read({ certificate: short.chainPem, key: short.privateKeyPem }).warnings).toHaveLength(1);
  });
});

describe('at the start', () => {
  /** The message for these files; the names of the files stand for their folder. */
  function refusal(certificate: string, key: string, passphrase?: string): string {
    const folder = temporaryFolder();
    const options = {
      certificate: fromFile(folder.write('tls.crt', certificate)),
      key: fromFile(folder.write('tls.key', key)),
      ...(passphrase !== undefined && { passphrase }),
    };
    try {
      readServerIdentity(options, { clock, where: "names['a.example.com']." });
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      return (error as Error).message.replaceAll(folder.path, '');
    }
    throw new Error('it was read');
  }
  const crt = "names['a.example.com'].certificate /tls.crt";
  const key = "names['a.example.com'].key /tls.key";

  it('swapped files are refused', () => {
    expect(refusal(server.privateKeyPem, server.chainPem)).toBe(
      `${crt} holds no certificate but PRIVATE KEY: this is a key file; are certificate and key swapped?`,
    );
    expect(refusal(server.chainPem, server.chainPem)).toBe(
      `${key} holds no private key but CERTIFICATE, CERTIFICATE: this is a certificate file; are certificate and key swapped?`,
    );
  });

  it('empty and half-written files are refused', () => {
    const fix = 'write the file elsewhere and rename it into place when it is whole';
    expect(refusal('', server.privateKeyPem)).toBe(`${crt} is empty: ${fix}`);
    expect(refusal(server.chainPem, '')).toBe(`${key} is empty: ${fix}`);
    expect(refusal(server.chainPem.slice(0, -30), server.privateKeyPem)).toBe(
      `${crt} is cut off: "-----BEGIN CERTIFICATE-----" has no end; ${fix}`,
    );
  });

  it('a key of another certificate is refused', async () => {
    const other = await issuing.issueServer({ dnsNames: ['b.example.com'] });
    expect(refusal(server.chainPem, other.privateKeyPem)).toBe(
      `${key} does not belong to ${crt} (CN=A.example.com): take both from the same issuance`,
    );
  });

  it('a wrong order is refused', () => {
    expect(refusal(issuing.certificatePem + server.certificatePem, server.privateKeyPem)).toMatch(
      /^names\['a\.example\.com'\]\.certificate \/tls\.crt is out of order: the key belongs to certificate 2/,
    );
    expect(refusal(server.certificatePem + root.certificatePem, server.privateKeyPem)).toMatch(
      /is out of order: certificate 2 \(CN=Root\) did not issue certificate 1/,
    );
  });

  it('an encrypted key without its passphrase, or with a wrong one, is refused', () => {
    const encrypted = server.keyPair.privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'sesame' })
      .toString();
    const option = "the option names['a.example.com'].passphrase";
    expect(refusal(server.chainPem, encrypted)).toBe(`${key} is encrypted, and there is no passphrase: set ${option}`);
    expect(refusal(server.chainPem, encrypted, 'simsim')).toBe(
      `${key} cannot be decrypted: ${option} is wrong for it, or the file is damaged`,
    );
  });

  it.each([
    ['expired', { notBefore: new Date(now - 9e9), notAfter: new Date(now - 1_000) }, 'has expired: '],
    ['not yet valid', { notBefore: new Date(now + 1_000), notAfter: new Date(now + 9e9) }, 'is not yet valid: '],
  ])('a certificate that is %s is refused', async (_, validity, words) => {
    const odd = await issuing.issueServer({ dnsNames: ['a.example.com'], validity });
    expect(refusal(odd.chainPem, odd.privateKeyPem).startsWith(`${crt} ${words}`)).toBe(true);
  });

  it('a certificate for clients, or with a short key, is refused', async () => {
    const client = await issuing.issueClient({ subject: 'CN=client' });
    expect(refusal(client.chainPem, client.privateKeyPem)).toMatch(/tls\.crt is not for servers: /);
    const weak = await issuing.issueServer({ keyType: 'RSA-1024' });
    expect(refusal(weak.chainPem, weak.privateKeyPem)).toMatch(/tls\.crt has an RSA key of 1024 bits/);
  });
});

describe.runIf(openssl !== undefined)('a certificate of the plain openssl commands', () => {
  it.each([
    ['RSA', ['-newkey', 'rsa:2048', '-nodes']],
    ['P-256', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']],
    ['Ed25519', ['-newkey', 'ed25519', '-nodes']],
    ['RSA with a passphrase', ['-newkey', 'rsa:2048', '-passout', 'pass:sesame']],
  ])('is an identity, self-signed and an authority as it is: %s', async (_, keyOptions) => {
    const { path } = temporaryFolder();
    const names = ['-subj', '/CN=a.example.com', '-addext', 'subjectAltName=DNS:a.example.com'];
    const files = ['-keyout', `${path}/tls.key`, '-out', `${path}/tls.crt`];
    execFileSync(openssl as string, ['req', '-x509', ...keyOptions, ...names, ...files], { stdio: 'ignore' });
    const options = {
      certificate: fromFile(`${path}/tls.crt`),
      key: fromFile(`${path}/tls.key`),
      passphrase: 'sesame',
    };
    const identity = readServerIdentity(options, { clock: Date.now });
    expect(identity.certificate.basicConstraints?.cA).toBe(true);
    expect(identity.names).toEqual(['a.example.com']);
    expect(readFileSync(`${path}/tls.crt`, 'utf8').trim()).toBe(identity.chainPem.trim());
    expect(await visit(identity.tls, root.certificatePem).catch((error: NodeJS.ErrnoException) => error.code)).toBe(
      'DEPTH_ZERO_SELF_SIGNED_CERT',
    );
  });
});
