import {
  type CertificateOptions,
  createRootAuthority,
  der,
  extension,
  forgeCertificate,
  generateKeyPair,
} from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { clock, verdict } from './question.ts';

const root = await createRootAuthority({ subject: [{ CN: 'Root' }], clock });

const keyPair = await generateKeyPair();

async function verdictOfClient(options: CertificateOptions, settings = {}): Promise<string> {
  const client = await root.issueClient({ subject: [{ CN: 'client' }], ...options });
  return verdict({ presented: client.chainDer, anchors: [root], settings });
}

describe('the key usage of the leaf (RFC 5280 4.2.1.3)', () => {
  it('is refused when it allows none of the wanted uses', async () => {
    expect(await verdictOfClient({ keyUsage: ['keyEncipherment'] })).toBe('key_usage_forbids');
  });

  it('is enough when it allows one of them', async () => {
    expect(await verdictOfClient({ keyUsage: ['keyAgreement'] })).toBe('verified');
  });

  it('does not limit a leaf without the extension', async () => {
    expect(await verdictOfClient({ keyUsage: null })).toBe('verified');
  });

  it('is not looked at when no use is wanted, as in section 6.1', async () => {
    expect(await verdictOfClient({ keyUsage: ['keyEncipherment'] }, { keyUsage: [] })).toBe('verified');
  });
});

describe('a critical certificatePolicies extension (RFC 5280 4.2.1.4)', () => {
  const cps = '1.3.6.1.5.5.7.2.1';
  const userNotice = '1.3.6.1.5.5.7.2.2';
  const policies = (critical: boolean, ...qualifierIds: readonly string[]): CertificateOptions => {
    const qualifiers = der.sequence(...qualifierIds.map((id) => der.sequence(der.oid(id), der.sequence())));
    const input = [{ policyIdentifier: '1.2.3.4', qualifiers }];
    return { extensions: [{ ...extension.certificatePolicies(input), critical }] };
  };

  it('is refused with a qualifier that is not understood', async () => {
    expect(await verdictOfClient(policies(true, cps, '1.2.3.9'))).toBe('critical_extension_unsupported');
  });

  it('may carry the two qualifiers that are for people to read', async () => {
    expect(await verdictOfClient(policies(true, cps, userNotice))).toBe('verified');
  });

  it('may carry any qualifier when it is not critical', async () => {
    expect(await verdictOfClient(policies(false, '1.2.3.9'))).toBe('verified');
  });

  it('is processed when it has no qualifiers', async () => {
    const extensions = [{ ...extension.certificatePolicies(['1.2.3.4']), critical: true }];
    expect(await verdictOfClient({ extensions })).toBe('verified');
  });
});

describe('a trust anchor without authorityKeyIdentifier (RFC 5280 4.2.1.1)', () => {
  const anchorSignedBy = (signer = keyPair) =>
    forgeCertificate({
      keyPair,
      signer,
      subject: [{ CN: 'Anchor' }],
      issuer: [{ CN: 'Another name' }],
      extensions: [
        extension.basicConstraints({ cA: true }),
        extension.keyUsage(['keyCertSign']),
        extension.subjectKeyIdentifier(Uint8Array.of(1, 2, 3)),
      ],
    });
  const clientOfAnchor = async () =>
    forgeCertificate({
      keyPair: await generateKeyPair(),
      signer: keyPair,
      subject: [{ CN: 'client' }],
      issuer: [{ CN: 'Anchor' }],
      extensions: [extension.authorityKeyIdentifier({ keyIdentifier: Uint8Array.of(1, 2, 3) })],
    });

  it('is the exception when its own key signed it, whatever issuer it names', async () => {
    const { certificateDer } = await clientOfAnchor();
    expect(verdict({ presented: [certificateDer], anchors: [anchorSignedBy()] })).toBe('verified');
  });

  it('is refused when another key signed it', async () => {
    const { certificateDer } = await clientOfAnchor();
    const anchor = anchorSignedBy(await generateKeyPair());
    expect(verdict({ presented: [certificateDer], anchors: [anchor] })).toBe(
      'certificate_malformed authority_key_identifier_missing',
    );
  });
});
