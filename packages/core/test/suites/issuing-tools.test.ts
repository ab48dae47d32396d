/** What private authorities are made with: the commands of the tools' own manuals, and what becomes of their certificates. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Program, tool } from '../../../../test/tools.ts';
import { parseCertificatePem } from '../../src/certificate/certificate.ts';
import type { Certificate } from '../../src/certificate/model.ts';
import { defaultLimits } from '../../src/limits.ts';
import { defaultPathSettings } from '../../src/path/settings.ts';
import { createTrustStore } from '../../src/path/trust-store.ts';
import { verifyPath } from '../../src/path/verify-path.ts';

/** A command whose arguments have spaces of their own, and what an operator types into it. */
interface Dialogue {
  readonly args: readonly string[];
  readonly typed: readonly string[];
}

/** One way to an authority and its client. */
interface Way {
  readonly what: string;
  /** In the folder before the first command. */
  readonly files?: Readonly<Record<string, string>>;
  readonly commands: readonly (string | Dialogue)[];
  /** Files that the commands make: the anchor, what comes with the leaf, and the leaf. Default: `ca.pem`, none, `client.pem`. */
  readonly anchor?: string;
  readonly others?: readonly string[];
  readonly leaf?: string;
}

const request = 'openssl req -newkey rsa:2048 -nodes -keyout key.pem -out req.pem -subj /O=Acme/CN=client';
const authority = 'openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /O=Acme/CN=Acme-CA';

/** openssl-ca(1), "EXAMPLES", with the extensions of the configuration that comes with OpenSSL. */
const authorityConfiguration = `
[ ca ]
default_ca = CA_default
[ CA_default ]
dir = ./demoCA
database = $dir/index.txt
new_certs_dir = $dir/newcerts
certificate = ca.pem
serial = $dir/serial
private_key = ca.key
default_days = 365
default_crl_days = 30
default_md = sha256
policy = policy_any
email_in_dn = no
x509_extensions = usr_cert
[ policy_any ]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = supplied
emailAddress = optional
[ usr_cert ]
basicConstraints = CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid,issuer
[ v3_ca ]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always,issuer
basicConstraints = critical,CA:true
`;

const database = { 'ca.cnf': authorityConfiguration, 'demoCA/index.txt': '', 'demoCA/serial': '01\n' };

const byOpenssl: readonly Way[] = [
  {
    what: 'openssl req -x509, the certificate listed itself',
    commands: ['openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out req.pem -subj /CN=client'],
    anchor: 'req.pem',
    leaf: 'req.pem',
  },
  {
    what: 'openssl x509 -req, without extensions',
    commands: [
      authority,
      request,
      'openssl x509 -req -in req.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out client.pem',
    ],
  },
  {
    what: 'openssl x509 -req with the extensions of a user',
    files: { 'ca.cnf': authorityConfiguration },
    commands: [
      authority,
      request,
      'openssl x509 -req -in req.pem -extfile ca.cnf -extensions usr_cert -CA ca.pem -CAkey ca.key -set_serial 0 -out client.pem',
    ],
  },
  {
    what: 'openssl x509 -req for an authority of Ed25519, too, whose serial number is written in a file',
    files: { 'ca.cnf': authorityConfiguration },
    commands: [
      'openssl genpkey -algorithm ED25519 -out ca.key',
      'openssl req -new -key ca.key -out careq.pem -subj /CN=Acme-CA',
      'openssl x509 -req -in careq.pem -extfile ca.cnf -extensions v3_ca -key ca.key -out ca.pem',
      request,
      'openssl x509 -req -in req.pem -CA ca.pem -CAkey ca.key -CAcreateserial -CAserial ca.srl -out client.pem',
    ],
  },
  {
    what: 'openssl with RSASSA-PSS, whose salt is as long as there is room',
    commands: [
      'openssl req -x509 -newkey rsa:2048 -nodes -sigopt rsa_padding_mode:pss -keyout ca.key -out ca.pem -subj /CN=CA',
      request,
      'openssl x509 -req -in req.pem -CA ca.pem -CAkey ca.key -CAcreateserial -sigopt rsa_padding_mode:pss -out client.pem',
    ],
  },
  {
    what: 'openssl with keys for RSASSA-PSS alone',
    commands: [
      'openssl req -x509 -newkey rsa-pss -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha256 -pkeyopt rsa_pss_keygen_mgf1_md:sha256 -pkeyopt rsa_pss_keygen_saltlen:32 -nodes -keyout ca.key -out ca.pem -subj /CN=CA',
      request,
      'openssl x509 -req -in req.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out client.pem',
    ],
  },
  {
    what: 'openssl with a negative serial number',
    commands: [
      authority,
      request,
      'openssl x509 -req -in req.pem -CA ca.pem -CAkey ca.key -set_serial -7 -out client.pem',
    ],
  },
  {
    what: 'openssl with a serial number of 32 octets',
    commands: [
      authority,
      request,
      `openssl x509 -req -in req.pem -CA ca.pem -CAkey ca.key -set_serial 0x${'9a'.repeat(32)} -out client.pem`,
    ],
  },
  {
    what: 'openssl ca',
    files: database,
    commands: [authority, request, 'openssl ca -config ca.cnf -batch -in req.pem -out client.pem -notext'],
  },
  {
    what: 'openssl ca, through an authority below',
    files: database,
    commands: [
      authority,
      'openssl req -newkey rsa:2048 -nodes -keyout sub.key -out subreq.pem -subj /O=Acme/CN=Acme-Sub-CA',
      'openssl ca -config ca.cnf -batch -in subreq.pem -extensions v3_ca -out sub.pem -notext',
      request,
      'openssl ca -config ca.cnf -batch -in req.pem -cert sub.pem -keyfile sub.key -out client.pem -notext',
    ],
    others: ['sub.pem'],
  },
];

const certtoolAuthority = [
  'certtool --generate-privkey --key-type ecdsa --outfile ca-key.pem',
  'certtool --generate-self-signed --load-privkey ca-key.pem --template ca.tmpl --outfile ca.pem',
];
const certtoolKey = 'certtool --generate-privkey --key-type ecdsa --outfile key.pem';
const certtoolClient =
  'certtool --generate-certificate --load-ca-certificate ca.pem --load-ca-privkey ca-key.pem --template client.tmpl';
const authorityTemplate = 'organization = "Acme"\ncn = "Acme CA"\nca\ncert_signing_key\ncrl_signing_key\n';

/** "Invoking certtool" in the manual of GnuTLS. */
const byGnutls: readonly Way[] = [
  {
    what: 'certtool, from a request',
    files: {
      'ca.tmpl': authorityTemplate,
      'client.tmpl': 'cn = "client"\nuri = "spiffe://acme/client"\ntls_www_client\n',
    },
    commands: [
      ...certtoolAuthority,
      certtoolKey,
      'certtool --generate-request --load-privkey key.pem --template client.tmpl --outfile request.pem',
      `${certtoolClient} --load-request request.pem --outfile client.pem`,
    ],
  },
  {
    what: 'certtool, from templates that say the least',
    files: { 'ca.tmpl': 'cn = "Acme CA"\nca\n', 'client.tmpl': 'cn = "client"\n' },
    commands: [...certtoolAuthority, certtoolKey, `${certtoolClient} --load-privkey key.pem --outfile client.pem`],
  },
  {
    what: 'certtool, an RSA key of its default size',
    files: {
      'ca.tmpl': authorityTemplate,
      'client.tmpl': 'dn = "O=Acme,CN=client"\nserial = 007\nsigning_key\nencryption_key\ntls_www_client\n',
    },
    commands: [
      ...certtoolAuthority,
      'certtool --generate-privkey --outfile key.pem',
      `${certtoolClient} --load-privkey key.pem --outfile client.pem`,
    ],
  },
];

const certutil = (rest: string, subject: string, typed: readonly string[] = []): Dialogue => ({
  args: [...`certutil -d db -z noise ${rest} -s`.split(' '), subject],
  typed,
});
/** What is typed: 9 ends a list. Signs certificates and lists; is an authority of any path length; is one of TLS and mail. None of it critical. */
const asAuthority = ['5', '6', '9', 'n', 'y', '', 'n', '5', '6', '9', 'n'];
/** Signs and enciphers; is for clients of TLS, in two extensions. */
const asClient = ['0', '2', '9', 'n', '1', '9', 'n', '0', '9', 'n'];
const nssDatabase = 'certutil -N -d db --empty-password';
const nssFiles = { 'db/.keep': '', noise: 'any octets will do for a key that protects nothing' };
const exported = (nickname: string, file: string): string => `certutil -L -d db -n ${nickname} -a -o ${file}`;

/** certutil(1) of NSS, "Usage and examples". */
const byNss: readonly Way[] = [
  {
    what: 'certutil, in its dialogues',
    files: nssFiles,
    commands: [
      nssDatabase,
      certutil('-S -n my-ca-cert -x -t C,C,C -1 -2 -5 -m 3650', 'CN=Example CA', asAuthority),
      certutil('-S -n my-client -c my-ca-cert -t ,, -1 -5 -6 -m 730', 'CN=My Client,O=Example', asClient),
      exported('my-ca-cert', 'ca.pem'),
      exported('my-client', 'client.pem'),
    ],
  },
  {
    what: 'certutil, from a request to an authority below',
    files: nssFiles,
    commands: [
      nssDatabase,
      certutil('-S -n root -x -t C,C,C -1 -2 -5 -m 1', 'CN=Example Root', asAuthority),
      certutil('-S -n sub -c root -t ,, -1 -2 -5 -m 2', 'CN=Example CA', asAuthority),
      certutil('-R -o request.pem -a', 'CN=My Client,O=Example'),
      'certutil -C -d db -c sub -i request.pem -a -o client.pem -m 3',
      exported('root', 'ca.pem'),
      exported('sub', 'sub.pem'),
    ],
    others: ['sub.pem'],
  },
];

/** Version 3 without basicConstraints: certutil never asked whether it is an authority. */
const noAuthority: Way = {
  what: 'certutil, without -2',
  files: nssFiles,
  commands: [
    nssDatabase,
    certutil('-S -n my-ca-cert -x -t C,C,C -m 3650', 'CN=Example CA'),
    certutil('-S -n my-client -c my-ca-cert -t ,, -m 730', 'CN=My Client,O=Example'),
    exported('my-ca-cert', 'ca.pem'),
    exported('my-client', 'client.pem'),
  ],
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-issuing-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Made {
  readonly anchor: Certificate;
  readonly others: readonly Certificate[];
  readonly leaf: Certificate;
}

function make({ files = {}, commands, anchor = 'ca.pem', others = [], leaf = 'client.pem' }: Way): Made {
  const cwd = mkdtempSync(join(folder, 'way-'));
  for (const name of ['demoCA/newcerts', 'db']) mkdirSync(join(cwd, name), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  for (const command of commands) {
    const { args, typed } = typeof command === 'string' ? { args: command.split(' '), typed: [] } : command;
    const [program = '', ...rest] = args;
    const input = typed.map((line) => `${line}\n`).join('');
    execFileSync(tool(program as Program) ?? program, rest, { cwd, ...(input === '' ? {} : { input }), stdio: 'pipe' });
  }
  const read = (name: string): Certificate => {
    const parsed = parseCertificatePem(readFileSync(join(cwd, name), 'utf8'));
    if (!parsed.ok) throw new Error(`${name}: ${JSON.stringify(parsed.reason)}`);
    return parsed.value;
  };
  return { anchor: read(anchor), others: others.map(read), leaf: read(leaf) };
}

/** `'accepted'`, or the code of the reason, under the settings of whoever sets nothing. */
function answer({ leaf, others }: Made, anchor: Certificate): string {
  const trust = createTrustStore({ anchors: anchor.der }).current;
  const settings = { ...defaultPathSettings, limits: defaultLimits };
  const nowMs = Math.max(...[anchor, ...others, leaf].map(({ notBeforeMs }) => notBeforeMs));
  const verified = verifyPath(leaf, others, trust, settings, nowMs);
  return verified.ok ? 'accepted' : verified.reason.code;
}

describe.runIf(tool('openssl') !== undefined).each(byOpenssl)('$what', (way) => {
  provesItself(way);
});
describe.runIf(tool('certtool') !== undefined).each(byGnutls)('$what', (way) => {
  provesItself(way);
});
describe.runIf(tool('certutil') !== undefined).each(byNss)('$what', (way) => {
  provesItself(way);
});

function provesItself(way: Way): void {
  it('makes a client with a path to its authority, and none to another of the same name', () => {
    const [made, namesake] = [make(way), make(way)];
    expect(namesake.anchor.subject.canonical).toBe(made.anchor.subject.canonical);
    expect(answer(made, made.anchor)).toBe('accepted');
    expect(answer(made, namesake.anchor)).toBe('signature_invalid');
  });
}

describe.runIf(tool('certutil') !== undefined)('certutil, without -2', () => {
  // RFC 5280 6.1.4 (k): "If certificate i is a version 3 certificate, verify that the basicConstraints extension is present
  // and that cA is set to TRUE." A trust anchor may be the certificate of a client, which must issue nothing.
  it('makes a certificate that is no authority, though it is trusted', () => {
    const made = make(noAuthority);
    expect(answer(made, made.anchor)).toBe('issuer_not_ca');
    expect(answer({ ...made, leaf: made.anchor }, made.anchor)).toBe('accepted');
  });
});
