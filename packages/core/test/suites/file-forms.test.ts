// Files as the tools of others write them: what they are, and whether the command of the message makes of them what is asked for.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRootAuthority, toPem } from '@peercert/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tool } from '../../../../test/tools.ts';
import type { Certificate } from '../../src/certificate/model.ts';
import { nameOfContent, nameOfDer, type Wanted } from '../../src/encoding/content-kind.ts';
import { readPemFile } from '../../src/encoding/pem-file.ts';
import { readCertificates } from '../../src/path/certificate-input.ts';

const openssl = tool('openssl');
const certtool = tool('certtool');
const keytool = tool('keytool');
const sshKeygen = tool('ssh-keygen');

let folder: string;
let root: Awaited<ReturnType<typeof createRootAuthority>>;
let client: Awaited<ReturnType<typeof root.issueClient>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-forms-'));
  root = await createRootAuthority({ subject: 'CN=Root,O=Acme' });
  client = await root.issueClient({ subject: 'CN=alice' });
  writeFileSync(path('root.pem'), root.certificatePem);
  writeFileSync(path('client.pem'), client.certificatePem);
  writeFileSync(path('client.key'), client.privateKeyPem);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string): string => join(folder, name);
const run = (program: string | undefined, ...words: readonly string[]): Buffer =>
  execFileSync(program as string, words, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
const ssl = (command: string): Buffer => run(openssl, ...command.split(' '));

const thumbprints = (input: string | Uint8Array): readonly string[] =>
  readCertificates(input, 'anchors').map(({ thumbprint }: Certificate) => thumbprint);
const thumbprintOf = (der: Uint8Array): string => thumbprints(der)[0] as string;

function refusal(input: string | Uint8Array): string {
  try {
    readCertificates(input, 'anchors');
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
  throw new Error('it was read');
}

describe.runIf(openssl !== undefined)('a file of OpenSSL', () => {
  it.each([
    ['x509 -text', 'x509 -in root.pem -text'],
    ['x509 -trustout', 'x509 -in root.pem -trustout'],
    ['x509 with an alias', 'x509 -in root.pem -trustout -setalias root'],
    ['x509 that trusts clients', 'x509 -in root.pem -trustout -addtrust clientAuth'],
    ['x509 that trusts servers and clients', 'x509 -in root.pem -trustout -addtrust serverAuth -addtrust clientAuth'],
    ['x509 that trusts whatever it is', 'x509 -in root.pem -trustout -addtrust anyExtendedKeyUsage'],
    ['x509 that rejects servers', 'x509 -in root.pem -trustout -addreject serverAuth'],
    ['storeutl', 'storeutl -certs root.pem'],
  ])('by %s is read', (_, command) => {
    expect(thumbprints(ssl(command))).toEqual([thumbprintOf(root.certificateDer)]);
  });

  it('by pkcs12 is read with its bag attributes, and by pkcs7 with its names', () => {
    ssl('pkcs12 -export -in client.pem -inkey client.key -certfile root.pem -passout pass:x -name alice -out all.p12');
    const bags = ssl('pkcs12 -in all.p12 -nokeys -passin pass:x').toString();
    expect(bags).toContain('Bag Attributes');
    const both = [thumbprintOf(client.certificateDer), thumbprintOf(root.certificateDer)];
    expect(thumbprints(bags)).toEqual(both);
    ssl('crl2pkcs7 -nocrl -certfile client.pem -certfile root.pem -out all.p7b');
    expect(thumbprints(ssl('pkcs7 -in all.p7b -print_certs'))).toEqual(both);
  });

  it.each([
    ['rejects clients', '-addreject clientAuth', 'is rejected for clientAuth'],
    ['rejects whatever it is', '-addreject anyExtendedKeyUsage', 'is rejected for clientAuth'],
    ['trusts and rejects clients', '-addtrust clientAuth -addreject clientAuth', 'is rejected for clientAuth'],
    ['trusts servers alone', '-addtrust serverAuth', 'is trusted for other purposes than clientAuth'],
  ])('that %s is refused, as it does itself', (_, settings, words) => {
    const file = ssl(`x509 -in root.pem -trustout ${settings}`);
    expect(refusal(file)).toMatch(`anchors ${words} by the settings of OpenSSL in its TRUSTED CERTIFICATE block`);
    writeFileSync(path('trusted.pem'), file);
    expect(() => ssl('verify -CAfile trusted.pem -purpose sslclient client.pem')).toThrow('Command failed');
    const [, command = ''] = /write it without them with (.+)$/.exec(refusal(file)) ?? [];
    run('sh', '-c', command.replace('FILE', 'trusted.pem'));
    expect(thumbprints(readFileSync(path('cert.pem')))).toEqual([thumbprintOf(root.certificateDer)]);
  });
});

describe.runIf(certtool !== undefined)('a file of GnuTLS', () => {
  it('is read with the text before its block', () => {
    const file = run(certtool, '--certificate-info', '--infile', 'root.pem');
    expect(file.toString()).toContain('X.509 Certificate Information');
    expect(thumbprints(file)).toEqual([thumbprintOf(root.certificateDer)]);
  });
});

/** What the command of a message makes of a file. */
function converted(words: string, file: string): Buffer {
  const [, command = ''] = /(?:with|them with) (.+?)(?: \(|, or in the program|$)/.exec(words) ?? [];
  const [, out = '/dev/stdout'] = /(?:-out |> )(\S+)$/.exec(command) ?? [];
  const typed = command
    .replaceAll('FILE', file)
    .replace(/openssl pkcs12/, 'openssl pkcs12 -passin pass:changeit')
    .replace(/openssl pkcs8/, 'openssl pkcs8 -passin pass:changeit -passout pass:changeit')
    .replace(/keytool -list/, 'keytool -list -storepass changeit');
  run('sh', '-c', typed);
  return readFileSync(path(out));
}

describe.runIf(openssl !== undefined)('a file that is something else', () => {
  const make: Readonly<Record<string, () => Buffer | string>> = {
    'a.p12': () => ssl('pkcs12 -export -in root.pem -nokeys -passout pass:changeit'),
    'a.p7b': () => ssl('crl2pkcs7 -nocrl -certfile root.pem'),
    'a.b64': () => Buffer.from(root.certificateDer).toString('base64'),
    'a.lines.b64': () => Buffer.from(root.certificateDer).toString('base64').replace(/.{76}/g, '$&\n'),
    'secret.b64': () => Buffer.from(root.certificatePem).toString('base64'),
  };

  it.each([
    ['a.p12', 'is PKCS #12'],
    ['a.p7b', 'holds PKCS #7'],
    ['a.b64', 'is base64 without'],
    ['a.lines.b64', 'is base64 without'],
    ['secret.b64', 'is the base64 of PEM, as it stands in the data of a Secret of Kubernetes'],
  ])('%s is named, and its command makes certificates of it', (name, words) => {
    writeFileSync(path(name), make[name]?.() as Buffer);
    const message = refusal(readFileSync(path(name)));
    expect(message).toMatch(`anchors ${words}`);
    expect(thumbprints(converted(message, name))).toEqual([thumbprintOf(root.certificateDer)]);
  });

  it('PKCS #7 in DER needs another word', () => {
    writeFileSync(path('der.p7c'), ssl('crl2pkcs7 -nocrl -certfile root.pem -outform DER'));
    const message = refusal(readFileSync(path('der.p7c')));
    expect(message).toMatch('anchors is PKCS #7');
    const made = converted(message.replace('-print_certs', '-print_certs -inform DER'), 'der.p7c');
    expect(thumbprints(made)).toHaveLength(1);
  });

  it.runIf(keytool !== undefined)('a store of Java is named, and its command makes certificates of it', () => {
    for (const type of ['JKS', 'PKCS12']) {
      const name = `store.${type.toLowerCase()}`;
      run(
        keytool,
        ...`-importcert -storetype ${type} -keystore ${name} -storepass changeit -noprompt -file root.pem`.split(' '),
      );
      const message = refusal(readFileSync(path(name)));
      expect(message).toMatch(type === 'JKS' ? 'anchors is a key store of Java (JKS)' : 'anchors is PKCS #12');
      expect(thumbprints(converted(message, name))).toEqual([thumbprintOf(root.certificateDer)]);
    }
  });

  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  it.each<[string, Buffer, string]>([
    ['PKCS #8', privateKey.export({ type: 'pkcs8', format: 'der' }), 'a private key'],
    ['PKCS #1', privateKey.export({ type: 'pkcs1', format: 'der' }), 'a private key'],
    ['SEC 1', ec.privateKey.export({ type: 'sec1', format: 'der' }), 'a private key'],
    [
      'encrypted PKCS #8',
      privateKey.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: 'changeit' }),
      'an encrypted private key',
    ],
  ])(
    'a key of %s in DER is none of an authority; where a key is asked for, its command writes it',
    (name, der, what) => {
      expect(refusal(der)).toBe(`anchors is ${what}: take it out, and keep it where nobody but its server can read it`);
      writeFileSync(path('key.der'), der);
      const words = nameOfContent(der, 'key') as string;
      expect(words).toMatch(`is ${what}: write it as PEM with openssl`);
      const made = readPemFile(converted(words.replace(/, and set.*/, ''), 'key.der'));
      expect(made.ok && made.value.map(({ label }) => label)).toEqual([
        name.startsWith('enc') ? 'ENCRYPTED PRIVATE KEY' : 'PRIVATE KEY',
      ]);
    },
  );

  it.runIf(sshKeygen !== undefined)('a key of OpenSSH is named, and its command makes one of TLS of it', () => {
    run(sshKeygen, '-q', '-t', 'rsa', '-N', '', '-f', path('id_rsa'));
    expect(refusal(readFileSync(path('id_rsa')))).toMatch('anchors holds a private key of OpenSSH: take it out');
    expect(refusal(readFileSync(path('id_rsa.pub')))).toMatch('anchors is a key of SSH');
    run(sshKeygen, ...'-q -p -m PKCS8 -N'.split(' '), '', '-f', path('id_rsa'));
    const made = readPemFile(readFileSync(path('id_rsa')));
    expect(made.ok && createPrivateKey(readFileSync(path('id_rsa'))).type).toBe('private');
  });

  it.each<[string, () => Buffer, Wanted, string]>([
    [
      'a request',
      () => ssl('req -new -key client.key -subj /CN=alice -outform DER'),
      'certificates',
      'is a certificate request (CSR)',
    ],
    [
      'a public key',
      () => publicKey.export({ type: 'spki', format: 'der' }),
      'certificates',
      'is a public key: give the certificate',
    ],
    [
      'a public key',
      () => publicKey.export({ type: 'pkcs1', format: 'der' }),
      'key',
      'is a public key: give the private half',
    ],
    [
      'a certificate',
      () => Buffer.from(root.certificateDer),
      'key',
      'is a certificate: are certificate and key swapped?',
    ],
    [
      'a certificate',
      () => Buffer.from(root.certificateDer),
      'lists',
      "is a certificate: give the authority's revocation list",
    ],
    ['an answer of OCSP', () => Buffer.from('30030a0101', 'hex'), 'lists', 'is an answer of an OCSP responder'],
  ])('%s is what it is', (_, file, wanted, words) => {
    expect(nameOfDer(file(), wanted)).toMatch(words);
  });

  it('a request, a list and an encrypted key in PEM are named by their blocks', () => {
    const list = root.issueCrl({});
    const key = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });
    expect(refusal(ssl('req -new -key client.key -subj /CN=alice'))).toBe(
      'anchors holds a certificate request (CSR), which is what is sent to the authority: give the certificate that it answers with',
    );
    expect(refusal(list.crlPem)).toMatch('anchors holds a revocation list (CRL): give it to revocation.crls.sources');
    expect(refusal(list.crlDer)).toMatch('anchors is a revocation list (CRL): give it to revocation.crls.sources');
    expect(refusal(key as string)).toMatch('anchors holds an encrypted private key: take it out');
    expect(refusal(root.certificatePem + (key as string))).toMatch('anchors, block 2 holds an encrypted private key');
    expect(refusal(toPem(list.crlDer))).toMatch('anchors is a revocation list (CRL)');
  });
});

describe('a text that is something else', () => {
  it.each<[string, string, string]>([
    ['an empty variable', '', 'is empty: was the variable of the environment set'],
    ['a variable that is not set', 'undefined', 'is the text "undefined": was the variable'],
    ['a placeholder of a shell', '$CA_PEM', 'is the placeholder "$CA_PEM", which nothing has replaced'],
    ['the same in braces', ['$', '{CA_PEM}'].join(''), 'is the placeholder "$'],
    ['a placeholder of a template', '{{ .Values.ca }}', 'is the placeholder "{{ .Values.ca }}"'],
    ['a path', '/etc/ssl/ca', 'is the text "/etc/ssl/ca" and no PEM: for the file of this name write readFileSync('],
    ['a path of Windows', 'C:\\pki\\ca.pem', 'is the text "C:\\\\pki\\\\ca.pem" and no PEM'],
    ['a page', '<!DOCTYPE html>\n<html><title>Log in</title></html>', 'is HTML or XML, not what was to be downloaded'],
    ['an answer of S3', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'is HTML or XML'],
    ['JSON', '{"ca": "-"}', 'is JSON: take the PEM out of it'],
    ['JSON with PEM', JSON.stringify({ ca: toPem(Buffer.alloc(300)) }), 'is JSON: take the PEM out of it: jq -r .NAME'],
    ['a manifest', 'apiVersion: v1\nkind: Secret\ndata:\n  ca.crt: LS0t\n', 'is a manifest of Kubernetes'],
    ['a vault', '$ANSIBLE_VAULT;1.1;AES256\n6162\n', 'is encrypted by Ansible Vault'],
    ['a pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n', 'is a pointer of Git LFS'],
    ['hexadecimal digits', Buffer.alloc(300, '3082').toString('latin1'), 'is hexadecimal digits'],
    ['UTF-16 that was read as UTF-8', Buffer.from('-----BEGIN CERTIFICATE-----', 'utf16le').toString(), 'is UTF-16'],
    ['a key of SSH', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI user@host', 'is a key of SSH'],
    [
      'a block of PGP',
      '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nMAAA\n-----END PGP PUBLIC KEY BLOCK-----',
      'holds of PGP',
    ],
    ['any other block', '-----BEGIN THING-----\nMAAA\n-----END THING-----', 'holds a "-----BEGIN THING-----" block'],
  ])('%s is named', (_, text, words) => {
    expect(refusal(text)).toContain(`anchors ${words}`);
  });

  it('is never told by its letters where it may be a key', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const der = privateKey.export({ type: 'pkcs8', format: 'der' });
    for (const text of [
      der.toString('base64'),
      der.toString('base64url'),
      der.toString('hex'),
      der.subarray(16).toString('base64'),
    ]) {
      expect(refusal(text)).not.toContain(text.slice(20, 40));
    }
  });
});
