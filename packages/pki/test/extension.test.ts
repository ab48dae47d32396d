import { type ExtensionInput, extension, forgeCertificate, generateKeyPair } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { opensslX509 } from './openssl.ts';

const keyPair = generateKeyPair('Ed25519');

/** The lines that openssl prints for one extension: its name, then its content. */
async function printed(input: ExtensionInput): Promise<string[]> {
  const certificate = forgeCertificate({ keyPair: await keyPair, extensions: [input] });
  const text = opensslX509(certificate, '-text');
  const [, after = ''] = text.split('X509v3 extensions:\n');
  const lines = after.split('\n').map((line) => line.trim());
  return lines
    .slice(
      0,
      lines.findIndex((line) => line.startsWith('Signature Algorithm')),
    )
    .filter((line) => line !== '');
}

describe('as openssl reads it', () => {
  it.each<[ExtensionInput, string[]]>([
    [
      extension.basicConstraints({ cA: true, pathLenConstraint: 0 }),
      ['X509v3 Basic Constraints: critical', 'CA:TRUE, pathlen:0'],
    ],
    [extension.basicConstraints({ cA: false }), ['X509v3 Basic Constraints: critical', 'CA:FALSE']],
    [
      extension.keyUsage(['digitalSignature', 'keyCertSign', 'decipherOnly']),
      ['X509v3 Key Usage: critical', 'Digital Signature, Certificate Sign, Decipher Only'],
    ],
    [
      extension.extendedKeyUsage(['clientAuth', 'any', '1.2.3.4']),
      ['X509v3 Extended Key Usage:', 'TLS Web Client Authentication, Any Extended Key Usage, 1.2.3.4'],
    ],
    [extension.issuerAltName([{ dns: 'ca.test' }]), ['X509v3 Issuer Alternative Name:', 'DNS:ca.test']],
    [extension.subjectKeyIdentifier(Uint8Array.of(0xab, 0xcd)), ['X509v3 Subject Key Identifier:', 'AB:CD']],
    [
      extension.authorityKeyIdentifier({
        keyIdentifier: Uint8Array.of(1, 2),
        authorityCertIssuer: [{ directoryName: 'CN=ca' }],
        authorityCertSerialNumber: 255,
      }),
      ['X509v3 Authority Key Identifier:', 'keyid:01:02', 'DirName:CN=ca', 'serial:FF'],
    ],
    [
      extension.nameConstraints({
        permitted: [{ dns: 'acme.test' }, { ip: '10.0.0.0/8' }],
        excluded: [{ base: { email: '.acme.test' } }],
      }),
      [
        'X509v3 Name Constraints: critical',
        'Permitted:',
        'DNS:acme.test',
        'IP:10.0.0.0/255.0.0.0',
        'Excluded:',
        'email:.acme.test',
      ],
    ],
    [
      extension.certificatePolicies(['1.2.3.4', '2.5.29.32.0']),
      ['X509v3 Certificate Policies:', 'Policy: 1.2.3.4', 'Policy: X509v3 Any Policy'],
    ],
    [
      extension.policyMappings([{ issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' }]),
      ['X509v3 Policy Mappings: critical', '1.2.3:1.2.4'],
    ],
    [
      extension.policyConstraints({ requireExplicitPolicy: 0, inhibitPolicyMapping: 3 }),
      ['X509v3 Policy Constraints: critical', 'Require Explicit Policy:0, Inhibit Policy Mapping:3'],
    ],
    [extension.inhibitAnyPolicy(2), ['X509v3 Inhibit Any Policy: critical', '2']],
    [
      extension.crlDistributionPoints([[{ uri: 'http://crl.test/a.crl' }], [{ uri: 'http://crl.test/b.crl' }]]),
      [
        'X509v3 CRL Distribution Points:',
        'Full Name:',
        'URI:http://crl.test/a.crl',
        'Full Name:',
        'URI:http://crl.test/b.crl',
      ],
    ],
    [
      extension.freshestCrl([[{ uri: 'http://crl.test/d.crl' }]]),
      ['X509v3 Freshest CRL:', 'Full Name:', 'URI:http://crl.test/d.crl'],
    ],
    [
      extension.authorityInfoAccess({
        ocsp: [{ uri: 'http://ocsp.test' }],
        caIssuers: [{ uri: 'http://ca.test/ca.cer' }],
      }),
      ['Authority Information Access:', 'OCSP - URI:http://ocsp.test', 'CA Issuers - URI:http://ca.test/ca.cer'],
    ],
  ])('%#', async (input, lines) => {
    expect(await printed(input)).toEqual(lines);
  });
});

describe('names of bits and purposes', () => {
  it('that do not exist are refused with those that do', () => {
    expect(() => extension.keyUsage(['keyCertsign' as 'keyCertSign'])).toThrow(/keyCertSign/);
    expect(() => extension.extendedKeyUsage(['toString' as 'clientAuth'])).toThrow(/clientAuth/);
  });
});
