// Brings the Reflect metadata API, without which @peculiar/x509 does not load.
import '@peercert/pki';

import { execFileSync } from 'node:child_process';
import { webcrypto, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCertificatePem } from '../../src/certificate/certificate.ts';
import type { Certificate } from '../../src/certificate/model.ts';
import { parsed } from '../certificate/template.ts';

/** Certificates as other tools make them, read by us and by them. */

const notBefore = new Date('2026-01-01T00:00:00Z');
const notAfter = new Date('2027-01-01T00:00:00Z');

const keyAlgorithms = {
  'P-256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'P-384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  'RSA 2048': {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  },
  'RSA-PSS 2048': {
    name: 'RSA-PSS',
    saltLength: 32,
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  },
  Ed25519: { name: 'Ed25519' },
} as const;

async function make(algorithm: (typeof keyAlgorithms)[keyof typeof keyAlgorithms]): Promise<x509.X509Certificate> {
  x509.cryptoProvider.set(webcrypto as never);
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  return x509.X509CertificateGenerator.create({
    serialNumber: '7f00aa55',
    issuer: 'CN=Issuing CA, O="ACME, Inc.", C=DE',
    subject: 'CN=Client 1, OU=One, OU=Two, O=Müller, DC=example',
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyAgreement, true),
      new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.2']),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'client.example' },
        { type: 'email', value: 'client@example.com' },
        { type: 'ip', value: '192.0.2.1' },
        { type: 'ip', value: '2001:db8::1' },
        { type: 'url', value: 'spiffe://acme/client' },
      ]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
      new x509.CertificatePolicyExtension(['1.2.3.4']),
      new x509.CRLDistributionPointsExtension(['http://crl.example/ca.crl']),
      new x509.AuthorityInfoAccessExtension({ ocsp: [new x509.GeneralName('url', 'http://ocsp.example/')] }),
    ],
  } as never);
}

/** What node:crypto says must be what we say. */
function expectSameAsNode(read: Certificate): void {
  const node = new X509Certificate(read.der);
  expect(node.raw.equals(read.der)).toBe(true);
  expect(read.serialNumber).toBe(node.serialNumber);
  expect(read.notBefore).toEqual(new Date(node.validFrom));
  expect(read.notAfter).toEqual(new Date(node.validTo));
  expect(read.publicKey.der).toEqual(new Uint8Array(node.publicKey.export({ type: 'spki', format: 'der' })));
  expect(read.thumbprint).toBe(Buffer.from(node.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'));
  expect(read.basicConstraints?.cA ?? false).toBe(node.ca);
  expect(read.extendedKeyUsage).toEqual(node.keyUsage);
  expect(read.toPem()).toBe(node.toString());
}

describe('certificates by @peculiar/x509', () => {
  it.each(Object.keys(keyAlgorithms) as (keyof typeof keyAlgorithms)[])('are read: %s', async (algorithm) => {
    const theirs = await make(keyAlgorithms[algorithm]);
    const read = parsed(new Uint8Array(theirs.rawData));
    expectSameAsNode(read);
    expect(read.deviations).toEqual([]);
    expect(read.serialNumber).toBe(theirs.serialNumber.toUpperCase());
    // It writes the RDNs in the order of its text; RFC 4514 text begins with the last one.
    expect(read.issuer.toString()).toBe('C=DE,O=ACME\\, Inc.,CN=Issuing CA');
    expect(read.subject.valuesOf('2.5.4.11')).toEqual(['One', 'Two']);
    expect(read.subject.valuesOf('2.5.4.10')).toEqual(['Müller']);
    expect(read.extensions.map(({ oid }) => oid)).toEqual(theirs.extensions.map(({ type }) => type));
    expect(read.extensions.map(({ value }) => value)).toEqual(
      theirs.extensions.map(({ value }) => new Uint8Array(value)),
    );
    expect([...(read.keyUsage ?? [])]).toEqual(['digitalSignature', 'keyAgreement']);
    expect(read.subjectAltName).toEqual([
      { kind: 'dNSName', value: 'client.example' },
      { kind: 'rfc822Name', value: 'client@example.com' },
      { kind: 'iPAddress', bytes: Uint8Array.of(192, 0, 2, 1) },
      { kind: 'iPAddress', bytes: new Uint8Array(Buffer.from('20010db8000000000000000000000001', 'hex')) },
      { kind: 'uniformResourceIdentifier', value: 'spiffe://acme/client' },
    ]);
    expect(read.certificatePolicies?.map(({ policyIdentifier }) => policyIdentifier)).toEqual(['1.2.3.4']);
    expect(read.authorityInfoAccess?.[0]?.accessMethod).toBe('1.3.6.1.5.5.7.48.1');
    expect(read.signature).toEqual(new Uint8Array(theirs.signature));
  });
});

describe('certificates by the openssl command', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'peercert-differential-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const openssl = (...parameters: string[]): string =>
    execFileSync('openssl', parameters, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const read = (file: string): Certificate => {
    const outcome = parseCertificatePem(readFileSync(join(folder, file), 'utf8'));
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.reason));
    return outcome.value;
  };
  /** `issuer=CN=...` in RFC 2253 form. */
  const theirName = (file: string, field: string): string =>
    openssl('x509', '-in', file, '-noout', `-${field}`, '-nameopt', 'RFC2253,-esc_msb,utf8')
      .trim()
      .slice(field.length + 1);

  it('are read as the guides have them made: version 1, no extensions', () => {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-subj',
      '/C=DE/O=ACME, Inc./CN=Plain Ca',
    );
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'leaf.key',
      '-out',
      'leaf.csr',
      '-utf8',
      '-subj',
      '/C=DE/O=Müller & Söhne/OU=A/OU=B/CN=x,OU=Administrators/emailAddress=a@example.com',
    );
    openssl(
      'x509',
      '-req',
      '-in',
      'leaf.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      'leaf.pem',
    );
    const [authority, leaf] = [read('ca.pem'), read('leaf.pem')];
    expectSameAsNode(authority);
    expectSameAsNode(leaf);
    expect(authority.deviations).toEqual([]);
    expect(authority.version).toBe(3);
    expect(authority.isSelfIssued).toBe(true);
    expect(leaf.version).toBe(1);
    expect(leaf.deviations).toEqual(['authority_key_identifier_missing']);
    expect(leaf.issuer.canonical).toBe(authority.subject.canonical);
    expect(leaf.subject.valuesOf('2.5.4.3')).toEqual(['x,OU=Administrators']);
    expect(leaf.subject.valuesOf('2.5.4.11')).toEqual(['A', 'B']);
    expect(leaf.subject.toString()).toBe(theirName('leaf.pem', 'subject'));
    expect(leaf.issuer.toString()).toBe(theirName('leaf.pem', 'issuer'));
    expect(leaf.serialNumber).toBe(
      openssl('x509', '-in', 'leaf.pem', '-noout', '-serial').trim().slice('serial='.length),
    );
  });

  it('are read with every standard extension', () => {
    writeFileSync(
      join(folder, 'all.cnf'),
      `[all]
basicConstraints = critical,CA:TRUE,pathlen:2
keyUsage = critical,keyCertSign,cRLSign
extendedKeyUsage = clientAuth,serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid,issuer:always
subjectAltName = DNS:a.example,email:a@example.com,URI:https://a.example/,IP:192.0.2.1,RID:1.2.3.4,dirName:dn,otherName:1.2.3.5;UTF8:x
issuerAltName = DNS:ca.example
nameConstraints = critical,permitted;DNS:example.com,permitted;email:.example.com,excluded;IP:10.0.0.0/255.0.0.0
certificatePolicies = 1.2.3.4,@policy
policyConstraints = critical,requireExplicitPolicy:1,inhibitPolicyMapping:0
policyMappings = 1.2.3.4:1.2.3.6
inhibitAnyPolicy = critical,3
crlDistributionPoints = point
freshestCRL = URI:http://a.example/delta.crl
authorityInfoAccess = OCSP;URI:http://ocsp.example/,caIssuers;URI:http://a.example/ca.cer
subjectInfoAccess = 1.3.6.1.5.5.7.48.5;URI:http://a.example/
[policy]
policyIdentifier = 1.2.3.5
CPS.1 = http://a.example/cps
userNotice.1 = @notice
[notice]
explicitText = notice
[point]
fullname = URI:http://a.example/ca.crl
reasons = keyCompromise, CACompromise
CRLissuer = dirName:dn
[dn]
CN = Somebody
`,
    );
    openssl(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-384',
      '-nodes',
      '-keyout',
      'all.key',
      '-out',
      'all.csr',
      '-subj',
      '/CN=All',
    );
    openssl(
      'x509',
      '-req',
      '-in',
      'all.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-out',
      'all.pem',
      '-extfile',
      'all.cnf',
      '-extensions',
      'all',
      '-set_serial',
      '0x00FF',
    );
    const all = read('all.pem');
    expectSameAsNode(all);
    expect(all.deviations).toEqual([]);
    expect(all.serialNumber).toBe('FF');
    expect(all.basicConstraints).toEqual({ cA: true, pathLenConstraint: 2 });
    expect([...(all.keyUsage ?? [])]).toEqual(['keyCertSign', 'cRLSign']);
    expect(all.subjectAltName.map(({ kind }) => kind)).toEqual([
      'dNSName',
      'rfc822Name',
      'uniformResourceIdentifier',
      'iPAddress',
      'registeredID',
      'directoryName',
      'otherName',
    ]);
    expect(all.issuerAltName).toEqual([{ kind: 'dNSName', value: 'ca.example' }]);
    expect(all.nameConstraints?.permittedSubtrees).toEqual([
      { kind: 'dNSName', value: 'example.com' },
      { kind: 'rfc822Name', value: '.example.com' },
    ]);
    expect(all.nameConstraints?.excludedSubtrees).toEqual([
      { kind: 'iPAddress', bytes: Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0) },
    ]);
    expect(all.certificatePolicies?.map(({ policyIdentifier }) => policyIdentifier)).toEqual(['1.2.3.4', '1.2.3.5']);
    expect(all.policyConstraints).toEqual({ requireExplicitPolicy: 1, inhibitPolicyMapping: 0 });
    expect(all.policyMappings).toEqual([{ issuerDomainPolicy: '1.2.3.4', subjectDomainPolicy: '1.2.3.6' }]);
    expect(all.inhibitAnyPolicy).toBe(3);
    expect([...(all.crlDistributionPoints?.[0]?.reasons ?? [])]).toEqual(['keyCompromise', 'cACompromise']);
    expect(all.freshestCrl?.length).toBe(1);
    expect(all.authorityInfoAccess?.length).toBe(2);
    const authority = read('ca.pem');
    expect(all.authorityKeyIdentifier?.keyIdentifier).toEqual(authority.subjectKeyIdentifier);
    expect(all.authorityKeyIdentifier?.authorityCertSerialNumber).toBe(authority.serialNumber);
  });

  it('are read with RSASSA-PSS and Ed25519', () => {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa-pss',
      '-pkeyopt',
      'rsa_keygen_bits:2048',
      '-nodes',
      '-keyout',
      'pss.key',
      '-out',
      'pss.pem',
      '-subj',
      '/CN=pss',
      '-sigopt',
      'rsa_pss_saltlen:32',
      '-sha256',
    );
    openssl('req', '-x509', '-newkey', 'ed25519', '-nodes', '-keyout', 'ed.key', '-out', 'ed.pem', '-subj', '/CN=ed');
    expectSameAsNode(read('pss.pem'));
    expectSameAsNode(read('ed.pem'));
    expect(read('pss.pem').publicKey.keyType).toBe('rsa-pss');
    expect(read('ed.pem').publicKey.keyType).toBe('ed25519');
  });
});
