import { createRootAuthority, toPem } from '@peercert/pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkOrder, isIssuedBy, nameOf, readChain, type ServerChain } from '../../src/identity/certificate-chain.ts';
import { readPem } from '../../src/identity/pem-source.ts';

const chainOf = (...pems: readonly string[]): ServerChain => readChain(readPem(pems.join(''), 'certificate'));
const pem = (label: string): string => toPem(Buffer.from('anything'), label);

let root: Awaited<ReturnType<typeof createRootAuthority>>;
let issuing: typeof root;
let server: Awaited<ReturnType<typeof root.issueServer>>;

beforeAll(async () => {
  root = await createRootAuthority({ subject: 'CN=Root' });
  issuing = await root.issueAuthority({ subject: 'CN=Issuing' });
  server = await issuing.issueServer({ dnsNames: ['a.example.com'] });
});

describe('the certificates of a file', () => {
  it('come in their order, and what else it holds is left aside', () => {
    const chain = chainOf(server.privateKeyPem, server.certificatePem, pem('DH PARAMETERS'), issuing.certificatePem);
    expect(chain.map(nameOf)).toEqual(['CN=a.example.com', 'CN=Issuing']);
    expect(Object.isFrozen(chain)).toBe(true);
  });

  it('are refused when one is damaged, by its place and the rule', () => {
    expect(() => chainOf(server.certificatePem, pem('CERTIFICATE'))).toThrow(
      /^certificate \(given as text\) is damaged: certificate 2 of 2 cannot be read: der_unexpected_tag \(X\.690 .*\); place: /,
    );
    const cut = server.certificatePem.replace(/\n[^\n]+\n-----END/, '\n-----END');
    expect(() => chainOf(cut)).toThrow(
      /is damaged: certificate 1 of 1 cannot be read: der_truncated \(.*offset 0: .*subject: CN=a\.example\.com/,
    );
  });

  it.each([
    ['PRIVATE KEY', 'this is a key file; are certificate and key swapped?'],
    ['ENCRYPTED PRIVATE KEY', 'this is a key file; are certificate and key swapped?'],
    ['EC PRIVATE KEY', 'this is a key file; are certificate and key swapped?'],
    ['CERTIFICATE REQUEST', 'this is what is sent to the authority; give the certificate that it answers with'],
    ['X509 CRL', 'it holds a revocation list (CRL): give it to revocation.crls.sources; certificates belong here'],
  ])('are missed where there is only a %s', (label, hint) => {
    expect(() => chainOf(pem(label))).toThrow(
      new TypeError(`certificate (given as text) holds no certificate but ${label}: ${hint}`),
    );
  });
});

describe('the order of a chain', () => {
  it('is each certificate before its issuer, the root at the end or left out', () => {
    checkOrder(chainOf(server.certificatePem), 'x');
    checkOrder(chainOf(server.chainPem), 'x');
    checkOrder(chainOf(server.chainPem, root.certificatePem), 'x');
    expect(chainOf(server.chainPem)).toHaveLength(2);
  });

  it('is refused when an issuer does not follow, naming both', () => {
    expect(() =>
      checkOrder(chainOf(server.certificatePem, root.certificatePem, issuing.certificatePem), 'certificate /t'),
    ).toThrow(
      new TypeError(
        'certificate /t is out of order: certificate 2 (CN=Root) did not issue certificate 1 (CN=a.example.com), whose ' +
          "issuer is CN=Issuing: put the server's own first, and behind each its issuer",
      ),
    );
  });

  it('is refused further down, and for a certificate that is there twice', () => {
    expect(() => checkOrder(chainOf(server.chainPem, server.certificatePem), 'x')).toThrow(/certificate 3 \(CN=a/);
    expect(() => checkOrder(chainOf(server.certificatePem, server.certificatePem), 'x')).toThrow(/certificate 2/);
  });

  it('takes no namesake of the issuer', async () => {
    const namesake = await root.issueAuthority({ subject: 'CN=Issuing' });
    const chain = chainOf(server.certificatePem, namesake.certificatePem);
    expect(isIssuedBy(chain[0], chain[1] as never)).toBe(false);
    expect(() => checkOrder(chain, 'x')).toThrow(/certificate 2 \(CN=Issuing\) did not issue certificate 1/);
  });
});

describe('a certificate without a subject', () => {
  it('goes by its serial number', async () => {
    const { certificatePem, serialNumber } = await root.issueServer({ subject: [], ips: ['192.0.2.1'] });
    expect(nameOf(chainOf(certificatePem)[0])).toBe(`serial number ${serialNumber}`);
  });
});
